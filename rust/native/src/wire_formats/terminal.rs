//! `terminal.mudstandards.org`: lines of text, nothing else.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::codec::{Codec, typed_text};
use crate::markup::Dialect;

/// Codec of plain terminals.
#[pyclass(frozen, subclass, extends = Codec, module = "mudwire._native")]
pub struct TerminalCodec;

#[pymethods]
impl TerminalCodec {
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

    /// Decode a line of the player.
    ///
    /// Args:
    ///     payload (bytes): The line as UTF-8, whose blanks on both sides do not count.
    ///     is_binary (bool): Whether it came in binary frames; both are read alike.
    ///     protocol_flags (dict | None): The session's flags, which change nothing here.
    ///
    /// Returns:
    ///     dict | None: `{"text": [[line], {}]}`; None if nothing is left, or it is not UTF-8.
    ///
    /// The frames are those of https://mudstandards.org/websocket/.
    #[pyo3(signature = (payload, is_binary, protocol_flags=None))]
    fn decode_incoming<'py>(
        &self,
        py: Python<'py>,
        payload: &[u8],
        is_binary: bool,
        protocol_flags: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let _ = (is_binary, protocol_flags);
        typed_text(py, payload)
    }

    /// Send nothing: a terminal has no out-of-band commands.
    ///
    /// Args:
    ///     cmdname (str): The command's name.
    ///     *args: The command's arguments.
    ///     protocol_flags (dict | None): The session's flags.
    ///     **kwargs: The command's keywords.
    ///
    /// Returns:
    ///     None: Always.
    ///
    /// As https://mudstandards.org/websocket/ defines the format: lines of text.
    #[pyo3(signature = (cmdname, *args, protocol_flags=None, **kwargs))]
    fn encode_default(
        &self,
        cmdname: &Bound<'_, PyAny>,
        args: &Bound<'_, PyTuple>,
        protocol_flags: Option<&Bound<'_, PyAny>>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) {
        let _ = (cmdname, args, protocol_flags, kwargs);
    }
}
