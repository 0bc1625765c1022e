//! Messages of a client, and the commands in them as a session's `data_in` takes them:
//! `{name: [args, kwargs]}`.

use mudwire_wire::blank::strip;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// The command in a message, if there is one.
pub type Decoded<'py> = PyResult<Option<Bound<'py, PyDict>>>;

/// A message of a client, and the codec that was asked.
#[derive(Clone, Copy)]
pub struct Incoming<'a, 'py> {
    pub codec: &'a Bound<'py, PyAny>,
    pub payload: &'a [u8],
    pub is_binary: bool,
}

impl<'a, 'py> Incoming<'a, 'py> {
    pub fn py(&self) -> Python<'py> {
        self.codec.py()
    }

    /// Returns the payload as text; `None` if it is not UTF-8.
    pub fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.payload).ok()
    }

    /// Decodes a line that a player typed, without the blanks around it; `None` if nothing is
    /// left.
    pub fn typed_line(&self) -> Decoded<'py> {
        match self.text().map(strip) {
            None | Some("") => Ok(None),
            Some(line) => text_command(self.py(), line).map(Some),
        }
    }

    /// Whether the payload is a line of blanks only.
    pub fn is_blank(&self) -> bool {
        self.text().is_some_and(|line| strip(line).is_empty())
    }
}

/// Makes a command.
pub fn command<'py>(
    name: &Bound<'py, PyString>,
    args: Bound<'py, PyAny>,
    kwargs: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = name.py();
    let command = PyDict::new(py);
    command.set_item(name, PyList::new(py, [args, kwargs])?)?;
    Ok(command)
}

/// Makes a command without keywords.
pub fn command_with<'py>(
    name: &Bound<'py, PyString>,
    args: Bound<'py, PyList>,
) -> PyResult<Bound<'py, PyDict>> {
    command(name, args.into_any(), PyDict::new(name.py()).into_any())
}

/// Makes a command of one JSON value: its keywords, its arguments, or its one argument.
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

/// Makes the command `text` of one line.
pub fn text_command<'py>(py: Python<'py>, line: &str) -> PyResult<Bound<'py, PyDict>> {
    command_with(intern!(py, "text"), PyList::new(py, [PyString::new(py, line)])?)
}
