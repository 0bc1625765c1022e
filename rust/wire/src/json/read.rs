//! The JSON reader: one pass, every byte looked at a bounded number of times.
//!
//! It takes what Python's `json.loads` takes from a `str`, `NaN` and the
//! infinities included, with three differences, all on the side of safety:
//! a lone surrogate escape becomes U+FFFD, nesting ends at [`MAX_DEPTH`], and
//! integers end at [`MAX_INTEGER_DIGITS`].

use std::{error, fmt};

use super::scan::plain_prefix;

/// How deeply arrays and objects may nest. The reader recurses once for each
/// level, and so does everything that walks the value later.
pub const MAX_DEPTH: usize = 128;

/// How many digits an integer may have: Python's default limit for turning
/// text into integers, which takes quadratic time.
pub const MAX_INTEGER_DIGITS: usize = 4300;

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
    /// An integer has more than [`MAX_INTEGER_DIGITS`] digits, or than the builder takes.
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

/// Makes the caller's objects while the text is read.
///
/// Text is handed over borrowed; a builder that keeps it copies it.
pub trait Builder {
    /// Any JSON value.
    type Value;
    /// The key of an object's entry.
    type Key;
    /// An array to which elements are still added.
    type Array;
    /// An object to which entries are still added.
    type Object;
    /// Why reading or building failed.
    type Error: From<ReadError>;

    /// Makes `null`.
    fn null(&self) -> Self::Value;
    /// Makes `true` or `false`.
    fn boolean(&self, value: bool) -> Self::Value;
    /// Makes an integer.
    fn integer(&self, value: i64) -> Self::Value;
    /// Makes an integer that does not fit into 64 bits; `None` if it passes a
    /// limit of the caller's own.
    fn big_integer(&self, digits: &str) -> Option<Self::Value>;
    /// Makes a float, which may be infinite or not a number.
    fn float(&self, value: f64) -> Self::Value;
    /// Makes a string.
    fn string(&self, text: &str) -> Self::Value;
    /// Makes the key of an object's entry.
    fn key(&self, text: &str) -> Self::Key;
    /// Makes an array of no elements.
    fn empty_array(&self) -> Self::Value;
    /// Begins an array with its first element; most have no other.
    ///
    /// # Errors
    /// When the caller cannot make it.
    fn array(&self, first: Self::Value) -> Result<Self::Array, Self::Error>;
    /// Adds an element to an array.
    ///
    /// # Errors
    /// When the caller cannot add it.
    fn push(&self, array: &mut Self::Array, value: Self::Value) -> Result<(), Self::Error>;
    /// Ends an array.
    fn end_array(&self, array: Self::Array) -> Self::Value;
    /// Begins an object.
    fn object(&self) -> Self::Object;
    /// Adds an entry to an object; a later entry of the same key replaces an earlier one.
    ///
    /// # Errors
    /// When the caller cannot add it.
    fn insert(
        &self,
        object: &mut Self::Object,
        key: Self::Key,
        value: Self::Value,
    ) -> Result<(), Self::Error>;
    /// Ends an object.
    fn end_object(&self, object: Self::Object) -> Self::Value;
}

/// Makes nothing: reads for the sake of the check.
#[derive(Debug, Clone, Copy)]
pub struct Discard;

impl Builder for Discard {
    type Value = ();
    type Key = ();
    type Array = ();
    type Object = ();
    type Error = ReadError;

    fn null(&self) {}
    fn boolean(&self, _: bool) {}
    fn integer(&self, _: i64) {}
    fn big_integer(&self, _: &str) -> Option<()> {
        Some(())
    }
    fn float(&self, _: f64) {}
    fn string(&self, _: &str) {}
    fn key(&self, _: &str) {}
    fn empty_array(&self) {}
    fn array(&self, (): ()) -> Result<(), ReadError> {
        Ok(())
    }
    fn push(&self, (): &mut (), (): ()) -> Result<(), ReadError> {
        Ok(())
    }
    fn end_array(&self, (): ()) {}
    fn object(&self) {}
    fn insert(&self, (): &mut (), (): (), (): ()) -> Result<(), ReadError> {
        Ok(())
    }
    fn end_object(&self, (): ()) {}
}

/// Reads one JSON value that takes up the whole of `text`.
///
/// # Errors
/// A [`ReadError`] where `text` is not JSON or passes a limit, or the builder's own.
pub fn read<B: Builder>(text: &str, builder: &B) -> Result<B::Value, B::Error> {
    let mut reader = Reader::new(text);
    let value = reader.value(builder)?;
    reader.end()?;
    Ok(value)
}

