//! Writes markup as ANSI: SGR sequences of 16, 256 or 24-bit colours.

use super::links::strip_links_from;
use crate::dialect::{Dialect, Token};
use crate::scan::MarkupBytes;
use crate::tokens::{self, InTheWay, Look, TokenSink};

/// What [`ansi`] and [`plain`](crate::plain()) keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnsiOptions {
    /// Colours of the 256-colour palette stay; otherwise the nearest of 16.
    pub xterm256: bool,
    /// Colours of 24 bits stay; otherwise the nearest of the palette.
    pub truecolor: bool,
    /// Link markers stay; otherwise only the labels of commands and the addresses.
    pub mxp: bool,
}

/// Appends `text` with its markup turned into ANSI sequences to `out`.
///
/// Raw sequences and control characters pass as they are.
pub fn ansi(text: &str, dialect: &Dialect, options: AnsiOptions, out: &mut String) {
    let start = out.len();
    let links = write(text, dialect, out, |token, out| match token {
        Token::Replacement(replacement) => out.push_str(&replacement.text),
        Token::Color(ground, color) => {
            color.write(ground, options.xterm256, options.truecolor, out);
        }
        Token::HexOnly(ground, color) if options.truecolor => color.write(ground, true, true, out),
        Token::HexOnly(ground, color) => color.write_markup(ground, out),
    });
    if links && !options.mxp {
        strip_links_from(out, start);
    }
}

/// Appends `text` with its escapes resolved and its tokens written by `write_token`. Tells whether
/// link markers may be in what was written.
pub(super) fn write(
    text: &str,
    dialect: &Dialect,
    out: &mut String,
    write_token: impl FnMut(Token<'_>, &mut String),
) -> bool {
    out.reserve(text.len() + text.len() / 4);
    let bytes = text.as_bytes();
    let mut rewriter = Rewriter { bytes, lead: dialect.lead, write_token, out, links: false };
    let read = tokens::read(text, dialect, &mut rewriter);
    debug_assert!(read.is_ok(), "a rewriter never gives up");
    rewriter.links
}

struct Rewriter<'a, W> {
    bytes: &'a [u8],
    lead: u8,
    write_token: W,
    out: &'a mut String,
    /// A bar and an `l` were written next to each other.
    links: bool,
}

impl<W: FnMut(Token<'_>, &mut String)> TokenSink for Rewriter<'_, W> {
    type Bytes = MarkupBytes;

    fn bytes(&self) -> MarkupBytes {
        MarkupBytes { lead: self.lead }
    }

    #[inline]
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    #[inline]
    fn token(&mut self, token: Token<'_>, _length: usize, _end: usize) -> Result<(), InTheWay> {
        (self.write_token)(token, self.out);
        Ok(())
    }

    #[inline]
    fn escape(&mut self, at: usize) -> Result<(), InTheWay> {
        self.links |= self.bytes[at] == b'|' && self.bytes.get(at + 2) == Some(&b'l');
        Ok(())
    }

    #[inline]
    fn look(&mut self, byte: u8, at: usize, _run: usize) -> Result<Look, InTheWay> {
        self.links |= byte == b'|' && self.bytes.get(at + 1) == Some(&b'l');
        Ok(Look::Text(at + 1))
    }

    fn special(&mut self, _byte: u8, at: usize) -> Result<usize, InTheWay> {
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(text: &str, options: AnsiOptions) -> String {
        let mut out = String::new();
        ansi(text, Dialect::evennia(), options, &mut out);
        out
    }

    #[test]
    fn colours_are_reduced_to_those_of_the_client() {
        let truecolor = AnsiOptions { xterm256: true, truecolor: true, mxp: false };
        let xterm256 = AnsiOptions { truecolor: false, ..truecolor };
        assert_eq!(convert("|#ff8000x", truecolor), "\x1b[38;2;255;128;0mx");
        assert_eq!(convert("|[#f80x", xterm256), "\x1b[48;5;208mx");
        assert_eq!(convert("|#f00x", AnsiOptions::default()), "\x1b[1m\x1b[31mx");
        assert_eq!(convert("|=mx|[=mx", xterm256), "\x1b[38;5;243mx\x1b[48;5;243mx");
        assert_eq!(convert("|[rx", AnsiOptions::default()), "\x1b[41mx");
    }

    #[test]
    fn escapes_become_text_and_other_text_stays() {
        for (text, expected) in [
            ("||r", "|r"),
            ("|||r", "|\x1b[1m\x1b[31m"),
            ("{{r", "{r"),
            (r"|\r", r"|\r"),
            ("|", "|"),
            ("|é|5", "|é|5"),
            ("|||[r", "||[r"),
            ("|[|n", "|[\x1b[0m"),
        ] {
            assert_eq!(convert(text, AnsiOptions::default()), expected, "{text}");
        }
    }

    #[test]
    fn links_leave_their_label_or_address() {
        let text = "|lcgo|ltGo|le |luhttp://x|ltX|le ||lca||ltb||le";
        assert_eq!(convert(text, AnsiOptions::default()), "Go http://x b");
        let mxp = AnsiOptions { mxp: true, ..AnsiOptions::default() };
        assert_eq!(convert(text, mxp), "|lcgo|ltGo|le |luhttp://x|ltX|le |lca|ltb|le");
    }
}
