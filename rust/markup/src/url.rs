//! Which part of a text is a URL.
//!
//! The rules are those of Evennia's `TextToHTMLparser` for one plain URL: it begins at a word
//! boundary with `http://`, `https://` or `ftp://`, or with `www.` or `ftp.` where a host name
//! follows, and ends before white space, a full stop that ends the sentence, or any of
//! `"',;$*^\(){}<>[]`. Three rules differ from Evennia's: every URL of a text is found, an ampersand
//! does not end it, and schemes may be in capitals. A fourth is new: the host of a URL with a scheme
//! may be an IPv6 address in brackets (RFC 3986, section 3.2.2).

use std::net::Ipv6Addr;
use std::ops::{Range, RangeInclusive};

use crate::step_counter;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// A URL in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub start: usize,
    pub end: usize,
    /// It has no scheme.
    pub bare: bool,
}

/// Where a URL may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start {
    url: usize,
    /// Where the host begins.
    host: usize,
    bare: bool,
}

/// What a position of a text is to a URL that reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Border {
    /// A character of text stands there.
    Text,
    /// White space stands there.
    Space,
    /// The text of this style and line ends there; a full stop before it may end a sentence.
    End { of_sentence: bool },
    /// Something stands there that leaves no trace, so one pass cannot tell.
    Unclear,
}

/// One pass cannot tell where a URL ends.
pub(crate) struct Unclear;

/// Where a URL begins whose `:` or `.` stands at `at`. Text that belongs together begins at `from`.
pub(crate) fn start(text: &[u8], from: usize, at: usize) -> Option<Start> {
    step_counter::add(1);
    let rest = &text[at..];
    let schemes: &[&[u8]] = match rest {
        [b':', b'/', b'/', ..] => &[b"http", b"https", b"ftp"],
        [b'.', ..] => &[b"www", b"ftp"],
        _ => return None,
    };
    let bare = rest[0] == b'.';
    let before = &text[from..at];
    let scheme = schemes.iter().find(|scheme| ends_with(before, scheme))?;
    let start = at - scheme.len();
    if !begins_word(&text[from..start]) || text[..start].ends_with(b"=\"") {
        return None;
    }
    Some(Start { url: start, host: at + if bare { 1 } else { 3 }, bare })
}

/// The URL that begins at `start`, if it has a host. `border` tells of each position, the end of the
/// text included.
pub(crate) fn find(
    text: &[u8],
    start: Start,
    mut border: impl FnMut(usize) -> Border,
) -> Result<Option<Url>, Unclear> {
    let Start { url: start, host, bare } = start;
    let end = if bare {
        // Looking no further keeps what only begins like a URL from costing more.
        let window = text.len().min(host + MAX_HOST_WINDOW);
        let end = end(text, host..window, &mut border)?;
        if !is_host(&text[host..end]) {
            return Ok(None);
        }
        self::end(text, host..text.len(), &mut border)?
    } else if text.get(host) == Some(&b'[') {
        let Some(port) = ipv6_end(text, host) else {
            return Ok(None);
        };
        match (border(port), text.get(port)) {
            (Border::Unclear, _) => return Err(Unclear),
            (Border::Text, Some(b':' | b'/' | b'?' | b'#')) => {
                end(text, port..text.len(), &mut border)?
            }
            (Border::Text, Some(b'.')) if !ends_sentence(text, port + 1, &mut border)? => {
                return Ok(None);
            }
            (Border::Text, Some(byte)) if !is_end(*byte) && *byte != b'.' => return Ok(None),
            _ => port,
        }
    } else {
        end(text, host..text.len(), &mut border)?
    };
    Ok((end > host).then_some(Url { start, end, bare }))
}

