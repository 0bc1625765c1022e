//! The writers of styled text: one output format a file.

pub(crate) mod bbcode;
pub(crate) mod html;
pub(crate) mod markdown;
pub(crate) mod spans;
