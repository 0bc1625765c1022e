//! Which markup tokens a game knows, compiled from a table into a trie.
//!
//! Evennia replaces tokens in passes, one regular expression after the other, between the escapes
//! `||`, `{{` and `\`. One pass from left to right gives the same as long as no token can begin
//! inside another; a table that allows it does not compile. Tokens that begin at the same place are
//! ranked by their pass and, in a pass, by their place in the list.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::color::{Color, Ground};
use crate::escape::{self, Sequence};
use crate::style::Change;

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
        /// The groups that were expected behind the literal.
        expected: &'static str,
    },
    /// The entry holds a character that only a markup parser with several passes could tell apart:
    /// not ASCII, a control character, an escape, or one that begins another token.
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

/// What a literal token becomes.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    pub text: String,
    pub meaning: Meaning,
}

/// What a replacement is to HTML.
#[derive(Debug, Clone)]
pub(crate) enum Meaning {
    Style(Vec<Change>),
    LineEnd,
    Spaces(u8),
    /// Only reading it again as ANSI can tell.
    Other,
}

impl Replacement {
    fn new(text: &str) -> Self {
        let meaning = match text {
            "\r\n" | "\n" => Meaning::LineEnd,
            "\t" => Meaning::Spaces(crate::html::TAB_SPACES),
            _ if text.len() < 256 && !text.is_empty() && text.bytes().all(|byte| byte == b' ') => {
                Meaning::Spaces(u8::try_from(text.len()).unwrap_or_default())
            }
            _ => sgr_only(text.as_bytes()).map_or(Meaning::Other, Meaning::Style),
        };
        Self { text: text.to_owned(), meaning }
    }
}

fn sgr_only(text: &[u8]) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (Sequence::Sgr(parameters), length) = escape::sequence(text, at) else {
            return None;
        };
        escape::changes(parameters, |change| changes.push(change));
        at += length;
    }
    (!changes.is_empty()).then_some(changes)
}

/// What stands at a place in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Token<'d> {
    Replacement(&'d Replacement),
    Color(Ground, Color),
    /// A 24-bit colour that the table gives no fallback for: with the palette only it stays text.
    HexOnly(Ground, Color),
}

/// Later passes lose against earlier ones that begin at the same place.
type Rank = (u8, usize);

const BRIGHT_PASS: u8 = 0;
const HEX_PASS: u8 = 1;
const CUBE_FORE_PASS: u8 = 2;
const CUBE_BACK_PASS: u8 = 3;
const GRAY_FORE_PASS: u8 = 4;
const GRAY_BACK_PASS: u8 = 5;
const LITERAL_PASS: u8 = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Nothing follows: an index into the replacements.
    Literal(u16),
    /// Nothing follows, no bar stands before: a background.
    Bright(Color),
    Digits(Ground),
    Letter(Ground),
    Hex(Ground),
}

/// A short cut through the trie, for the tokens that most texts are made of.
#[derive(Debug, Clone, Copy)]
enum Bar {
    /// No token.
    Nothing,
    /// A token of two bytes that nothing longer begins with: an index into the replacements.
    Replacement(u16),
    /// A foreground of the cube, if two more digits follow.
    Cube,
    /// The trie knows.
    Walk,
}

#[derive(Debug, Clone)]
struct Node {
    /// 0 where no token goes on.
    next: [u16; 128],
    /// What may end here, best rank first.
    rests: Vec<(Rank, Rest)>,
}

impl Node {
    const LEAF: Self = Self { next: [0; 128], rests: Vec::new() };
}

/// The markup tokens of a game, compiled from a [`Table`].
#[derive(Debug, Clone)]
pub struct Dialect {
    nodes: Vec<Node>,
    replacements: Vec<Replacement>,
    /// What begins with a bar and the byte that is the index.
    bar: [Bar; 128],
    /// The byte besides `|` and `{` that may begin a token, or `|`.
    pub(crate) lead: u8,
    /// Whether `|rgb` and `|[rgb` are colours, so that hex colours have something to fall back to.
    cube_fallback: [bool; 2],
    pub(crate) escapes: bool,
}

