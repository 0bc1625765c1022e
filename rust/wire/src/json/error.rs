//! Why a JSON text is not read.

use std::{error, fmt};

use super::limits::MAX_DEPTH;

/// Why a text was not read, with the offset in bytes at which it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadError {
    /// The text is not JSON.
    Syntax {
        /// Offset of the first byte that does not fit.
        offset: usize,
    },
    /// Arrays and objects nest deeper than [`MAX_DEPTH`].
    TooDeep {
        /// Offset of the bracket that is one too many.
        offset: usize,
    },
    /// An integer has more than [`MAX_INTEGER_DIGITS`](super::MAX_INTEGER_DIGITS) digits, or than the builder takes.
    IntegerTooLong {
        /// Offset of the integer's first character.
        offset: usize,
    },
    /// The JSON is not an array of three or more elements that starts with a string.
    NotACommand {
        /// Offset at which the shape is left.
        offset: usize,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { offset } => write!(formatter, "not JSON at byte {offset}"),
            Self::TooDeep { offset } => {
                write!(formatter, "nested deeper than {MAX_DEPTH} at byte {offset}")
            }
            Self::IntegerTooLong { offset } => {
                write!(formatter, "integer of too many digits at byte {offset}")
            }
            Self::NotACommand { offset } => {
                write!(formatter, "not [\"name\", args, kwargs] at byte {offset}")
            }
        }
    }
}

impl error::Error for ReadError {}
