//! The log of a codec: its Python method `warn`, which takes one line.

use pyo3::intern;
use pyo3::prelude::*;

use crate::json::Lost;

/// How many lost values one log line names.
const MAX_NAMED: usize = 4;

/// Writes a line to the codec's log.
pub fn warn(codec: &Bound<'_, PyAny>, message: &str) -> PyResult<()> {
    codec.call_method1(intern!(codec.py(), "warn"), (message,))?;
    Ok(())
}

/// Writes to the codec's log which values of a message JSON could not carry, if there are any.
pub fn warn_of_lost(codec: &Bound<'_, PyAny>, name: &str, lost: &[Lost]) -> PyResult<()> {
    if lost.is_empty() {
        return Ok(());
    }
    let mut named: Vec<String> = lost.iter().take(MAX_NAMED).map(Lost::to_string).collect();
    if lost.len() > MAX_NAMED {
        named.push(format!("{} more", lost.len() - MAX_NAMED));
    }
    let named = named.join("; ");
    warn(codec, &format!("{name} went out without what JSON cannot carry: {named}"))
}
