//! The upper layer of events: reads markup, raw sequences, links and URLs, and calls a [`Sink`] for
//! styled text.
//!
//! One pass reads a text. It gives up where markup, raw sequences, backspaces and escapes stand inside
//! each other: a backspace after a token, an escaped link marker, a control character in a URL. The
//! text is then [resolved](crate::rewrite::resolve) to ANSI that one pass always reads: two plain
//! steps, as in Evennia.
//!
//! Where a style begins and ends is part of Evennia's answer. A change of style opens the new style
//! only before the next text. A reset closes the open style; with none open it counts as a change.

use crate::color::Color;
use crate::dialect::{Dialect, Meaning, TAB_SPACES, Token};
use crate::escape::{self, ESCAPE, Sequence};
use crate::link::Finder;
use crate::rewrite::resolve;
use crate::scan::StyledBytes;
use crate::sink::Sink;
use crate::style::{Change, Palette, Style};
use crate::tokens::{self, InTheWay, Look, TokenSink};
use crate::url::Url;

mod links;
mod urls;

#[cfg(test)]
mod tests;

/// Reads `text` and calls `sink`; with `strip` without styles.
pub(crate) fn parse<S: Sink>(text: &str, dialect: &Dialect, strip: bool, sink: &mut S) {
    if Reader::new(text, dialect, strip, sink).read().is_err() {
        sink.restart();
        let resolved = resolve(text, dialect, strip);
        let read = Reader::of_resolved(&resolved, dialect, sink).read();
        debug_assert!(read.is_ok(), "nothing in a resolved text is in the way");
    }
}

/// The link whose label is being read.
struct Label {
    /// Where its end marker stands.
    end: usize,
    /// The label changes its style, so its styles begin and end inside.
    styled: bool,
    /// The sink got a link. An unsafe address leaves only the label.
    linked: bool,
}

/// The last place where bytes vanish. The text before and after it may join.
#[derive(Default)]
struct Seam {
    /// The position after it; 0 if there was none.
    at: usize,
    /// The byte of text before it.
    before: u8,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Reader<'a, 's, S> {
    text: &'a str,
    dialect: &'a Dialect,
    strip: bool,
    /// The text comes from [`resolve`]: nothing in it may be in the way.
    resolved: bool,
    sink: &'s mut S,
    style: Style,
    /// The sink got a style that has not ended.
    begun: bool,
    /// The style changed since the last text.
    changed: bool,
    seam: Seam,
    /// The URL that begins at the position that was announced as special.
    url: Option<Url>,
    finder: Finder,
    label: Option<Label>,
}

impl<S: Sink> TokenSink for Reader<'_, '_, S> {
    type Bytes = StyledBytes;

    fn bytes(&self) -> StyledBytes {
        StyledBytes { lead: self.dialect.lead }
    }

    #[inline]
    fn text(&mut self, text: &str) {
        self.before_text();
        self.sink.text(text);
    }

    #[inline]
    fn token(&mut self, token: Token<'_>, length: usize, end: usize) -> Result<(), InTheWay> {
        match token {
            Token::Replacement(replacement) => match &replacement.meaning {
                Meaning::Style(changes) => {
                    if self.strip {
                        return self.traceless(end - length, end);
                    }
                    for &change in changes {
                        self.change(change);
                    }
                }
                Meaning::LineEnd => self.line_end(),
                &Meaning::Spaces(count) => self.spaces(count),
                Meaning::Other => return Err(InTheWay),
            },
            Token::Color(..) | Token::HexOnly(..) if self.strip => {
                return self.traceless(end - length, end);
            }
            Token::Color(ground, Color::Rgb(rgb)) | Token::HexOnly(ground, Color::Rgb(rgb)) => {
                self.change(Change::Rgb(ground, rgb));
            }
            Token::Color(ground, color) | Token::HexOnly(ground, color) => {
                self.change(Change::Palette(ground, Palette::Indexed(color.palette_index())));
            }
        }
        Ok(())
    }

    #[inline]
    fn escape(&mut self, at: usize) -> Result<(), InTheWay> {
        self.check_bar(at + 1, true)
    }

    #[inline]
    fn look(&mut self, byte: u8, at: usize, run: usize) -> Result<Look, InTheWay> {
        let bytes = self.text.as_bytes();
        Ok(match byte {
            b'.' if at == 0 || !matches!(bytes[at - 1] | 0x20, b'w' | b'p') => {
                if at == self.seam.at && matches!(self.seam.before | 0x20, b'w' | b'p') {
                    return Err(InTheWay);
                }
                Look::Text(at + 1)
            }
            b':' if bytes.get(at + 1) != Some(&b'/') => Look::Text(at + 1),
            b'.' | b':' => return self.look_for_url(at, run),
            // U+00A0 to U+00BF; the others with this first byte are controls.
            0xc2 if bytes[at + 1] >= 0xa0 => Look::Text(at + 2),
            b'"' | b'&' | b'<' | b'>' | b'\\' if !self.sink.escapes(byte) => Look::Text(at + 1),
            b'*' | b'}' | b'~' => Look::Text(at + 1),
            _ if self.dialect.may_begin_token(byte) && !self.is_link_marker(at) => {
                self.check_bar(at, false)?;
                Look::Text(at + 1)
            }
            _ => Look::Special(at),
        })
    }