/// A place in the text, and what is needed to go on from it.
pub(crate) struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    /// Holds a string whose escapes had to be resolved.
    resolved: String,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0, resolved: String::new() }
    }

    /// Skips blanks and takes `byte` if it comes next.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    /// Skips blanks and checks that nothing follows.
    pub(crate) fn end(&mut self) -> Result<(), ReadError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.syntax()),
        }
    }

    pub(crate) fn not_a_command(&self) -> ReadError {
        ReadError::NotACommand { offset: self.at }
    }

    pub(crate) fn syntax(&self) -> ReadError {
        ReadError::Syntax { offset: self.at }
    }

    /// Goes one level deeper.
    pub(crate) fn enter(&mut self) -> Result<(), ReadError> {
        if self.depth == MAX_DEPTH {
            return Err(ReadError::TooDeep { offset: self.at });
        }
        self.depth += 1;
        Ok(())
    }

    /// Skips blanks and reads one value.
    pub(crate) fn value<B: Builder>(&mut self, builder: &B) -> Result<B::Value, B::Error> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                Ok(builder.string(self.string()?))
            }
            Some(b'{') => self.object(builder),
            Some(b'[') => self.array(builder),
            Some(b'0'..=b'9' | b'-') => self.number(builder),
            Some(b't') => self.word("true").map(|()| builder.boolean(true)).map_err(Into::into),
            Some(b'f') => self.word("false").map(|()| builder.boolean(false)).map_err(Into::into),
            Some(b'n') => self.word("null").map(|()| builder.null()).map_err(Into::into),
            Some(b'N') => self.word("NaN").map(|()| builder.float(f64::NAN)).map_err(Into::into),
            Some(b'I') => {
                self.word("Infinity").map(|()| builder.float(f64::INFINITY)).map_err(Into::into)
            }
            _ => Err(self.syntax().into()),
        }
    }

    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn word(&mut self, word: &str) -> Result<(), ReadError> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.syntax());
        }
        self.at += word.len();
        Ok(())
    }

    fn array<B: Builder>(&mut self, builder: &B) -> Result<B::Value, B::Error> {
        self.enter()?;
        self.at += 1;
        if self.take(b']') {
            self.depth -= 1;
            return Ok(builder.empty_array());
        }
        let first = self.value(builder)?;
        let mut array = builder.array(first)?;
        while self.take(b',') {
            let value = self.value(builder)?;
            builder.push(&mut array, value)?;
        }
        if !self.take(b']') {
            return Err(self.syntax().into());
        }
        self.depth -= 1;
        Ok(builder.end_array(array))
    }

    fn object<B: Builder>(&mut self, builder: &B) -> Result<B::Value, B::Error> {
        self.enter()?;
        self.at += 1;
        let mut object = builder.object();
        if !self.take(b'}') {
            loop {
                if !self.take(b'"') {
                    return Err(self.syntax().into());
                }
                let key = builder.key(self.string()?);
                if !self.take(b':') {
                    return Err(self.syntax().into());
                }
                let value = self.value(builder)?;
                builder.insert(&mut object, key, value)?;
                if !self.take(b',') {
                    break;
                }
            }
            if !self.take(b'}') {
                return Err(self.syntax().into());
            }
        }
        self.depth -= 1;
        Ok(builder.end_object(object))
    }

    /// Reads the rest of a string whose opening quote is taken.
    pub(crate) fn string(&mut self) -> Result<&str, ReadError> {
        let start = self.at;
        self.at += plain_prefix(self.rest());
        if self.rest().first() == Some(&b'"') {
            self.at += 1;
            return Ok(&self.text[start..self.at - 1]);
        }
        self.resolved.clear();
        self.resolved.push_str(&self.text[start..self.at]);
        loop {
            match self.rest().first() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(&self.resolved);
                }
                Some(b'\\') => self.escape()?,
                _ => return Err(self.syntax()),
            }
            let run = self.at;
            self.at += plain_prefix(self.rest());
            self.resolved.push_str(&self.text[run..self.at]);
        }
    }

    fn escape(&mut self) -> Result<(), ReadError> {
        let resolved = match self.rest().get(1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let character = self.unicode_escape()?;
                self.resolved.push(character);
                return Ok(());
            }
            _ => return Err(self.syntax()),
        };
        self.at += 2;
        self.resolved.push(resolved);
        Ok(())
    }

    /// Resolves `\uXXXX`, and a pair of them that makes up one character.
    fn unicode_escape(&mut self) -> Result<char, ReadError> {
        let unit = self.code_unit().ok_or_else(|| self.syntax())?;
        self.at += 6;
        if !matches!(unit, 0xd800..0xdc00) {
            return Ok(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if let Some(low) = self.code_unit()
            && let [Ok(character)] = char::decode_utf16([unit, low]).collect::<Vec<_>>()[..]
        {
            self.at += 6;
            return Ok(character);
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn code_unit(&self) -> Option<u16> {
        let digits = self.rest().get(..6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |unit: u16, &digit| {
            let digit = char::from(digit).to_digit(16)?;
            Some(unit << 4 | u16::try_from(digit).ok()?)
        })
    }

    fn number<B: Builder>(&mut self, builder: &B) -> Result<B::Value, B::Error> {
        let start = self.at;
        let negative = self.rest()[0] == b'-';
        self.at += usize::from(negative);
        if negative && self.rest().first() == Some(&b'I') {
            self.word("Infinity")?;
            return Ok(builder.float(f64::NEG_INFINITY));
        }
        let digits = match self.rest().first() {
            Some(b'0') => {
                self.at += 1;
                1
            }
            _ => self.digits()?,
        };
        let mut is_float = false;
        if self.rest().first() == Some(&b'.') {
            is_float = true;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.rest().first() {
            is_float = true;
            self.at += 1;
            if let Some(b'+' | b'-') = self.rest().first() {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if is_float {
            let value = text.parse().map_err(|_| ReadError::Syntax { offset: start })?;
            return Ok(builder.float(value));
        }
        if let Ok(value) = text.parse() {
            return Ok(builder.integer(value));
        }
        let value = if digits <= MAX_INTEGER_DIGITS { builder.big_integer(text) } else { None };
        value.ok_or_else(|| ReadError::IntegerTooLong { offset: start }.into())
    }

    /// Passes over one digit or more.
    fn digits(&mut self) -> Result<usize, ReadError> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(self.syntax()) } else { Ok(count) }
    }
}
