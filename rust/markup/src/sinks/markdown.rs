//! Writes Markdown in Discord's flavour.
//!
//! The text itself is escaped, so that Discord reads no formatting in it. Discord notifies people even by
//! a mention with a backslash, so a zero-width space follows each `@`.
//!
//! Delimiters nest in one order, underline, strike, bold, italic, and close before blanks and line
//! ends, where Discord would not take them for delimiters.

use crate::dialect::Dialect;
use crate::parse::parse;
use crate::percent;
use crate::sink::{Sink, Target};
use crate::style::{Attribute, Style};

#[cfg(test)]
mod tests;

/// Appends `text` as Discord's Markdown to `out`; with `strip` without emphasis.
pub fn markdown(text: &str, dialect: &Dialect, strip: bool, out: &mut String) {
    out.reserve(text.len() + text.len() / 4);
    let start = out.len();
    let mut markdown = Markdown {
        out,
        start,
        wanted: NO_MARKS,
        open: NO_MARKS,
        just_closed: false,
        blanks: String::new(),
        line: Line::Blank,
        link: Link::None,
    };
    parse(text, dialect, strip, &mut markdown);
    markdown.finish();
}

/// Which delimiters there are, the outermost first.
const DELIMITERS: [&str; 4] = ["__", "~~", "**", "*"];

/// For each delimiter whether it is on.
type Marks = [bool; 4];

const NO_MARKS: Marks = [false; 4];

const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// What the line consists of so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Blank,
    /// Digits, which with a full stop would begin a numbered list.
    Digits,
    Text,
}

/// The link whose label is being written.
enum Link {
    /// There is none, or its label is all that is written.
    None,
    /// A label in brackets, which begins at `label`; the address follows.
    Masked { label: usize, address: String },
    /// An address in angle brackets, which is written. Its label is the same and is left out.
    Shown,
    /// Discord does not link this address, so it follows the label in parentheses.
    Told(String),
}

struct Markdown<'a> {
    out: &'a mut String,
    /// Where the Markdown begins in `out`.
    start: usize,
    /// The marks of the next text.
    wanted: Marks,
    /// The marks that stand open in `out`.
    open: Marks,
    /// A delimiter was written last, and it closed.
    just_closed: bool,
    /// The blanks before the next text.
    blanks: String,
    line: Line,
    link: Link,
}

impl Markdown<'_> {
    fn finish(mut self) {
        self.close(0);
        self.write_blanks();
    }

    /// Closes what the marks have open from a place in their order.
    fn close(&mut self, from: usize) {
        for mark in (from..DELIMITERS.len()).rev() {
            if self.open[mark] {
                // Discord sees the delimiter in `\~~~` one character early.
                if DELIMITERS[mark] == "~~" && self.out.ends_with('~') {
                    self.out.push(ZERO_WIDTH_SPACE);
                }
                self.out.push_str(DELIMITERS[mark]);
                self.open[mark] = false;
                self.just_closed = true;
            }
        }
    }

    fn write_blanks(&mut self) {
        if !self.blanks.is_empty() {
            self.out.push_str(&self.blanks);
            self.blanks.clear();
            self.just_closed = false;
        }
    }

    /// Makes ready for text that is not blank.
    fn before_text(&mut self) {
        if self.open == self.wanted {
            self.write_blanks();
        } else {
            let common = self.open.iter().zip(&self.wanted).take_while(|(a, b)| a == b).count();
            self.close(common);
            self.write_blanks();
            // Two delimiters next to each other would be read as one.
            if self.just_closed && self.wanted[common..].contains(&true) {
                self.out.push(ZERO_WIDTH_SPACE);
            }
            for (delimiter, wanted) in DELIMITERS.iter().zip(self.wanted).skip(common) {
                if wanted {
                    self.out.push_str(delimiter);
                }
            }
            self.open = self.wanted;
        }
        self.just_closed = false;
    }

    fn character(&mut self, character: char, next: Option<char>) {
        if character.is_whitespace() {
            self.blanks.push(character);
            return;
        }
        self.before_text();
        let in_label = matches!(self.link, Link::Masked { .. });
        let escaped = match character {
            '\\' | '*' | '_' | '~' | '|' | '`' | '>' | '<' | '#' => true,
            // Discord knows no escaped bracket in a label.
            '[' | ']' => !in_label,
            '-' | '+' => self.line == Line::Blank,
            '.' | ')' => self.line == Line::Digits,
            // The slashes of an address may follow in another piece of text.
            ':' => next.is_none_or(|next| next == '/'),
            _ => false,
        };
        if escaped {
            self.out.push('\\');
        }
        match character {
            '[' if in_label => self.out.push('('),
            ']' if in_label => self.out.push(')'),
            _ => self.out.push(character),
        }
        if character == '@' {
            self.out.push(ZERO_WIDTH_SPACE);
        }
        self.line = match (self.line, character) {
            (Line::Blank | Line::Digits, '0'..='9') => Line::Digits,
            _ => Line::Text,
        };
    }

    /// Begins the label of a link with an address that Discord links.
    fn begin_masked(&mut self, address: String) {
        self.close(0);
        self.write_blanks();
        self.just_closed = false;
        self.out.push('[');
        self.link = Link::Masked { label: self.out.len(), address };
    }
}

