//! JSON text (RFC 8259) with the meaning that Python's `json` module gives it.
//!
//! [`read`] hands each value to a [`Builder`] as soon as it is known, so that
//! no tree stands between the text and the caller's own objects. [`write_string`],
//! [`write_float`] and [`write_integer`] append to a buffer, and leave arrays and
//! objects to the caller, who knows how to walk its values.

mod read;
mod scan;
mod write;

pub(crate) use read::Reader;
pub use read::{Builder, Discard, MAX_DEPTH, MAX_INTEGER_DIGITS, ReadError, read};
pub use write::{write_float, write_integer, write_string, write_string_part};

#[cfg(test)]
mod tests;
