//! The text that a game hands over, whatever it is.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// A text argument as UTF-8.
///
/// What each kind of argument gives, after Evennia's `parse_ansi`:
/// * `str`: itself, lone surrogates as U+FFFD;
/// * an `ANSIString`, known by its `_raw_string`: `clean()` where colours are stripped, `raw()`
///   otherwise, both without markup;
/// * `bytes`: decoded as UTF-8, what is none as U+FFFD;
/// * anything false (`None`, 0, an empty list): nothing;
/// * anything else, lazy translations among them: `str()` of it.
pub struct Text<'py> {
    string: Bound<'py, PyString>,
    /// Set where `string` has no UTF-8.
    replaced: Option<String>,
    /// Holds raw sequences only: a bar is a bar.
    pub is_ansi: bool,
}

impl<'py> Text<'py> {
    /// Takes a text argument; `strip` tells that its colours are not wanted.
    ///
    /// # Errors
    /// What `__bool__`, `__str__`, `raw` or `clean` of the argument raises.
    pub fn new(value: &Bound<'py, PyAny>, strip: bool) -> PyResult<Self> {
        if let Ok(string) = value.cast_exact::<PyString>() {
            return Ok(Self::from_string(string.clone(), false));
        }
        let py = value.py();
        if value.hasattr(intern!(py, "_raw_string"))? {
            let method = if strip { intern!(py, "clean") } else { intern!(py, "raw") };
            let string = value.call_method0(method)?.str()?;
            return Ok(Self::from_string(string, true));
        }
        if let Ok(string) = value.cast::<PyString>() {
            return Ok(Self::from_string(string.clone(), false));
        }
        let string = if !value.is_truthy()? {
            PyString::new(py, "")
        } else if let Ok(bytes) = value.cast::<PyBytes>() {
            PyString::new(py, &String::from_utf8_lossy(bytes.as_bytes()))
        } else {
            value.str()?
        };
        Ok(Self::from_string(string, false))
    }

    fn from_string(string: Bound<'py, PyString>, is_ansi: bool) -> Self {
        let replaced = string.to_str().is_err().then(|| replace_surrogates(&string));
        Self { string, replaced, is_ansi }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.replaced {
            Some(replaced) => replaced,
            // Where this fails, `replaced` was set.
            None => self.string.to_str().unwrap_or_default(),
        }
    }
}

/// `string` in UTF-8, each lone surrogate as U+FFFD.
fn replace_surrogates(string: &Bound<'_, PyString>) -> String {
    let arguments = (intern!(string.py(), "utf-8"), intern!(string.py(), "surrogatepass"));
    let encoded = string.call_method1(intern!(string.py(), "encode"), arguments);
    let mut bytes = match encoded.as_ref().map(|bytes| bytes.cast::<PyBytes>()) {
        Ok(Ok(bytes)) => bytes.as_bytes().to_vec(),
        _ => Vec::new(), // every string can be encoded so
    };
    // A surrogate is three bytes from ED A0 80 to ED BF BF, which are in no other character.
    for at in 0..bytes.len().saturating_sub(2) {
        if bytes[at] == 0xed && bytes[at + 1] >= 0xa0 {
            bytes[at..at + 3].copy_from_slice("\u{fffd}".as_bytes());
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
