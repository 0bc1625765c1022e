//! Runs of text with their style and link, for clients that draw for themselves.

use std::sync::Arc;

use crate::dialect::Dialect;
use crate::parse::parse;
use crate::sink::{Sink, Target};
use crate::step_counter;
use crate::style::{Attribute, DEFAULT_BACK, DEFAULT_FORE, Shown, Style};

#[cfg(test)]
mod tests;

/// Text of one style and one link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text; a line end is `\n`.
    pub text: String,
    /// How it looks.
    pub style: SpanStyle,
    /// Where it leads. The runs of one label share it.
    pub link: Option<Arc<SpanLink>>,
}

/// How a run of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct SpanStyle {
    /// The foreground, unless it is the default.
    pub fore: Option<SpanColor>,
    /// The background, unless it is the default.
    pub back: Option<SpanColor>,
    /// SGR 1 is on, as in Evennia's bright colours. The foreground is bright already.
    pub bold: bool,
    /// SGR 3 is on.
    pub italic: bool,
    /// SGR 4 is on.
    pub underline: bool,
    /// SGR 9 is on.
    pub strike: bool,
    /// SGR 5 is on.
    pub blink: bool,
}

/// A colour of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanColor {
    /// An index of the xterm palette.
    Index(u8),
    /// Red, green and blue.
    Rgb([u8; 3]),
}

/// Where a run leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanLink {
    /// A command for the game.
    Command(String),
    /// An address of a safe scheme, or of none.
    Address(String),
}

/// A longer target is left out, because each run of a label repeats it where the runs are written
/// out, and the length of a text must bound what becomes of it.
const MAX_TARGET_LENGTH: usize = 2048;

/// `text` as runs, with `strip` without styles. No two runs next to each other are alike.
#[must_use]
pub fn spans(text: &str, dialect: &Dialect, strip: bool) -> Vec<Span> {
    let mut spans = Spans::default();
    parse(text, dialect, strip, &mut spans);
    spans.done
}

#[derive(Default)]
struct Spans {
    done: Vec<Span>,
    style: SpanStyle,
    link: Option<Arc<SpanLink>>,
}

impl Spans {
    fn link_to(&mut self, target: Target<'_>) -> Option<Arc<SpanLink>> {
        let link = match target {
            Target::Command(target) | Target::Address(target)
                if target.len() > MAX_TARGET_LENGTH =>
            {
                return None;
            }
            Target::Command(command) => SpanLink::Command(command.to_owned()),
            Target::Address(address) => SpanLink::Address(address.to_owned()),
            Target::Url { url, bare: true } => SpanLink::Address(format!("http://{url}")),
            Target::Url { url, bare: false } => SpanLink::Address(url.to_owned()),
        };
        let (SpanLink::Command(address) | SpanLink::Address(address)) = &link;
        step_counter::add(address.len());
        // Two labels next to each other with one target are one run.
        match self.done.last() {
            Some(Span { link: Some(last), .. }) if **last == link => Some(Arc::clone(last)),
            _ => Some(Arc::new(link)),
        }
    }
}

impl Sink for Spans {
    fn style(&mut self, style: &Style, _replaces: bool) {
        let [fore, back] = style.shown();
        self.style = SpanStyle {
            fore: color(fore, DEFAULT_FORE),
            back: color(back, DEFAULT_BACK),
            bold: style.is_bold(),
            italic: style.has(Attribute::Italic),
            underline: style.has(Attribute::Underline),
            strike: style.has(Attribute::Strike),
            blink: style.has(Attribute::Blink),
        };
    }

    fn end_style(&mut self) {
        self.style = SpanStyle::default();
    }

    fn text(&mut self, text: &str) {
        match self.done.last_mut() {
            Some(last)
                if last.style == self.style && same(last.link.as_ref(), self.link.as_ref()) =>
            {
                last.text.push_str(text);
            }
            _ => self.done.push(Span {
                text: text.to_owned(),
                style: self.style,
                link: self.link.clone(),
            }),
        }
    }

    fn spaces(&mut self, count: u8) {
        for _ in 0..count {
            self.text(" ");
        }
    }

    fn line_end(&mut self) {
        self.text("\n");
    }

    fn begin_link(&mut self, target: Target<'_>) {
        self.link = self.link_to(target);
    }

    fn end_link(&mut self) {
        self.link = None;
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

fn color((index, rgb): Shown, default: u8) -> Option<SpanColor> {
    rgb.map(SpanColor::Rgb).or_else(|| (index != default).then_some(SpanColor::Index(index)))
}

/// Whether two runs belong to the same link, or to none. Equal links are one object.
fn same(one: Option<&Arc<SpanLink>>, other: Option<&Arc<SpanLink>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}
