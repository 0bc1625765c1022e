//! `gmcp.mudstandards.org`: text in binary messages, GMCP in text messages.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::gmcp_message::{decode, encode_command};
use super::logic::Logic;
use crate::incoming::{is_blank, typed_line};
use crate::output::{Message, Output, text_message};

/// The format of clients that speak GMCP themselves.
pub struct Gmcp;

impl Logic for Gmcp {
    fn decode_incoming<'py>(
        &self,
        codec: &Bound<'py, PyAny>,
        payload: &[u8],
        is_binary: bool,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let py = codec.py();
        if is_binary {
            return typed_line(py, payload);
        }
        match std::str::from_utf8(payload) {
            Ok(message) => decode(py, message).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn is_blank_line(&self, _: Python<'_>, payload: &[u8], is_binary: bool) -> PyResult<bool> {
        Ok(is_binary && is_blank(payload))
    }

    fn encode_default<'py>(
        &self,
        cmdname: &Bound<'py, PyAny>,
        output: &Output<'_, 'py>,
    ) -> PyResult<Option<Message<'py>>> {
        let message = encode_command(cmdname, output)?;
        Ok(message.map(|message| text_message(cmdname.py(), message.as_bytes())))
    }
}
