//! JSON text (RFC 8259) with the meaning that Python's `json` module gives it.
//!
//! [`read`] hands each value to a [`Builder`] as soon as it is known, so that
//! no tree stands between the text and the caller's own objects. [`write_string`],
//! [`write_float`] and [`write_integer`] append to a buffer. The caller writes
//! arrays and objects itself, because it knows how to walk its values.

mod builder;
mod error;
mod limits;
mod read;
mod scan;
mod write;

pub use builder::{Builder, Discard};
pub use error::ReadError;
pub use limits::{MAX_DEPTH, MAX_INTEGER_DIGITS};
pub(crate) use read::Reader;
pub use read::read;
pub use write::{write_float, write_integer, write_string, write_string_part};

#[cfg(test)]
mod tests;
