//! The upper layer of events: reads markup, raw sequences, links and URLs, and tells a [`Sink`] of
//! styled text.
//!
//! One pass reads a text. Where markup, raw sequences, backspaces and escapes stand in each other (a
//! backspace after a token, an escaped link marker, a control character in a URL), it gives up. The
//! text is then [resolved](crate::rewrite::resolve) to plain ANSI, which one pass always reads: two
//! plain steps, as in Evennia.
//!
//! When a style begins is Evennia's habit, and part of the answer: a change of style begins one
//! before the next text, a reset ends it, and a reset where none has begun counts as a change.

use std::borrow::Cow;

use crate::color::Color;
use crate::dialect::{Dialect, Meaning, TAB_SPACES, Token};
use crate::escape::{self, ESCAPE, Sequence};
use crate::link::{self, Finder, Kind, Link, MARKER};
use crate::rewrite::resolve;
use crate::scan::StyledBytes;
use crate::sink::{Sink, Target};
use crate::step_counter;
use crate::style::{Change, Palette, Style};
use crate::tokens::{self, InTheWay, Look, TokenSink};
use crate::url::{self, Border, Url};

#[cfg(test)]
mod tests;

/// Tells `sink` of `text`; with `strip` without styles.
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
    /// The sink was told of a link. An unsafe address leaves only the label.
    linked: bool,
}

/// The last place where something stood that nothing shows. The text around it belongs together.
#[derive(Default)]
struct Seam {
    /// The position after it; 0 if there was none.
    at: usize,
    /// The byte of text before it.
    before: u8,
}

