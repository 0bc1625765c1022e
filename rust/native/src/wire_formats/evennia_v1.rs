//! `v1.evennia.com`: `["name", [args], {kwargs}]` in text frames, text as HTML.

use mudwire_markup::{Dialect as Markup, Quoting, escape_html, html};
use mudwire_wire::command::read_command;
use mudwire_wire::frame::{self, Kind, MAX_HEADER};
use mudwire_wire::json::{write_string, write_string_part};
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use super::codec::{Codec, Frame, command, message_text, warn_of_lost};
use super::memo::Memo;
use super::options::{TextOptions, without_flags};
use super::scratch::Scratch;
use crate::frames::Traffic;
use crate::json::{Failure, Objects, Place, Walk};
use crate::markup::Dialect;
use crate::text::utf8;

/// Codec of Evennia's own webclient.
#[pyclass(frozen, subclass, extends = Codec, module = "mudwire._native")]
pub struct EvenniaV1Codec {
    payloads: Memo,
    frames: Memo,
    scratch: Scratch,
}

#[pymethods]
impl EvenniaV1Codec {
    #[new]
    #[pyo3(signature = (*, dialect=None, screenreader_strip=None, to_ansi=None))]
    fn new(
        py: Python<'_>,
        dialect: Option<Py<Dialect>>,
        screenreader_strip: Option<&Bound<'_, PyAny>>,
        to_ansi: Option<Py<PyAny>>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let codec = Codec::new(py, dialect, screenreader_strip, to_ansi)?;
        let scratch = Scratch::default();
        let evennia = Self { payloads: Memo::new(), frames: Memo::new(), scratch };
        Ok(PyClassInitializer::from(codec).add_subclass(evennia))
    }

