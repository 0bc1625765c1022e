//! What the HTML writer answers, and that it keeps to the closed list.

use proptest::prelude::*;

use super::*;
use crate::hostile::{self, markup};

fn convert(text: &str) -> String {
    convert_with(text, false, Quoting::Verbatim)
}

fn convert_with(text: &str, strip: bool, quoting: Quoting) -> String {
    convert_in(text, Dialect::evennia(), strip, quoting)
}

fn convert_in(text: &str, dialect: &Dialect, strip: bool, quoting: Quoting) -> String {
    let mut out = Vec::new();
    html(text, dialect, strip, quoting, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn spans_open_before_text_and_close_with_a_reset() {
    for (text, expected) in [
        ("plain", "plain"),
        ("|rred|n.", r#"<span class="color-009">red</span>."#),
        ("|r|n", ""),
        ("a|nb", r#"a<span class="">b</span>"#),
        ("|ra|gb", r#"<span class="color-009">a</span><span class="color-010">b</span>"#),
        ("|*x", r#"<span class="bgcolor-007 color-000">x</span>"#),
        ("|[500|500x", r#"<span class="bgcolor-196 color-196">x</span>"#),
        ("|u|^x", r#"<span class="underline blink">x</span>"#),
        ("|#102030x", r#"<span class="" style="color: #102030;">x</span>"#),
    ] {
        assert_eq!(convert(text), expected, "{text}");
    }
}

#[test]
fn text_is_escaped_and_a_line_end_is_a_tag() {
    assert_eq!(convert("<a & \"b\">\r\n\t\r\n\n"), "&lt;a &amp; \"b\"&gt;<br>    <br><br>");
    assert_eq!(convert("a\x07\x00\u{85}\u{9b}b\u{a0}°"), "ab\u{a0}°");
}

#[test]
fn urls_become_links_in_their_span() {
    assert_eq!(
        convert("|rhttp://a|n www.bb.org."),
        concat!(
            r#"<span class="color-009"><a href="http://a" target="_blank">http://a</a></span> "#,
            r#"<a href="http://www.bb.org" target="_blank">www.bb.org</a>."#
        )
    );
}

#[test]
fn backspaces_take_back_characters_in_every_dialect() {
    for dialect in [Dialect::evennia(), Dialect::ansi_only(), Dialect::sequences_only()] {
        for (text, expected) in [
            ("ab\x08c", "ac"),
            ("<\x08", ""),
            ("a\n\x08b", "a<br>b"),
            ("\x1b[31mab\x08c", r#"<span class="color-001">ac</span>"#),
            ("http://a.bc\x08", r#"<a href="http://a.b" target="_blank">http://a.b</a>"#),
        ] {
            assert_eq!(convert_in(text, dialect, false, Quoting::Verbatim), expected, "{text:?}");
        }
    }
}

#[test]
fn a_text_with_sequences_only_has_no_links() {
    let url = r#"<a href="http://a.com/?x=|list" target="_blank">http://a.com/?x=|list</a>"#;
    for (text, expected) in [
        ("|lclook|ltLook|le", "|lclook|ltLook|le"),
        ("|lcl\x08|lt|le", "|lc|lt|le"),
        ("http://a.com/?x=|list", url),
        ("http://a.com/?x=||\x08list", url),
    ] {
        let html = convert_in(text, Dialect::sequences_only(), false, Quoting::Verbatim);
        assert_eq!(html, expected, "{text:?}");
    }
}

#[test]
fn a_links_target_is_data() {
    for (text, expected) in [
        (
            "|lclook|ltLook|le",
            r##"<a id="mxplink" href="#" onclick="Evennia.msg(&quot;text&quot;,[&quot;look&quot;],{});return false;">Look</a>"##,
        ),
        (
            r#"|lcsay \"|ltx|le"#,
            r##"<a id="mxplink" href="#" onclick="Evennia.msg(&quot;text&quot;,[&quot;say \\\&quot;&quot;],{});return false;">x</a>"##,
        ),
        (
            "|luhttps://a/?b&c|lt|rx|n|le",
            r#"<a id="mxplink" href="https://a/?b&amp;c" target="_blank"><span class="color-009">x</span></a>"#,
        ),
        ("|lujavascript:alert(1)|ltx|le", "x"),
        ("|lujava\nscript:alert(1)|ltx|le", "x"),
        ("|lcnever closed", "|lcnever closed"),
    ] {
        assert_eq!(convert(text), expected, "{text}");
    }
}

#[test]
fn the_spans_of_a_coloured_label_are_inside_the_link() {
    assert_eq!(
        convert("|ga|luhttp://x|lt|rb|le c"),
        concat!(
            r#"<span class="color-010">a</span>"#,
            r#"<a id="mxplink" href="http://x" target="_blank"><span class="color-009">b</span></a>"#,
            r#"<span class="color-009"> c</span>"#
        )
    );
}

#[test]
fn json_escapes_quotes_and_backslashes_and_nothing_else() {
    let text = "|r\"\\\\|n <http://x> |lcsay \"hi\"|ltx|le\x1b[31m\t";
    let plain = convert_with(text, false, Quoting::Verbatim);
    let json = convert_with(text, false, Quoting::Json);
    assert_eq!(json, plain.replace('\\', r"\\").replace('"', r#"\""#));
}

#[test]
fn time_is_linear() {
    hostile::assert_linear(|text, dialect, out| {
        html(text, dialect, false, Quoting::Verbatim, out);
    });
    hostile::assert_linear(|text, dialect, out| inline_html(text, dialect, false, out));
}

/// The tags of `html`, checked against the closed list and for nesting.
fn check(html: &str) -> Result<(), TestCaseError> {
    prop_assert!(!html.chars().any(char::is_control));
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').ok_or_else(|| TestCaseError::fail("unclosed tag"))?;
        match tag.split(' ').next() {
            Some("br") | None => {}
            Some(name @ ("a" | "span")) => open.push(name),
            Some(end) => {
                let opened = open.pop();
                prop_assert_eq!(end.strip_prefix('/'), opened);
            }
        }
        if let Some(href) = tag.split("href=\"").nth(1) {
            prop_assert!(!href.to_lowercase().starts_with("javascript:"), "{}", html);
        }
    }
    prop_assert_eq!(open, Vec::<&str>::new());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_text_keeps_to_the_closed_list(text in markup(), strip: bool) {
        check(&convert_with(&text, strip, Quoting::Verbatim))?;
    }

    #[test]
    fn json_differs_in_its_escapes_alone(text in markup(), strip: bool) {
        let plain = convert_with(&text, strip, Quoting::Verbatim);
        let json = convert_with(&text, strip, Quoting::Json);
        prop_assert_eq!(json, plain.replace('\\', r"\\").replace('"', r#"\""#));
    }

    #[test]
    fn every_unicode_text_keeps_to_the_closed_list(text in any::<String>(), strip: bool) {
        check(&convert_with(&text, strip, Quoting::Verbatim))?;
    }

    #[test]
    fn every_text_keeps_to_the_closed_list_without_markup(text in markup(), strip: bool) {
        check(&convert_in(&text, Dialect::ansi_only(), strip, Quoting::Verbatim))?;
        check(&convert_in(&text, Dialect::sequences_only(), strip, Quoting::Verbatim))?;
    }
}