    fn special(&mut self, byte: u8, at: usize) -> Result<usize, InTheWay> {
        let bytes = self.text.as_bytes();
        match byte {
            b'|' => return self.link_marker(at),
            b':' | b'.' => return Ok(self.write_url(at)),
            b'\n' => self.line_end(),
            b'\r' => {
                self.line_end();
                match bytes.get(at + 1) {
                    Some(b'\n') => return Ok(at + 2),
                    // Stripping may bring the line feed here.
                    Some(&next) if self.strip && self.means_something(next) => {
                        return Err(InTheWay);
                    }
                    _ => {}
                }
            }
            b'\t' => self.spaces(TAB_SPACES),
            b'"' | b'&' | b'<' | b'>' | b'\\' => {
                self.before_text();
                self.sink.character(byte);
            }
            ESCAPE => return self.sequence(at),
            0x08 if !self.resolved => return Err(InTheWay),
            0xc2 => {
                self.traceless(at, at + 2)?;
                return Ok(at + 2);
            }
            _ => self.traceless(at, at + 1)?,
        }
        Ok(at + 1)
    }
}

impl<'a, 's, S: Sink> Reader<'a, 's, S> {
    fn new(text: &'a str, dialect: &'a Dialect, strip: bool, sink: &'s mut S) -> Self {
        Self {
            text,
            dialect,
            strip,
            resolved: false,
            sink,
            style: Style::DEFAULT,
            begun: false,
            changed: false,
            seam: Seam::default(),
            url: None,
            finder: Finder::default(),
            label: None,
        }
    }

    /// Reads what [`resolve`] returned of a text of `dialect`. This never gives up.
    fn of_resolved(text: &'a str, dialect: &Dialect, sink: &'s mut S) -> Self {
        Self { resolved: true, ..Self::new(text, dialect.resolved(), false, sink) }
    }

    fn read(&mut self) -> Result<(), InTheWay> {
        tokens::read(self.text, self.dialect, self)?;
        if self.label.is_some() {
            self.end_link();
        }
        if self.begun {
            self.sink.end_style();
        }
        Ok(())
    }

    // Styles

    /// Tells of the style that the next text has.
    #[inline]
    fn before_text(&mut self) {
        if self.changed {
            self.sink.style(&self.style, self.begun);
            self.begun = true;
            self.changed = false;
        }
    }

    #[inline]
    fn change(&mut self, change: Change) {
        self.style.apply(change);
        if change == Change::Reset && self.begun {
            self.end_style();
        } else {
            self.changed = true;
        }
    }

    fn end_style(&mut self) {
        self.sink.end_style();
        self.begun = false;
        self.changed = false;
    }

    fn sequence(&mut self, at: usize) -> Result<usize, InTheWay> {
        let (sequence, length) = escape::sequence(self.text.as_bytes(), at);
        let end = at + length;
        match sequence {
            Sequence::Sgr(parameters) if self.strip => {
                // Evennia strips only sequences of digits.
                if parameters.is_empty() || parameters.contains(&b':') {
                    return Err(InTheWay);
                }
                self.traceless(at, end)?;
            }
            Sequence::Sgr(parameters) => {
                let mut changes = false;
                escape::changes(parameters, |change| {
                    changes = true;
                    self.change(change);
                });
                if !changes {
                    self.traceless(at, end)?;
                }
            }
            Sequence::EraseLine => {
                self.before_text();
                self.traceless(at, end)?;
            }
            // The rest of it may be in a token.
            Sequence::Control if self.dialect.escapes => return Err(InTheWay),
            // A token or a bell may stand inside it, and goes first.
            Sequence::Bare if !self.resolved => return Err(InTheWay),
            Sequence::Control | Sequence::Bare => self.traceless(at, end)?,
        }
        Ok(end)
    }

    // White space

    fn spaces(&mut self, count: u8) {
        self.before_text();
        self.sink.spaces(count);
    }

    fn line_end(&mut self) {
        self.before_text();
        self.sink.line_end();
    }

    // What may be in the way

    /// The bytes from `start` to `end` vanish. The text on both sides may then form a URL that one pass
    /// would miss, so it gives up.
    fn traceless(&mut self, start: usize, end: usize) -> Result<(), InTheWay> {
        if self.resolved {
            return Ok(());
        }
        let bytes = self.text.as_bytes();
        if start > 0 && start != self.seam.at {
            self.seam.before = bytes[start - 1];
        }
        self.seam.at = end;
        let goes_on = bytes.get(end).is_some_and(|next| !matches!(next, b' ' | b'\n' | b'\r'));
        if goes_on && matches!(self.seam.before, b':' | b'/') { Err(InTheWay) } else { Ok(()) }
    }

    /// Gives up if the bar at `at`, which is text, may become part of a link marker: because it was
    /// escaped, or because something after it is stripped.
    fn check_bar(&self, at: usize, escaped: bool) -> Result<(), InTheWay> {
        let bytes = self.text.as_bytes();
        if bytes[at] != b'|' || self.resolved || !self.dialect.links {
            return Ok(());
        }
        let goes = |byte: u8| self.strip && self.means_something(byte);
        match bytes[at + 1..] {
            [b'l', b'c' | b'u' | b't' | b'e', ..] if escaped => Err(InTheWay),
            [b'l', byte, ..] | [byte, ..] if goes(byte) => Err(InTheWay),
            _ => Ok(()),
        }
    }

    /// Whether a byte may be more than text in this dialect.
    fn means_something(&self, byte: u8) -> bool {
        matches!(byte, b'|' | b'{' | b'\\' | 0..0x20) || byte == self.dialect.lead
    }
}
