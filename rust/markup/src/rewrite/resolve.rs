//! The first of two steps for a text on which a single pass gives up. It writes the text as ANSI, without
//! anything that the second step could not read.

use super::ansi::{AnsiOptions, ansi};
use super::backspace;
use super::plain::strip_sgr;
use crate::dialect::Dialect;
use crate::escape::{self, ESCAPE, Sequence};
use crate::link::{Finder, Link, MARKER};

/// `text` with its markup as raw sequences, with its backspaces applied, and without characters and
/// sequences that nothing shows; with `strip` without colours. Link markers stay.
pub(crate) fn resolve(text: &str, dialect: &Dialect, strip: bool) -> String {
    let options = AnsiOptions { xterm256: true, truecolor: true, mxp: true };
    let mut out = String::new();
    ansi(text, dialect, options, &mut out);
    if strip {
        out = strip_sgr(&out);
    }
    if out.contains('\x07') {
        out = without_inner_bells(&out);
    }
    if out.contains('\x08') {
        out = backspace::apply(&out);
    }
    without_traceless(&out)
}

/// `text` without the bells that stand inside sequences, where they would end them.
pub(crate) fn without_inner_bells(text: &str) -> String {
    #[derive(PartialEq)]
    enum In {
        Text,
        Escape,
        Parameters,
    }
    let mut place = In::Text;
    let keep = |character: &char| {
        if *character == '\x07' {
            return place == In::Text;
        }
        place = match (&place, character) {
            (_, '\x1b') => In::Escape,
            (In::Escape, '[') | (In::Parameters, ' '..='?') => In::Parameters,
            _ => In::Text,
        };
        true
    };
    text.chars().filter(keep).collect()
}

/// `text` without the sequences and control characters that nothing shows, so that a URL around them is
/// whole. One stays if removing it would make a link marker, a sequence or a line end of the text around
/// it, or if it opens a span.
fn without_traceless(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    // The style may have changed since the last text.
    let mut restyled = false;
    // A sequence in the label of a link counts as a change of style, which its ends are as well.
    let mut finder = Finder::default();
    let mut link: Option<Link> = None;
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        if link.is_some_and(|link| at == link.end + MARKER) {
            link = None;
            restyled = true;
        }
        if link.is_none() && character == '|' {
            link = finder.link(text, at);
        }
        let in_label = link.is_some_and(|link| at >= link.label + MARKER);
        let (trace, length) = trace(bytes, at, character);
        let keeps_apart = joins(out.as_bytes(), bytes.get(at + length).copied());
        let traceless = match trace {
            Trace::Nothing => true,
            Trace::Span => !restyled && !in_label,
            Trace::Style | Trace::Text => false,
        };
        if !traceless || keeps_apart {
            out.push_str(&text[at..at + length]);
        }
        match trace {
            Trace::Nothing => {}
            Trace::Style => restyled = true,
            Trace::Span | Trace::Text => restyled = false,
        }
        at += length;
    }
    out
}

/// Whether the end of `text` and `next` together would be a link marker, a sequence or a line end. If
/// nothing shows `next`, the byte after it could be the one.
fn joins(text: &[u8], next: Option<u8>) -> bool {
    let hidden = matches!(next, Some(0..0x20 | 0x7f | 0xc2));
    match text {
        [.., b'\r'] => hidden || next == Some(b'\n'),
        [.., ESCAPE] => hidden || next == Some(b'['),
        [.., b'|'] => hidden || next == Some(b'l'),
        [.., b'|', b'l'] => hidden || matches!(next, Some(b'c' | b'u' | b't' | b'e')),
        _ => false,
    }
}

/// What a character or sequence leaves in styled text.
#[derive(Clone, Copy)]
enum Trace {
    Nothing,
    Style,
    /// A span, if the style has changed.
    Span,
    Text,
}

/// The trace of what begins at `at` with `character`, and its length in bytes.
fn trace(bytes: &[u8], at: usize, character: char) -> (Trace, usize) {
    match character {
        '\x1b' => match escape::sequence(bytes, at) {
            (Sequence::Sgr(parameters), length) => {
                let mut trace = Trace::Nothing;
                escape::changes(parameters, |_| trace = Trace::Style);
                (trace, length)
            }
            (Sequence::EraseLine, length) => (Trace::Span, length),
            (Sequence::Control | Sequence::Bare, length) => (Trace::Nothing, length),
        },
        '\n' | '\r' | '\t' => (Trace::Text, 1),
        _ if character.is_control() => (Trace::Nothing, character.len_utf8()),
        _ => (Trace::Text, character.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bells_do_not_end_sequences() {
        assert_eq!(without_inner_bells("\x07\x1b\x07[3\x071\x07m\x07x"), "\x07\x1b[31m\x07x");
    }

    #[test]
    fn hidden_characters_go_unless_they_keep_text_apart() {
        for (text, expected) in [
            ("a\x00b\x1b[2Jc\x1bd\u{9b}e\x7f", "abcde"),
            ("\x1b[31ma\x1b[2mb\x1b[K", "\x1b[31mab"),
            ("\x1b[31m\x1b[Ka", "\x1b[31m\x1b[Ka"),
            ("|lta\x1b[Kb|le", "|ltab|le"),
            ("|lca|ltb|le|lcc|ltd\x1b[Ke|le", "|lca|ltb|le|lcc|ltd\x1b[Ke|le"),
            ("|lca|ltb\x1b[Kc|le\x1b[Kd\x1b[Ke", "|lca|ltb\x1b[Kc|le\x1b[Kde"),
            ("|\x00lc|l\x00c", "|\x00lc|l\x00c"),
            ("|\x1b\x00[31m", "|\x1b\x00[31m"),
            ("\r\x07\n", "\r\x07\n"),
            ("\r\n\t\u{a0}", "\r\n\t\u{a0}"),
        ] {
            assert_eq!(without_traceless(text), expected, "{text:?}");
        }
    }
}
