//! What the Markdown writer answers, and that Discord reads nothing in the text itself.

use proptest::prelude::*;

use super::*;
use crate::hostile::{self, markup};

fn convert(text: &str) -> String {
    let mut out = String::new();
    markdown(text, Dialect::evennia(), false, &mut out);
    out
}

#[test]
fn emphasis_closes_before_blanks_and_line_ends() {
    for (text, expected) in [
        ("plain", "plain"),
        ("|ia|I b", "*a* b"),
        ("|hbold |n x", "**bold**  x"),
        ("|u under|Ulined", " __under__lined"),
        ("|sa\nb|S", "~~a~~\n~~b~~"),
        ("|i|ha|Hb|I", "***a****b*".replace("****", "***\u{200b}*").as_str()),
        ("|ha|ib|Ic|H", "**a*b*c**"),
        ("|gred|n", "**red**"),
        ("|500red|n", "red"),
        ("|h |n|h\n|n", " \n"),
        ("|ha", "**a**"),
        ("|s~|S", "~~\\~\u{200b}~~"),
    ] {
        assert_eq!(convert(text), expected, "{text}");
    }
}

#[test]
fn the_text_is_escaped() {
    for (text, expected) in [
        ("*a* _b_ ~~c~~ ||||d||||", r"\*a\* \_b\_ \~\~c\~\~ \|\|d\|\|"),
        ("`code` ```x```", r"\`code\` \`\`\`x\`\`\`"),
        ("# a\n-# b\n- c\n  + d", "\\# a\n\\-\\# b\n\\- c\n  \\+ d"),
        ("1. a\n 23) b\nv1.0", "1\\. a\n 23\\) b\nv1.0"),
        ("> a\n>>> b", "\\> a\n\\>\\>\\> b"),
        (
            "@everyone <@1> <@&2> @here",
            "@\u{200b}everyone \\<@\u{200b}1\\> \\<@\u{200b}&2\\> @\u{200b}here",
        ),
        ("@|[geveryone", "@\u{200b}everyone"),
        ("<#1> <:a:2> <t:3:R> </x:4>", r"\<\#1\> \<:a:2\> \<t:3:R\> \</x:4\>"),
        ("[x](http://a) [x](y)", r"\[x\](<http://a>) \[x\](y)"),
        ("well-known a+b", "well-known a+b"),
        (r"\*", r"\\\*"),
        ("xhttp://a steam://b", r"xhttp\://a steam\://b"),
        ("xhttp:|g//a", r"xhttp\:**//a**"),
    ] {
        assert_eq!(convert(text), expected, "{text}");
    }
}

#[test]
fn links_keep_to_the_schemes_that_discord_links() {
    for (text, expected) in [
        ("http://a/_b_|~", "<http://a/_b_%7C%7E>"),
        ("|hhttp://a", "**<http://a>**"),
        ("http://a/@everyone", "<http://a/%40everyone>"),
        ("http://me@a.b", "<http://me@a.b>"),
        ("www.bb.org", "[www.bb.org](<http://www.bb.org>)"),
        ("ftp://a_b", r"ftp\://a\_b"),
        ("|luhttps://a/)>|lt[x] |gy|n|le z", "[(x) **y**](<https://a/%29%3E>) z"),
        ("|luhttps://a|ltx\ny|le", "[x y](<https://a>)"),
        ("|luhttps://a|lt |le.", " ."),
        ("|lumailto:a@b|ltx|le", "x (mailto:a@\u{200b}b)"),
        ("|lujavascript:x|ltx|le", "x"),
        ("|lclook|ltLook|le", "Look"),
    ] {
        assert_eq!(convert(text), expected, "{text}");
    }
}

#[test]
fn time_is_linear() {
    hostile::assert_linear(|text, dialect, out| {
        let mut markdown_of = String::new();
        markdown(text, dialect, false, &mut markdown_of);
        out.extend_from_slice(markdown_of.as_bytes());
    });
}

