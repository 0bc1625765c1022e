//! Writes text as HTML of a closed list.
//!
//! `span` with classes and colour styles, `br`, and `a` for links; no control characters. One pass
//! reads markup and raw sequences and writes, with URLs found when a text node ends. Where
//! markup, raw sequences, backspaces and escapes get in each other's way (a backspace behind a
//! token, an escaped link marker), the pass gives up, and [`html`] goes by way of ANSI.
//!
//! When a span opens is Evennia's habit and part of the answer: a change of style opens one before
//! the next text, a reset closes it, and a reset without a span to close counts as a change.

use crate::ansi::{self, AnsiOptions};
use crate::backspace;
use crate::color::Color;
use crate::dialect::{Dialect, Meaning, Token};
use crate::escape::{self, ESCAPE, Sequence};
use crate::link::Finder;
use crate::plain::strip_sgr;
use crate::scan::{HtmlBytes, Scanner};
use crate::style::{Change, Palette, Style};
use crate::url;

use anchor::OpenLink;

mod anchor;
mod span;

#[cfg(test)]
mod tests;

/// A tab is this many spaces.
pub(crate) const TAB_SPACES: u8 = 4;

/// How the characters that a surrounding JSON string would need escaped are written. The HTML holds
/// no control characters, so the quote and the backslash are all of them (RFC 8259, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// The HTML as it is.
    Verbatim,
    /// The HTML as the inside of a JSON string.
    Json,
}

/// Appends `text` as HTML to `out`, in UTF-8; with `strip` without colours.
pub fn html(text: &str, dialect: &Dialect, strip: bool, quoting: Quoting, out: &mut Vec<u8>) {
    match quoting {
        Quoting::Verbatim => convert::<false>(text, dialect, strip, out),
        Quoting::Json => convert::<true>(text, dialect, strip, out),
    }
}

fn convert<const JSON: bool>(text: &str, dialect: &Dialect, strip: bool, out: &mut Vec<u8>) {
    out.reserve(text.len() + text.len() / 2 + 32);
    let start = out.len();
    if Writer::<JSON>::new(text, dialect, strip, out).write().is_err() {
        out.truncate(start);
        let ansi = as_ansi(text, dialect, strip);
        let done = Writer::<JSON>::resolved(&ansi, dialect, out).write();
        debug_assert!(done.is_ok(), "a resolved text is never in the way");
    }
}

/// `text` with its markup as raw sequences and its backspaces applied.
fn as_ansi(text: &str, dialect: &Dialect, strip: bool) -> String {
    let options = AnsiOptions { xterm256: true, truecolor: true, mxp: true };
    let mut out = String::new();
    ansi::ansi(text, dialect, options, &mut out);
    if strip {
        out = strip_sgr(&out);
    }
    if out.contains('\x07') {
        out = escape::without_inner_bells(&out);
    }
    if out.contains('\x08') { backspace::apply(&out) } else { out }
}

/// Appends `text` to `out` with `<`, `>`, `&` and both quotes as entities: raw text, shown as it is.
pub fn escape_html(text: &str, quoting: Quoting, out: &mut Vec<u8>) {
    out.reserve(text.len());
    for &byte in text.as_bytes() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\'' => out.extend_from_slice(b"&#x27;"),
            b'\\' if quoting == Quoting::Json => out.extend_from_slice(b"\\\\"),
            0..0x20 if quoting == Quoting::Json => {
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            }
            _ => out.push(byte),
        }
    }
}

/// The single pass cannot tell what is meant.
struct InTheWay;

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Writer<'a, const JSON: bool> {
    text: &'a str,
    dialect: &'a Dialect,
    strip: bool,
    /// The text comes from [`as_ansi`]: it holds no markup and no backspace.
    resolved: bool,
    out: &'a mut Vec<u8>,
    /// Where the text begins that is to be written as it is.
    run: usize,
    style: Style,
    /// A span stands open.
    open: bool,
    /// The style changed since the last text.
    changed: bool,
    /// Where the text node that is being written begins in `out`.
    node: usize,
    /// The node may hold a URL.
    url: bool,
    finder: Finder,
    link: Option<OpenLink>,
}

