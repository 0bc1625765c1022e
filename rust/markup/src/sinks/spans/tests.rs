//! Which runs a text becomes.

use proptest::prelude::*;

use super::*;
use crate::hostile::{self, markup};

fn evennia(text: &str) -> Vec<Span> {
    spans(text, Dialect::evennia(), false)
}

fn plain(text: &str) -> Span {
    Span { text: text.to_owned(), style: SpanStyle::default(), link: None }
}

#[test]
fn runs_have_a_style_and_a_link() {
    let red = SpanStyle { fore: Some(SpanColor::Index(9)), bold: true, ..SpanStyle::default() };
    let look = Some(Arc::new(SpanLink::Command("look".to_owned())));
    assert_eq!(
        evennia("a|rb|lclook|ltc|le|n\t<\n"),
        [
            plain("a"),
            Span { style: red, ..plain("b") },
            Span { style: red, link: look, ..plain("c") },
            plain("    <\n"),
        ]
    );
    assert_eq!(
        evennia("|#102030|[500|i|u|s|^x")[0].style,
        SpanStyle {
            fore: Some(SpanColor::Rgb([16, 32, 48])),
            back: Some(SpanColor::Index(196)),
            bold: false,
            italic: true,
            underline: true,
            strike: true,
            blink: true,
        }
    );
}

#[test]
fn addresses_have_a_scheme_and_unsafe_ones_are_no_links() {
    let address = |text: &str| evennia(text)[0].link.clone();
    let link = |address: &str| Some(Arc::new(SpanLink::Address(address.to_owned())));
    assert_eq!(address("www.bb.org"), link("http://www.bb.org"));
    assert_eq!(address("https://a?b&c"), link("https://a?b&c"));
    assert_eq!(address("|luhttp://a|ltb|le"), link("http://a"));
    assert_eq!(address("|lujavascript:a|ltb|le"), None);
    assert!(address(&format!("|lc{}|ltb|le", "x".repeat(MAX_TARGET_LENGTH))).is_some());
    assert_eq!(address(&format!("|lc{}|ltb|le", "x".repeat(MAX_TARGET_LENGTH + 1))), None);
}

#[test]
fn equal_runs_are_one() {
    assert_eq!(evennia("a|rb\x08|nb"), [plain("ab")]);
    assert_eq!(evennia("|lca|ltb|le|lca|ltc|le").len(), 1);
    assert_eq!(evennia("|lca|ltb|le|lcb|ltc|le").len(), 2);
}

#[test]
fn time_is_linear() {
    hostile::assert_linear(|text, dialect, out| {
        for span in spans(text, dialect, false) {
            out.extend_from_slice(span.text.as_bytes());
        }
    });
}

proptest! {
    #[test]
    fn neighbours_differ(text in markup(), strip: bool) {
        let spans = spans(&text, Dialect::evennia(), strip);
        for pair in spans.windows(2) {
            prop_assert_ne!((&pair[0].style, &pair[0].link), (&pair[1].style, &pair[1].link));
        }
        for span in &spans {
            prop_assert!(!span.text.is_empty());
            prop_assert!(!span.text.replace('\n', "").contains(char::is_control));
            prop_assert!(!strip || span.style == SpanStyle::default());
        }
    }
}