/// Takes the delimiters, escapes and links of this writer out of its Markdown; fails where one is
/// left open, crosses another, or stands next to a blank inside.
fn read(markdown: &str) -> Result<String, TestCaseError> {
    let mut shown = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = markdown;
    while let Some(character) = rest.chars().next() {
        let delimiter = if rest.starts_with("***") && open.last() == Some(&"*") {
            Some("*")
        } else {
            DELIMITERS.into_iter().find(|delimiter| rest.starts_with(delimiter))
        };
        if let Some(delimiter) = delimiter {
            rest = &rest[delimiter.len()..];
            if open.last() == Some(&delimiter) {
                prop_assert!(!shown.ends_with(char::is_whitespace), "{}", markdown);
                open.pop();
            } else {
                prop_assert!(!open.contains(&delimiter), "{}", markdown);
                prop_assert!(!rest.starts_with(char::is_whitespace), "{}", markdown);
                open.push(delimiter);
            }
            continue;
        }
        rest = &rest[character.len_utf8()..];
        match character {
            '\\' => {
                let escaped =
                    rest.chars().next().ok_or_else(|| TestCaseError::fail("no escape"))?;
                prop_assert!(escaped.is_ascii_punctuation());
                shown.push(escaped);
                rest = &rest[1..];
            }
            '<' => {
                let (url, after) = rest.split_once('>').unwrap();
                prop_assert!(is_web(url), "{}", markdown);
                shown.push_str(url);
                rest = after;
            }
            '[' => open.push("["),
            ']' => {
                prop_assert_eq!(open.pop(), Some("["));
                let (url, after) = rest.strip_prefix("(<").unwrap().split_once(">)").unwrap();
                prop_assert!(is_web(url), "{}", markdown);
                rest = after;
            }
            '\n' => {
                prop_assert!(open.is_empty(), "{}", markdown);
                shown.push('\n');
            }
            '@' => {
                prop_assert!(rest.starts_with(ZERO_WIDTH_SPACE));
                shown.push('@');
            }
            ZERO_WIDTH_SPACE => {}
            _ => {
                prop_assert!(!"`|>#~*_".contains(character), "{}", markdown);
                shown.push(character);
            }
        }
    }
    prop_assert!(open.is_empty(), "{}", markdown);
    Ok(shown)
}

/// What Discord would read in a text, among letters.
fn hostile_text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            r"[*_~|>#`<\[\]()!@\\.:/+a1 -]{0,6}",
            prop::sample::select(vec![
                "@everyone",
                "@here",
                "<@1>",
                "<#1>",
                "<:a:1>",
                "<t:1>",
                "[x](y)",
                "<http://a>",
                "\n",
                "\n# ",
                "\n- ",
                "\n1. ",
                "\n-# ",
                "\n>>> ",
                "```",
                "http://a_b",
                "|r",
                "|n",
                "|i",
                "|I",
                "|u",
                "|U",
                "|s",
                "|S",
                "|h",
                "|H",
                "|[g",
                "|luhttp://a|lt",
                "|le",
                "|lumailto:a|lt",
                "|lcx|lt",
                "|/",
                "|_",
            ])
            .prop_map(str::to_owned),
        ],
        0..12,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn discord_reads_only_the_delimiters_of_the_writer(
        text in prop_oneof![hostile_text(), markup()],
        strip: bool,
    ) {
        let mut out = String::new();
        markdown(&text, Dialect::evennia(), strip, &mut out);
        read(&out)?;
        for line in out.lines() {
            let line = line.trim_start();
            for start in ["# ", "-# ", "- ", "+ ", "* ", "> ", "1. "] {
                prop_assert!(!line.starts_with(start), "{}", out);
            }
        }
        for mention in ["@everyone", "@here", "<@", "<#", "<:", "<t:"] {
            prop_assert!(!out.replace("\\<", "").contains(mention), "{}", out);
        }
    }
}
