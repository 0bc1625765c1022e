//! Texts that every writer must convert: for tests.

use proptest::prelude::*;

use crate::dialect::Dialect;
use crate::step_counter;

/// Pieces that a search may look at again and again when they are repeated.
const REPEATED: [&str; 34] = [
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
    "|ra",
    "|ua|U",
    "|r|ua|gb|n",
    "|lca|lt|rb|gc|le",
    "|luhttp://a|ltb|le",
    "|h |n ",
    "@1.\n",
    "|s~|S",
];

/// Shows that `convert` takes linear time for repeated pieces in each stock dialect, by counted
/// steps, and that the length of what it writes is linear.
pub(crate) fn assert_linear(convert: impl Fn(&str, &Dialect, &mut Vec<u8>)) {
    for dialect in [Dialect::evennia(), Dialect::ansi_only(), Dialect::sequences_only()] {
        for piece in REPEATED {
            let cost = |count| {
                let text = piece.repeat(count);
                let mut out = Vec::new();
                let steps = step_counter::count(|| convert(&text, dialect, &mut out));
                (steps, out.len())
            };
            let (small, large) = (cost(1000), cost(8000));
            assert!(large.0 <= small.0 * 9, "{piece:?}: {small:?} steps became {large:?}");
            assert!(large.1 <= small.1 * 9, "{piece:?}: {small:?} bytes became {large:?}");
        }
    }
}

/// Pieces that mean something, and letters that may stand between them.
pub(crate) fn markup() -> impl Strategy<Value = String> {
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
