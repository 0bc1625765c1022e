//! Writes the `BBCode` that Godot 4's `RichTextLabel` reads.
//!
//! Godot shows a tag that it does not know as text, and closes a tag only if it is the last that was
//! opened. A tag ends at the first `]`; since Godot 4.4 not inside quotes, where any quote begins
//! some. So values hold no `]`, and quotes only inside the other kind.
//!
//! How tags nest is a habit of Evennia's contrib `godotwebsocket`, and part of the answer: a style
//! opens its tags inside those of the one before, and all are closed by a reset or where a colour
//! follows that is not the first one since.

use crate::dialect::Dialect;
use crate::palette::{evennia, hexadecimal};
use crate::parse::parse;
use crate::percent;
use crate::sink::{Sink, Target};
use crate::step_counter;
use crate::style::{Attribute, DEFAULT_BACK, DEFAULT_FORE, Shown, Style};

#[cfg(test)]
mod tests;

/// Appends `text` as `BBCode` to `out`; with `strip` without colours.
pub fn bbcode(text: &str, dialect: &Dialect, strip: bool, out: &mut String) {
    out.reserve(text.len() + text.len() / 2);
    let start = out.len();
    parse(
        text,
        dialect,
        strip,
        &mut BbCode {
            out,
            start,
            open: Vec::new(),
            first_colors: [None; 2],
            next: None,
            tagged: false,
        },
    );
}

/// With more tags open, all are closed and opened anew: Godot looks through all of them for each
/// piece of text.
const MAX_OPEN: usize = 64;

type Rgb = [u8; 3];

/// A tag that stands open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Attribute(Attribute),
    Back,
    Fore,
}

impl Tag {
    fn name(self) -> &'static str {
        match self {
            // Godot has no blinking text. This one changes its opacity.
            Self::Attribute(Attribute::Blink) => "pulse",
            Self::Attribute(Attribute::Underline) => "u",
            Self::Attribute(Attribute::Italic) => "i",
            Self::Attribute(Attribute::Strike) => "s",
            Self::Back => "bgcolor",
            Self::Fore => "color",
        }
    }
}

/// Order in which attributes are opened anew.
const ATTRIBUTES: [Attribute; 4] =
    [Attribute::Blink, Attribute::Underline, Attribute::Italic, Attribute::Strike];

struct BbCode<'a> {
    out: &'a mut String,
    /// Where the `BBCode` begins in `out`.
    start: usize,
    open: Vec<Tag>,
    /// The first foreground and background since all tags were closed.
    first_colors: [Option<Rgb>; 2],
    /// The style of the next text, until its tags are written.
    next: Option<Style>,
    /// A link stands open that has a tag.
    tagged: bool,
}

impl BbCode<'_> {
    /// Writes the tags that the next text needs.
    fn before_text(&mut self) {
        let Some(style) = self.next.take() else { return };
        let [fore, back] = style.shown();
        let colors = [color(fore, DEFAULT_FORE), color(back, DEFAULT_BACK)];
        let mut close = self.open.len() >= MAX_OPEN || self.shows_too_much(&style, colors);
        for (first, color) in self.first_colors.iter_mut().zip(colors) {
            match first {
                Some(first) if color.is_some_and(|color| color != *first) => close = true,
                _ => *first = color.or(*first),
            }
        }
        if close {
            self.close_all();
            for attribute in ATTRIBUTES {
                if style.has(attribute) {
                    self.open_tag(Tag::Attribute(attribute), None);
                }
            }
        } else {
            for &attribute in style.attributes() {
                if !self.open.contains(&Tag::Attribute(attribute)) {
                    self.open_tag(Tag::Attribute(attribute), None);
                }
            }
        }
        let [fore, back] = colors;
        if back.is_some() {
            self.open_tag(Tag::Back, back);
        }
        if fore.is_some() {
            self.open_tag(Tag::Fore, fore);
        }
    }

    /// Whether an open tag shows something that the style has not.
    fn shows_too_much(&self, style: &Style, [fore, back]: [Option<Rgb>; 2]) -> bool {
        step_counter::add(self.open.len());
        self.open.iter().any(|tag| match tag {
            Tag::Attribute(attribute) => !style.has(*attribute),
            Tag::Back => back.is_none(),
            Tag::Fore => fore.is_none(),
        })
    }

    fn open_tag(&mut self, tag: Tag, color: Option<Rgb>) {
        self.out.push('[');
        self.out.push_str(tag.name());
        if let Some(color) = color {
            self.out.push_str("=#");
            self.out.extend(color.iter().flat_map(|&part| hexadecimal(part)).map(char::from));
        }
        self.out.push(']');
        self.open.push(tag);
    }

    fn close_all(&mut self) {
        while let Some(tag) = self.open.pop() {
            self.out.push_str("[/");
            self.out.push_str(tag.name());
            self.out.push(']');
        }
    }

    fn open_link(&mut self, before: &str, value: &str, quote: &str) {
        for part in ["[url=", quote, before, value, quote, "]"] {
            self.out.push_str(part);
        }
        self.tagged = true;
    }

    fn command(&mut self, command: &str) {
        const BEFORE: &str = "send cmd=";
        let has = |character: char| command.contains(character);
        match (has('"'), has('\'')) {
            (one, other) if one && other || has(']') || has('\n') => {
                self.open_link(BEFORE, &encoded(command, "%[]\"'\n"), "");
            }
            (true, _) => self.open_link(BEFORE, command, "'"),
            (_, true) => self.open_link(BEFORE, command, "\""),
            _ => self.open_link(BEFORE, command, ""),
        }
    }
}

impl Sink for BbCode<'_> {
    fn style(&mut self, style: &Style, _replaces: bool) {
        self.next = Some(style.clone());
    }

    fn end_style(&mut self) {
        self.close_all();
        self.first_colors = [None; 2];
        self.next = None;
    }

    fn text(&mut self, text: &str) {
        self.before_text();
        let mut parts = text.split('[');
        self.out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            self.out.push_str("[lb]");
            self.out.push_str(part);
        }
    }

    fn spaces(&mut self, count: u8) {
        self.before_text();
        self.out.extend(std::iter::repeat_n(' ', usize::from(count)));
    }

    fn line_end(&mut self) {
        self.before_text();
        self.out.push('\n');
    }

    fn begin_link(&mut self, target: Target<'_>) {
        // Tags that are opened inside the link would be closed outside.
        self.before_text();
        match target {
            Target::Command(command) => self.command(command),
            // Godot before 4.4 would end the tag at the bracket of an IPv6 address.
            Target::Address(address) | Target::Url { url: address, .. }
                if address.contains(['[', ']']) => {}
            Target::Address(address) => {
                self.open_link("", &encoded(address, "\"' "), "");
            }
            Target::Url { url, bare } => {
                self.open_link(if bare { "http://" } else { "" }, url, "");
            }
        }
    }

    fn end_link(&mut self) {
        if self.tagged {
            self.out.push_str("[/url]");
            self.tagged = false;
        }
    }

    fn restart(&mut self) {
        self.out.truncate(self.start);
        self.open.clear();
        self.first_colors = [None; 2];
        self.next = None;
        self.tagged = false;
    }
}

/// What a colour looks like, unless it is the default.
fn color((index, rgb): Shown, default: u8) -> Option<Rgb> {
    rgb.or_else(|| (index != default).then(|| evennia(index)))
}

fn encoded(value: &str, characters: &str) -> String {
    percent::encode(value, |character, _| characters.contains(character))
}