static EVENNIA: LazyLock<Dialect> = LazyLock::new(|| {
    Dialect::compile(&evennia_table()).expect("the stock table has the shapes that it defines")
});
static ANSI_ONLY: LazyLock<Dialect> = LazyLock::new(|| Dialect {
    nodes: vec![Node::LEAF],
    replacements: Vec::new(),
    bar: [Bar::Walk; 128],
    lead: b'|',
    cube_fallback: [false; 2],
    escapes: false,
});

impl Dialect {
    /// The stock markup of Evennia.
    #[must_use]
    pub fn evennia() -> &'static Self {
        &EVENNIA
    }

    /// No markup and no escapes: raw ANSI sequences and links only.
    #[must_use]
    pub fn ansi_only() -> &'static Self {
        &ANSI_ONLY
    }

    /// Compiles a table.
    ///
    /// # Errors
    /// The first entry that does not fit; see [`DialectError`].
    pub fn compile<S: AsRef<str>>(table: &Table<S>) -> Result<Self, DialectError> {
        Builder::default().build(table)
    }

    /// The token that begins at `at`, and its length in bytes.
    #[expect(clippy::inline_always, reason = "a tenth of the instructions of a coloured text")]
    #[inline(always)]
    pub(crate) fn token(&self, text: &[u8], at: usize) -> Option<(Token<'_>, usize)> {
        if let [b'|', second, ..] = text[at..] {
            match self.bar.get(usize::from(second)) {
                Some(Bar::Replacement(index)) => {
                    return Some((Token::Replacement(&self.replacements[usize::from(*index)]), 2));
                }
                Some(Bar::Cube) => {
                    return cube(&text[at + 1..]).map(|cube| (Token::Color(Ground::Fore, cube), 4));
                }
                Some(Bar::Nothing) => return None,
                Some(Bar::Walk) | None => {}
            }
        }
        self.walk(text, at)
    }

    fn walk(&self, text: &[u8], at: usize) -> Option<(Token<'_>, usize)> {
        let mut node = &self.nodes[0];
        let mut end = at;
        let mut best: Option<(Rank, Token<'_>, usize)> = None;
        loop {
            for (rank, rest) in &node.rests {
                if best.as_ref().is_some_and(|(best, ..)| best <= rank) {
                    break;
                }
                if let Some((token, length)) = self.rest(*rest, text, at, end) {
                    best = Some((*rank, token, end + length - at));
                    break;
                }
            }
            let next = match text.get(end) {
                Some(&byte) if byte < 128 => node.next[usize::from(byte)],
                _ => 0,
            };
            if next == 0 {
                return best.map(|(_, token, length)| (token, length));
            }
            node = &self.nodes[usize::from(next)];
            end += 1;
        }
    }

    #[inline]
    fn rest(&self, rest: Rest, text: &[u8], at: usize, end: usize) -> Option<(Token<'_>, usize)> {
        let tail = &text[end..];
        Some(match rest {
            Rest::Literal(index) => (Token::Replacement(&self.replacements[usize::from(index)]), 0),
            Rest::Bright(color) if at == 0 || text[at - 1] != b'|' => {
                (Token::Color(Ground::Back, color), 0)
            }
            Rest::Bright(_) => return None,
            Rest::Digits(ground) => (Token::Color(ground, cube(tail)?), 3),
            Rest::Letter(ground) => match tail {
                [letter @ b'a'..=b'z', ..] => (Token::Color(ground, Color::Gray(*letter)), 1),
                _ => return None,
            },
            Rest::Hex(ground) => {
                let (rgb, length) = hex(tail)?;
                let color = Color::Rgb(rgb);
                if self.cube_fallback[ground as usize] {
                    (Token::Color(ground, color), length)
                } else {
                    (Token::HexOnly(ground, color), length)
                }
            }
        })
    }
}

