//! `json.mudstandards.org`: text in binary messages, envelopes in text messages.

use std::borrow::Cow;

use mudwire_wire::blank::split_word;
use mudwire_wire::envelope::{Content, Envelope};
use mudwire_wire::json::read;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::ansi_text::ansi_text;
use super::gmcp_message::{data_value, decode, encode_command};
use super::logic::Logic;
use crate::incoming::{Decoded, Incoming, command_of, command_with, text_command};
use crate::json::{Failure, Objects};
use crate::output::{Message, Output, text_message};
use crate::text::owned;

/// The format of clients that speak JSON envelopes.
pub struct JsonEnvelope;

impl Logic for JsonEnvelope {
    fn decode_incoming<'py>(&self, incoming: &Incoming<'_, 'py>) -> Decoded<'py> {
        if incoming.is_binary {
            return incoming.typed_line();
        }
        match Fields::read(incoming)? {
            Some(fields) => command(incoming.py(), fields.envelope().content()),
            None => Ok(None),
        }
    }

    fn is_blank_line(&self, incoming: &Incoming<'_, '_>) -> PyResult<bool> {
        if incoming.is_binary {
            return Ok(incoming.is_blank());
        }
        let fields = Fields::read(incoming)?;
        Ok(fields.is_some_and(|fields| fields.envelope().content() == Content::Text("")))
    }

    /// Sends an envelope of its own, because a client must tell a prompt from a text.
    fn encode_prompt<'py>(&self, output: &Output<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = output.codec.py();
        let message = ansi_text(output)?.map(|text| {
            let envelope = Envelope { proto: "prompt", id: "", data: &text };
            text_message(py, &envelope.to_json())
        });
        message.into_pyobject(py)
    }

    fn encode_default<'py>(
        &self,
        cmdname: &Bound<'py, PyAny>,
        output: &Output<'_, 'py>,
    ) -> PyResult<Option<Message<'py>>> {
        let Some(message) = encode_command(cmdname, output)? else {
            return Ok(None);
        };
        let (package, data) = split_word(&message);
        let envelope = Envelope { proto: "gmcp", id: package, data: data.unwrap_or_default() };
        Ok(Some(text_message(cmdname.py(), &envelope.to_json())))
    }
}

/// The fields of an envelope that came in.
struct Fields {
    proto: Cow<'static, str>,
    id: Cow<'static, str>,
    data: Cow<'static, str>,
}

impl Fields {
    /// Reads an envelope; `None` if the message is not one.
    fn read(incoming: &Incoming<'_, '_>) -> PyResult<Option<Self>> {
        let py = incoming.py();
        let Some(text) = incoming.text() else {
            return Ok(None);
        };
        let envelope = match read(text, &Objects::new(py)) {
            Ok(envelope) => envelope,
            Err(Failure::Read(_)) => return Ok(None),
            Err(Failure::Python(error)) => return Err(error),
        };
        let Ok(envelope) = envelope.cast_into::<PyDict>() else {
            return Ok(None);
        };
        let proto = match envelope.get_item(intern!(py, "proto"))? {
            Some(proto) => match proto.cast_into::<PyString>() {
                Ok(proto) => owned(&proto)?,
                Err(_) => return Ok(None),
            },
            None => "".into(),
        };
        let id = match envelope.get_item(intern!(py, "id"))? {
            Some(id) if !id.is_none() => owned(id.str()?.as_any())?,
            _ => "".into(),
        };
        let data = match envelope.get_item(intern!(py, "data"))? {
            Some(data) if data.is_instance_of::<PyString>() => owned(&data)?,
            // The standard wants a string. Other JSON is taken as its text, as in Evennia.
            Some(data) => owned(&py.import(intern!(py, "json"))?.call_method1("dumps", (data,))?)?,
            None => "".into(),
        };
        Ok(Some(Self { proto, id, data }))
    }

    fn envelope(&self) -> Envelope<'_> {
        Envelope { proto: &self.proto, id: &self.id, data: &self.data }
    }
}

/// Returns the command in an envelope, if there is one.
fn command<'py>(py: Python<'py>, content: Content<'_>) -> Decoded<'py> {
    match content {
        Content::Nothing | Content::Text("") => Ok(None),
        Content::Gmcp { package, data } => decode(py, &format!("{package} {data}")).map(Some),
        Content::Text(line) => text_command(py, line).map(Some),
        Content::Close => command_with(intern!(py, "websocket_close"), PyList::empty(py)).map(Some),
        Content::Command { name, data: "" } => {
            command_with(&PyString::new(py, name), PyList::empty(py)).map(Some)
        }
        Content::Command { name, data } => {
            let name = PyString::new(py, name);
            data_value(py, data)?.map(|value| command_of(&name, value)).transpose()
        }
    }
}
