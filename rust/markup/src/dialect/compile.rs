//! Builds the trie of a table, and rejects tables that one pass cannot read as Evennia does.

use std::collections::HashMap;

use super::replacement::Replacement;
use super::table::{DialectError, Table};
use super::trie::{Node, Pass, Rank, Rest, Token, Trie};
use crate::color::Ground;

/// The tokens of a table.
pub(super) struct Compiled {
    pub trie: Trie,
    /// The byte besides `|` and `{` that may begin a token, or `|`.
    pub lead: u8,
}

/// Compiles a table; the error is the first entry that does not fit.
pub(super) fn compile<S: AsRef<str>>(table: &Table<S>) -> Result<Compiled, DialectError> {
    Builder::default().build(table)
}

#[derive(Default)]
struct Builder {
    trie: Trie,
    /// Tokens and the literals of groups: entry, literal, whether it is of the first pass.
    literals: Vec<(String, String, bool)>,
}

impl Builder {
    fn build<S: AsRef<str>>(mut self, table: &Table<S>) -> Result<Compiled, DialectError> {
        if table.hex_colors {
            self.add("|#", "|#", (Pass::Hex, 0), Rest::Hex(Ground::Fore))?;
            self.add("|[#", "|[#", (Pass::Hex, 0), Rest::Hex(Ground::Back))?;
        }
        for (patterns, pass, rest, groups) in [
            (&table.cube_foregrounds, Pass::CubeForeground, Rest::Digits(Ground::Fore), DIGITS),
            (&table.cube_backgrounds, Pass::CubeBackground, Rest::Digits(Ground::Back), DIGITS),
            (&table.gray_foregrounds, Pass::GrayForeground, Rest::Letter(Ground::Fore), LETTER),
            (&table.gray_backgrounds, Pass::GrayBackground, Rest::Letter(Ground::Back), LETTER),
        ] {
            for (place, pattern) in patterns.iter().enumerate() {
                let literal = pattern_literal(pattern.as_ref(), groups)?;
                self.add(pattern.as_ref(), &literal, (pass, place), rest)?;
            }
        }
        // The last replacement of a token counts; its first place in the list is its rank.
        let last: HashMap<_, _> =
            table.literals.iter().map(|(token, text)| (token.as_ref(), text.as_ref())).collect();
        for (place, (token, _)) in table.literals.iter().enumerate() {
            let token = token.as_ref();
            let index =
                u16::try_from(self.trie.replacements.len()).map_err(|_| DialectError::Size)?;
            self.trie.replacements.push(Replacement::new(last[token]));
            self.add(token, token, (Pass::Literal, place), Rest::Literal(index))?;
        }
        // A bright background stands for a token that had to be added first.
        self.find_cube_fallback();
        let colors = self.trie.clone();
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
            self.add(token, token, (Pass::BrightBackground, place), Rest::Bright(color))?;
        }
        let lead = self.check_characters()?;
        self.find_cube_fallback();
        Ok(Compiled { trie: self.trie, lead })
    }

    fn find_cube_fallback(&mut self) {
        self.trie.cube_fallback = ["|000", "|[000"].map(|token| {
            matches!(
                self.trie.token(token.as_bytes(), 0),
                Some((Token::Color(..), length)) if length == token.len()
            )
        });
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
            if self.trie.nodes[node].next[slot] == 0 {
                self.trie.nodes[node].next[slot] =
                    u16::try_from(self.trie.nodes.len()).map_err(|_| DialectError::Size)?;
                self.trie.nodes.push(Node::EMPTY);
            }
            node = usize::from(self.trie.nodes[node].next[slot]);
        }
        if node == 0 {
            return Err(DialectError::Empty);
        }
        let rests = &mut self.trie.nodes[node].rests;
        rests.push((rank, rest));
        rests.sort_by_key(|(rank, _)| *rank);
        self.literals.push((
            entry.to_owned(),
            literal.to_owned(),
            rank.0 == Pass::BrightBackground,
        ));
        Ok(())
    }

    /// No token may begin inside another or hold an escape. In the first pass one may, because that
    /// pass has the lowest rank.
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
        // Groups end in digits or letters, so a token that begins with one could begin inside them.
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
