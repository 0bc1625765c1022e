//! `gmcp.mudstandards.org`: text in binary messages, GMCP in text messages.

use pyo3::prelude::*;

use super::gmcp_message::{decode, encode_command};
use super::logic::Logic;
use crate::incoming::{Decoded, Incoming};
use crate::output::{Message, Output, text_message};

/// The format of clients that speak GMCP themselves.
pub struct Gmcp;

impl Logic for Gmcp {
    fn decode_incoming<'py>(&self, incoming: &Incoming<'_, 'py>) -> Decoded<'py> {
        if incoming.is_binary {
            return incoming.typed_line();
        }
        incoming.text().map(|message| decode(incoming.py(), message)).transpose()
    }

    fn is_blank_line(&self, incoming: &Incoming<'_, '_>) -> PyResult<bool> {
        Ok(incoming.is_binary && incoming.is_blank())
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
