//! The writers of styled text: one output format a file.

pub(crate) mod html;
