//! Which tables compile, which token counts, and that first-byte dispatch and the trie agree.

use proptest::prelude::*;

use super::*;

type Literals = Vec<(&'static str, &'static str)>;

const CUBE: &str = "([0-5])([0-5])([0-5])";

fn literals(literals: &[(&'static str, &'static str)]) -> Table<&'static str> {
    Table { literals: literals.to_vec(), ..Table::default() }
}

/// Evennia's `color_markups` with braces.
fn curly() -> Table<&'static str> {
    Table {
        literals: vec![("{n", "\x1b[0m"), ("{r", "\x1b[1m\x1b[31m"), ("{/", "\r\n")],
        bright_backgrounds: vec![("{[r", "{[500")],
        cube_foregrounds: vec![r"\{([0-5])([0-5])([0-5])"],
        cube_backgrounds: vec![r"\{\[([0-5])([0-5])([0-5])"],
        gray_foregrounds: vec![r"\{=([a-z])"],
        gray_backgrounds: vec![r"\{\[=([a-z])"],
        hex_colors: true,
    }
}

/// Evennia's `color_markups` in the style of MUX.
fn mux() -> Table<&'static str> {
    Table {
        literals: vec![("%cn", "\x1b[0m"), ("%r", "\r\n"), ("%cr", "\x1b[31m"), ("%b", " ")],
        bright_backgrounds: vec![("%cR", "%c[500")],
        cube_foregrounds: vec![r"%c([0-5])([0-5])([0-5])"],
        cube_backgrounds: vec![r"%c\[([0-5])([0-5])([0-5])"],
        gray_foregrounds: vec![r"%c=([a-z])"],
        gray_backgrounds: vec![r"%c\[=([a-z])"],
        hex_colors: false,
    }
}

fn compiled(table: &Table<&'static str>) -> Dialect {
    Dialect::compile(table).unwrap()
}

