//! The text argument of all functions that take text: one rule for its types.
//!
//! | argument | text |
//! |---|---|
//! | `None` | none: nothing is sent |
//! | `str` and its subclasses | itself |
//! | an object with `_raw_string` (Evennia's `ANSIString`) | `.clean()` if colours are stripped, else `.raw()`; its markup is already converted |
//! | `bytes` | read as UTF-8; invalid UTF-8 becomes U+FFFD |
//! | any other object (lazy strings, numbers) | `str(argument)`, or `repr(argument)` if that fails |
//!
//! Two surrogates in a `str` that make a pair are joined; a lone one becomes U+FFFD.

use std::borrow::Cow;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::raised::in_a_line;

/// A text argument.
pub struct Text<'a> {
    /// The text, borrowed from the argument if that is a plain `str`.
    pub content: Cow<'a, str>,
    /// Whether its markup is not converted yet; an `ANSIString` has converted its own.
    pub has_markup: bool,
}

/// Reads a text argument by the table above. With `strip` an `ANSIString` gives its
/// text without colours.
pub fn text_argument<'a>(
    argument: &'a Bound<'_, PyAny>,
    strip: bool,
) -> PyResult<Option<Text<'a>>> {
    if let Ok(string) = argument.cast_exact::<PyString>() {
        return Ok(Some(Text { content: utf8(string)?, has_markup: true }));
    }
    if argument.is_none() {
        return Ok(None);
    }
    let py = argument.py();
    if argument.hasattr(intern!(py, "_raw_string"))? {
        let form = if strip { intern!(py, "clean") } else { intern!(py, "raw") };
        return Ok(Some(Text {
            content: owned(&argument.call_method0(form)?)?,
            has_markup: false,
        }));
    }
    let content = if let Ok(string) = argument.cast::<PyString>() {
        utf8(string)?
    } else if let Ok(bytes) = argument.cast::<PyBytes>() {
        String::from_utf8_lossy(bytes.as_bytes())
    } else {
        let text = argument.str().or_else(|error| {
            in_a_line(py, error)?;
            argument.repr()
        })?;
        owned(text.as_any())?
    };
    Ok(Some(Text { content, has_markup: true }))
}

/// Returns a `str` as UTF-8, its surrogates joined or replaced.
pub fn utf8<'a>(string: &'a Bound<'_, PyString>) -> PyResult<Cow<'a, str>> {
    if let Ok(text) = string.to_str() {
        return Ok(Cow::Borrowed(text));
    }
    // A subclass may have an `encode` of its own.
    let str_type = string.py().get_type::<PyString>();
    let encoded = str_type.call_method1("encode", (string, "utf-16-le", "surrogatepass"))?;
    let (units, _) = encoded.cast::<PyBytes>()?.as_bytes().as_chunks();
    let units = units.iter().copied().map(u16::from_le_bytes);
    let characters =
        char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER));
    Ok(Cow::Owned(characters.collect()))
}

/// Returns an object that is a `str` as owned UTF-8.
pub fn owned(object: &Bound<'_, PyAny>) -> PyResult<Cow<'static, str>> {
    Ok(Cow::Owned(utf8(object.cast()?)?.into_owned()))
}
