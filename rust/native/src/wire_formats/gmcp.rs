//! `gmcp.mudstandards.org`: text in binary frames, `Package.Name json` in text frames.

use mudwire_wire::blank::{is_blank, split_word};
use mudwire_wire::gmcp::{Ascii, Case, command_name, package_name};
use mudwire_wire::json::{ReadError, read};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use super::codec::{
    Codec, Frame, command, command_with, frame, is_blank_text, typed_text, warn_of_lost,
};
use super::options::without_options;
use crate::json::{Failure, Lost, Objects, Place, Walk};
use crate::markup::Dialect;
use crate::text::utf8;

/// Codec of clients that speak GMCP themselves.
#[pyclass(frozen, subclass, extends = Codec, module = "mudwire._native")]
pub struct GmcpCodec;

#[pymethods]
impl GmcpCodec {
    #[new]
    #[pyo3(signature = (*, dialect=None, screenreader_strip=None, to_ansi=None))]
    fn new(
        py: Python<'_>,
        dialect: Option<Py<Dialect>>,
        screenreader_strip: Option<&Bound<'_, PyAny>>,
        to_ansi: Option<Py<PyAny>>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let codec = Codec::new(py, dialect, screenreader_strip, to_ansi)?;
        Ok(PyClassInitializer::from(codec).add_subclass(Self))
    }

    /// Decode a line of the player (binary frame) or a GMCP message (text frame).
    ///
    /// Args:
    ///     payload (bytes): UTF-8: the line, or `Package.Name json`.
    ///     is_binary (bool): Whether it came in binary frames.
    ///     protocol_flags (dict | None): The session's flags, which change nothing here.
    ///
    /// Returns:
    ///     dict | None: `{name: [args, kwargs]}`; None or empty if there is no command in it.
    ///
    /// The frames are those of https://mudstandards.org/websocket/, the names Evennia's.
    #[pyo3(signature = (payload, is_binary, protocol_flags=None))]
    fn decode_incoming<'py>(
        &self,
        py: Python<'py>,
        payload: &[u8],
        is_binary: bool,
        protocol_flags: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let _ = protocol_flags;
        if is_binary {
            return typed_text(py, payload);
        }
        match std::str::from_utf8(payload) {
            Ok(message) => decode(py, message).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Tell whether a message that holds no command is a blank line; see `WireFormat`.
    #[pyo3(signature = (payload, is_binary))]
    fn is_blank_line(&self, payload: &[u8], is_binary: bool) -> bool {
        is_binary && is_blank_text(payload)
    }

    /// Encode any other command as a GMCP message.
    ///
    /// Args:
    ///     cmdname (str): The command's name, such as `char_vitals`; nothing is sent for `options`.
    ///     *args: The command's arguments; a single one is not wrapped in an array.
    ///     protocol_flags (dict | None): The session's flags, which change nothing here.
    ///     **kwargs: The command's keywords, but for `options`, sent as an object.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: `Package.Name json` as UTF-8, and False. What JSON cannot
    ///     carry is null or left out, and `warn` is told its place.
    ///
    /// Raises:
    ///     TypeError: The name is no str.
    ///
    /// The frames are those of https://mudstandards.org/websocket/, the names Evennia's.
    #[pyo3(signature = (cmdname, *args, protocol_flags=None, **kwargs))]
    fn encode_default<'py>(
        slf: &Bound<'py, Self>,
        cmdname: &Bound<'py, PyString>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Frame<'py>>> {
        let _ = protocol_flags;
        let name = utf8(cmdname)?;
        if name == "options" {
            return Ok(None);
        }
        let mut lost = Vec::new();
        let message = encode(slf.py(), &name, args, without_options(kwargs)?, &mut lost)?;
        warn_of_lost(slf, &name, &lost)?;
        Ok(Some(frame(slf.py(), message.as_bytes(), false)))
    }
}

/// Encode a command as a GMCP message.
///
/// Args:
///     cmdname (str): The command's name, such as ``char_vitals``.
///     *args: Its arguments; a single one is not wrapped in an array.
///     **kwargs: Its keywords, sent as an object.
///
/// Returns:
///     str: ``Package.Name json``, or the name alone.
///
/// Raises:
///     TypeError: If JSON cannot carry an argument; the message says which.
#[pyfunction]
#[pyo3(signature = (cmdname, /, *args, **kwargs))]
pub fn encode_gmcp(
    cmdname: &Bound<'_, PyString>,
    args: &Bound<'_, PyTuple>,
    kwargs: Option<&Bound<'_, PyDict>>,
) -> PyResult<String> {
    let mut lost = Vec::new();
    let message = encode(cmdname.py(), &utf8(cmdname)?, args, kwargs, &mut lost)?;
    match lost.first() {
        Some(lost) => Err(PyTypeError::new_err(lost.to_string())),
        None => Ok(message),
    }
}

/// Decode a GMCP message.
///
/// Args:
///     data (str | bytes): ``Package.Name json``; what is not JSON is one string.
///
/// Returns:
///     dict: ``{"package_name": [args, kwargs]}``; empty if there is no name,
///     or if the JSON nests too deep.
#[pyfunction]
#[pyo3(signature = (data))]
pub fn decode_gmcp<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let message = match data.cast::<PyBytes>() {
        Ok(bytes) => String::from_utf8_lossy(bytes.as_bytes()),
        Err(_) => utf8(data.cast()?)?,
    };
    decode(data.py(), &message)
}

