//! Writes HTML of a closed list: `span` with classes or styles, `br`, and `a` for links; no control
//! characters.
//!
//! A link's target is a player's data: nothing in it ends the attribute or the JSON string that it
//! stands in.

mod classes;
mod inline;

use crate::dialect::Dialect;
use crate::parse::parse;
use crate::sink::{Sink, Target};
use crate::style::Style;

#[cfg(test)]
mod tests;

/// How the characters that a surrounding JSON string would need escaped are written. The HTML holds
/// no control characters, so the quote and the backslash are all of them (RFC 8259, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// The HTML as it is.
    Verbatim,
    /// The HTML as the inside of a JSON string.
    Json,
}

/// Appends `text` as HTML with classes to `out`, in UTF-8; with `strip` without colours.
pub fn html(text: &str, dialect: &Dialect, strip: bool, quoting: Quoting, out: &mut Vec<u8>) {
    match quoting {
        Quoting::Verbatim => write::<false, false>(text, dialect, strip, out),
        Quoting::Json => write::<true, false>(text, dialect, strip, out),
    }
}

/// Appends `text` as HTML to `out`, in UTF-8, with declarations in the place of classes, for mail and
/// for pages without the stylesheet.
pub fn inline_html(text: &str, dialect: &Dialect, strip: bool, out: &mut Vec<u8>) {
    write::<false, true>(text, dialect, strip, out);
}

fn write<const JSON: bool, const INLINE: bool>(
    text: &str,
    dialect: &Dialect,
    strip: bool,
    out: &mut Vec<u8>,
) {
    out.reserve(text.len() + text.len() / 2 + 32);
    let start = out.len();
    parse(text, dialect, strip, &mut Html::<JSON, INLINE> { out, start, in_link: false });
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

struct Html<'a, const JSON: bool, const INLINE: bool> {
    out: &'a mut Vec<u8>,
    /// Where the HTML begins in `out`.
    start: usize,
    in_link: bool,
}

impl<const JSON: bool, const INLINE: bool> Html<'_, JSON, INLINE> {
    const BACKSLASH: &'static [u8] = if JSON { br"\\" } else { br"\" };
    const QUOTE: &'static [u8] = if JSON { br#"\""# } else { br#"""# };
    const COMMAND: &'static [u8] = if JSON {
        br##"<a id=\"mxplink\" href=\"#\" onclick=\"Evennia.msg(&quot;text&quot;,[&quot;"##
    } else {
        br##"<a id="mxplink" href="#" onclick="Evennia.msg(&quot;text&quot;,[&quot;"##
    };
    const COMMAND_END: &'static [u8] =
        if JSON { br#"&quot;],{});return false;\">"# } else { br#"&quot;],{});return false;">"# };
    const ADDRESS: &'static [u8] =
        if JSON { br#"<a id=\"mxplink\" href=\""# } else { br#"<a id="mxplink" href=""# };
    const URL: &'static [u8] = if JSON { br#"<a href=\""# } else { br#"<a href=""# };
    const ADDRESS_END: &'static [u8] =
        if JSON { br#"\" target=\"_blank\">"# } else { br#"" target="_blank">"# };

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

impl<const JSON: bool, const INLINE: bool> Sink for Html<'_, JSON, INLINE> {
    #[inline]
    fn escapes(&self, byte: u8) -> bool {
        match byte {
            b'"' | b'\\' => JSON || self.in_link,
            _ => true,
        }
    }

    #[inline]
    fn style(&mut self, style: &Style, replaces: bool) {
        if replaces {
            self.end_style();
        }
        if INLINE {
            inline::write(style, self.out);
        } else {
            classes::write::<JSON>(style, self.out);
        }
    }

    #[inline]
    fn end_style(&mut self) {
        self.out.extend_from_slice(b"</span>");
    }

    #[inline]
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn character(&mut self, byte: u8) {
        // The backslash before a quote in a link is Evennia's.
        if byte == b'"' && self.in_link {
            self.out.extend_from_slice(Self::BACKSLASH);
        }
        self.out.extend_from_slice(match byte {
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'&' => b"&amp;",
            b'"' if self.in_link => b"&quot;",
            b'"' => Self::QUOTE,
            _ => Self::BACKSLASH,
        });
    }

    #[inline]
    fn spaces(&mut self, count: u8) {
        self.out.resize(self.out.len() + usize::from(count), b' ');
    }

    #[inline]
    fn line_end(&mut self) {
        self.out.extend_from_slice(b"<br>");
    }

    fn begin_link(&mut self, target: Target<'_>) {
        match target {
            Target::Command(command) => {
                self.out.extend_from_slice(Self::COMMAND);
                self.command(command);
                self.out.extend_from_slice(Self::COMMAND_END);
            }
            Target::Address(address) => {
                self.out.extend_from_slice(Self::ADDRESS);
                self.attribute_value(address);
                self.out.extend_from_slice(Self::ADDRESS_END);
            }
            Target::Url { url, bare } => {
                self.out.extend_from_slice(Self::URL);
                if bare {
                    self.out.extend_from_slice(b"http://");
                }
                self.attribute_value(url);
                self.out.extend_from_slice(Self::ADDRESS_END);
            }
        }
        self.in_link = true;
    }

    fn end_link(&mut self) {
        self.out.extend_from_slice(b"</a>");
        self.in_link = false;
    }

    fn restart(&mut self) {
        self.out.truncate(self.start);
        self.in_link = false;
    }
}