/// The most bytes from the character before a scheme to its `:` or `.`.
const MAX_SCHEME_REACH: usize = 6;

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Reader<'a, 's, S> {
    text: &'a str,
    dialect: &'a Dialect,
    strip: bool,
    /// The text comes from [`resolve`]: nothing in it may be in the way.
    resolved: bool,
    sink: &'s mut S,
    style: Style,
    /// The sink was told of a style that has not ended.
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

    /// Nothing shows the bytes from `start` to `end`. The text around them may be a URL then, which one
    /// pass does not see.
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

    // URLs

    /// Looks for a URL whose `:` or `.` stands at `at`. The text that was not told yet begins at
    /// `run`.
    #[inline(never)]
    fn look_for_url(&mut self, at: usize, run: usize) -> Result<Look, InTheWay> {
        if self.is_in_link() {
            return Ok(Look::Text(at + 1));
        }
        let bytes = self.text.as_bytes();
        if self.seam.at > 0 && at < self.seam.at + MAX_SCHEME_REACH {
            return Err(InTheWay);
        }
        let Some(start) = url::start(bytes, run, at) else {
            return Ok(Look::Text(at + 1));
        };
        let found = url::find(bytes, start, |at| self.border(at)).map_err(|_unclear| InTheWay)?;
        Ok(match found {
            Some(url) => {
                let from = url.start;
                self.url = Some(url);
                Look::Special(from)
            }
            None => Look::Text(at + 1),
        })
    }

    /// Tells of the URL that was found, and returns where it ends.
    fn write_url(&mut self, at: usize) -> usize {
        let Some(Url { start, end, bare }) = self.url.take() else { return at };
        let url = &self.text[start..end];
        self.before_text();
        self.sink.begin_link(Target::Url { url, bare });
        let mut run = 0;
        for (at, byte) in url.bytes().enumerate() {
            // No other byte that sinks escape belongs to a URL.
            if byte == b'&' && self.sink.escapes(byte) {
                if run < at {
                    self.sink.text(&url[run..at]);
                }
                self.sink.character(byte);
                run = at + 1;
            }
        }
        if run < url.len() {
            self.sink.text(&url[run..]);
        }
        self.sink.end_link();
        end
    }

    /// What a position is to a URL that reaches it.
    fn border(&mut self, at: usize) -> Border {
        let bytes = self.text.as_bytes();
        let unclear = if self.resolved { END } else { Border::Unclear };
        let Some(&byte) = bytes.get(at) else {
            return Border::End { of_sentence: !self.begun && !self.changed };
        };
        match byte {
            b'\n' | b'\r' => END,
            b'\t' => Border::Space,
            _ if self.dialect.may_begin_token(byte) => {
                if self.dialect.is_escape(bytes, at) {
                    return unclear;
                }
                match self.dialect.token(bytes, at) {
                    Some((Token::Replacement(replacement), _)) => match replacement.meaning {
                        Meaning::Style(_) if self.strip => unclear,
                        Meaning::Style(_) => self.end_of_style(at),
                        Meaning::LineEnd => END,
                        Meaning::Spaces(_) => Border::Space,
                        Meaning::Other => unclear,
                    },
                    Some(_) if self.strip => unclear,
                    Some(_) => self.end_of_style(at),
                    None if self.is_link_marker(at) && self.is_closed(at) => END,
                    None if self.check_bar(at, false).is_err() => unclear,
                    None => Border::Text,
                }
            }
            ESCAPE if self.style_change(at).is_some() && !self.strip => self.end_of_style(at),
            0..0x20 | 0x7f => unclear,
            0xc2 if bytes[at + 1] < 0xa0 => unclear,
            _ => Border::Text,
        }
    }

    /// The border at a change of style. The sentence ends there if no text follows and no style is
    /// left to end.
    fn end_of_style(&self, at: usize) -> Border {
        if self.begun || self.changed {
            return END;
        }
        let length = self.text.len();
        let mut end = at;
        while end < length {
            let Some(change) = self.style_change(end) else {
                let hidden = matches!(self.text.as_bytes()[end], 0..0x20 | 0x7f | 0xc2);
                return if hidden && !self.resolved { Border::Unclear } else { END };
            };
            step_counter::add(change);
            end += change;
        }
        Border::End { of_sentence: true }
    }

    /// The length of the token or sequence at `at`, if it changes the style.
    fn style_change(&self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        if bytes[at] == ESCAPE {
            let (Sequence::Sgr(parameters), length) = escape::sequence(bytes, at) else {
                return None;
            };
            let mut changes = false;
            escape::changes(parameters, |_| changes = true);
            return changes.then_some(length);
        }
        if self.dialect.is_escape(bytes, at) {
            return None;
        }
        match self.dialect.token(bytes, at)? {
            (Token::Replacement(replacement), length) => {
                matches!(replacement.meaning, Meaning::Style(_)).then_some(length)
            }
            (_, length) => Some(length),
        }
    }

    // Links

    /// Whether a link may begin at the bar at `at`, or the label that is being read ends there.
    fn is_link_marker(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        self.dialect.links
            && bytes[at] == b'|'
            && match bytes.get(at + 1..at + MARKER) {
                Some(b"lc" | b"lu") => self.label.is_none(),
                Some(b"le") => self.label.as_ref().is_some_and(|label| label.end == at),
                _ => false,
            }
    }

    /// Whether the link marker at `at` belongs to a closed link.
    fn is_closed(&mut self, at: usize) -> bool {
        self.label.is_some() || self.finder.link(self.text, at).is_some()
    }

    fn is_in_link(&self) -> bool {
        self.label.as_ref().is_some_and(|label| label.linked)
    }

    fn link_marker(&mut self, at: usize) -> Result<usize, InTheWay> {
        if self.label.is_some() {
            self.end_link();
            return Ok(at + MARKER);
        }
        let Some(link) = self.finder.link(self.text, at) else {
            self.before_text();
            self.sink.text("|");
            return Ok(at + 1);
        };
        self.begin_link(&link)
    }

    fn begin_link(&mut self, link: &Link) -> Result<usize, InTheWay> {
        let target = link.target(self.text);
        if !self.resolved && target.bytes().any(|byte| self.means_something(byte)) {
            return Err(InTheWay);
        }
        let mut target = visible(target);
        // Browsers ignore line ends in addresses, so one could hide a scheme.
        if link.kind == Kind::Address && target.contains('\n') {
            target = Cow::Owned(target.replace('\n', ""));
        }
        let linked = link.kind == Kind::Command || link::is_safe(&target);
        let styled = !self.strip && self.changes_style(link);
        if !styled {
            self.before_text();
        } else if self.begun {
            self.end_style();
            self.changed = true;
        }
        if linked {
            self.sink.begin_link(match link.kind {
                Kind::Command => Target::Command(&target),
                Kind::Address => Target::Address(&target),
            });
        }
        self.label = Some(Label { end: link.end, styled, linked });
        Ok(link.label + MARKER)
    }

    fn end_link(&mut self) {
        if let Some(Label { styled, linked, .. }) = self.label.take() {
            if styled && self.begun {
                self.end_style();
                self.changed = true;
            }
            if linked {
                self.sink.end_link();
            }
        }
    }

    /// Whether a sequence or token in the label may change the style.
    fn changes_style(&self, link: &Link) -> bool {
        let label = link.label(self.text).as_bytes();
        step_counter::add(label.len());
        let mut at = 0;
        while at < label.len() {
            if self.dialect.is_escape(label, at) {
                at += 2;
                continue;
            }
            if label[at] == ESCAPE {
                return true;
            }
            match self.dialect.token(label, at) {
                Some((Token::Replacement(replacement), length)) => {
                    if let Meaning::Style(_) = replacement.meaning {
                        return true;
                    }
                    at += length;
                }
                Some(_) => return true,
                None => at += 1,
            }
        }
        false
    }
}

/// The text goes on in another style or line, so a full stop before it ends no sentence.
const END: Border = Border::End { of_sentence: false };

/// A command or address without sequences and control characters. Line ends are `\n`, tabs are spaces.
fn visible(target: &str) -> Cow<'_, str> {
    step_counter::add(target.len());
    if !target.chars().any(char::is_control) {
        return Cow::Borrowed(target);
    }
    let bytes = target.as_bytes();
    let mut out = String::with_capacity(target.len());
    let mut at = 0;
    while let Some(character) = target[at..].chars().next() {
        let length = match character {
            '\x1b' => escape::sequence(bytes, at).1,
            '\r' if bytes.get(at + 1) == Some(&b'\n') => 1,
            '\r' | '\n' => {
                out.push('\n');
                1
            }
            '\t' => {
                out.extend(std::iter::repeat_n(' ', usize::from(TAB_SPACES)));
                1
            }
            _ => {
                if !character.is_control() {
                    out.push(character);
                }
                character.len_utf8()
            }
        };
        at += length;
    }
    Cow::Owned(out)
}