/// Writes `Package.Name json`; what JSON cannot carry is `null` and in `lost`.
pub fn encode(
    py: Python<'_>,
    name: &str,
    args: &Bound<'_, PyTuple>,
    kwargs: Option<&Bound<'_, PyDict>>,
    lost: &mut Vec<Lost>,
) -> PyResult<String> {
    let kwargs = kwargs.filter(|kwargs| !kwargs.is_empty());
    let mut out = if name.is_ascii() {
        package_name(name, &Ascii)
    } else {
        package_name(name, &PythonCase(py))
    }
    .into_bytes();
    if !args.is_empty() || kwargs.is_some() {
        out.push(b' ');
    }
    let mut walk = Walk::new(&mut out);
    if !args.is_empty() && kwargs.is_some() {
        walk.out.push(b'[');
    }
    match args.len() {
        0 => {}
        1 => walk.value(&args.get_item(0)?, &Place::Named("args[0]"))?,
        _ => walk.value(args, &Place::Named("args"))?,
    }
    if let Some(kwargs) = kwargs {
        if !args.is_empty() {
            walk.out.push(b',');
        }
        walk.value(kwargs, &Place::Named("kwargs"))?;
        if !args.is_empty() {
            walk.out.push(b']');
        }
    }
    lost.append(&mut walk.lost);
    Ok(String::from_utf8(out).expect("names are UTF-8, and so is the JSON"))
}

/// Reads `Package.Name json` into `{name: [args, kwargs]}`, empty where there is no command.
pub fn decode<'py>(py: Python<'py>, message: &str) -> PyResult<Bound<'py, PyDict>> {
    let (package, data) = split_word(message.trim_start_matches(is_blank));
    let name = if package.is_ascii() {
        command_name(package, &Ascii)
    } else {
        command_name(package, &PythonCase(py))
    };
    let Some(name) = name else {
        return Ok(PyDict::new(py));
    };
    let name = PyString::new(py, &name);
    let Some(data) = data else {
        return command_with(&name, PyList::empty(py));
    };
    match data_value(py, data)? {
        Some(value) => {
            if let Ok(kwargs) = value.cast::<PyDict>() {
                // Evennia drops the one key that is false.
                let _ = kwargs.del_item(intern!(py, ""));
            }
            command_of(&name, value)
        }
        None => Ok(PyDict::new(py)),
    }
}

/// The JSON value of `data`, or `data` itself if it is none; `None` if it nests too deep.
pub fn data_value<'py>(py: Python<'py>, data: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    match read(data, &Objects::new(py)) {
        Ok(value) => Ok(Some(value)),
        Err(Failure::Read(ReadError::TooDeep { .. })) => Ok(None),
        Err(Failure::Read(_)) => Ok(Some(PyString::new(py, data).into_any())),
        Err(Failure::Python(error)) => Err(error),
    }
}

/// A command whose one value is its keywords, its arguments, or its one argument.
pub fn command_of<'py>(
    name: &Bound<'py, PyString>,
    value: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = name.py();
    if value.is_instance_of::<PyDict>() {
        return command(name, PyList::empty(py).into_any(), value);
    }
    match value.cast_into() {
        Ok(args) => command_with(name, args),
        Err(other) => command_with(name, PyList::new(py, [other.into_inner()])?),
    }
}

/// The case of letters as the running Python's Unicode tables know it.
struct PythonCase<'py>(Python<'py>);

impl<'py> PythonCase<'py> {
    fn ask(&self, method: &str, text: &str) -> Bound<'py, PyAny> {
        PyString::new(self.0, text)
            .call_method0(method)
            .expect("str has this method, and it takes no argument")
    }

    fn text(&self, method: &str, text: &str) -> String {
        self.ask(method, text).extract().expect("str gives str")
    }

    fn test(&self, method: &str, text: &str) -> bool {
        self.ask(method, text).extract().expect("str gives bool")
    }
}

impl Case for PythonCase<'_> {
    fn lower(&self, text: &str) -> String {
        self.text("lower", text)
    }

    fn capitalize(&self, word: &str) -> String {
        self.text("capitalize", word)
    }

    fn is_upper(&self, word: &str) -> bool {
        self.test("isupper", word)
    }

    fn is_title(&self, text: &str) -> bool {
        self.test("istitle", text)
    }
}
