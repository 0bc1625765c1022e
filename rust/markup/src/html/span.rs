//! Spans: the classes and colours of a style, around the text that has it.

use super::Writer;
use crate::style::{DEFAULT_BACK, DEFAULT_FORE, Shown};

impl<const JSON: bool> Writer<'_, JSON> {
    pub(super) fn close_span(&mut self) {
        self.end_node(false);
        self.out.extend_from_slice(b"</span>");
        self.node = self.out.len();
        self.open = false;
    }

    /// Opens the span that the style asks for, before text.
    #[inline]
    pub(super) fn open_span(&mut self) {
        if self.changed {
            self.write_span();
        }
    }

    fn write_span(&mut self) {
        // The URL may as well be in the text that comes now.
        let url = self.url;
        self.end_node(false);
        self.url = url;
        if self.open {
            self.out.extend_from_slice(b"</span>");
        }
        self.open = true;
        self.changed = false;
        let [(fore, fore_rgb), (back, back_rgb)] = self.style.shown();
        let only_a_color = fore != DEFAULT_FORE
            && back == DEFAULT_BACK
            && fore_rgb.is_none()
            && back_rgb.is_none()
            && self.style.attributes().is_empty();
        if only_a_color {
            // What nearly every span is, in one piece.
            let [hundreds, tens, ones] = decimal(fore);
            if JSON {
                let mut span = *b"<span class=\\\"color-000\\\">";
                span[20..23].copy_from_slice(&[hundreds, tens, ones]);
                self.out.extend_from_slice(&span);
            } else {
                let mut span = *b"<span class=\"color-000\">";
                span[19..22].copy_from_slice(&[hundreds, tens, ones]);
                self.out.extend_from_slice(&span);
            }
        } else {
            self.write_classes([(fore, fore_rgb), (back, back_rgb)]);
        }
        self.node = self.out.len();
    }

    /// Writes the start tag of a span for any style.
    fn write_classes(&mut self, [(fore, fore_rgb), (back, back_rgb)]: [Shown; 2]) {
        self.out.extend_from_slice(if JSON { &b"<span class=\\\""[..] } else { b"<span class=\"" });
        let classes = self.out.len();
        for attribute in self.style.attributes() {
            separate(self.out, classes);
            self.out.extend_from_slice(attribute.class().as_bytes());
        }
        if back != DEFAULT_BACK {
            separate(self.out, classes);
            let [hundreds, tens, ones] = decimal(back);
            self.out.extend_from_slice(&[
                b'b', b'g', b'c', b'o', b'l', b'o', b'r', b'-', hundreds, tens, ones,
            ]);
        }
        if fore != DEFAULT_FORE {
            separate(self.out, classes);
            let [hundreds, tens, ones] = decimal(fore);
            self.out.extend_from_slice(&[b'c', b'o', b'l', b'o', b'r', b'-', hundreds, tens, ones]);
        }
        if fore_rgb.is_some() || back_rgb.is_some() {
            self.write_rgb(fore_rgb, back_rgb);
        }
        self.out.extend_from_slice(if JSON { &b"\\\">"[..] } else { b"\">" });
    }

    /// Ends the classes and writes the styles of 24-bit colours.
    fn write_rgb(&mut self, fore: Option<[u8; 3]>, back: Option<[u8; 3]>) {
        self.out.extend_from_slice(Self::QUOTE);
        self.out.extend_from_slice(b" style=");
        self.out.extend_from_slice(Self::QUOTE);
        for (property, rgb) in [(&b"color: #"[..], fore), (b"background-color: #", back)] {
            if let Some(rgb) = rgb {
                self.out.extend_from_slice(property);
                self.out.extend(rgb.iter().flat_map(|&part| hexadecimal(part)));
                self.out.push(b';');
            }
        }
    }
}

fn separate(out: &mut Vec<u8>, start: usize) {
    if out.len() > start {
        out.push(b' ');
    }
}

/// The numbers of the classes, in three digits.
const DECIMAL: [[u8; 3]; 256] = {
    let mut table = [*b"000"; 256];
    let mut number = 1;
    while number < table.len() {
        let [hundreds, tens, ones] = table[number - 1];
        table[number] = match (tens, ones) {
            (b'9', b'9') => [hundreds + 1, b'0', b'0'],
            (_, b'9') => [hundreds, tens + 1, b'0'],
            _ => [hundreds, tens, ones + 1],
        };
        number += 1;
    }
    table
};

fn decimal(number: u8) -> [u8; 3] {
    DECIMAL[usize::from(number)]
}

fn hexadecimal(number: u8) -> [u8; 2] {
    [number >> 4, number & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)])
}
