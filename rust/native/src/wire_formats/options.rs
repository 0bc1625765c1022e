//! How a text is to be shown: the options of the message, then the flags of the session.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};

use super::codec::warn;
use crate::raised::in_a_line;

/// How a text is to be shown.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the protocol")]
pub struct TextOptions {
    /// Show markup as it is written.
    pub raw: bool,
    /// Send raw text without escaping it: the one door through which a game sends HTML of its own.
    pub client_raw: bool,
    /// Leave colours out.
    pub nocolor: bool,
    /// Leave colours and drawn lines out.
    pub screenreader: bool,
    /// The text is a prompt.
    pub send_prompt: bool,
}

impl TextOptions {
    /// How many ways to show a text there are.
    pub const WAYS: usize = 1 << 5;

    /// The number of this one.
    pub fn way(&self) -> usize {
        [self.raw, self.client_raw, self.nocolor, self.screenreader, self.send_prompt]
            .iter()
            .fold(0, |way, &option| way << 1 | usize::from(option))
    }

    /// Takes `options` out of the keywords of a message, and adds what the flags say.
    pub fn take(
        codec: &Bound<'_, PyAny>,
        keywords: Option<&Bound<'_, PyDict>>,
        protocol_flags: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let py = codec.py();
        let options = take_options(codec, keywords)?;
        let flags = match protocol_flags {
            Some(flags) => mapping(codec, flags, "protocol_flags")?,
            None => None,
        };
        let option = |name: &Bound<'_, PyString>| lookup(codec, options.as_ref(), name);
        let option_or_flag = |name, flag| match option(name)? {
            Some(value) => Ok(value),
            None => lookup(codec, flags.as_ref(), flag).map(Option::unwrap_or_default),
        };
        Ok(Self {
            raw: option_or_flag(intern!(py, "raw"), intern!(py, "RAW"))?,
            client_raw: option(intern!(py, "client_raw"))?.unwrap_or_default(),
            nocolor: option_or_flag(intern!(py, "nocolor"), intern!(py, "NOCOLOR"))?,
            screenreader: option_or_flag(intern!(py, "screenreader"), intern!(py, "SCREENREADER"))?,
            send_prompt: option(intern!(py, "send_prompt"))?.unwrap_or_default(),
        })
    }
}

/// Takes `options` out of the keywords of a message, if it is a mapping.
pub fn take_options<'py>(
    codec: &Bound<'py, PyAny>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(keywords) = keywords else {
        return Ok(None);
    };
    let name = intern!(codec.py(), "options");
    match keywords.get_item(name)? {
        Some(options) => {
            keywords.del_item(name)?;
            mapping(codec, &options, "options")
        }
        None => Ok(None),
    }
}

/// Takes `options` out of the keywords of a command that has no use for it.
pub fn without_options<'a, 'py>(
    keywords: Option<&'a Bound<'py, PyDict>>,
) -> PyResult<Option<&'a Bound<'py, PyDict>>> {
    if let Some(keywords) = keywords {
        let name = intern!(keywords.py(), "options");
        if keywords.contains(name)? {
            keywords.del_item(name)?;
        }
    }
    Ok(keywords)
}

/// `value` as a dict; `None` if it is empty, or no mapping, which the log is told.
fn mapping<'py>(
    codec: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
    name: &str,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    if let Ok(dict) = value.cast::<PyDict>() {
        return Ok((!dict.is_empty()).then(|| dict.clone()));
    }
    if value.cast::<PyMapping>().is_ok() {
        let dict = PyDict::new(codec.py());
        return match dict.update(value.cast()?) {
            Ok(()) => Ok(Some(dict)),
            Err(error) => {
                let raised = in_a_line(codec.py(), error)?;
                warn_of_none(codec, &format!("{name} cannot be read, it raises {raised}"))
            }
        };
    }
    let kind = value.get_type().fully_qualified_name()?;
    warn_of_none(codec, &format!("{name} should be a dict, not {kind}"))
}

fn lookup(
    codec: &Bound<'_, PyAny>,
    dict: Option<&Bound<'_, PyDict>>,
    name: &Bound<'_, PyString>,
) -> PyResult<Option<bool>> {
    let Some(dict) = dict else {
        return Ok(None);
    };
    let value = match dict.get_item(name) {
        Ok(None) => return Ok(None),
        Ok(Some(value)) => value.is_truthy(),
        Err(error) => Err(error),
    };
    value.map(Some).or_else(|error| {
        let raised = in_a_line(codec.py(), error)?;
        warn_of_none(codec, &format!("{name} is neither true nor false, it raises {raised}"))
    })
}

/// Tells the log of something that counts as absent.
fn warn_of_none<T>(codec: &Bound<'_, PyAny>, what: &str) -> PyResult<Option<T>> {
    warn(codec, &format!("{what}: the message goes out as if there were none"))?;
    Ok(None)
}
