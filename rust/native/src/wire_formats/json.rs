//! `json.mudstandards.org`: text in binary frames, everything else in text
//! frames `{"proto": "...", "id": "...", "data": "..."}`, where `data` is text
//! and mostly JSON once more.

use std::borrow::Cow;

use mudwire_wire::blank::{split_word, strip};
use mudwire_wire::json::{read, write_string};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::codec::{
    Codec, Frame, ansi_text, command_with, frame, is_blank_text, typed_text, warn_of_lost,
};
use super::gmcp::{command_of, data_value, decode, encode};
use super::options::without_options;
use crate::json::{Failure, Objects};
use crate::markup::Dialect;
use crate::text::{owned, utf8};

/// Codec of clients that speak JSON envelopes.
#[pyclass(frozen, subclass, extends = Codec, module = "mudwire._native")]
pub struct JsonCodec;

#[pymethods]
impl JsonCodec {
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

    /// Decode a line of the player (binary frame) or an envelope (text frame).
    ///
    /// Args:
    ///     payload (bytes): UTF-8: the line, or `{"proto": ..., "id": ..., "data": ...}`.
    ///     is_binary (bool): Whether it came in binary frames.
    ///     protocol_flags (dict | None): The session's flags, which change nothing here.
    ///
    /// Returns:
    ///     dict | None: `{name: [args, kwargs]}`: of a GMCP message, of a text, or of a command
    ///     named by `id`, else by `proto`; None or empty if there is no command in it.
    ///
    /// The envelopes are those of https://mudstandards.org/websocket/.
    #[pyo3(signature = (payload, is_binary, protocol_flags=None))]
    fn decode_incoming<'py>(
        &self,
        py: Python<'py>,
        payload: &[u8],
        is_binary: bool,
        protocol_flags: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let _ = protocol_flags;
        if is_binary {
            return typed_text(py, payload);
        }
        match read_envelope(py, payload)? {
            Some(envelope) => command_of_envelope(py, &envelope),
            None => Ok(None),
        }
    }

    /// Tell whether a message that holds no command is a blank line; see `WireFormat`.
    #[pyo3(signature = (payload, is_binary))]
    fn is_blank_line(&self, py: Python<'_>, payload: &[u8], is_binary: bool) -> PyResult<bool> {
        if is_binary {
            return Ok(is_blank_text(payload));
        }
        let envelope = read_envelope(py, payload)?;
        Ok(envelope.is_some_and(|envelope| envelope.proto == "text" && envelope.data.is_empty()))
    }

    /// Encode a prompt in an envelope of its own.
    ///
    /// Args:
    ///     *args: As of `encode_text`.
    ///     protocol_flags (dict | None): As of `encode_text`.
    ///     **kwargs: As of `encode_text`.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: `{"proto": "prompt", "id": "", "data": ansi}` as UTF-8, and
    ///     False; None if there is no text.
    ///
    /// Raises:
    ///     Exception: What `to_ansi` raises; see `encode_text`.
    ///
    /// The envelopes are those of https://mudstandards.org/websocket/.
    #[pyo3(signature = (*args, protocol_flags=None, **kwargs))]
    fn encode_prompt<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Frame<'py>>> {
        let text = ansi_text(slf.as_super(), args, protocol_flags, kwargs)?;
        Ok(text.map(|text| frame(slf.py(), &envelope("prompt", "", &text), false)))
    }

    /// Encode any other command as GMCP in an envelope.
    ///
    /// Args:
    ///     cmdname (str): The command's name, such as `char_vitals`; nothing is sent for `options`.
    ///     *args: The command's arguments; a single one is not wrapped in an array.
    ///     protocol_flags (dict | None): The session's flags, which change nothing here.
    ///     **kwargs: The command's keywords, but for `options`, sent as an object.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: `{"proto": "gmcp", "id": "Package.Name", "data": json}` as
    ///     UTF-8, and False. What JSON cannot carry is null or left out, and `warn` is told its
    ///     place.
    ///
    /// Raises:
    ///     TypeError: The name is no str.
    ///
    /// The envelopes are those of https://mudstandards.org/websocket/.
    #[pyo3(signature = (cmdname, *args, protocol_flags=None, **kwargs))]
    fn encode_default<'py>(
        slf: &Bound<'py, Self>,
        cmdname: &Bound<'py, PyString>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Frame<'py>>> {
        let _ = protocol_flags;
        let name = utf8(cmdname)?;
        if name == "options" {
            return Ok(None);
        }
        let mut lost = Vec::new();
        let message = encode(slf.py(), &name, args, without_options(kwargs)?, &mut lost)?;
        warn_of_lost(slf, &name, &lost)?;
        let (package, data) = split_word(&message);
        let payload = envelope("gmcp", package, data.unwrap_or_default());
        Ok(Some(frame(slf.py(), &payload, false)))
    }
}

fn envelope(proto: &str, id: &str, data: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + data.len() / 8 + 64);
    out.extend_from_slice(b"{\"proto\":");
    write_string(proto, &mut out);
    out.extend_from_slice(b",\"id\":");
    write_string(id, &mut out);
    out.extend_from_slice(b",\"data\":");
    write_string(data, &mut out);
    out.push(b'}');
    out
}

/// An envelope that came in.
struct Envelope {
    proto: Cow<'static, str>,
    id: Cow<'static, str>,
    data: Cow<'static, str>,
}

/// Reads an envelope; `None` for anything else.
fn read_envelope(py: Python<'_>, payload: &[u8]) -> PyResult<Option<Envelope>> {
    let Ok(text) = std::str::from_utf8(payload) else {
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
    let field = |name| envelope.get_item(name);
    let proto = match field(intern!(py, "proto"))? {
        Some(proto) => match proto.cast_into::<PyString>() {
            Ok(proto) => owned(&proto)?,
            Err(_) => return Ok(None),
        },
        None => "".into(),
    };
    let id = match field(intern!(py, "id"))? {
        Some(id) if !id.is_none() => owned(id.str()?.as_any())?,
        _ => "".into(),
    };
    let data = match field(intern!(py, "data"))? {
        Some(data) if data.is_instance_of::<PyString>() => owned(&data)?,
        // The standard wants a string; what came instead is taken as its text.
        Some(data) => owned(&py.import(intern!(py, "json"))?.call_method1("dumps", (data,))?)?,
        None => "".into(),
    };
    Ok(Some(Envelope { proto, id, data }))
}

/// The command in an envelope, if there is one.
fn command_of_envelope<'py>(
    py: Python<'py>,
    envelope: &Envelope,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Envelope { proto, id, data } = envelope;
    match &**proto {
        "gmcp" => match strip(id) {
            "" => Ok(None),
            package => decode(py, &format!("{package} {data}")).map(Some),
        },
        "text" if data.is_empty() => Ok(None),
        "text" => command_with(intern!(py, "text"), PyList::new(py, [&**data])?).map(Some),
        "websocket_close" => {
            let name = intern!(py, "websocket_close");
            command_with(name, PyList::empty(py)).map(Some)
        }
        _ => {
            let name = match strip(id) {
                "" => strip(proto),
                id => id,
            };
            if name.is_empty() {
                return Ok(None);
            }
            let name = PyString::new(py, name);
            if data.is_empty() {
                return command_with(&name, PyList::empty(py)).map(Some);
            }
            data_value(py, data)?.map(|value| command_of(&name, value)).transpose()
        }
    }
}
