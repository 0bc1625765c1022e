//! A short cut through the trie for what begins with a bar, as most tokens do.

use super::trie::{Node, Rest, Trie};
use crate::color::Ground;

/// What begins with a bar and one byte more.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bar {
    /// No token.
    Nothing,
    /// A token of two bytes that nothing longer begins with: an index into the replacements.
    Replacement(u16),
    /// A foreground of the cube, if two more digits follow.
    Cube,
    /// The trie knows.
    Walk,
}

/// What begins with a bar, by the byte behind it.
pub(super) fn short_cuts(trie: &Trie) -> [Bar; 128] {
    let bar = match trie.nodes[0].next[usize::from(b'|')] {
        0 => return [Bar::Nothing; 128],
        node => usize::from(node),
    };
    let Node { next, rests } = &trie.nodes[bar];
    let cube = matches!(rests[..], [(_, Rest::Digits(Ground::Fore))]);
    if !rests.is_empty() && !cube {
        return [Bar::Walk; 128];
    }
    let digits = usize::from(b'0')..=usize::from(b'5');
    std::array::from_fn(|second| match next[second] {
        0 if cube && digits.contains(&second) => Bar::Cube,
        0 => Bar::Nothing,
        // A token, but a colour of the cube counts before it.
        _ if cube && digits.contains(&second) => Bar::Walk,
        node => {
            let Node { next, rests } = &trie.nodes[usize::from(node)];
            match rests[..] {
                [(_, Rest::Literal(index))] if next.iter().all(|&next| next == 0) => {
                    Bar::Replacement(index)
                }
                _ => Bar::Walk,
            }
        }
    })
}