    /// Decode one command text, `["name", args, kwargs]`.
    ///
    /// Args:
    ///     payload (bytes): JSON (RFC 8259) as UTF-8, read with the meaning of Python's `json`: an
    ///         array of three or more that begins with a string.
    ///     is_binary (bool): Whether it came in binary frames; both are read alike.
    ///     protocol_flags (dict | None): The session's flags, which change nothing here.
    ///
    /// Returns:
    ///     dict | None: `{name: [args, kwargs]}`; None for anything else, for JSON that nests
    ///     deeper than 128 and for integers of more than 4300 digits.
    ///
    /// The format is that of Evennia's webclient, `evennia.js`.
    #[pyo3(signature = (payload, is_binary, protocol_flags=None))]
    fn decode_incoming<'py>(
        &self,
        py: Python<'py>,
        payload: &[u8],
        is_binary: bool,
        protocol_flags: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let _ = (is_binary, protocol_flags);
        std::str::from_utf8(payload).map_or(Ok(None), |text| decode(py, text, |_| Ok(true)))
    }

    /// Tell that a message that holds no command is no blank line: an Enter is a command here.
    #[pyo3(signature = (payload, is_binary))]
    fn is_blank_line(&self, payload: &[u8], is_binary: bool) -> bool {
        let _ = (payload, is_binary);
        false
    }

    /// Read the short plain data frame that a segment begins with, as `Traffic.read`, decode its
    /// command and hand it to the session handler.
    ///
    /// Args:
    ///     traffic (Traffic): The frames of the connection, which count it.
    ///     data (bytes): The bytes of the segment.
    ///     reserved (frozenset[str]): Names of commands that are left, as `websocket_close` is.
    ///     handler (SessionHandler): Its `data_in(session, **{name: [args, kwargs]})` is called;
    ///         what that raises goes to the session's `_log_failure(error)`.
    ///     session (Session): The session.
    ///
    /// Returns:
    ///     int: How many bytes the frame took; 0 where there is no such frame, or no command in it
    ///     that may be handed on, and nothing was done.
    ///
    /// Raises:
    ///     BaseException: What `data_in` raises, if it is no Exception.
    #[pyo3(signature = (traffic, data, reserved, handler, session, /))]
    #[expect(clippy::unused_self, reason = "a method, as decode_incoming is one")]
    fn hand_on(
        &self,
        traffic: &Bound<'_, Traffic>,
        data: &[u8],
        reserved: &Bound<'_, PyAny>,
        handler: &Bound<'_, PyAny>,
        session: &Bound<'_, PyAny>,
    ) -> PyResult<usize> {
        let py = traffic.py();
        let take = |text: &str| decode(py, text, |name| is_ordinary(name, reserved));
        let Some((commands, length)) = traffic.get().read_text(data, take)? else {
            return Ok(0);
        };
        match handler.call_method(intern!(py, "data_in"), (session,), Some(&commands)) {
            Err(error) if error.is_instance_of::<PyException>(py) => {
                session.call_method1(intern!(py, "_log_failure"), (error,))?;
            }
            answer => drop(answer?),
        }
        Ok(length)
    }

    /// Encode text as HTML in a command text named `text`, or `prompt` with that option.
    ///
    /// Args:
    ///     *args: The text, then arguments that go along; `parse_html` says what the text may be.
    ///     protocol_flags (dict | None): The session's flags; `RAW`, `NOCOLOR` and `SCREENREADER`
    ///         count where the option of that name is absent.
    ///     **kwargs: Keywords that go along, but for `options`, a dict: `raw` shows markup as it is
    ///         written, `client_raw` with it sends HTML of the game's own, `nocolor` and
    ///         `screenreader` leave colours out, the latter what is drawn too, and `send_prompt`
    ///         makes a prompt of it.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: `["text", [html, ...], {...}]` as UTF-8, and False; None if
    ///     there is no text.
    ///
    /// Raises:
    ///     Exception: What `to_ansi` raises. What else raises, and what JSON cannot carry, is
    ///         empty, null or absent in its place, and `warn` is told.
    ///
    /// The options are those of Evennia's webclient protocol, the HTML is that of `parse_html`.
    #[pyo3(signature = (*args, protocol_flags=None, **kwargs))]
    fn encode_text<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Frame<'py>>> {
        let payload = encode_text(slf, args, kwargs, protocol_flags, false, Product::Payload)?;
        Ok(payload.map(|payload| (payload, false)))
    }

    /// Encode text as `encode_text`, into a whole frame.
    ///
    /// Args:
    ///     traffic (Traffic): The frames of the connection, which count it.
    ///     args (tuple): The text, then arguments that go along.
    ///     kwargs (dict): `options`, which is taken out of it, and keywords that go along.
    ///     protocol_flags (dict | None): The session's flags.
    ///     is_prompt (bool): Whether it is a prompt, whatever `options` say.
    ///
    /// Returns:
    ///     bytes | None: A text frame (RFC 6455, section 5.2); None if there is no text.
    ///
    /// Raises:
    ///     Exception: What `encode_text` raises.
    #[pyo3(signature = (traffic, args, kwargs, protocol_flags, is_prompt, /))]
    fn frame_text<'py>(
        slf: &Bound<'py, Self>,
        traffic: &Bound<'py, Traffic>,
        args: &Bound<'py, PyTuple>,
        kwargs: &Bound<'py, PyDict>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        is_prompt: bool,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let frame =
            encode_text(slf, args, Some(kwargs), protocol_flags, is_prompt, Product::Frame)?;
        if let Some(frame) = &frame {
            traffic.get().count_frame(frame.as_bytes());
        }
        Ok(frame)
    }

    /// Encode any other command as a command text, `["name", [args], {kwargs}]`.
    ///
    /// Args:
    ///     cmdname (str): The command's name; nothing is sent for `options`.
    ///     *args: The command's arguments.
    ///     protocol_flags (dict | None): The session's flags, which change nothing here.
    ///     **kwargs: The command's keywords.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: JSON (RFC 8259) as UTF-8, and False. What JSON cannot carry
    ///     is null or left out, and `warn` is told its place.
    ///
    /// Raises:
    ///     TypeError: The name is no str.
    ///
    /// The format is that of Evennia's webclient, `evennia.js`.
    #[pyo3(signature = (cmdname, *args, protocol_flags=None, **kwargs))]
    fn encode_default<'py>(
        slf: &Bound<'py, Self>,
        cmdname: &Bound<'py, PyString>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Frame<'py>>> {
        let _ = protocol_flags;
        let payload = encode_default(slf, cmdname, args, kwargs, Product::Payload)?;
        Ok(payload.map(|payload| (payload, false)))
    }

    /// Encode any other command as `encode_default`, into a whole frame.
    ///
    /// Args:
    ///     traffic (Traffic): The frames of the connection, which count it.
    ///     cmdname (str): The command's name; nothing is sent for `options`.
    ///     args (tuple): The command's arguments.
    ///     kwargs (dict): The command's keywords.
    ///
    /// Returns:
    ///     bytes | None: A text frame (RFC 6455, section 5.2); None if nothing is sent.
    ///
    /// Raises:
    ///     TypeError: The name is no str.
    #[pyo3(signature = (traffic, cmdname, args, kwargs, /))]
    fn frame_default<'py>(
        slf: &Bound<'py, Self>,
        traffic: &Bound<'py, Traffic>,
        cmdname: &Bound<'py, PyString>,
        args: &Bound<'py, PyTuple>,
        kwargs: &Bound<'py, PyDict>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let frame = encode_default(slf, cmdname, args, Some(kwargs), Product::Frame)?;
        if let Some(frame) = &frame {
            traffic.get().count_frame(frame.as_bytes());
        }
        Ok(frame)
    }
}

/// Whether a command of this name goes to the session handler without a question.
fn is_ordinary(name: &Bound<'_, PyString>, reserved: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(!reserved.contains(name)? && name.to_str().is_ok_and(|name| name != "websocket_close"))
}

/// What a command text is made into.
#[derive(Clone, Copy)]
enum Product {
    Payload,
    Frame,
}

impl Product {
    /// Makes it of a command text behind [`MAX_HEADER`] bytes of room.
    fn of<'py>(self, py: Python<'py>, room_and_text: &mut [u8]) -> Bound<'py, PyBytes> {
        match self {
            Self::Payload => PyBytes::new(py, &room_and_text[MAX_HEADER..]),
            Self::Frame => PyBytes::new(py, frame::close(room_and_text, Kind::Text)),
        }
    }
}

