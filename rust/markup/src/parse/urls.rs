//! The URLs of a text, and what ends them.

use super::Reader;
use crate::dialect::{Meaning, Token};
use crate::escape::{self, ESCAPE, Sequence};
use crate::sink::{Sink, Target};
use crate::step_counter;
use crate::tokens::{InTheWay, Look};
use crate::url::{self, Border, Url};

/// The most bytes from the character before a scheme to its `:` or `.`.
const MAX_SCHEME_REACH: usize = 6;

/// The text goes on in another style or line, so a full stop before it ends no sentence.
const END: Border = Border::End { of_sentence: false };

impl<S: Sink> Reader<'_, '_, S> {
    /// Looks for a URL whose `:` or `.` stands at `at`. The text that the sink has not received yet begins at
    /// `run`.
    #[inline(never)]
    pub(super) fn look_for_url(&mut self, at: usize, run: usize) -> Result<Look, InTheWay> {
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
    pub(super) fn write_url(&mut self, at: usize) -> usize {
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
}
