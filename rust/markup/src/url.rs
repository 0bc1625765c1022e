//! URLs in a text node of HTML become links.
//!
//! The rules are those of Evennia's `TextToHTMLparser` for one plain URL: it begins at a word
//! boundary with `http://`, `https://` or `ftp://`, or with `www.` or `ftp.` where a host name
//! follows, and ends before white space, a full stop that ends the sentence, or any of
//! `"',;$*^\(){}<>[]`. Three rules differ from Evennia's: every URL of a node is found, an ampersand
//! does not end it, and schemes may be in capitals. A fourth is new: the host of a URL with a scheme
//! may be an IPv6 address in brackets (RFC 3986, section 3.2.2).

use std::net::Ipv6Addr;

use crate::work;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// Makes links of the URLs in `out[node..]`, escaped text without tags.
///
/// `quote` is how a double quote is written there. `last` says that nothing comes behind the node.
pub(crate) fn linkify(out: &mut Vec<u8>, node: usize, quote: &[u8], last: bool) {
    let Some(first) = find(&out[node..], 0, quote, last) else {
        return;
    };
    let text = out.split_off(node);
    let mut done = 0;
    let mut next = Some(first);
    while let Some(url) = next {
        out.extend_from_slice(&text[done..url.start]);
        let address = &text[url.start..url.end];
        out.extend_from_slice(b"<a href=");
        out.extend_from_slice(quote);
        if url.bare {
            out.extend_from_slice(b"http://");
        }
        out.extend_from_slice(address);
        out.extend_from_slice(quote);
        out.extend_from_slice(b" target=");
        out.extend_from_slice(quote);
        out.extend_from_slice(b"_blank");
        out.extend_from_slice(quote);
        out.push(b'>');
        out.extend_from_slice(address);
        out.extend_from_slice(b"</a>");
        done = url.end;
        next = find(&text, done, quote, last);
    }
    out.extend_from_slice(&text[done..]);
}

struct Url {
    start: usize,
    end: usize,
    /// Without a scheme.
    bare: bool,
}

fn find(text: &[u8], from: usize, quote: &[u8], last: bool) -> Option<Url> {
    (from..text.len()).find_map(|start| {
        work::done(1);
        let head = &text[start..];
        let (body, bare) = match head.first()? | 0x20 {
            b'h' if has_prefix(head, b"http://") => (7, false),
            b'h' if has_prefix(head, b"https://") => (8, false),
            b'f' if has_prefix(head, b"ftp://") => (6, false),
            b'f' if has_prefix(head, b"ftp.") => (4, true),
            b'w' if has_prefix(head, b"www.") => (4, true),
            _ => return None,
        };
        if !begins_word(&text[..start]) || is_attribute(&text[..start], quote) {
            return None;
        }
        let body = &head[body..];
        let length = match body.first() {
            Some(b'[') if !bare => ipv6_length(body, last),
            _ if bare && !is_host(body) => 0,
            _ => length(body, last),
        };
        let end = text.len() - body.len() + length;
        (length > 0).then_some(Url { start, end, bare })
    })
}

fn has_prefix(text: &[u8], prefix: &[u8]) -> bool {
    text.len() >= prefix.len() && text[..prefix.len()].eq_ignore_ascii_case(prefix)
}

/// Whether a value of an attribute begins behind `text`: somebody shows HTML.
fn is_attribute(text: &[u8], quote: &[u8]) -> bool {
    text.strip_suffix(quote).is_some_and(|text| text.ends_with(b"="))
}

/// Whether a word may begin behind `text`, as `\b` of Python's `re` has it.
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

/// Length of the part of `text` that belongs to a URL.
fn length(text: &[u8], last: bool) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        work::done(1);
        match byte {
            b'&' if text[at..].starts_with(b"&amp;") => at += b"&amp;".len(),
            b'"' | b'\'' | b',' | b';' | b'$' | b'*' | b'^' | b'\\' | b'(' | b')' | b'{' | b'}'
            | b'<' | b'>' | b'[' | b']' | b'&' | b' ' => break,
            b'.' if ends_sentence(&text[at + 1..], last) => break,
            _ if byte.is_ascii() => at += 1,
            _ => match first_char(&text[at..]) {
                Some(character) if !character.is_whitespace() => at += character.len_utf8(),
                _ => break,
            },
        }
    }
    at
}

