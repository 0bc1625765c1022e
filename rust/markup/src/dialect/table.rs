//! The table that a dialect is compiled from, and what may be wrong with it.

use std::fmt;

/// The markup of a game, as Evennia's `ANSIParser` holds it.
///
/// The four colour groups are regular expressions of one shape each: a literal, then
/// `([0-5])([0-5])([0-5])` or, for the grays, `([a-z])`.
#[derive(Debug, Clone, Default)]
pub struct Table<S> {
    /// Token and what it becomes: ANSI sequences or white space (`ansi_map`).
    pub literals: Vec<(S, S)>,
    /// Token of a bright background and the colour token it stands for
    /// (`ansi_xterm256_bright_bg_map`).
    pub bright_backgrounds: Vec<(S, S)>,
    /// Foregrounds of the colour cube (`xterm256_fg`).
    pub cube_foregrounds: Vec<S>,
    /// Backgrounds of the colour cube (`xterm256_bg`).
    pub cube_backgrounds: Vec<S>,
    /// Gray foregrounds (`xterm256_gfg`).
    pub gray_foregrounds: Vec<S>,
    /// Gray backgrounds (`xterm256_gbg`).
    pub gray_backgrounds: Vec<S>,
    /// Whether `|#rgb`, `|#rrggbb`, `|[#rgb` and `|[#rrggbb` are colours.
    pub hex_colors: bool,
}

/// Why a table cannot be compiled. Each names the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialectError {
    /// The entry is empty.
    Empty,
    /// The entry is not a literal followed by the groups of its kind.
    Shape {
        /// The entry.
        entry: String,
        /// The groups that were expected after the literal.
        expected: &'static str,
    },
    /// The entry holds a character that one pass cannot read there: one that is not printable ASCII, an
    /// escape, or one that begins another token.
    Character {
        /// The entry.
        entry: String,
        /// The character.
        character: char,
    },
    /// The bright background stands for something that is no colour token of the table.
    Background {
        /// The entry.
        entry: String,
        /// What it stands for.
        replacement: String,
    },
    /// Tokens begin with more than one character besides `|` and `{`.
    Leads {
        /// The characters.
        leads: String,
    },
    /// There are more than 65,535 tokens, or characters in them.
    Size,
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a markup token is empty"),
            Self::Shape { entry, expected } => {
                write!(f, "colour pattern {entry:?} is not a literal followed by {expected}")
            }
            Self::Character { entry, character } => write!(
                f,
                "markup token {entry:?} holds {character:?}, which is an escape, begins another \
                 token or is not printable ASCII"
            ),
            Self::Background { entry, replacement } => write!(
                f,
                "bright background {entry:?} stands for {replacement:?}, which is no colour token"
            ),
            Self::Leads { leads } => write!(
                f,
                "markup tokens begin with {leads:?}: only one character besides '|' and '{{' can"
            ),
            Self::Size => write!(f, "the markup table has more than 65535 tokens or characters"),
        }
    }
}

impl std::error::Error for DialectError {}
