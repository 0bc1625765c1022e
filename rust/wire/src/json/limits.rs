//! The limits of the JSON reader and of those who write JSON with its writers.

/// How deeply arrays and objects may nest. The reader recurses once for each level, and so does
/// all code that walks the value later.
pub const MAX_DEPTH: usize = 128;

/// How many digits an integer may have: Python's default limit for turning text into integers,
/// which takes quadratic time.
pub const MAX_INTEGER_DIGITS: usize = 4300;
