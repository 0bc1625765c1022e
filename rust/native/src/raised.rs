//! Exceptions of the game's own Python code while one of its messages is encoded.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

/// Returns an exception as a line for the log. An error that is not an `Exception`, such as
/// `KeyboardInterrupt`, is raised again, because it means more than this message.
pub fn in_a_line(py: Python<'_>, error: PyErr) -> PyResult<String> {
    if !error.is_instance_of::<PyException>(py) {
        return Err(error);
    }
    Ok(error.to_string().lines().next().unwrap_or_default().to_owned())
}