impl<'a, const JSON: bool> Writer<'a, JSON> {
    const QUOTE: &'static [u8] = if JSON { b"\\\"" } else { b"\"" };
    const BACKSLASH: &'static [u8] = if JSON { b"\\\\" } else { b"\\" };
    fn new(text: &'a str, dialect: &'a Dialect, strip: bool, out: &'a mut Vec<u8>) -> Self {
        let node = out.len();
        Self {
            text,
            dialect,
            strip,
            resolved: false,
            out,
            run: 0,
            style: Style::DEFAULT,
            open: false,
            changed: false,
            node,
            url: false,
            finder: Finder::default(),
            link: None,
        }
    }

    /// Writes what [`as_ansi`] returned. This never fails.
    fn resolved(text: &'a str, dialect: &Dialect, out: &'a mut Vec<u8>) -> Self {
        Self { resolved: true, ..Self::new(text, dialect.resolved(), false, out) }
    }

    fn write(mut self) -> Result<(), InTheWay> {
        let bytes = self.text.as_bytes();
        let mut scanner = Scanner::new(bytes, HtmlBytes { lead: self.dialect.lead });
        let mut at = 0;
        loop {
            at = scanner.next(at);
            let Some(&byte) = bytes.get(at) else { break };
            at = match byte {
                b'|' | b'{' => self.lead(byte, at)?,
                _ if byte == self.dialect.lead => self.lead(byte, at)?,
                b'.' => {
                    // `www.` and `ftp.`
                    self.url |= at > 0 && matches!(bytes[at - 1] | 0x20, b'w' | b'p');
                    at + 1
                }
                b':' => {
                    self.url |= bytes.get(at + 1) == Some(&b'/');
                    at + 1
                }
                // U+00A0 to U+00BF; the others with this first byte are controls.
                0xc2 if bytes[at + 1] >= 0xa0 => at + 2,
                b'"' | b'\\' if !JSON && self.link.is_none() => at + 1,
                b'*' | b'}' | b'~' => at + 1,
                _ => {
                    self.flush(at);
                    self.run = self.special(byte, at)?;
                    self.run
                }
            };
        }
        self.flush(bytes.len());
        self.finish();
        Ok(())
    }

    /// Handles a byte that may begin a token, an escape or a link marker, and returns where to go
    /// on.
    #[inline]
    fn lead(&mut self, byte: u8, at: usize) -> Result<usize, InTheWay> {
        let bytes = self.text.as_bytes();
        let doubled = (byte == b'|' || byte == b'{')
            && self.dialect.escapes
            && bytes.get(at + 1) == Some(&byte);
        if doubled {
            self.check_bar(byte, &bytes[at + 2..], true)?;
            self.flush(at);
            // The second stays, as text.
            self.run = at + 1;
            return Ok(at + 2);
        }
        if let Some((token, length)) = self.dialect.token(bytes, at) {
            self.flush(at);
            self.token(token)?;
            self.run = at + length;
            return Ok(self.run);
        }
        if self.is_link_marker(at) {
            self.flush(at);
            self.run = self.link_marker(at)?;
            return Ok(self.run);
        }
        self.check_bar(byte, &bytes[at + 1..], false)?;
        Ok(at + 1)
    }

    /// A bar of the text may become a link marker: by its escape, or by what is stripped behind it.
    fn check_bar(&self, byte: u8, behind: &[u8], escaped: bool) -> Result<(), InTheWay> {
        if byte != b'|' || !self.dialect.escapes {
            return Ok(());
        }
        let goes = |byte: u8| self.strip && self.means_something(byte);
        match *behind {
            [b'l', b'c' | b'u' | b't' | b'e', ..] if escaped => Err(InTheWay),
            [b'l', byte, ..] | [byte, ..] if goes(byte) => Err(InTheWay),
            _ => Ok(()),
        }
    }

    fn finish(mut self) {
        if self.link.is_some() {
            self.end_link();
        }
        self.end_node(!self.open);
        if self.open {
            self.out.extend_from_slice(b"</span>");
        }
    }

    /// Writes the run of text that means nothing but itself, up to `end`.
    #[inline]
    fn flush(&mut self, end: usize) {
        if self.run < end {
            self.open_span();
            self.out.extend_from_slice(&self.text.as_bytes()[self.run..end]);
        }
    }

