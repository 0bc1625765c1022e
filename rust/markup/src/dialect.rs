//! The markup tokens of a game, compiled from a table into a trie.
//!
//! Evennia replaces tokens in passes, one regular expression after the other, between the escapes
//! `||`, `{{` and `\`. One pass from left to right gives the same as long as no token can begin
//! inside another; a table that allows it does not compile. Of tokens that begin at the same place the
//! one of the earlier pass counts, and in a pass the one that stands earlier in the list.

mod compile;
mod first_byte;
mod replacement;
mod stock;
mod table;
mod trie;

use std::sync::LazyLock;

use crate::color::Ground;

use compile::Compiled;
use first_byte::AfterBar;
use trie::Trie;

pub(crate) use replacement::{Meaning, Replacement, TAB_SPACES};
pub use table::{DialectError, Table};
pub(crate) use trie::Token;

#[cfg(test)]
mod tests;

/// The markup tokens of a game, compiled from a [`Table`].
#[derive(Debug, Clone)]
pub struct Dialect {
    trie: Trie,
    /// The tokens that begin with a bar, by the byte after it.
    after_bar: [AfterBar; 128],
    /// The byte besides `|` and `{` that may begin a token, or `|`.
    pub(crate) lead: u8,
    /// Whether `||` and `{{` are escapes for one bar and one brace.
    pub(crate) escapes: bool,
    /// Whether `|lc`, `|lu`, `|lt` and `|le` mark links.
    pub(crate) links: bool,
}

static EVENNIA: LazyLock<Dialect> = LazyLock::new(|| {
    Dialect::compile(&stock::table()).expect("the stock table has the shapes that it defines")
});
static ANSI_ONLY: LazyLock<Dialect> = LazyLock::new(|| Dialect::without_tokens(true));
static SEQUENCES_ONLY: LazyLock<Dialect> = LazyLock::new(|| Dialect::without_tokens(false));

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

    /// No markup, no escapes and no links: raw ANSI sequences only.
    ///
    /// This is the dialect of text that was converted before. A `|l` in it is text.
    #[must_use]
    pub fn sequences_only() -> &'static Self {
        &SEQUENCES_ONLY
    }

    fn without_tokens(links: bool) -> Self {
        let trie = Trie::default();
        let after_bar = first_byte::dispatch(&trie);
        Self { trie, after_bar, lead: b'|', escapes: false, links }
    }

    /// The dialect that reads a text of this one after its markup is written as ANSI.
    pub(crate) fn resolved(&self) -> &'static Self {
        if self.links { Self::ansi_only() } else { Self::sequences_only() }
    }

    /// Compiles a table.
    ///
    /// # Errors
    /// The first entry that does not fit; see [`DialectError`].
    pub fn compile<S: AsRef<str>>(table: &Table<S>) -> Result<Self, DialectError> {
        let Compiled { trie, lead } = compile::compile(table)?;
        let after_bar = first_byte::dispatch(&trie);
        Ok(Self { trie, after_bar, lead, escapes: true, links: true })
    }

    /// Whether `byte` may begin a token, an escape or a link marker.
    #[inline]
    pub(crate) fn may_begin_token(&self, byte: u8) -> bool {
        matches!(byte, b'|' | b'{') || byte == self.lead
    }

    /// Whether an escape, `||` or `{{`, stands at `at`.
    #[inline]
    pub(crate) fn is_escape(&self, text: &[u8], at: usize) -> bool {
        self.escapes && matches!(text[at..], [b'|', b'|', ..] | [b'{', b'{', ..])
    }

    /// The token that begins at `at`, and its length in bytes.
    #[expect(clippy::inline_always, reason = "a tenth of the instructions of a coloured text")]
    #[inline(always)]
    pub(crate) fn token(&self, text: &[u8], at: usize) -> Option<(Token<'_>, usize)> {
        if let [b'|', second, ..] = text[at..] {
            match self.after_bar.get(usize::from(second)) {
                Some(AfterBar::Replacement(index)) => {
                    return Some((
                        Token::Replacement(&self.trie.replacements[usize::from(*index)]),
                        2,
                    ));
                }
                Some(AfterBar::Cube) => {
                    return trie::cube(&text[at + 1..])
                        .map(|cube| (Token::Color(Ground::Fore, cube), 4));
                }
                Some(AfterBar::Nothing) => return None,
                Some(AfterBar::Walk) | None => {}
            }
        }
        self.trie.token(text, at)
    }
}
