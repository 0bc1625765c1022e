//! The class that Python's wire formats extend.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::formats::{Format, must_implement};
use crate::game_markup::GameMarkup;
use crate::incoming::{Decoded, Incoming};
use crate::markup::Dialect;
use crate::output::{Message, Output};

/// Converts between the commands of a game and websocket messages.
///
/// The class attribute `native_format` names the format whose logic an instance gets. It is read
/// when the instance is made. Without it, or if it is
/// None, text goes out as ANSI in binary messages, and the class implements `decode_incoming` and
/// `encode_default` in Python.
#[pyclass(frozen, subclass, module = "mudwire._native")]
pub struct Codec {
    format: Format,
    markup: GameMarkup,
}

#[pymethods]
impl Codec {
    #[new]
    #[classmethod]
    #[pyo3(signature = (*, dialect=None, screenreader_strip=None, to_ansi=None))]
    fn new(
        class: &Bound<'_, PyType>,
        dialect: Option<Py<Dialect>>,
        screenreader_strip: Option<&Bound<'_, PyAny>>,
        to_ansi: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let py = class.py();
        let name = class.getattr_opt(intern!(py, "native_format"))?;
        let name = name.map(|name| name.extract::<Option<String>>()).transpose()?.flatten();
        Ok(Self {
            format: Format::named(name.as_deref())?,
            markup: GameMarkup::new(py, dialect, screenreader_strip, to_ansi)?,
        })
    }

    /// Decode a message of the client.
    ///
    /// Args:
    ///     payload (bytes): The message, its fragments joined.
    ///     is_binary (bool): Whether it came in binary frames (RFC 6455, section 5.6).
    ///     protocol_flags (dict | None): The session's flags, which change nothing in the native
    ///         formats.
    ///
    /// Returns:
    ///     dict | None: `{name: [args, kwargs]}`, what a session's `data_in` takes as keywords;
    ///     None or empty if there is no command in it. No bytes of a client raise.
    ///
    /// Raises:
    ///     NotImplementedError: The class has no native format and does not implement it.
    #[pyo3(signature = (payload, is_binary, protocol_flags=None))]
    fn decode_incoming<'py>(
        slf: &Bound<'py, Self>,
        payload: &[u8],
        is_binary: bool,
        protocol_flags: Option<&Bound<'py, PyAny>>,
    ) -> Decoded<'py> {
        let _ = protocol_flags;
        slf.get().format.logic().decode_incoming(&Incoming { codec: slf, payload, is_binary })
    }

    /// Tell whether a message that holds no command is a blank line: an Enter of the player.
    ///
    /// Args:
    ///     payload (bytes): The message, its fragments joined; `decode_incoming` gave no command.
    ///     is_binary (bool): Whether it came in binary frames (RFC 6455, section 5.6).
    ///
    /// Returns:
    ///     bool: Whether the player typed blanks or nothing. Such a message is dropped, as in
    ///     Evennia, but does not count as refused.
    #[pyo3(signature = (payload, is_binary))]
    fn is_blank_line(slf: &Bound<'_, Self>, payload: &[u8], is_binary: bool) -> PyResult<bool> {
        slf.get().format.logic().is_blank_line(&Incoming { codec: slf, payload, is_binary })
    }

    /// Encode text.
    ///
    /// Args:
    ///     *args: The text, then arguments that go along if the format carries them; `parse_html`
    ///         says what the text may be.
    ///     protocol_flags (dict | None): The session's flags; `RAW`, `NOCOLOR` and `SCREENREADER`
    ///         count where the option of that name is absent.
    ///     **kwargs: Keywords that go along if the format carries them, and `options`, a dict:
    ///         `raw` leaves markup as it is written, `client_raw` with it sends HTML of the game's
    ///         own, `nocolor` leaves colours out, `screenreader` leaves out colours and drawn
    ///         lines, and `send_prompt` makes the text a prompt.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: The payload, and whether it is binary (RFC 6455,
    ///     section 5.6); None if there is no text.
    ///
    /// Raises:
    ///     Exception: An error of `to_ansi`. No other argument raises: a text that fails to convert is
    ///         sent empty, options and flags that fail count as absent, and a value that JSON cannot
    ///         carry is sent as null. Each writes a line through `warn`.
    ///
    /// The options are those of Evennia's webclient protocol.
    #[pyo3(signature = (*args, protocol_flags=None, **kwargs))]
    fn encode_text<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Message<'py>>> {
        slf.get().format.logic().encode_text(&output(slf, args, kwargs, protocol_flags))
    }

    /// Encode a prompt: text with the option `send_prompt`.
    ///
    /// Args:
    ///     *args: As of `encode_text`.
    ///     protocol_flags (dict | None): As of `encode_text`.
    ///     **kwargs: As of `encode_text`; the caller's `options` stay as they are.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: What `encode_text` returns. A format that has no message of
    ///     its own for prompts calls it, so an override of `encode_text` gets prompts as well.
    ///
    /// Raises:
    ///     Exception: What `encode_text` raises.
    ///
    /// As Evennia's `WireFormat.encode_prompt`.
    #[pyo3(signature = (*args, protocol_flags=None, **kwargs))]
    fn encode_prompt<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.get().format.logic().encode_prompt(&output(slf, args, kwargs, protocol_flags))
    }

    /// Encode any other command.
    ///
    /// Args:
    ///     cmdname (str): The command's name; nothing is sent for `options`.
    ///     *args: The command's arguments.
    ///     protocol_flags (dict | None): The session's flags, which change nothing in the native
    ///         formats.
    ///     **kwargs: The command's keywords.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: The payload, and whether it is binary (RFC 6455,
    ///     section 5.6); None if nothing is to be sent. A value that JSON cannot carry is null or
    ///     left out, and `warn` is told its place.
    ///
    /// Raises:
    ///     TypeError: The name is not a str.
    ///     NotImplementedError: The class has no native format and does not implement it.
    #[pyo3(signature = (cmdname, *args, protocol_flags=None, **kwargs))]
    fn encode_default<'py>(
        slf: &Bound<'py, Self>,
        cmdname: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Message<'py>>> {
        let output = output(slf, args, kwargs, protocol_flags);
        slf.get().format.logic().encode_default(cmdname, &output)
    }

    /// Log, in one line, what of a message did not go out as it was meant.
    ///
    /// Raises:
    ///     NotImplementedError: The class does not implement it.
    fn warn(slf: &Bound<'_, Self>, message: &str) -> PyResult<()> {
        let _ = message;
        Err(must_implement(slf, "warn"))
    }
}

impl Codec {
    /// The format that the class has chosen.
    pub fn format(&self) -> &Format {
        &self.format
    }
}

/// Joins the arguments of an encoder with its codec.
pub fn output<'a, 'py>(
    codec: &'a Bound<'py, Codec>,
    args: &'a Bound<'py, PyTuple>,
    kwargs: Option<&'a Bound<'py, PyDict>>,
    protocol_flags: Option<&'a Bound<'py, PyAny>>,
) -> Output<'a, 'py> {
    Output { codec, markup: &codec.get().markup, args, kwargs, protocol_flags }
}
