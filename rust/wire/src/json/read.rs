//! The JSON reader: one pass that looks at every byte a bounded number of times.
//!
//! It takes what Python's `json.loads` takes from a `str`, `NaN` and the
//! infinities included, with three differences, all on the side of safety:
//! a lone surrogate escape becomes U+FFFD, nesting ends at [`MAX_DEPTH`], and
//! integers end at [`MAX_INTEGER_DIGITS`].

use super::builder::Builder;
use super::error::ReadError;
use super::limits::{MAX_DEPTH, MAX_INTEGER_DIGITS};
use super::scan::plain_prefix;

/// Reads one JSON value that takes up the whole of `text`.
///
/// # Errors
/// A [`ReadError`] if `text` is not JSON or passes a limit, or an error of the builder.
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