/// What a token is, and how long.
fn named((token, length): (Token<'_>, usize)) -> (String, usize) {
    let name = match token {
        Token::Replacement(replacement) => replacement.text.clone(),
        Token::Color(ground, color) => format!("{ground:?} {color:?}"),
        Token::HexOnly(ground, color) => format!("{ground:?} {color:?}, no fallback"),
    };
    (name, length)
}

fn token(dialect: &Dialect, text: &str, at: usize) -> Option<(String, usize)> {
    dialect.token(text.as_bytes(), at).map(named)
}

#[track_caller]
fn check(dialect: &Dialect, expected: &[(&str, Option<(&str, usize)>)]) {
    for &(text, expected) in expected {
        let expected = expected.map(|(name, length)| (name.to_owned(), length));
        assert_eq!(token(dialect, text, 0), expected, "{text}");
    }
}

#[test]
fn the_stock_table_has_evennias_tokens() {
    check(
        Dialect::evennia(),
        &[
            ("|n", Some(("\x1b[0m", 2))),
            ("|!R", Some(("\x1b[31m", 3))),
            ("|[r", Some(("Back Cube([5, 0, 0])", 3))),
            ("|123", Some(("Fore Cube([1, 2, 3])", 4))),
            ("|126", None),
            ("|[123", Some(("Back Cube([1, 2, 3])", 5))),
            ("|=a", Some(("Fore Gray(97)", 3))),
            ("|[=z", Some(("Back Gray(122)", 4))),
            ("|#abc", Some(("Fore Rgb([170, 187, 204])", 5))),
            ("|[#0102fe", Some(("Back Rgb([1, 2, 254])", 9))),
            ("|#ab", None),
            ("|", None),
            ("|é", None),
            ("n", None),
        ],
    );
}

#[test]
fn tokens_may_begin_with_a_brace() {
    let dialect = compiled(&curly());
    assert_eq!(dialect.lead, b'|');
    check(
        &dialect,
        &[
            ("{r", Some(("\x1b[1m\x1b[31m", 2))),
            ("{[r", Some(("Back Cube([5, 0, 0])", 3))),
            ("{123", Some(("Fore Cube([1, 2, 3])", 4))),
            ("{[123", Some(("Back Cube([1, 2, 3])", 5))),
            ("{=a", Some(("Fore Gray(97)", 3))),
            ("|#abc", Some(("Fore Rgb([170, 187, 204]), no fallback", 5))),
            ("|r", None),
        ],
    );
}

#[test]
fn tokens_may_begin_with_one_other_character() {
    let dialect = compiled(&mux());
    assert_eq!(dialect.lead, b'%');
    check(
        &dialect,
        &[
            ("%cr", Some(("\x1b[31m", 3))),
            ("%r", Some(("\r\n", 2))),
            ("%cR", Some(("Back Cube([5, 0, 0])", 3))),
            ("%c123", Some(("Fore Cube([1, 2, 3])", 5))),
            ("%c[=a", Some(("Back Gray(97)", 5))),
            ("%c", None),
            ("%%", None),
            ("|#abc", None),
        ],
    );
}

#[test]
fn the_first_token_of_the_list_counts_where_two_begin_alike() {
    check(&compiled(&literals(&[("|a", "1"), ("|ab", "2")])), &[("|ab", Some(("1", 2)))]);
    let longer_first = compiled(&literals(&[("|ab", "2"), ("|a", "1")]));
    check(&longer_first, &[("|ab", Some(("2", 3))), ("|ac", Some(("1", 2)))]);
}

#[test]
fn a_token_that_is_listed_twice_keeps_its_place_and_has_the_last_replacement() {
    let dialect = compiled(&literals(&[("|a", "1"), ("|ab", "2"), ("|a", "3")]));
    check(&dialect, &[("|ab", Some(("3", 2)))]);
}

#[test]
fn earlier_passes_count_before_later_ones() {
    let dialect = compiled(&Table {
        literals: vec![("|0", "zero"), ("|[", "open"), ("|[5", "five")],
        bright_backgrounds: vec![("|[50", "|[050")],
        cube_foregrounds: vec![r"\|([0-5])([0-5])([0-5])"],
        cube_backgrounds: vec![r"\|\[([0-5])([0-5])([0-5])"],
        ..Table::default()
    });
    check(
        &dialect,
        &[
            ("|012", Some(("Fore Cube([0, 1, 2])", 4))),
            ("|01x", Some(("zero", 2))),
            ("|[500", Some(("Back Cube([0, 5, 0])", 4))),
            ("|[510", Some(("Back Cube([5, 1, 0])", 5))),
            ("|[51x", Some(("open", 2))),
        ],
    );
}

#[test]
fn a_bright_background_has_no_bar_in_front() {
    let dialect = Dialect::evennia();
    assert_eq!(token(dialect, "x|[r", 1), Some(("Back Cube([5, 0, 0])".to_owned(), 3)));
    assert_eq!(token(dialect, "||[r", 1), None);
}

#[test]
fn errors_name_the_entry() {
    let character =
        |entry: &str, character| DialectError::Character { entry: entry.to_owned(), character };
    let tables: [(Literals, DialectError); 10] = [
        (vec![("", "x")], DialectError::Empty),
        (vec![("|é", "x")], character("|é", 'é')),
        (vec![("|\t", "x")], character("|\t", '\t')),
        (vec![(r"|\", "x")], character(r"|\", '\\')),
        (vec![("red", "x")], character("red", 'r')),
        // They begin inside another: itself, and in both directions.
        (vec![("||", "x")], character("||", '|')),
        (vec![("|a", "x"), ("{|", "y")], character("{|", '|')),
        (vec![("|%", "x"), ("%a", "y")], character("|%", '%')),
        (vec![("%a", "x"), ("|a%b", "y")], character("|a%b", '%')),
        (vec![("~a", "x"), ("%a", "y")], DialectError::Leads { leads: "%~".to_owned() }),
    ];
    for (table, error) in tables {
        assert_eq!(Dialect::compile(&literals(&table)).unwrap_err(), error, "{table:?}");
    }
}

#[test]
fn colour_patterns_are_a_literal_and_their_groups() {
    for entry in ["|r", r"\|([0-5])([0-5])", r"|([0-5])([0-5])([0-5])", r"\d([0-5])([0-5])([0-5])"]
        .into_iter()
        .chain([r"\|+([0-5])([0-5])([0-5])", r"%{([0-5])([0-5])([0-5])"])
    {
        let table = Table { cube_foregrounds: vec![entry], ..Table::default() };
        let error = DialectError::Shape { entry: entry.to_owned(), expected: CUBE };
        assert_eq!(Dialect::compile(&table).unwrap_err(), error);
    }
    let table = Table { gray_backgrounds: vec![r"\|=([a-f])"], ..Table::default() };
    assert!(matches!(Dialect::compile(&table), Err(DialectError::Shape { .. })));
    let table = Table { cube_backgrounds: vec![CUBE], ..Table::default() };
    assert_eq!(Dialect::compile(&table).unwrap_err(), DialectError::Empty);
}

#[test]
fn a_bright_background_stands_for_a_background_alone() {
    // No colour, a foreground, more than a colour, another bright background.
    for replacement in ["|r", "|500", "|[5000", "|[g"] {
        let mut table = stock::table();
        table.bright_backgrounds.push(("|[q", replacement));
        let error = DialectError::Background {
            entry: "|[q".to_owned(),
            replacement: replacement.to_owned(),
        };
        assert_eq!(Dialect::compile(&table).unwrap_err(), error);
    }
}

#[test]
fn a_table_that_is_too_large_is_an_error() {
    let table = Table {
        literals: vec![("|".to_owned() + &"a".repeat(65_535), "x".to_owned())],
        ..Table::default()
    };
    let error = Dialect::compile(&table).unwrap_err();
    assert_eq!(error, DialectError::Size);
    assert_eq!(error.to_string(), "the markup table has more than 65535 tokens or characters");
}

proptest! {
    #[test]
    fn first_byte_dispatch_and_the_trie_agree(text in r"([|%{]c?\[?[0-9]{1,3}|[|{%\[=#!cabfnrR/xé]){0,40}") {
        let digits = Table {
            literals: vec![("|0", "zero"), ("|a", "a"), ("|ab", "ab"), ("|b", "b")],
            cube_foregrounds: vec![r"\|([0-5])([0-5])([0-5])"],
            ..Table::default()
        };
        let dialects = [
            Dialect::evennia().clone(),
            Dialect::ansi_only().clone(),
            compiled(&curly()),
            compiled(&mux()),
            compiled(&digits),
            compiled(&literals(&[("|", "bar"), ("{a", "a")])),
            compiled(&literals(&[("%", "percent"), ("{", "brace")])),
        ];
        for dialect in &dialects {
            for at in 0..text.len() {
                let walked = dialect.trie.token(text.as_bytes(), at).map(named);
                prop_assert_eq!(token(dialect, &text, at), walked, "at {}", at);
            }
        }
    }
}
