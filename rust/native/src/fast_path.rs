//! The native steps of the fast path: from a frame to the session handler, and from a text or command
//! of the game to a frame.
//!
//! Each is one call for several steps of the plain path, for `v1.evennia.com` only.
//! `tests/test_fast_path.py` compares both paths.

use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use crate::cache::Encoded;
use crate::codec::{Codec, output};
use crate::formats::{EvenniaV1, Format, Product};
use crate::incoming::command;
use crate::intake::{Intake, read_utf8};
use crate::traffic_stats::TrafficStats;

/// What a data frame of a client holds.
enum Received<'py> {
    /// A command for the session handler.
    Command(Bound<'py, PyDict>),
    /// A message to count as refused, with the reason.
    Refused(&'static str),
}

/// Read the segment that is one short simple data frame, and hand its command to the session
/// handler.
///
/// Args:
///     limit (int): The most bytes that a message may have.
///     stats (TrafficStats): The counters of the connection.
///     intake (Intake): What the connection has received; it must admit the frame.
///     codec (Codec): A codec of the native format 'evennia_v1'.
///     data (bytes): The bytes of the segment.
///     reserved (frozenset[str]): Names of commands that are refused.
///     handler (SessionHandler): Its `data_in(session, **{name: [args, kwargs]})` is called; an
///         Exception that it raises goes to the session's `_log_failure(error)`.
///     session (Session): The session; its `refuse(reason)` is called for a message that is not
///         a command, or has a reserved name.
///
/// Returns:
///     bool: Whether this was done. False if the segment is anything else, if the intake does not
///     admit it now, or if its command is `websocket_close`, which ends the session. The caller
///     then reads the segment step by step.
///
/// Raises:
///     TypeError: The codec has another format.
///     BaseException: What `data_in` raises, if it is not an Exception.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "one call a message: an object for them costs more")]
#[pyo3(signature = (limit, stats, intake, codec, data, reserved, handler, session, /))]
pub fn receive_command(
    limit: usize,
    stats: &Bound<'_, TrafficStats>,
    intake: &Bound<'_, Intake>,
    codec: &Bound<'_, Codec>,
    data: &[u8],
    reserved: &Bound<'_, PyAny>,
    handler: &Bound<'_, PyAny>,
    session: &Bound<'_, PyAny>,
) -> PyResult<bool> {
    evennia_v1(codec)?;
    let py = session.py();
    let receive = |text: &str| receive(py, text, reserved);
    let Some(received) = read_utf8(intake, limit, stats.get(), data, receive)? else {
        return Ok(false);
    };
    let answer = match received {
        Received::Command(commands) => {
            handler.call_method(intern!(py, "data_in"), (session,), Some(&commands))
        }
        Received::Refused(reason) => session.call_method1(intern!(py, "refuse"), (reason,)),
    };
    match answer {
        Err(error) if error.is_instance_of::<PyException>(py) => {
            session.call_method1(intern!(py, "_log_failure"), (error,))?;
        }
        answer => drop(answer?),
    }
    Ok(true)
}

/// Reads a command text; `None` for `websocket_close`, which is left to the plain path.
fn receive<'py>(
    py: Python<'py>,
    text: &str,
    reserved: &Bound<'py, PyAny>,
) -> PyResult<Option<Received<'py>>> {
    let Some(read) = EvenniaV1::read(py, text)? else {
        return Ok(Some(Received::Refused("no command")));
    };
    if reserved.contains(&read.name)? {
        return Ok(Some(Received::Refused("reserved name")));
    }
    if read.name.to_str()? == "websocket_close" {
        return Ok(None);
    }
    command(&read.name, read.args, read.kwargs).map(|commands| Some(Received::Command(commands)))
}

/// Encode text or a prompt into a whole frame.
///
/// Args:
///     stats (TrafficStats): The counters of the connection, which count the frame.
///     codec (Codec): A codec of the native format 'evennia_v1'.
///     args (tuple): The text, then arguments that go along.
///     kwargs (dict): `options`, which is taken out of it, and keywords that go along.
///     protocol_flags (dict | None): The session's flags.
///     is_prompt (bool): Whether it is a prompt, whatever `options` say.
///
/// Returns:
///     bytes | None: A text frame (RFC 6455, section 5.2); None if there is no text.
///
/// Raises:
///     TypeError: The codec has another format.
///     Exception: What `Codec.encode_text` raises.
#[pyfunction]
#[pyo3(signature = (stats, codec, args, kwargs, protocol_flags, is_prompt, /))]
pub fn text_frame<'py>(
    stats: &Bound<'py, TrafficStats>,
    codec: &Bound<'py, Codec>,
    args: &Bound<'py, PyTuple>,
    kwargs: &Bound<'py, PyDict>,
    protocol_flags: Option<&Bound<'py, PyAny>>,
    is_prompt: bool,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let output = output(codec, args, Some(kwargs), protocol_flags);
    let frame = evennia_v1(codec)?.text(&output, is_prompt, Product::Frame)?;
    Ok(frame.map(|frame| counted(stats, frame)))
}

/// Encode any other command into a whole frame.
///
/// Args:
///     stats (TrafficStats): The counters of the connection, which count the frame.
///     codec (Codec): A codec of the native format 'evennia_v1'.
///     cmdname (str): The command's name; nothing is sent for `options`.
///     args (tuple): The command's arguments.
///     kwargs (dict): The command's keywords.
///
/// Returns:
///     bytes | None: A text frame (RFC 6455, section 5.2); None if nothing is sent.
///
/// Raises:
///     TypeError: The codec has another format, or the name is not a str.
#[pyfunction]
#[pyo3(signature = (stats, codec, cmdname, args, kwargs, /))]
pub fn default_frame<'py>(
    stats: &Bound<'py, TrafficStats>,
    codec: &Bound<'py, Codec>,
    cmdname: &Bound<'py, PyString>,
    args: &Bound<'py, PyTuple>,
    kwargs: &Bound<'py, PyDict>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let output = output(codec, args, Some(kwargs), None);
    let frame = evennia_v1(codec)?.command(cmdname, &output, Product::Frame)?;
    Ok(frame.map(|frame| counted(stats, frame)))
}

/// Counts a frame that goes out.
fn counted<'py>(stats: &Bound<'py, TrafficStats>, frame: Encoded<'py>) -> Bound<'py, PyBytes> {
    stats.get().count_written(frame.payload_size, frame.bytes.as_bytes().len());
    frame.bytes
}

/// Returns the format of a codec, which must be `v1.evennia.com`.
fn evennia_v1<'a>(codec: &'a Bound<'_, Codec>) -> PyResult<&'a EvenniaV1> {
    match codec.get().format() {
        Format::EvenniaV1(format) => Ok(format),
        _ => Err(PyTypeError::new_err(format!(
            "the fast path needs a codec of the native format 'evennia_v1', not {}",
            codec.get_type().fully_qualified_name()?
        ))),
    }
}