    fn token(&mut self, token: Token<'_>) -> Result<(), InTheWay> {
        match token {
            Token::Replacement(replacement) => match &replacement.meaning {
                Meaning::Style(changes) => {
                    for &change in changes {
                        self.change(change);
                    }
                }
                Meaning::LineEnd => self.line_end(),
                &Meaning::Spaces(count) => self.spaces(count),
                Meaning::Other => return Err(InTheWay),
            },
            Token::Color(ground, Color::Rgb(rgb)) | Token::HexOnly(ground, Color::Rgb(rgb)) => {
                self.change(Change::Rgb(ground, rgb));
            }
            Token::Color(ground, color) | Token::HexOnly(ground, color) => {
                self.change(Change::Palette(ground, Palette::Indexed(color.palette_index())));
            }
        }
        Ok(())
    }

    /// Writes what begins at `at`, where no token does, and returns where to go on.
    fn special(&mut self, byte: u8, at: usize) -> Result<usize, InTheWay> {
        let bytes = self.text.as_bytes();
        match byte {
            b'\n' => self.line_end(),
            b'\r' => {
                self.line_end();
                match bytes.get(at + 1) {
                    Some(b'\n') => return Ok(at + 2),
                    // The line feed may come when this is stripped.
                    Some(&next) if self.strip && self.means_something(next) => {
                        return Err(InTheWay);
                    }
                    _ => {}
                }
            }
            b'\t' => self.spaces(TAB_SPACES),
            b'<' => self.entity(b"&lt;"),
            b'>' => self.entity(b"&gt;"),
            b'&' => self.entity(b"&amp;"),
            b'"' if self.in_anchor() => {
                self.open_span();
                self.out.extend_from_slice(Self::BACKSLASH);
                self.out.extend_from_slice(b"&quot;");
            }
            b'"' => self.entity(Self::QUOTE),
            b'\\' => self.entity(Self::BACKSLASH),
            ESCAPE => return self.sequence(at),
            0x08 if !self.resolved => return Err(InTheWay),
            0xc2 => {
                self.vanish();
                return Ok(at + 2);
            }
            _ => self.vanish(),
        }
        Ok(at + 1)
    }

    fn entity(&mut self, entity: &[u8]) {
        self.open_span();
        self.out.extend_from_slice(entity);
    }

    fn spaces(&mut self, count: u8) {
        self.open_span();
        self.out.resize(self.out.len() + usize::from(count), b' ');
    }

    /// Something left no trace, so what stands around it may have become a URL.
    fn vanish(&mut self) {
        self.url = true;
    }

    fn line_end(&mut self) {
        self.open_span();
        self.end_node(false);
        self.out.extend_from_slice(b"<br>");
        self.node = self.out.len();
    }

    fn end_node(&mut self, last: bool) {
        if self.url {
            self.url = false;
            if !self.in_anchor() {
                url::linkify(self.out, self.node, Self::QUOTE, last);
            }
        }
    }

    fn in_anchor(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.anchor)
    }

    fn sequence(&mut self, at: usize) -> Result<usize, InTheWay> {
        let (sequence, length) = escape::sequence(self.text.as_bytes(), at);
        match sequence {
            // Evennia strips only sequences of digits.
            Sequence::Sgr(parameters)
                if self.strip && (parameters.is_empty() || parameters.contains(&b':')) =>
            {
                return Err(InTheWay);
            }
            Sequence::Sgr(parameters) => escape::changes(parameters, |change| self.change(change)),
            Sequence::EraseLine => {
                self.open_span();
                self.vanish();
            }
            // The rest of it may be in a token.
            Sequence::Control | Sequence::Bare if self.dialect.escapes => return Err(InTheWay),
            // A bell may stand inside a sequence, and goes first.
            Sequence::Bare if !self.resolved => return Err(InTheWay),
            Sequence::Control | Sequence::Bare => self.vanish(),
        }
        Ok(at + length)
    }

    #[inline]
    fn change(&mut self, change: Change) {
        if self.strip {
            return self.vanish();
        }
        self.style.apply(change);
        if change == Change::Reset && self.open {
            self.close_span();
            self.changed = false;
        } else {
            self.changed = true;
        }
    }

    /// Whether a byte of a target is more than a letter to a dialect.
    fn means_something(&self, byte: u8) -> bool {
        matches!(byte, b'|' | b'{' | b'\\' | 0..0x20) || byte == self.dialect.lead
    }
}
