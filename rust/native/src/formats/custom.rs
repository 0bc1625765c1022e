//! A wire format of a game's own, which decodes messages and encodes commands in Python.

use pyo3::prelude::*;

use super::logic::{Logic, must_implement};
use crate::incoming::{Decoded, Incoming};
use crate::output::{Message, Output};

/// The logic that a Python class without a native format inherits.
pub struct Custom;

impl Logic for Custom {
    fn decode_incoming<'py>(&self, incoming: &Incoming<'_, 'py>) -> Decoded<'py> {
        Err(must_implement(incoming.codec, "decode_incoming"))
    }

    fn encode_default<'py>(
        &self,
        _: &Bound<'py, PyAny>,
        output: &Output<'_, 'py>,
    ) -> PyResult<Option<Message<'py>>> {
        Err(must_implement(output.codec, "encode_default"))
    }
}