fn ends_with(text: &[u8], suffix: &[u8]) -> bool {
    text.len() >= suffix.len() && text[text.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

/// Whether a word may begin after `text`, as `\b` of Python's `re` has it.
fn begins_word(text: &[u8]) -> bool {
    match text.last() {
        None => true,
        Some(byte) if byte.is_ascii() => !byte.is_ascii_alphanumeric() && *byte != b'_',
        Some(_) => !last_char(text).is_some_and(is_word),
    }
}

fn is_word(character: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number};
    matches!(character.general_category_group(), Letter | Number) || character == '_'
}

fn last_char(text: &[u8]) -> Option<char> {
    let start = text.iter().rposition(|byte| byte & 0xc0 != 0x80)?;
    first_char(&text[start..])
}

fn first_char(text: &[u8]) -> Option<char> {
    let length = text.len().min(4);
    text[..length].utf8_chunks().next()?.valid().chars().next()
}

/// Where the part of `text[range]` ends that belongs to a URL.
fn end(
    text: &[u8],
    range: Range<usize>,
    border: &mut impl FnMut(usize) -> Border,
) -> Result<usize, Unclear> {
    let mut at = range.start;
    while at < range.end {
        step_counter::add(1);
        match border(at) {
            Border::Text => {}
            Border::Space | Border::End { .. } => break,
            Border::Unclear => return Err(Unclear),
        }
        match text[at] {
            byte if is_end(byte) => break,
            b'.' if at + 1 == range.end && at + 1 < text.len() => break,
            b'.' if ends_sentence(text, at + 1, border)? => break,
            byte if byte.is_ascii() => at += 1,
            _ => match first_char(&text[at..]) {
                Some(character) if !character.is_whitespace() => at += character.len_utf8(),
                _ => break,
            },
        }
    }
    Ok(at.min(range.end))
}

/// Whether no URL reaches over this byte.
fn is_end(byte: u8) -> bool {
    b"\"',;$*^\\(){}<>[] ".contains(&byte)
}

fn ends_sentence(
    text: &[u8],
    at: usize,
    border: &mut impl FnMut(usize) -> Border,
) -> Result<bool, Unclear> {
    match border(at) {
        Border::Text => Ok(first_char(&text[at..]).is_some_and(char::is_whitespace)),
        Border::Space => Ok(true),
        Border::End { of_sentence } => Ok(of_sentence),
        Border::Unclear => Err(Unclear),
    }
}

/// Where an IPv6 address ends whose bracket opens at `open`, its closing bracket included.
fn ipv6_end(text: &[u8], open: usize) -> Option<usize> {
    let inside = open + 1;
    let window = &text[inside..text.len().min(inside + MAX_IPV6_LENGTH + 1)];
    let length = window.iter().position(|&byte| byte == b']')?;
    let address = std::str::from_utf8(&window[..length]).ok()?;
    address.parse::<Ipv6Addr>().ok()?;
    Some(inside + length + 1)
}

/// Length of the longest IPv6 address, eight groups with an IPv4 address in the last two.
const MAX_IPV6_LENGTH: usize = 45;

const HOST_LENGTH: RangeInclusive<usize> = 2..=256;
const TOP_LEVEL_LENGTH: RangeInclusive<usize> = 2..=6;
/// A host name, a full stop, a top level domain and the character after it.
const MAX_HOST_WINDOW: usize =
    *HOST_LENGTH.end() + 1 + *TOP_LEVEL_LENGTH.end() + char::MAX.len_utf8();

/// Whether `text` begins like a host: a name, a full stop, a top level domain.
fn is_host(text: &[u8]) -> bool {
    let name = text
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-@:%._+~#=".contains(byte)))
        .unwrap_or(text.len())
        .min(HOST_LENGTH.end() + 1);
    let mut stops = (0..name).filter(|&at| text[at] == b'.' && HOST_LENGTH.contains(&at));
    stops.any(|stop| {
        let rest = &text[stop + 1..];
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).take(7).count();
        let goes_on = match rest.get(letters) {
            None => false,
            Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric() || *byte == b'_',
            Some(_) => first_char(&rest[letters..]).is_some_and(is_word),
        };
        TOP_LEVEL_LENGTH.contains(&letters) && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The URLs of a text without markup; `of_sentence` says whether the end of the text ends a
    /// sentence.
    fn urls_of(text: &str, of_sentence: bool) -> Vec<&str> {
        let bytes = text.as_bytes();
        let border = |at| if at < bytes.len() { Border::Text } else { Border::End { of_sentence } };
        let mut found = Vec::new();
        let mut from = 0;
        let mut at = 0;
        while at < bytes.len() {
            let url =
                start(bytes, from, at).and_then(|start| find(bytes, start, border).ok().flatten());
            match url {
                Some(url) => {
                    found.push(&text[url.start..url.end]);
                    from = url.end;
                    at = url.end;
                }
                None => at += 1,
            }
        }
        found
    }

    fn urls(text: &str) -> Vec<&str> {
        urls_of(text, true)
    }

    #[test]
    fn every_url_is_found_whole() {
        assert_eq!(
            urls("see http://a.b/c?d=e&f=g, and HTTPS://X.y."),
            ["http://a.b/c?d=e&f=g", "HTTPS://X.y"]
        );
        assert_eq!(
            urls("www.example.com/x and ftp.example.org"),
            ["www.example.com/x", "ftp.example.org"]
        );
        assert_eq!(urls("(http://a)"), ["http://a"]);
        assert_eq!(urls("http://a<b"), ["http://a"]);
        assert_eq!(urls("http://日本.jp/é\u{3000}x"), ["http://日本.jp/é"]);
    }

    #[test]
    fn an_ipv6_address_in_brackets_is_a_host() {
        assert_eq!(
            urls("see http://[::1]/, https://[2001:db8::1]:8080/a?b"),
            ["http://[::1]/", "https://[2001:db8::1]:8080/a?b"]
        );
        assert_eq!(urls("[http://[::1]]"), ["http://[::1]"]);
        assert_eq!(urls("http://[::ffff:192.168.10.20]."), ["http://[::ffff:192.168.10.20]"]);
        assert_eq!(urls("http://[::1]. And"), ["http://[::1]"]);
        assert_eq!(urls("http://a/[::1]"), ["http://a/"]);
        for text in [
            "http://[",
            "http://[]",
            "http://[::1",
            "http://[x]/",
            "http://[1.2.3.4]/",
            "http://[fe80::1%25eth0]/",
            "http://[::1]x",
            "http://[::1].com",
            "www.[::1]/",
        ] {
            assert_eq!(urls(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn text_that_only_resembles_a_url_is_left() {
        for text in [
            "Awww.this should not",
            "www.",
            "www.x",
            "ftp.",
            "http://",
            "http:/x",
            "xhttp://y",
            "éhttp://y",
            "_http://y",
            "=\"http://y\"",
            "www.a.toolongdomain",
            "www. a.com",
        ] {
            assert_eq!(urls(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_full_stop_before_a_tag_belongs_to_the_url() {
        assert_eq!(urls_of("http://a.", false), ["http://a."]);
    }

    #[test]
    fn a_combining_mark_is_no_letter() {
        assert_eq!(urls("x\u{301}http://y"), ["http://y"]);
    }

    #[test]
    fn what_leaves_no_trace_makes_the_end_unclear() {
        let text = b"http://a!b";
        let border = |at| if text[at] == b'!' { Border::Unclear } else { Border::Text };
        let start = start(text, 0, 4).unwrap();
        assert!(find(text, start, border).is_err());
    }
}
