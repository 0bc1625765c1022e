//! Text without markup, sequences or links, and markup made harmless.

use super::ansi::{self, AnsiOptions, ansi};
use crate::dialect::{Dialect, Meaning, Replacement, Token};
use crate::escape::ESCAPE;
use crate::tokens::InTheWay;

/// Appends `text` without colours to `out`: markup and SGR sequences go, white space of markup
/// (`|/`, `|-`, `|_`, `|>`) is written, links keep their label or address unless `options.mxp`.
pub fn plain(text: &str, dialect: &Dialect, options: AnsiOptions, out: &mut String) {
    let start = out.len();
    if without_sequences(text, dialect, options, out).is_err() {
        out.truncate(start);
        ansi(text, dialect, options, out);
        let stripped = strip_sgr(&out[start..]);
        out.truncate(start);
        out.push_str(&stripped);
    }
}

/// Writes plain text in one pass. Tokens and links may stand in a raw sequence or in a link marker;
/// there they must become sequences before anything is stripped.
fn without_sequences(
    text: &str,
    dialect: &Dialect,
    options: AnsiOptions,
    out: &mut String,
) -> Result<(), InTheWay> {
    if text.as_bytes().contains(&ESCAPE) {
        return Err(InTheWay);
    }
    let mut sequences = false;
    let links = ansi::write(text, dialect, out, |token, out| match token {
        Token::Replacement(Replacement { meaning: Meaning::Style(_), .. }) | Token::Color(..) => {}
        Token::Replacement(replacement) => {
            out.push_str(&replacement.text);
            sequences |= replacement.text.as_bytes().contains(&ESCAPE);
        }
        Token::HexOnly(ground, color) if !options.truecolor => color.write_markup(ground, out),
        Token::HexOnly(..) => {}
    });
    if sequences || links && !options.mxp { Err(InTheWay) } else { Ok(()) }
}

/// `text` without its SGR sequences that have parameters (`ESC [ digits and semicolons m`).
#[must_use]
pub fn strip_sgr(text: &str) -> String {
    without(text, '\x1b', sgr_length)
}

/// `text` without the pieces that begin with the ASCII character `first`. `length` returns the length
/// of a piece in bytes, or `None` for text.
fn without(text: &str, first: char, length: impl Fn(&[u8]) -> Option<usize>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(first) {
        let (before, piece) = rest.split_at(at);
        out.push_str(before);
        if let Some(length) = length(piece.as_bytes()) {
            rest = &piece[length..];
        } else {
            out.push(first);
            rest = &piece[1..];
        }
    }
    out.push_str(rest);
    out
}

fn sgr_length(text: &[u8]) -> Option<usize> {
    let parameters = text.strip_prefix(b"\x1b[")?;
    let length = parameters.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';'))?;
    (length > 0 && parameters[length] == b'm').then_some(length + 3)
}

/// `text` without the markup for line breaks and tabs, `|/` and `|-`.
#[must_use]
pub fn strip_unsafe_tokens(text: &str) -> String {
    without(text, '|', |bar| matches!(bar, [b'|', b'/' | b'-', ..]).then_some(2))
}

/// `text` with its bars and braces doubled, so that no markup is left in it.
#[must_use]
pub fn raw(text: &str) -> String {
    text.replace('{', "{{").replace('|', "||")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(text: &str) -> String {
        let mut out = String::new();
        plain(text, Dialect::evennia(), AnsiOptions::default(), &mut out);
        out
    }

    #[test]
    fn colours_go_and_white_space_stays() {
        assert_eq!(strip("|rred|n |[500a|=bb|#fffc|/d|_e"), "red abc\r\nd e");
        assert_eq!(strip("\x1b[1;31mred\x1b[0m"), "red");
        assert_eq!(strip("\x1b[mred\x1b[K\x1b"), "\x1b[mred\x1b[K\x1b");
    }

    #[test]
    fn parts_of_a_sequence_are_not_joined() {
        assert_eq!(strip("\x1b[|r1m"), "\x1b[1m");
        assert_eq!(strip("\x1b[|lcx|lt1m|le"), "");
        assert_eq!(strip_sgr("\x1b[\x1b[0m31m"), "\x1b[31m");
    }

    #[test]
    fn unsafe_tokens_are_removed() {
        assert_eq!(strip_unsafe_tokens("a|/b|-c|n||/"), "abc|n|");
    }
}