/// Three digits from 0 to 5.
fn cube(text: &[u8]) -> Option<Color> {
    match text {
        [red @ b'0'..=b'5', green @ b'0'..=b'5', blue @ b'0'..=b'5', ..] => {
            Some(Color::Cube([red, green, blue].map(|digit| digit - b'0')))
        }
        _ => None,
    }
}

/// Six hexadecimal digits, or three that count double.
fn hex(text: &[u8]) -> Option<([u8; 3], usize)> {
    let digit =
        |i: usize| char::from(*text.get(i)?).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let short = [digit(0)?, digit(1)?, digit(2)?];
    Some(match (digit(3), digit(4), digit(5)) {
        (Some(d), Some(e), Some(f)) => {
            ([short[0] << 4 | short[1], short[2] << 4 | d, e << 4 | f], 6)
        }
        _ => (short.map(|digit| digit * 17), 3),
    })
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    replacements: Vec<Replacement>,
    /// Tokens and the literals of groups: entry, literal, whether it is of the first pass.
    literals: Vec<(String, String, bool)>,
}

impl Builder {
    fn build<S: AsRef<str>>(mut self, table: &Table<S>) -> Result<Dialect, DialectError> {
        self.nodes.push(Node::LEAF);
        if table.hex_colors {
            self.add("|#", "|#", (HEX_PASS, 0), Rest::Hex(Ground::Fore))?;
            self.add("|[#", "|[#", (HEX_PASS, 0), Rest::Hex(Ground::Back))?;
        }
        for (patterns, pass, rest, groups) in [
            (&table.cube_foregrounds, CUBE_FORE_PASS, Rest::Digits(Ground::Fore), DIGITS),
            (&table.cube_backgrounds, CUBE_BACK_PASS, Rest::Digits(Ground::Back), DIGITS),
            (&table.gray_foregrounds, GRAY_FORE_PASS, Rest::Letter(Ground::Fore), LETTER),
            (&table.gray_backgrounds, GRAY_BACK_PASS, Rest::Letter(Ground::Back), LETTER),
        ] {
            for (place, pattern) in patterns.iter().enumerate() {
                let literal = pattern_literal(pattern.as_ref(), groups)?;
                self.add(pattern.as_ref(), &literal, (pass, place), rest)?;
            }
        }
        // In a list the last replacement of a token counts, at the place of its first.
        let last: HashMap<_, _> =
            table.literals.iter().map(|(token, text)| (token.as_ref(), text.as_ref())).collect();
        for (place, (token, _)) in table.literals.iter().enumerate() {
            let token = token.as_ref();
            let index = u16::try_from(self.replacements.len()).map_err(|_| DialectError::Size)?;
            self.replacements.push(Replacement::new(last[token]));
            self.add(token, token, (LITERAL_PASS, place), Rest::Literal(index))?;
        }
        // Only now is known what they stand for.
        let colors = self.dialect(b'|');
        for (place, (token, replacement)) in table.bright_backgrounds.iter().enumerate() {
            let (token, replacement) = (token.as_ref(), replacement.as_ref());
            let color = match colors.token(replacement.as_bytes(), 0) {
                Some((Token::Color(Ground::Back, color), length))
                    if length == replacement.len() =>
                {
                    color
                }
                _ => {
                    return Err(DialectError::Background {
                        entry: token.to_owned(),
                        replacement: replacement.to_owned(),
                    });
                }
            };
            self.add(token, token, (BRIGHT_PASS, place), Rest::Bright(color))?;
        }
        let lead = self.check_characters()?;
        Ok(self.dialect(lead))
    }