impl Sink for Markdown<'_> {
    fn style(&mut self, style: &Style, _replaces: bool) {
        self.wanted = [
            style.has(Attribute::Underline),
            style.has(Attribute::Strike),
            style.is_bold(),
            style.has(Attribute::Italic),
        ];
    }

    fn end_style(&mut self) {
        self.wanted = NO_MARKS;
    }

    fn text(&mut self, text: &str) {
        if matches!(self.link, Link::Shown) {
            return;
        }
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            self.character(character, characters.peek().copied());
        }
    }

    fn spaces(&mut self, count: u8) {
        self.blanks.extend(std::iter::repeat_n(' ', usize::from(count)));
    }

    fn line_end(&mut self) {
        if matches!(self.link, Link::Masked { .. }) {
            // A label is one line.
            self.blanks.push(' ');
            return;
        }
        self.close(0);
        self.write_blanks();
        self.out.push('\n');
        self.just_closed = false;
        self.line = Line::Blank;
    }

    fn begin_link(&mut self, target: Target<'_>) {
        match target {
            Target::Address(address) if is_web(address) => self.begin_masked(encoded(address)),
            Target::Address(address) => self.link = Link::Told(address.to_owned()),
            Target::Url { url, bare: true } => self.begin_masked(encoded(&format!("http://{url}"))),
            Target::Url { url, bare: false } if is_web(url) => {
                self.before_text();
                self.out.push('<');
                self.out.push_str(&encoded(url));
                self.out.push('>');
                self.line = Line::Text;
                self.link = Link::Shown;
            }
            Target::Command(_) | Target::Url { .. } => {}
        }
    }

    fn end_link(&mut self) {
        match std::mem::replace(&mut self.link, Link::None) {
            Link::None | Link::Shown => {}
            Link::Masked { label, .. } if label == self.out.len() => {
                // Nothing would be shown of the link.
                self.out.pop();
            }
            Link::Masked { address, .. } => {
                self.close(0);
                self.out.push_str("](<");
                self.out.push_str(&address);
                self.out.push_str(">)");
                self.just_closed = false;
                self.line = Line::Text;
            }
            Link::Told(address) => {
                self.text(" (");
                self.text(&address);
                self.text(")");
            }
        }
    }

    fn restart(&mut self) {
        self.out.truncate(self.start);
        self.wanted = NO_MARKS;
        self.open = NO_MARKS;
        self.just_closed = false;
        self.blanks.clear();
        self.line = Line::Blank;
        self.link = Link::None;
    }
}

/// Whether Discord links an address.
fn is_web(address: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// `address` with the characters percent-encoded that would end it, that are
/// delimiters, or that begin a mention: Discord looks for those in addresses too.
fn encoded(address: &str) -> String {
    percent::encode(address, |character, rest| match character {
        ' ' | '<' | '>' | '(' | ')' | '\\' | '"' | '\'' | '`' | '*' | '|' | '~' => true,
        '@' => begins_mention(rest),
        _ => false,
    })
}

fn begins_mention(text: &str) -> bool {
    text.starts_with("everyone")
        || text.starts_with("here")
        || text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '!' | '&'))
}
