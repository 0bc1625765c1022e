//! Which events a text has, and that the single pass and the two steps give the same.

use proptest::prelude::*;

use super::*;
use crate::hostile::markup;
use crate::sink::Target;

/// Writes down what it is told.
#[derive(Debug, Default, PartialEq)]
struct Recorder {
    events: String,
    in_text: bool,
}

impl Recorder {
    fn event(&mut self, event: &str) {
        self.in_text = false;
        self.events.push_str(event);
    }

    /// Text is one event, however it is cut.
    fn append(&mut self, text: &str) {
        if !self.in_text {
            self.events.push('\'');
            self.in_text = true;
        }
        self.events.push_str(text);
    }
}

impl Sink for Recorder {
    fn escapes(&self, _byte: u8) -> bool {
        true
    }

    fn style(&mut self, style: &Style, replaces: bool) {
        self.event(&format!("<{:?} {:?} {replaces}>", style.shown(), style.attributes()));
    }

    fn end_style(&mut self) {
        self.event("</>");
    }

    fn text(&mut self, text: &str) {
        assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
        self.append(text);
    }

    fn character(&mut self, byte: u8) {
        assert!(b"\"&<>\\".contains(&byte));
        self.append(&char::from(byte).to_string());
    }

    fn spaces(&mut self, count: u8) {
        self.append(&" ".repeat(usize::from(count)));
    }

    fn line_end(&mut self) {
        self.event("\n");
    }

    fn begin_link(&mut self, target: Target<'_>) {
        self.event(&format!("[{target:?} "));
    }

    fn end_link(&mut self) {
        self.event("]");
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

/// The events of the single pass, if it does not give up, and those of the two steps over ANSI.
fn both_routes(text: &str, dialect: &Dialect, strip: bool) -> Option<[String; 2]> {
    let mut direct = Recorder::default();
    Reader::new(text, dialect, strip, &mut direct).read().ok()?;
    let mut by_ansi = Recorder::default();
    let resolved = resolve(text, dialect, strip);
    assert!(Reader::of_resolved(&resolved, dialect, &mut by_ansi).read().is_ok());
    Some([direct.events, by_ansi.events])
}

const DIALECTS: [fn() -> &'static Dialect; 3] =
    [Dialect::evennia, Dialect::ansi_only, Dialect::sequences_only];

#[test]
fn both_routes_give_the_same_where_it_is_hard() {
    for text in [
        "\x1b[m¡",
        "|r\\http://||",
        "\r|r\n",
        "|l|rcx|lty|le",
        "|rx\x08|n",
        "\x1b[31\x07m",
        "http|r://a.b",
        "http:|r//a.b",
        "x|rhttp://a.b",
        "www|r.a.com",
        "http://a.|n",
        "|rhttp://a.|n",
        "http://a.|r|n",
        "http://a.|r|n b",
        "http://a.b|_c",
        "http://a.|/b",
        "http://a\x1b[2mb",
        "=|r\"http://a",
        "|nhttp://a.|n",
        "http://a.\t",
        "http://a.|r\x07",
        "http://a.|r\n",
        "http://a|lcb",
    ] {
        for dialect in DIALECTS {
            for strip in [false, true] {
                if let Some([direct, by_ansi]) = both_routes(text, dialect(), strip) {
                    assert_eq!(direct, by_ansi, "{text:?}");
                }
            }
        }
    }
}

fn events(text: &str) -> String {
    let mut recorder = Recorder::default();
    parse(text, Dialect::evennia(), false, &mut recorder);
    recorder.events
}

#[test]
fn links_and_urls_are_told_with_their_targets() {
    assert_eq!(events("|lclook|ltLook|le"), "[Command(\"look\") 'Look]");
    assert_eq!(events("|luhttp://a|lthttp://b|le"), "[Address(\"http://a\") 'http://b]");
    assert_eq!(events("|lujavascript:x|ltx|le"), "'x");
    assert_eq!(
        events("a www.bb.org/?c&d."),
        "'a [Url { url: \"www.bb.org/?c&d\", bare: true } 'www.bb.org/?c&d]'."
    );
    assert_eq!(
        events("ht\x07tp://a.\x08b"),
        "[Url { url: \"http://ab\", bare: false } 'http://ab]"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn both_routes_give_the_same(text in markup(), dialect in 0..3_usize, strip: bool) {
        if let Some([direct, by_ansi]) = both_routes(&text, DIALECTS[dialect](), strip) {
            prop_assert_eq!(direct, by_ansi);
        }
    }

    #[test]
    fn the_second_way_never_gives_up(text in any::<String>(), dialect in 0..3_usize, strip: bool) {
        both_routes(&text, DIALECTS[dialect](), strip);
    }
}