    fn dialect(&self, lead: u8) -> Dialect {
        let mut dialect = Dialect {
            nodes: self.nodes.clone(),
            replacements: self.replacements.clone(),
            bar: self.bar(),
            lead,
            cube_fallback: [false; 2],
            escapes: true,
        };
        dialect.cube_fallback = ["|000", "|[000"].map(|token| {
            matches!(dialect.token(token.as_bytes(), 0), Some((Token::Color(..), length)) if length == token.len())
        });
        dialect
    }

    fn bar(&self) -> [Bar; 128] {
        let Node { next, rests } = &self.nodes[usize::from(self.nodes[0].next[usize::from(b'|')])];
        let cube = matches!(rests[..], [(_, Rest::Digits(Ground::Fore))]);
        if !rests.is_empty() && !cube {
            return [Bar::Walk; 128];
        }
        std::array::from_fn(|second| match next[second] {
            0 if cube && (usize::from(b'0')..=usize::from(b'5')).contains(&second) => Bar::Cube,
            0 => Bar::Nothing,
            node => {
                let Node { next, rests } = &self.nodes[usize::from(node)];
                match rests[..] {
                    [(_, Rest::Literal(index))] if next.iter().all(|&next| next == 0) => {
                        Bar::Replacement(index)
                    }
                    _ => Bar::Walk,
                }
            }
        })
    }

    fn add(
        &mut self,
        entry: &str,
        literal: &str,
        rank: Rank,
        rest: Rest,
    ) -> Result<(), DialectError> {
        let mut node = 0;
        for character in literal.chars() {
            let slot = match u8::try_from(character) {
                Ok(byte @ b' '..=b'~') => usize::from(byte),
                _ => {
                    return Err(DialectError::Character { entry: entry.to_owned(), character });
                }
            };
            if self.nodes[node].next[slot] == 0 {
                self.nodes[node].next[slot] =
                    u16::try_from(self.nodes.len()).map_err(|_| DialectError::Size)?;
                self.nodes.push(Node::LEAF);
            }
            node = usize::from(self.nodes[node].next[slot]);
        }
        if node == 0 {
            return Err(DialectError::Empty);
        }
        let rests = &mut self.nodes[node].rests;
        rests.push((rank, rest));
        rests.sort_by_key(|(rank, _)| *rank);
        self.literals.push((entry.to_owned(), literal.to_owned(), rank.0 == BRIGHT_PASS));
        Ok(())
    }

    /// No token may begin or be escaped inside another, save in the first pass, which wins anyway.
    fn check_characters(&self) -> Result<u8, DialectError> {
        let mut leads: Vec<u8> =
            self.literals.iter().map(|(_, literal, _)| literal.as_bytes()[0]).collect();
        leads.sort_unstable();
        leads.dedup();
        for (entry, literal, first_pass) in &self.literals {
            let wrong = |(place, byte): (usize, u8)| {
                byte == b'\\' || place > 0 && !first_pass && leads.contains(&byte)
            };
            if let Some((_, byte)) = literal.bytes().enumerate().find(|&indexed| wrong(indexed)) {
                return Err(DialectError::Character {
                    entry: entry.clone(),
                    character: byte.into(),
                });
            }
        }
        // A group ends in hexadecimal digits or letters, so those begin no token.
        if let Some(lead) = leads.iter().find(|lead| lead.is_ascii_alphanumeric()) {
            let (entry, ..) = self
                .literals
                .iter()
                .find(|(_, literal, _)| literal.as_bytes()[0] == *lead)
                .expect("a lead is the first byte of a literal");
            return Err(DialectError::Character {
                entry: entry.clone(),
                character: (*lead).into(),
            });
        }
        leads.retain(|lead| !matches!(lead, b'|' | b'{'));
        match leads[..] {
            [] => Ok(b'|'),
            [lead] => Ok(lead),
            _ => Err(DialectError::Leads {
                leads: leads.iter().map(|&lead| char::from(lead)).collect(),
            }),
        }
    }
}

