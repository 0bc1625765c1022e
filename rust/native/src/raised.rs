//! What the game's own Python code raises while one of its messages is written.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

/// What was raised, in a line for the log. What is no `Exception`, such as `KeyboardInterrupt`,
/// means more than the message and is raised again.
pub fn in_a_line(py: Python<'_>, error: PyErr) -> PyResult<String> {
    if !error.is_instance_of::<PyException>(py) {
        return Err(error);
    }
    Ok(error.to_string().lines().next().unwrap_or_default().to_owned())
}
