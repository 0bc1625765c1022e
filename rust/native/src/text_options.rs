//! How to show a text: by the options of the message, then by the flags of the session.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyMapping, PyString};

use crate::log::warn;
use crate::raised::in_a_line;

/// The keywords of a message, if it has any.
pub type Keywords<'a, 'py> = Option<&'a Bound<'py, PyDict>>;

/// How to show a text.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the protocol")]
pub struct TextOptions {
    /// Show markup as it is written.
    pub raw: bool,
    /// Send raw text without escaping it; only this option lets a game send HTML of its own.
    pub client_raw: bool,
    /// Leave colours out.
    pub nocolor: bool,
    /// Leave colours and drawn lines out.
    pub screenreader: bool,
    /// The text is a prompt.
    pub send_prompt: bool,
}

impl TextOptions {
    /// The number of combinations of options.
    pub const COMBINATIONS: usize = 1 << 5;

    /// The number of this combination, below [`Self::COMBINATIONS`].
    pub fn index(&self) -> usize {
        [self.raw, self.client_raw, self.nocolor, self.screenreader, self.send_prompt]
            .iter()
            .fold(0, |index, &option| index << 1 | usize::from(option))
    }

    /// Takes `options` out of the keywords of a message, and adds what the flags say.
    ///
    /// Returns the options, and the keywords that are left, if any.
    pub fn take<'a, 'py>(
        codec: &Bound<'py, PyAny>,
        keywords: Keywords<'a, 'py>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Self, Keywords<'a, 'py>)> {
        let py = codec.py();
        let (options, keywords) = take_options(codec, keywords)?;
        let flags = match protocol_flags {
            Some(flags) => mapping(codec, flags, "protocol_flags")?,
            None => None,
        };
        let option = |name: &Bound<'_, PyString>| lookup(codec, options.as_ref(), name);
        let option_or_flag = |name, flag| match option(name)? {
            Some(value) => Ok(value),
            None => lookup(codec, flags.as_ref(), flag).map(Option::unwrap_or_default),
        };
        let options = Self {
            raw: option_or_flag(intern!(py, "raw"), intern!(py, "RAW"))?,
            client_raw: option(intern!(py, "client_raw"))?.unwrap_or_default(),
            nocolor: option_or_flag(intern!(py, "nocolor"), intern!(py, "NOCOLOR"))?,
            screenreader: option_or_flag(intern!(py, "screenreader"), intern!(py, "SCREENREADER"))?,
            send_prompt: option(intern!(py, "send_prompt"))?.unwrap_or_default(),
        };
        Ok((options, keywords))
    }
}

/// Takes `options` out of the keywords of a message. Returns them if they are a mapping that is
/// not empty, and the keywords that are left, if any.
pub fn take_options<'a, 'py>(
    codec: &Bound<'py, PyAny>,
    keywords: Keywords<'a, 'py>,
) -> PyResult<(Option<Bound<'py, PyDict>>, Keywords<'a, 'py>)> {
    let name = intern!(codec.py(), "options");
    let Some(keywords) = keywords.filter(|keywords| !keywords.is_empty()) else {
        return Ok((None, None));
    };
    let Some(options) = keywords.get_item(name)? else {
        return Ok((None, Some(keywords)));
    };
    Ok((mapping(codec, &options, "options")?, without(keywords, name)?))
}

/// Returns the keywords of a command without `options`, if any are left.
pub fn without_options<'a, 'py>(keywords: Keywords<'a, 'py>) -> PyResult<Keywords<'a, 'py>> {
    match keywords {
        Some(keywords) if keywords.contains(intern!(keywords.py(), "options"))? => {
            without(keywords, intern!(keywords.py(), "options"))
        }
        _ => Ok(keywords),
    }
}

/// Returns the keywords of a command without `protocol_flags`, if any are left. Every encoder has
/// a parameter of that name for the session's flags, so no wire format can send such a keyword.
pub fn without_flags<'a, 'py>(
    codec: &Bound<'py, PyAny>,
    keywords: Keywords<'a, 'py>,
) -> PyResult<Keywords<'a, 'py>> {
    let name = intern!(codec.py(), "protocol_flags");
    match keywords {
        Some(keywords) if keywords.contains(name)? => {
            warn(codec, "a command went out without its keyword protocol_flags")?;
            without(keywords, name)
        }
        _ => Ok(keywords),
    }
}

/// Returns the keywords without one that they hold, if any are left.
fn without<'a, 'py>(
    keywords: &'a Bound<'py, PyDict>,
    name: &Bound<'py, PyString>,
) -> PyResult<Keywords<'a, 'py>> {
    if keywords.len() == 1 {
        return Ok(None);
    }
    keywords.del_item(name)?;
    Ok(Some(keywords))
}

/// Returns `value` as a dict; `None` if it is empty. Another type than a mapping is `None` too, and
/// a line in the log.
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
                warn_of_absent(codec, &format!("{name} cannot be read, it raises {raised}"))
            }
        };
    }
    let kind = value.get_type().fully_qualified_name()?;
    warn_of_absent(codec, &format!("{name} should be a dict, not {kind}"))
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
        Ok(Some(value)) if value.is(PyBool::new(dict.py(), false)) => return Ok(Some(false)),
        Ok(Some(value)) => value.is_truthy(),
        Err(error) => Err(error),
    };
    value.map(Some).or_else(|error| {
        let raised = in_a_line(codec.py(), error)?;
        warn_of_absent(codec, &format!("{name} is neither true nor false, it raises {raised}"))
    })
}

/// Logs that something counts as absent.
fn warn_of_absent<T>(codec: &Bound<'_, PyAny>, what: &str) -> PyResult<Option<T>> {
    warn(codec, &format!("{what}: the message goes out as if there were none"))?;
    Ok(None)
}