/// The command of a text, if it is one whose name `may` pass.
fn decode<'py>(
    py: Python<'py>,
    text: &str,
    may: impl FnOnce(&Bound<'py, PyString>) -> PyResult<bool>,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    match read_command(text, &Objects::new(py)) {
        Ok(read) if may(&read.name)? => command(&read.name, read.args, read.kwargs).map(Some),
        Ok(_) | Err(Failure::Read(_)) => Ok(None),
        Err(Failure::Python(error)) => Err(error),
    }
}

fn encode_text<'py>(
    slf: &Bound<'py, EvenniaV1Codec>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
    protocol_flags: Option<&Bound<'py, PyAny>>,
    is_prompt: bool,
    product: Product,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let Ok(argument) = args.get_borrowed_item(0) else {
        return Ok(None);
    };
    let py = slf.py();
    let codec = slf.as_super();
    let (mut options, kwargs) = TextOptions::take(codec, kwargs, protocol_flags)?;
    options.send_prompt |= is_prompt;
    let name = if options.send_prompt { "prompt" } else { "text" };
    let kwargs = without_flags(codec, name, kwargs)?;
    // A text by itself; a parser of the game may answer anew each time.
    let alone = match argument.cast_exact::<PyString>() {
        Ok(text) if args.len() == 1 && kwargs.is_none() && codec.get().is_constant() => Some(text),
        _ => None,
    };
    let memo = match product {
        Product::Payload => &slf.get().payloads,
        Product::Frame => &slf.get().frames,
    };
    if let Some(made) = alone.and_then(|text| memo.recall(&text, &options)) {
        return Ok(Some(made));
    }
    let strip = options.nocolor || options.screenreader || options.raw;
    let Some(text) = message_text(codec, &argument, strip)? else {
        return Ok(None);
    };
    let mut out = slf.get().scratch.take();
    out.extend_from_slice(&[0; MAX_HEADER]);
    let start = if options.send_prompt { &b"[\"prompt\",[\""[..] } else { b"[\"text\",[\"" };
    out.extend_from_slice(start);
    if options.screenreader {
        let text = codec.get().screenreader_text(py, text)?;
        if options.raw {
            write_raw(&text, options.client_raw, &mut out);
        } else {
            write_converted(&text, &mut out);
        }
    } else if options.raw {
        write_raw(&text.content, options.client_raw, &mut out);
    } else {
        let (text, markup) = codec.get().markup(py, text, true)?;
        html(&text, markup, options.nocolor, Quoting::Json, &mut out);
    }
    out.push(b'"');
    let mut walk = Walk::new(&mut out);
    walk.further_arguments(args, &ARGS)?;
    walk.out.push(b']');
    end_command(slf, name, walk, kwargs)?;
    let made = product.of(py, &mut out);
    slf.get().scratch.give_back(out);
    if let Some(text) = alone {
        memo.remember(&text, &options, &made);
    }
    Ok(Some(made))
}

fn encode_default<'py>(
    slf: &Bound<'py, EvenniaV1Codec>,
    cmdname: &Bound<'py, PyString>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
    product: Product,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let name = utf8(cmdname)?;
    if name == "options" {
        return Ok(None);
    }
    let kwargs = without_flags(slf, &name, kwargs)?;
    let mut out = slf.get().scratch.take();
    out.extend_from_slice(&[0; MAX_HEADER]);
    out.push(b'[');
    write_string(&name, &mut out);
    out.push(b',');
    let mut walk = Walk::new(&mut out);
    walk.value(args, &ARGS)?;
    end_command(slf, &name, walk, kwargs)?;
    let made = product.of(slf.py(), &mut out);
    slf.get().scratch.give_back(out);
    Ok(Some(made))
}

const ARGS: Place<'_> = Place::Named("args");

/// The rest of the command text, and a word to the log about what it lacks.
fn end_command(
    codec: &Bound<'_, PyAny>,
    name: &str,
    mut walk: Walk<'_>,
    kwargs: Option<&Bound<'_, PyDict>>,
) -> PyResult<()> {
    walk.out.push(b',');
    match kwargs {
        Some(kwargs) => walk.value(kwargs, &Place::Named("kwargs"))?,
        None => walk.out.extend_from_slice(b"{}"),
    }
    walk.out.push(b']');
    warn_of_lost(codec, name, &walk.lost)
}

fn write_raw(text: &str, as_it_is: bool, out: &mut Vec<u8>) {
    if as_it_is {
        write_string_part(text, out);
    } else {
        escape_html(text, Quoting::Json, out);
    }
}

/// Writes text whose markup is converted already: what looks like a link's marker is none.
fn write_converted(mut text: &str, out: &mut Vec<u8>) {
    while let Some(bar) = text.find("|l") {
        let (before, marker) = text.split_at(bar + 1);
        html(before, Markup::ansi_only(), false, Quoting::Json, out);
        text = marker;
    }
    html(text, Markup::ansi_only(), false, Quoting::Json, out);
}
