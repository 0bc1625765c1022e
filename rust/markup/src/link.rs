//! Links in markup: `|lc command |lt label |le` and `|lu url |lt label |le`.

use crate::step_counter;

/// `|lc` or `|lu`, `|lt` and `|le` are of this length.
pub(crate) const MARKER: usize = 3;

const LABEL: [u8; MARKER] = *b"|lt";
const END: [u8; MARKER] = *b"|le";

/// The kind of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Sends a command to the game.
    Command,
    /// Opens an address.
    Address,
}

/// A closed link: the positions of its three markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    pub kind: Kind,
    pub start: usize,
    pub label: usize,
    pub end: usize,
}

impl Link {
    /// The command or address.
    pub fn target<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start + MARKER..self.label]
    }

    /// The text to show.
    pub fn label<'a>(&self, text: &'a str) -> &'a str {
        &text[self.label + MARKER..self.end]
    }
}

/// Finds the closing markers of links. It remembers the last answers, and that there are none, so that
/// it takes linear time for all of a text.
#[derive(Default)]
pub(crate) struct Finder {
    label: usize,
    end: usize,
}

const NONE: usize = usize::MAX;

impl Finder {
    /// The link that begins at `start`, if it is closed. Calls must not go backwards.
    pub fn link(&mut self, text: &str, start: usize) -> Option<Link> {
        let bytes = text.as_bytes();
        let kind = match bytes.get(start..start + MARKER)? {
            b"|lc" => Kind::Command,
            b"|lu" => Kind::Address,
            _ => return None,
        };
        let label = advance(&mut self.label, bytes, start + MARKER, LABEL)?;
        let end = advance(&mut self.end, bytes, label + MARKER, END)?;
        Some(Link { kind, start, label, end })
    }
}

fn advance(known: &mut usize, text: &[u8], from: usize, marker: [u8; MARKER]) -> Option<usize> {
    if *known < from {
        let mut markers = text[from..].windows(MARKER);
        *known = markers.position(|window| *window == marker).map_or(NONE, |found| from + found);
        step_counter::add((*known).min(text.len()) - from);
    }
    (*known != NONE).then_some(*known)
}

/// Position of the first closed link of a kind at or after `from`.
pub(crate) fn next(text: &str, from: usize, kind: Kind, finder: &mut Finder) -> Option<Link> {
    let marker = match kind {
        Kind::Command => "|lc",
        Kind::Address => "|lu",
    };
    // If this one is not closed, no later one is.
    let start = from + text[from..].find(marker)?;
    finder.link(text, start)
}

/// URL schemes that a link may have (lower case).
const SCHEMES: [&str; 4] = ["http", "https", "ftp", "mailto"];

/// Whether following `url` opens a page or a mail and runs no script. An address without a scheme is
/// relative to the page.
pub(crate) fn is_safe(url: &str) -> bool {
    // Browsers ignore these before a scheme (WHATWG URL, section 4.4).
    let url = url.trim_matches(|character| character <= ' ');
    let Some(colon) = url.find(':') else {
        return true;
    };
    let scheme = &url[..colon];
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    !is_scheme || SCHEMES.iter().any(|safe| scheme.eq_ignore_ascii_case(safe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_closed_links_are_found() {
        let text = "|lcgo|ltGo|le |lcnever |luhttp://x|ltX|le";
        let mut finder = Finder::default();
        let go = finder.link(text, 0).unwrap();
        assert_eq!((go.kind, go.target(text), go.label(text)), (Kind::Command, "go", "Go"));
        let swallows = finder.link(text, 14).unwrap();
        assert_eq!(swallows.target(text), "never |luhttp://x");
        assert_eq!(Finder::default().link("|lca|leb|lt", 0), None);
        assert_eq!(Finder::default().link("|l", 0), None);
    }

    #[test]
    fn an_address_is_safe_by_its_scheme() {
        for safe in [
            "",
            "http://x",
            "HTTPS://x",
            "mailto:a@b",
            "ftp:x",
            "page.html",
            "/a:b",
            "?q=a:b",
            "java script:x",
        ] {
            assert!(is_safe(safe), "{safe}");
        }
        for unsafe_url in
            ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "vbscript:x", "file:///x"]
        {
            assert!(!is_safe(unsafe_url), "{unsafe_url}");
        }
    }
}
