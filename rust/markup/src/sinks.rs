//! The writers of styled text: one output format a file.

pub(crate) mod bbcode;
pub(crate) mod html;
pub(crate) mod markdown;
pub(crate) mod spans;

use crate::dialect::Dialect;

/// Appends a text to the output, in another format; the flag leaves styles out.
pub type Converter = fn(&str, &Dialect, bool, &mut String);

/// The text formats besides HTML, ANSI and plain text, by name. Each takes linear time and converts every text.
pub const CONVERTERS: &[(&str, Converter)] =
    &[("bbcode", bbcode::bbcode), ("markdown", markdown::markdown)];
