//! Link markers, and the label between them.

use std::borrow::Cow;

use super::{Label, Reader};
use crate::dialect::{Meaning, TAB_SPACES, Token};
use crate::escape::{self, ESCAPE};
use crate::link::{self, Kind, Link, MARKER};
use crate::sink::{Sink, Target};
use crate::step_counter;
use crate::tokens::InTheWay;

impl<S: Sink> Reader<'_, '_, S> {
    /// Whether a link may begin at the bar at `at`, or the label that is being read ends there.
    pub(super) fn is_link_marker(&self, at: usize) -> bool {
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
    pub(super) fn is_closed(&mut self, at: usize) -> bool {
        self.label.is_some() || self.finder.link(self.text, at).is_some()
    }

    pub(super) fn is_in_link(&self) -> bool {
        self.label.as_ref().is_some_and(|label| label.linked)
    }

    pub(super) fn link_marker(&mut self, at: usize) -> Result<usize, InTheWay> {
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

    pub(super) fn end_link(&mut self) {
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