/// Length of the URL behind its scheme where the host is an IPv6 address in brackets; 0 for others.
fn ipv6_length(text: &[u8], last: bool) -> usize {
    let Some(close) = text.iter().take(MAX_IPV6_LENGTH + 2).position(|&byte| byte == b']') else {
        return 0;
    };
    let address = std::str::from_utf8(&text[1..close]).ok();
    if address.and_then(|address| address.parse::<Ipv6Addr>().ok()).is_none() {
        return 0;
    }
    let host = close + 1;
    match length(&text[host..], last) {
        0 => host,
        // A port, path, query or fragment.
        rest if matches!(text[host], b':' | b'/' | b'?' | b'#') => host + rest,
        _ => 0,
    }
}

/// Length of the longest IPv6 address, eight groups with an IPv4 address in the last two.
const MAX_IPV6_LENGTH: usize = 45;

fn ends_sentence(behind: &[u8], last: bool) -> bool {
    first_char(behind).map_or(last, char::is_whitespace)
}

const HOST_LENGTH: std::ops::RangeInclusive<usize> = 2..=256;
const TOP_LEVEL_LENGTH: std::ops::RangeInclusive<usize> = 2..=6;

/// Whether what stands behind `www.` begins like a host: a name, a full stop, a top level domain.
/// It looks no further than that, so that what only looks like one costs no more.
fn is_host(text: &[u8]) -> bool {
    let longest = HOST_LENGTH.end() + TOP_LEVEL_LENGTH.end() + 1 + char::MAX.len_utf8();
    let text = &text[..text.len().min(longest)];
    let text = &text[..length(text, true)];
    let name = text
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-@:%._+~#=".contains(byte)))
        .unwrap_or(text.len())
        .min(HOST_LENGTH.end() + 1);
    let mut stops = (0..name).filter(|&at| text[at] == b'.' && HOST_LENGTH.contains(&at));
    stops.any(|stop| {
        let behind = &text[stop + 1..];
        let letters = behind.iter().take_while(|byte| byte.is_ascii_alphabetic()).take(7).count();
        let goes_on = match behind.get(letters) {
            None => false,
            Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric() || *byte == b'_',
            Some(_) => first_char(&behind[letters..]).is_some_and(is_word),
        };
        TOP_LEVEL_LENGTH.contains(&letters) && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let mut out = text.as_bytes().to_vec();
        linkify(&mut out, 0, b"\"", true);
        let html = String::from_utf8(out).unwrap();
        html.split("<a href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn every_url_is_found_whole() {
        assert_eq!(
            links("see http://a.b/c?d=e&amp;f=g, and HTTPS://X.y."),
            ["http://a.b/c?d=e&amp;f=g", "HTTPS://X.y"]
        );
        assert_eq!(
            links("www.example.com/x and ftp.example.org"),
            ["http://www.example.com/x", "http://ftp.example.org"]
        );
        assert_eq!(links("(http://a)"), ["http://a"]);
        assert_eq!(links("http://a&lt;b"), ["http://a"]);
        assert_eq!(links("http://日本.jp/é\u{3000}x"), ["http://日本.jp/é"]);
    }

    #[test]
    fn an_ipv6_address_in_brackets_is_a_host() {
        assert_eq!(
            links("see http://[::1]/, https://[2001:db8::1]:8080/a?b"),
            ["http://[::1]/", "https://[2001:db8::1]:8080/a?b"]
        );
        assert_eq!(links("[http://[::1]]"), ["http://[::1]"]);
        assert_eq!(links("http://[::ffff:192.168.10.20]."), ["http://[::ffff:192.168.10.20]"]);
        assert_eq!(links("http://a/[::1]"), ["http://a/"]);
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
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_left() {
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
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_full_stop_before_a_tag_belongs_to_the_url() {
        let mut out = b"http://a.".to_vec();
        linkify(&mut out, 0, b"\"", false);
        assert_eq!(out, b"<a href=\"http://a.\" target=\"_blank\">http://a.</a>");
    }

    #[test]
    fn a_combining_mark_is_no_letter() {
        assert_eq!(links("x\u{301}http://y"), ["http://y"]);
    }
}
