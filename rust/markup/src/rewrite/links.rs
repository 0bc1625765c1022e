//! Replaces the links of a text by their labels or addresses.

use crate::link::{self, Finder, Kind, MARKER};

/// `text` with the label in the place of each link to a command, and the address in the place of
/// each link to an address.
#[must_use]
pub fn strip_links(text: &str) -> String {
    let mut out = text.to_owned();
    strip_links_from(&mut out, 0);
    out
}

/// [`strip_links`] on what stands in `out` from `start`.
pub(super) fn strip_links_from(out: &mut String, start: usize) {
    for kind in [Kind::Command, Kind::Address] {
        let text = &out[start..];
        let mut finder = Finder::default();
        let Some(first) = link::next(text, 0, kind, &mut finder) else {
            continue;
        };
        let mut stripped = String::with_capacity(text.len());
        let mut done = 0;
        let mut next = Some(first);
        while let Some(found) = next {
            stripped.push_str(&text[done..found.start]);
            stripped.push_str(match kind {
                Kind::Command => found.label(text),
                Kind::Address => found.target(text),
            });
            done = found.end + MARKER;
            next = link::next(text, done, kind, &mut finder);
        }
        stripped.push_str(&text[done..]);
        out.truncate(start);
        out.push_str(&stripped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_stripped_in_two_passes() {
        assert_eq!(strip_links("|lca|lt|lub|ltc|le|le"), "b");
        assert_eq!(strip_links("|lua|ltb|le|lcc|ltd|le"), "ad");
        assert_eq!(strip_links("|lca|ltb"), "|lca|ltb");
    }
}
