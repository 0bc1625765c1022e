//! What a literal token becomes. It is read when the table is compiled, not for each text.

use crate::escape::{self, Sequence};
use crate::style::Change;

/// A tab is this many spaces.
pub(crate) const TAB_SPACES: u8 = 4;

/// What a literal token becomes.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    pub text: String,
    pub meaning: Meaning,
}

/// What a replacement means in styled text.
#[derive(Debug, Clone)]
pub(crate) enum Meaning {
    Style(Vec<Change>),
    LineEnd,
    Spaces(u8),
    /// Anything else. Reading the replaced text again as ANSI tells.
    Other,
}

impl Replacement {
    pub(super) fn new(text: &str) -> Self {
        let meaning = match text {
            "\r\n" | "\n" => Meaning::LineEnd,
            "\t" => Meaning::Spaces(TAB_SPACES),
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
