//! Links, `|lc...|lt...|le` and `|lu...|lt...|le`, as `a` around their label.
//!
//! Their target is a player's data: nothing in it ends the attribute or the JSON string it stands
//! in, and an address of no safe scheme gets no tag.

use std::borrow::Cow;

use super::{InTheWay, Writer};
use crate::dialect::{Meaning, Token};
use crate::escape::{self, ESCAPE};
use crate::link::{self, Kind, Link, MARKER};
use crate::work;

/// The link whose label is being written.
pub(super) struct OpenLink {
    /// Where its end marker stands.
    end: usize,
    /// The label changes its style, so the spans are inside.
    styled: bool,
    /// There is a tag around the label.
    pub(super) anchor: bool,
}

impl<const JSON: bool> Writer<'_, JSON> {
    const COMMAND: &'static [u8] = if JSON {
        br##"<a id=\"mxplink\" href=\"#\" onclick=\"Evennia.msg(&quot;text&quot;,[&quot;"##
    } else {
        br##"<a id="mxplink" href="#" onclick="Evennia.msg(&quot;text&quot;,[&quot;"##
    };
    const COMMAND_END: &'static [u8] =
        if JSON { br#"&quot;],{});return false;\">"# } else { br#"&quot;],{});return false;">"# };
    const ADDRESS: &'static [u8] =
        if JSON { br#"<a id=\"mxplink\" href=\""# } else { br#"<a id="mxplink" href=""# };
    const ADDRESS_END: &'static [u8] =
        if JSON { br#"\" target=\"_blank\">"# } else { br#"" target="_blank">"# };

    /// Whether a link may begin at the bar at `at`, or the label that is being written ends there.
    pub(super) fn is_link_marker(&self, at: usize) -> bool {
        self.dialect.links
            && self.text.as_bytes()[at] == b'|'
            && match self.text.as_bytes().get(at + 1..at + MARKER) {
                Some(b"lc" | b"lu") => self.link.is_none(),
                Some(b"le") => self.link.as_ref().is_some_and(|link| link.end == at),
                _ => false,
            }
    }

    pub(super) fn link_marker(&mut self, at: usize) -> Result<usize, InTheWay> {
        if self.link.is_some() {
            self.end_link();
            return Ok(at + MARKER);
        }
        let Some(link) = self.finder.link(self.text, at) else {
            self.open_span();
            self.out.push(b'|');
            return Ok(at + 1);
        };
        self.begin_link(&link)
    }

    fn begin_link(&mut self, link: &Link) -> Result<usize, InTheWay> {
        let target = link.target(self.text);
        if self.dialect.escapes && target.bytes().any(|byte| self.means_something(byte)) {
            return Err(InTheWay);
        }
        let mut target = visible(target);
        // Browsers pass over line ends in addresses, so none may hide a scheme.
        if link.kind == Kind::Address && target.contains('\n') {
            target = Cow::Owned(target.replace('\n', ""));
        }
        let anchor = link.kind == Kind::Command || link::is_safe(&target);
        let styled = !self.strip && self.changes_style(link);
        if styled && self.open {
            self.close_span();
            self.changed = true;
        } else if !styled {
            self.open_span();
        }
        self.end_node(false);
        if anchor {
            match link.kind {
                Kind::Command => {
                    self.out.extend_from_slice(Self::COMMAND);
                    self.command(&target);
                    self.out.extend_from_slice(Self::COMMAND_END);
                }
                Kind::Address => {
                    self.out.extend_from_slice(Self::ADDRESS);
                    self.attribute_value(&target);
                    self.out.extend_from_slice(Self::ADDRESS_END);
                }
            }
        }
        self.node = self.out.len();
        self.link = Some(OpenLink { end: link.end, styled, anchor });
        Ok(link.label + MARKER)
    }

    pub(super) fn end_link(&mut self) {
        if let Some(OpenLink { styled, anchor, .. }) = self.link {
            if styled && self.open {
                self.close_span();
                self.changed = true;
            }
            self.end_node(false);
            if anchor {
                self.out.extend_from_slice(b"</a>");
            }
            self.node = self.out.len();
            self.link = None;
        }
    }

    /// Whether a sequence or token in the label may change the style.
    fn changes_style(&self, link: &Link) -> bool {
        let label = link.label(self.text).as_bytes();
        work::done(label.len());
        let mut at = 0;
        while at < label.len() {
            let escaped =
                self.dialect.escapes && matches!(label[at..], [b'|', b'|', ..] | [b'{', b'{', ..]);
            if escaped {
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

    /// Writes a command: data of a JSON string in an attribute.
    fn command(&mut self, command: &str) {
        for byte in command.bytes() {
            match byte {
                b'\n' => {
                    self.out.extend_from_slice(Self::BACKSLASH);
                    self.out.push(b'n');
                }
                b'\\' => {
                    self.out.extend_from_slice(Self::BACKSLASH);
                    self.out.extend_from_slice(Self::BACKSLASH);
                }
                b'"' => {
                    self.out.extend_from_slice(Self::BACKSLASH);
                    self.out.extend_from_slice(b"&quot;");
                }
                _ => self.attribute_byte(byte),
            }
        }
    }

    fn attribute_value(&mut self, value: &str) {
        for byte in value.bytes() {
            self.attribute_byte(byte);
        }
    }

    fn attribute_byte(&mut self, byte: u8) {
        match byte {
            b'&' => self.out.extend_from_slice(b"&amp;"),
            b'<' => self.out.extend_from_slice(b"&lt;"),
            b'>' => self.out.extend_from_slice(b"&gt;"),
            b'"' => self.out.extend_from_slice(b"&quot;"),
            b'\\' => self.out.extend_from_slice(Self::BACKSLASH),
            _ => self.out.push(byte),
        }
    }
}

/// A command or address without what cannot be seen: sequences and control characters. Line ends
/// are `\n`, tabs four spaces.
fn visible(target: &str) -> Cow<'_, str> {
    work::done(target.len());
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
                out.push_str("    ");
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
