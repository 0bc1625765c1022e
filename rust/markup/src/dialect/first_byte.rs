//! First-byte dispatch: most tokens are a bar and a letter, and a table of the bytes after the bar finds
//! them without the trie.

use super::trie::{Node, Rest, Trie};
use crate::color::Ground;

/// Which tokens begin with a bar and one byte more.
#[derive(Debug, Clone, Copy)]
pub(super) enum AfterBar {
    /// No token.
    Nothing,
    /// A token of two bytes, which no longer token begins with: an index into the replacements.
    Replacement(u16),
    /// A foreground of the cube, if two more digits follow.
    Cube,
    /// Only the trie tells.
    Walk,
}

/// The table of the bytes after a bar.
pub(super) fn dispatch(trie: &Trie) -> [AfterBar; 128] {
    let bar = match trie.nodes[0].next[usize::from(b'|')] {
        0 => return [AfterBar::Nothing; 128],
        node => usize::from(node),
    };
    let Node { next, rests } = &trie.nodes[bar];
    let cube = matches!(rests[..], [(_, Rest::Digits(Ground::Fore))]);
    if !rests.is_empty() && !cube {
        return [AfterBar::Walk; 128];
    }
    let digits = usize::from(b'0')..=usize::from(b'5');
    std::array::from_fn(|second| match next[second] {
        0 if cube && digits.contains(&second) => AfterBar::Cube,
        0 => AfterBar::Nothing,
        // A token begins here, but a colour of the cube has precedence.
        _ if cube && digits.contains(&second) => AfterBar::Walk,
        node => {
            let Node { next, rests } = &trie.nodes[usize::from(node)];
            match rests[..] {
                [(_, Rest::Literal(index))] if next.iter().all(|&next| next == 0) => {
                    AfterBar::Replacement(index)
                }
                _ => AfterBar::Walk,
            }
        }
    })
}
