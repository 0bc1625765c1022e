//! What the `BBCode` writer answers, and that Godot reads nothing else in it.

use proptest::prelude::*;

use super::*;
use crate::hostile::{self, markup};

fn convert(text: &str) -> String {
    let mut out = String::new();
    bbcode(text, Dialect::evennia(), false, &mut out);
    out
}

#[test]
fn tags_nest_as_in_the_contrib() {
    for (text, expected) in [
        ("plain", "plain"),
        ("|rred|n.", "[color=#ff0000]red[/color]."),
        ("|ra|gb", "[color=#ff0000]a[/color][color=#00ff00]b[/color]"),
        ("|ra|rb", "[color=#ff0000]a[color=#ff0000]b[/color][/color]"),
        ("|ra|ub", "[color=#ff0000]a[u][color=#ff0000]b[/color][/u][/color]"),
        ("|ua|rb|gc", "[u]a[color=#ff0000]b[/color][/u][u][color=#00ff00]c[/color][/u]"),
        ("|ra|gb|rc", "[color=#ff0000]a[/color][color=#00ff00]b[color=#ff0000]c[/color][/color]"),
        ("|*x", "[bgcolor=#c0c0c0][color=#000000]x[/color][/bgcolor]"),
        ("|004x|=m", "[color=#0000df]x[/color]"),
        ("|lclook|ltLook|le", "[url=send cmd=look]Look[/url]"),
        ("|lcgo|lt|rred|n|le z", "[url=send cmd=go][color=#ff0000]red[/color][/url] z"),
        ("|rA\nb", "[color=#ff0000]A\nb[/color]"),
    ] {
        assert_eq!(convert(text), expected, "{text}");
    }
}

#[test]
fn nothing_shows_longer_than_its_style() {
    for (text, expected) in [
        ("|hx|Hy", "[color=#ffffff]x[/color]y"),
        ("|ua|Ub", "[u]a[/u]b"),
        ("|[ra|[Xb", "[bgcolor=#800000]a[/bgcolor]b".replace("800000", "ff0000").as_str()),
        ("|ia|Ib|sc|S", "[i]a[/i]b[s]c[/s]"),
        ("|^x", "[pulse]x[/pulse]"),
        ("|#102030x", "[color=#102030]x[/color]"),
    ] {
        assert_eq!(convert(text), expected, "{text}");
    }
}

#[test]
fn a_bracket_of_the_text_opens_no_tag() {
    assert_eq!(convert("[b]x[/b] <&>\t"), "[lb]b]x[lb]/b] <&>    ");
    assert_eq!(convert("[|[rx|n]"), "[lb][bgcolor=#ff0000]x[/bgcolor]]");
}

#[test]
fn a_value_ends_where_its_tag_does() {
    for (text, expected) in [
        ("|lcsay it's|ltx|le", "[url=\"send cmd=say it's\"]x[/url]"),
        ("|lcsay \"a\"|ltx|le", "[url='send cmd=say \"a\"']x[/url]"),
        ("|lcsay \"it's\"|ltx|le", "[url=send cmd=say %22it%27s%22]x[/url]"),
        ("|lcx][b]|ltx|le", "[url=send cmd=x%5D%5Bb%5D]x[/url]"),
        ("|luhttp://a/\"'|ltx|le", "[url=http://a/%22%27]x[/url]"),
        ("|luhttp://a]|ltx|le", "x"),
        ("http://[::1]/", "http://[lb]::1]/"),
        ("www.bb.org", "[url=http://www.bb.org]www.bb.org[/url]"),
        ("|lujavascript:x|ltx|le", "x"),
    ] {
        assert_eq!(convert(text), expected, "{text}");
    }
}

#[test]
fn tags_do_not_nest_without_end() {
    let mut open: usize = 0;
    for tag in convert(&"|ra".repeat(1000)).split('[').skip(1) {
        open = if tag.starts_with('/') { open - 1 } else { open + 1 };
        assert!(open <= MAX_OPEN);
    }
    assert_eq!(open, 0);
}

#[test]
fn time_is_linear() {
    hostile::assert_linear(|text, dialect, out| {
        let mut bbcode_of = String::new();
        bbcode(text, dialect, false, &mut bbcode_of);
        out.extend_from_slice(bbcode_of.as_bytes());
    });
}

/// Reads `BBCode` as Godot does, with quotes (since 4.4) or without; returns what it shows.
fn read(bbcode: &str, quotes: bool) -> Result<String, TestCaseError> {
    const TAGS: [&str; 8] = ["pulse", "u", "i", "s", "color", "bgcolor", "url", "lb"];
    let mut shown = String::new();
    let mut open = Vec::new();
    let mut rest = bbcode;
    while let Some(at) = rest.find('[') {
        shown.push_str(&rest[..at]);
        let mut inside = None;
        let end = rest[at..].find(|character| match inside {
            Some(quote) => {
                if character == quote {
                    inside = None;
                }
                false
            }
            None if quotes && matches!(character, '"' | '\'') => {
                inside = Some(character);
                false
            }
            None => character == ']',
        });
        let end = end.ok_or_else(|| TestCaseError::fail("a tag without an end"))?;
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        let name = tag.split('=').next().unwrap_or_default();
        match tag.strip_prefix('/') {
            Some(name) => prop_assert_eq!(open.pop(), Some(name)),
            None if tag == "lb" => shown.push('['),
            None => {
                prop_assert!(TAGS.contains(&name), "{}", tag);
                open.push(name);
            }
        }
    }
    prop_assert!(open.is_empty());
    Ok(shown + rest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn godot_shows_the_text_and_nothing_else(text in markup(), quote in r#"["'\]\[ a]{0,4}"#, strip: bool) {
        let text = format!("{text}{quote}|lc{quote}|lt{quote}|le|lu{quote}|lt[{quote}|le");
        let mut out = String::new();
        bbcode(&text, Dialect::evennia(), strip, &mut out);
        let visible: String = crate::spans(&text, Dialect::evennia(), strip)
            .into_iter()
            .map(|span| span.text)
            .collect();
        for quotes in [false, true] {
            prop_assert_eq!(&read(&out, quotes)?, &visible);
        }
    }
}
