//! Spans with the classes of Evennia's stylesheet: `color-NNN`, `bgcolor-NNN`, `underline`, `blink`,
//! `italic` and `strike`. The palette has no class for a 24-bit colour, so that is a declaration.

use crate::palette::hexadecimal;
use crate::style::{Attribute, DEFAULT_BACK, DEFAULT_FORE, Style};

/// Appends the start tag of a span, as the inside of a JSON string with `JSON`.
#[inline]
pub(super) fn write<const JSON: bool>(style: &Style, out: &mut Vec<u8>) {
    let [(fore, fore_rgb), (back, back_rgb)] = style.shown();
    let only_a_color = fore != DEFAULT_FORE
        && back == DEFAULT_BACK
        && fore_rgb.is_none()
        && back_rgb.is_none()
        && style.attributes().is_empty();
    if !only_a_color {
        write_any::<JSON>(style, out);
    } else if JSON {
        out.extend_from_slice(&JSON_COLOR_SPANS[usize::from(fore)]);
    } else {
        out.extend_from_slice(&COLOR_SPANS[usize::from(fore)]);
    }
}

/// The start tags of most spans, those with a foreground alone, each in one piece.
static COLOR_SPANS: [[u8; 24]; 256] = numbered(b"<span class=\"color-", b"\">");
static JSON_COLOR_SPANS: [[u8; 26]; 256] = numbered(br#"<span class=\"color-"#, br#"\">"#);

static COLORS: [[u8; 9]; 256] = numbered(b"color-", b"");
static BACKGROUNDS: [[u8; 11]; 256] = numbered(b"bgcolor-", b"");

/// The texts `before`, a number of three digits, `after`, for each number.
#[expect(clippy::cast_possible_truncation, reason = "a digit is below 10")]
const fn numbered<const LENGTH: usize>(before: &[u8], after: &[u8]) -> [[u8; LENGTH]; 256] {
    assert!(before.len() + 3 + after.len() == LENGTH, "the length is that of the text");
    let mut texts = [[0; LENGTH]; 256];
    let mut number = 0;
    while number < 256 {
        let (head, rest) = texts[number].split_at_mut(before.len());
        let (digits, tail) = rest.split_at_mut(3);
        head.copy_from_slice(before);
        digits[0] = b'0' + (number / 100) as u8;
        digits[1] = b'0' + (number / 10 % 10) as u8;
        digits[2] = b'0' + (number % 10) as u8;
        tail.copy_from_slice(after);
        number += 1;
    }
    texts
}

/// Writes the start tag of any span.
fn write_any<const JSON: bool>(style: &Style, out: &mut Vec<u8>) {
    let quote: &[u8] = if JSON { br#"\""# } else { br#"""# };
    let [(fore, fore_rgb), (back, back_rgb)] = style.shown();
    out.extend_from_slice(b"<span class=");
    out.extend_from_slice(quote);
    let classes = out.len();
    for &attribute in style.attributes() {
        write_class(class(attribute), classes, out);
    }
    if back != DEFAULT_BACK {
        write_class(&BACKGROUNDS[usize::from(back)], classes, out);
    }
    if fore != DEFAULT_FORE {
        write_class(&COLORS[usize::from(fore)], classes, out);
    }
    if fore_rgb.is_some() || back_rgb.is_some() {
        out.extend_from_slice(quote);
        out.extend_from_slice(b" style=");
        out.extend_from_slice(quote);
        write_rgb(b"color: #", fore_rgb, out);
        write_rgb(b"background-color: #", back_rgb, out);
    }
    out.extend_from_slice(quote);
    out.push(b'>');
}

fn class(attribute: Attribute) -> &'static [u8] {
    match attribute {
        Attribute::Blink => b"blink",
        Attribute::Underline => b"underline",
        Attribute::Italic => b"italic",
        Attribute::Strike => b"strike",
    }
}

/// Appends a class; the first begins at `classes`.
fn write_class(class: &[u8], classes: usize, out: &mut Vec<u8>) {
    if out.len() > classes {
        out.push(b' ');
    }
    out.extend_from_slice(class);
}

/// Appends a declaration with a 24-bit colour, if there is one.
pub(super) fn write_rgb(property: &[u8], rgb: Option<[u8; 3]>, out: &mut Vec<u8>) {
    if let Some(rgb) = rgb {
        out.extend_from_slice(property);
        out.extend(rgb.iter().flat_map(|&part| hexadecimal(part)));
        out.push(b';');
    }
}
