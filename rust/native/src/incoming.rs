//! Commands of a player, as a session's `data_in` takes them: `{name: [args, kwargs]}`.

use mudwire_wire::blank::strip;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

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

/// Makes the command of a line that a player typed, without the blanks around it; `None` if
/// nothing is left, or if it is not UTF-8.
pub fn typed_line<'py>(py: Python<'py>, payload: &[u8]) -> PyResult<Option<Bound<'py, PyDict>>> {
    match std::str::from_utf8(payload).map(strip) {
        Ok("") | Err(_) => Ok(None),
        Ok(line) => text_command(py, line).map(Some),
    }
}

/// Whether a payload is a line of blanks only.
pub fn is_blank(payload: &[u8]) -> bool {
    std::str::from_utf8(payload).is_ok_and(|line| strip(line).is_empty())
}
