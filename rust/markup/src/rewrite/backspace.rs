//! Applies backspaces: each takes back the character before it on the same line.

use crate::escape::{self, ESCAPE};

/// An empty piece of text, which opens a span: Evennia opens one for text that is taken back later.
const NOTHING: &str = "\x1b[K";

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    /// A character to show.
    Shown,
    /// A character that was taken back, or a backspace.
    Taken,
    /// Part of a control sequence, a line end or a control character.
    Passed,
}

/// `text` without its backspaces and the characters that they take back. No backspace takes back a
/// control sequence.
pub(crate) fn apply(text: &str) -> String {
    let marks = marks(text);
    let mut out = String::with_capacity(text.len());
    // Whether text was written after the last sequence, which may have changed the style.
    let mut written = true;
    for (at, character) in text.char_indices() {
        match marks[at] {
            Mark::Taken if character == '\x08' => continue,
            Mark::Taken if written => continue,
            Mark::Taken => out.push_str(NOTHING),
            Mark::Shown | Mark::Passed => out.push(character),
        }
        written = marks[at] != Mark::Passed;
    }
    out
}

/// The marks of the characters of `text`, each at its first byte.
fn marks(text: &str) -> Vec<Mark> {
    let bytes = text.as_bytes();
    let mut marks = vec![Mark::Passed; bytes.len()];
    // The characters of the line that a backspace can still take back.
    let mut line: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            ESCAPE => escape::sequence(bytes, at).1,
            b'\n' | b'\r' => {
                line.clear();
                1
            }
            0x08 => {
                marks[at] = Mark::Taken;
                if let Some(character) = line.pop() {
                    marks[character] = Mark::Taken;
                }
                1
            }
            0..0x20 | 0x7f if byte != b'\t' => 1,
            _ => {
                marks[at] = Mark::Shown;
                line.push(at);
                text[at..].chars().next().map_or(1, char::len_utf8)
            }
        };
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::{NOTHING, apply};

    #[test]
    fn a_backspace_takes_back_the_character_before_it() {
        for (text, expected) in [
            ("ab\x08c", "ac"),
            ("ab\x08\x08\x08c", "c"),
            ("é\x08日\x08", ""),
            ("a\n\x08b", "a\nb"),
            ("a\x1b[31m\x08b", "\x1b[31mb"),
            ("a\x07\x08b", "\x07b"),
            ("\x08", ""),
            ("\x1b[31\x08m", "\x1b[3m"),
        ] {
            assert_eq!(apply(text).replace(NOTHING, ""), expected, "{text:?}");
        }
    }
}
