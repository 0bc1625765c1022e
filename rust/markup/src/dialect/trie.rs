//! Finds the token that begins at a place, byte by byte.

use super::replacement::Replacement;
use crate::color::{Color, Ground};

/// A token in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Token<'d> {
    Replacement(&'d Replacement),
    Color(Ground, Color),
    /// A 24-bit colour for which the table has no fallback. Without 24-bit colours it stays text.
    HexOnly(Ground, Color),
}

/// The passes of Evennia's parser, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pass {
    BrightBackground,
    Hex,
    CubeForeground,
    CubeBackground,
    GrayForeground,
    GrayBackground,
    Literal,
}

/// The pass of a token and its place in the pass. Of tokens that begin at the same place the one of
/// the lowest rank counts.
pub(super) type Rank = (Pass, usize);

/// What follows the literal of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing follows: an index into the replacements.
    Literal(u16),
    /// Nothing follows, no bar stands before: a background.
    Bright(Color),
    Digits(Ground),
    Letter(Ground),
    Hex(Ground),
}

/// A node of the trie: the bytes on the way to it are the beginning of tokens.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The node after one more byte; 0 where no token goes on.
    pub(super) next: [u16; 128],
    /// The tokens whose literal ends here, the lowest rank first.
    pub(super) rests: Vec<(Rank, Rest)>,
}

impl Node {
    pub(super) const EMPTY: Self = Self { next: [0; 128], rests: Vec::new() };
}

/// All tokens by their bytes.
#[derive(Debug, Clone)]
pub(super) struct Trie {
    /// Every token begins at the first.
    pub(super) nodes: Vec<Node>,
    pub(super) replacements: Vec<Replacement>,
    /// Whether `|rgb` and `|[rgb` are colours, so that hex colours have something to fall back to.
    pub(super) cube_fallback: [bool; 2],
}

impl Default for Trie {
    fn default() -> Self {
        Self { nodes: vec![Node::EMPTY], replacements: Vec::new(), cube_fallback: [false; 2] }
    }
}

impl Trie {
    /// The token of the lowest rank that begins at `at`, and its length in bytes.
    pub(super) fn token(&self, text: &[u8], at: usize) -> Option<(Token<'_>, usize)> {
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
pub(super) fn cube(text: &[u8]) -> Option<Color> {
    match text {
        [red @ b'0'..=b'5', green @ b'0'..=b'5', blue @ b'0'..=b'5', ..] => {
            Some(Color::Cube([red, green, blue].map(|digit| digit - b'0')))
        }
        _ => None,
    }
}

/// Six hexadecimal digits, or three digits that each count twice.
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
