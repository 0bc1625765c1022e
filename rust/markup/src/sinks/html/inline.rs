//! Spans with declarations in the place of classes, for mail and for pages without the stylesheet.
//! The colours of the palette are those of xterm.

use super::classes::write_rgb;
use crate::palette::XTERM;
use crate::style::{Attribute, DEFAULT_BACK, DEFAULT_FORE, Shown, Style};

/// Appends the start tag of a span.
pub(super) fn write(style: &Style, out: &mut Vec<u8>) {
    let [fore, back] = style.shown();
    let start = out.len();
    out.extend_from_slice(br#"<span style=""#);
    let declarations = out.len();
    write_rgb(b"color: #", rgb(fore, DEFAULT_FORE), out);
    write_rgb(b"background-color: #", rgb(back, DEFAULT_BACK), out);
    if style.has(Attribute::Italic) {
        out.extend_from_slice(b"font-style: italic;");
    }
    let lines = [
        (Attribute::Underline, &b" underline"[..]),
        (Attribute::Strike, b" line-through"),
        (Attribute::Blink, b" blink"),
    ];
    if lines.iter().any(|&(attribute, _)| style.has(attribute)) {
        out.extend_from_slice(b"text-decoration:");
        for (attribute, line) in lines {
            if style.has(attribute) {
                out.extend_from_slice(line);
            }
        }
        out.push(b';');
    }
    if out.len() == declarations {
        // Nothing differs from the text around.
        out.truncate(start);
        out.extend_from_slice(b"<span>");
    } else {
        out.extend_from_slice(br#"">"#);
    }
}

/// What a colour looks like, unless it is the default.
fn rgb((index, rgb): Shown, default: u8) -> Option<[u8; 3]> {
    rgb.or_else(|| (index != default).then(|| XTERM[usize::from(index)]))
}
