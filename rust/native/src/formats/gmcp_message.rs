//! GMCP messages, `Package.Name json`, and the commands that they stand for.

use mudwire_wire::blank::{is_blank, split_word};
use mudwire_wire::gmcp::{Ascii, Case, command_name, package_name};
use mudwire_wire::json::{ReadError, read};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::incoming::{command_of, command_with};
use crate::json::{Failure, Lost, Objects, Place, Writer};
use crate::log::warn_of_lost;
use crate::output::Output;
use crate::text::utf8;
use crate::text_options::without_options;

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

/// Encodes the command of a wire format; `None` for `options`, which is not sent.
pub fn encode_command(
    cmdname: &Bound<'_, PyAny>,
    output: &Output<'_, '_>,
) -> PyResult<Option<String>> {
    let Output { codec, args, kwargs, .. } = *output;
    let name = utf8(cmdname.cast()?)?;
    if name == "options" {
        return Ok(None);
    }
    let mut lost = Vec::new();
    let message = encode(codec.py(), &name, args, without_options(kwargs)?, &mut lost)?;
    warn_of_lost(codec, &name, &lost)?;
    Ok(Some(message))
}

/// Writes `Package.Name json`; a value that JSON cannot carry is `null`, and added to `lost`.
fn encode(
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
    let mut writer = Writer::new(&mut out);
    if !args.is_empty() && kwargs.is_some() {
        writer.out.push(b'[');
    }
    match args.len() {
        0 => {}
        1 => writer.value(&args.get_item(0)?, &Place::Named("args[0]"))?,
        _ => writer.value(args, &Place::Named("args"))?,
    }
    if let Some(kwargs) = kwargs {
        if !args.is_empty() {
            writer.out.push(b',');
        }
        writer.value(kwargs, &Place::Named("kwargs"))?;
        if !args.is_empty() {
            writer.out.push(b']');
        }
    }
    lost.append(&mut writer.lost);
    Ok(String::from_utf8(out).expect("names are UTF-8, and so is the JSON"))
}

/// Reads `Package.Name json` into `{name: [args, kwargs]}`, empty if there is no command.
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
                // Evennia drops keys that are false in Python; the empty key is the only one.
                let _ = kwargs.del_item(intern!(py, ""));
            }
            command_of(&name, value)
        }
        None => Ok(PyDict::new(py)),
    }
}

/// Returns the JSON value of `data`, or `data` itself if it is not JSON; `None` if it nests too
/// deep.
pub fn data_value<'py>(py: Python<'py>, data: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    match read(data, &Objects::new(py)) {
        Ok(value) => Ok(Some(value)),
        Err(Failure::Read(ReadError::TooDeep { .. })) => Ok(None),
        Err(Failure::Read(_)) => Ok(Some(PyString::new(py, data).into_any())),
        Err(Failure::Python(error)) => Err(error),
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
