//! Backspaces take back the character before them, on the same line.
//!
//! What was taken back leaves an empty piece of text, `CSI K`: Evennia opens its span before it
//! takes the character out.

use crate::escape::{self, ESCAPE};

const NOTHING: &str = "\x1b[K";

/// `text` without its backspaces and what they take back. Control sequences are passed over.
pub(crate) fn apply(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut keep = vec![true; bytes.len()];
    // Starts of the characters of the line that a backspace can still take back.
    let mut line: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = match bytes[at] {
            ESCAPE => escape::sequence(bytes, at).1,
            b'\n' | b'\r' => {
                line.clear();
                1
            }
            0x08 => {
                keep[at] = false;
                if let Some(start) = line.pop() {
                    let end = text[start..]
                        .chars()
                        .next()
                        .map_or(start, |c| start + c.len_utf8());
                    keep[start..end].fill(false);
                }
                1
            }
            control if control < b' ' && control != b'\t' || control == 0x7f => 1,
            _ => {
                line.push(at);
                text[at..].chars().next().map_or(1, char::len_utf8)
            }
        };
        at += length;
    }
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        if keep[at] {
            out.push(character);
        } else if character != '\x08' {
            out.push_str(NOTHING);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{NOTHING, apply};

    #[test]
    fn characters_are_taken_back() {
        for (text, expected) in [
            ("ab\x08c", "ac"),
            ("ab\x08\x08\x08c", "c"),
            ("é\x08日\x08", ""),
            ("a\n\x08b", "a\nb"),
            ("a\x1b[31m\x08b", "\x1b[31mb"),
            ("a\x07\x08b", "\x07b"),
            ("\x08", ""),
        ] {
            assert_eq!(apply(text).replace(NOTHING, ""), expected, "{text:?}");
        }
    }
}
