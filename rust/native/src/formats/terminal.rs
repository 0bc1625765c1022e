//! `terminal.mudstandards.org`: lines of text, nothing else.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::logic::Logic;
use crate::incoming::typed_line;
use crate::output::{Message, Output};

/// The format of plain terminals.
pub struct Terminal;

impl Logic for Terminal {
    fn decode_incoming<'py>(
        &self,
        codec: &Bound<'py, PyAny>,
        payload: &[u8],
        _: bool,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        typed_line(codec.py(), payload)
    }

    /// Sends nothing: a terminal has no out-of-band commands.
    fn encode_default<'py>(
        &self,
        _: &Bound<'py, PyAny>,
        _: &Output<'_, 'py>,
    ) -> PyResult<Option<Message<'py>>> {
        Ok(None)
    }
}
