//! A wire format of a game's own, which decodes messages and encodes commands in Python.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::logic::{Logic, must_implement};
use crate::output::{Message, Output};

/// The logic that a Python class without a native format inherits.
pub struct Custom;

impl Logic for Custom {
    fn decode_incoming<'py>(
        &self,
        codec: &Bound<'py, PyAny>,
        _: &[u8],
        _: bool,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        Err(must_implement(codec, "decode_incoming"))
    }

    fn encode_default<'py>(
        &self,
        _: &Bound<'py, PyAny>,
        output: &Output<'_, 'py>,
    ) -> PyResult<Option<Message<'py>>> {
        Err(must_implement(output.codec, "encode_default"))
    }
}
