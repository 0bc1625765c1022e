//! The HTML writer: what it answers, that both its ways answer the same, that it keeps to the list.

use proptest::prelude::*;

use super::*;

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
fn text_is_escaped_and_line_ends_are_tags() {
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
fn links_are_data() {
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
fn a_coloured_label_nests() {
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
fn the_work_is_linear() {
    let hostile = [
        "|lc",
        "|lc|lt",
        "|lca|ltb",
        "|lc|lt|le",
        "|lu|lc",
        "www.",
        "http://",
        "http://a.",
        "www.a.b.c",
        "\x08",
        "a\x08",
        "\x1b[",
        "\x1b[31",
        "||lc",
        "&",
        "|",
        "|lc|lt|r",
        "\x1b[31m\x07",
        "ftp.ftp",
        "www.-",
        "ftp.=",
        "|#.www.",
        "www.1|#\x07",
        "http://[::",
        "http://[::1]",
        "|l\x08",
    ];
    for dialect in [Dialect::evennia(), Dialect::ansi_only(), Dialect::sequences_only()] {
        let convert = |text: &str| convert_in(text, dialect, false, Quoting::Verbatim);
        for piece in hostile {
            let work = |count| {
                let text = piece.repeat(count);
                crate::work::count(|| drop(convert(&text)))
            };
            let (small, large) = (work(1000), work(8000));
            assert!(large <= small * 9, "{piece:?}: {small} steps became {large}");
            let length = |count| convert(&piece.repeat(count)).len();
            assert!(length(8000) <= length(1000) * 9, "{piece:?}");
        }
    }
}

/// Pieces that mean something, and letters that may stand between them.
fn markup() -> impl Strategy<Value = String> {
    const PIECES: [&str; 62] = [
        "|r",
        "|n",
        "|R",
        "|[r",
        "|[R",
        "|!R",
        "|500",
        "|[050",
        "|=a",
        "|[=z",
        "|#f00",
        "|[#00ff00",
        "|/",
        "|-",
        "|>",
        "|_",
        "|*",
        "|^",
        "|u",
        "|U",
        "|i",
        "|s",
        "|S",
        "|h",
        "|H",
        "||",
        "|",
        "{{",
        "{",
        "\\",
        "|lc",
        "|lu",
        "|lt",
        "|le",
        "l",
        "c",
        "\x1b",
        "\x1b[",
        "\x1b[0m",
        "\x1b[1;31m",
        "\x1b[38;5;200m",
        "\x1b[48;2;1;2;3m",
        "\x1b[K",
        "\x1b[2J",
        "[31m",
        ";",
        "\x07",
        "\x08",
        "\n",
        "\r",
        "\t",
        "<",
        ">",
        "&",
        "\"",
        "http://",
        "www.",
        "a.com",
        ". ",
        "é",
        "\u{85}",
        "javascript:",
    ];
    prop::collection::vec(
        prop_oneof![
            prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
            "[a-z0-9 ]{0,4}",
            ".{0,3}"
        ],
        0..16,
    )
    .prop_map(|pieces| pieces.concat())
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

/// The answers of the single pass, where it gives one, and of the way over ANSI.
fn both_ways(text: &str, strip: bool) -> Option<[String; 2]> {
    let mut direct = Vec::new();
    Writer::<false>::new(text, Dialect::evennia(), strip, &mut direct).write().ok()?;
    let mut by_ansi = Vec::new();
    let ansi = as_ansi(text, Dialect::evennia(), strip);
    let done = Writer::<false>::resolved(&ansi, Dialect::evennia(), &mut by_ansi).write();
    assert!(done.is_ok());
    Some([direct, by_ansi].map(|html| String::from_utf8(html).unwrap()))
}

#[test]
fn both_ways_answer_the_same_where_it_is_hard() {
    for text in ["\x1b[m¡", "|r\\http://||", "\r|r\n", "|l|rcx|lty|le", "|rx\x08|n", "\x1b[31\x07m"]
    {
        for strip in [false, true] {
            if let Some([direct, by_ansi]) = both_ways(text, strip) {
                assert_eq!(direct, by_ansi, "{text:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn both_ways_answer_the_same(text in markup(), strip: bool) {
        if let Some([direct, by_ansi]) = both_ways(&text, strip) {
            prop_assert_eq!(direct, by_ansi);
        }
    }

    #[test]
    fn every_text_keeps_to_the_list(text in markup(), strip: bool) {
        check(&convert_with(&text, strip, Quoting::Verbatim))?;
    }

    #[test]
    fn json_is_the_same_html(text in markup(), strip: bool) {
        let plain = convert_with(&text, strip, Quoting::Verbatim);
        let json = convert_with(&text, strip, Quoting::Json);
        prop_assert_eq!(json, plain.replace('\\', r"\\").replace('"', r#"\""#));
    }

    #[test]
    fn any_text_converts(text in any::<String>(), strip: bool) {
        check(&convert_with(&text, strip, Quoting::Verbatim))?;
    }

    #[test]
    fn every_text_keeps_to_the_list_without_markup(text in markup(), strip: bool) {
        check(&convert_in(&text, Dialect::ansi_only(), strip, Quoting::Verbatim))?;
        check(&convert_in(&text, Dialect::sequences_only(), strip, Quoting::Verbatim))?;
    }
}