const DIGITS: &str = "([0-5])([0-5])([0-5])";
const LETTER: &str = "([a-z])";

/// The literal in front of the groups of a regular expression.
fn pattern_literal(pattern: &str, groups: &'static str) -> Result<String, DialectError> {
    let wrong = || DialectError::Shape { entry: pattern.to_owned(), expected: groups };
    let escaped = pattern.strip_suffix(groups).ok_or_else(wrong)?;
    let mut literal = String::new();
    let mut characters = escaped.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                // A backslash before a letter or digit is a class or a reference.
                Some(escaped) if !escaped.is_alphanumeric() => literal.push(escaped),
                _ => return Err(wrong()),
            },
            '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '|' => return Err(wrong()),
            '{' if literal.chars().next().is_some() => return Err(wrong()),
            _ => literal.push(character),
        }
    }
    Ok(literal)
}

fn evennia_table() -> Table<&'static str> {
    Table {
        literals: vec![
            ("|n", "\x1b[0m"),
            ("|/", "\r\n"),
            ("|-", "\t"),
            ("|>", "    "),
            ("|_", " "),
            ("|*", "\x1b[7m"),
            ("|^", "\x1b[5m"),
            ("|u", "\x1b[4m"),
            ("|U", "\x1b[24m"),
            ("|i", "\x1b[3m"),
            ("|I", "\x1b[23m"),
            ("|s", "\x1b[9m"),
            ("|S", "\x1b[29m"),
            ("|r", "\x1b[1m\x1b[31m"),
            ("|g", "\x1b[1m\x1b[32m"),
            ("|y", "\x1b[1m\x1b[33m"),
            ("|b", "\x1b[1m\x1b[34m"),
            ("|m", "\x1b[1m\x1b[35m"),
            ("|c", "\x1b[1m\x1b[36m"),
            ("|w", "\x1b[1m\x1b[37m"),
            ("|x", "\x1b[1m\x1b[30m"),
            ("|R", "\x1b[22m\x1b[31m"),
            ("|G", "\x1b[22m\x1b[32m"),
            ("|Y", "\x1b[22m\x1b[33m"),
            ("|B", "\x1b[22m\x1b[34m"),
            ("|M", "\x1b[22m\x1b[35m"),
            ("|C", "\x1b[22m\x1b[36m"),
            ("|W", "\x1b[22m\x1b[37m"),
            ("|X", "\x1b[22m\x1b[30m"),
            ("|h", "\x1b[1m"),
            ("|H", "\x1b[22m"),
            ("|!R", "\x1b[31m"),
            ("|!G", "\x1b[32m"),
            ("|!Y", "\x1b[33m"),
            ("|!B", "\x1b[34m"),
            ("|!M", "\x1b[35m"),
            ("|!C", "\x1b[36m"),
            ("|!W", "\x1b[37m"),
            ("|!X", "\x1b[30m"),
            ("|[R", "\x1b[41m"),
            ("|[G", "\x1b[42m"),
            ("|[Y", "\x1b[43m"),
            ("|[B", "\x1b[44m"),
            ("|[M", "\x1b[45m"),
            ("|[C", "\x1b[46m"),
            ("|[W", "\x1b[47m"),
            ("|[X", "\x1b[40m"),
        ],
        bright_backgrounds: vec![
            ("|[r", "|[500"),
            ("|[g", "|[050"),
            ("|[y", "|[550"),
            ("|[b", "|[005"),
            ("|[m", "|[505"),
            ("|[c", "|[055"),
            ("|[w", "|[555"),
            ("|[x", "|[222"),
        ],
        cube_foregrounds: vec![r"\|([0-5])([0-5])([0-5])"],
        cube_backgrounds: vec![r"\|\[([0-5])([0-5])([0-5])"],
        gray_foregrounds: vec![r"\|=([a-z])"],
        gray_backgrounds: vec![r"\|\[=([a-z])"],
        hex_colors: true,
    }
}
