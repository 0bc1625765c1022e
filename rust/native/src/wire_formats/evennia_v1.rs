//! `v1.evennia.com`: `["name", [args], {kwargs}]` in text frames, text as HTML.

use mudwire_markup::{Dialect as Markup, Quoting, escape_html, html};
use mudwire_wire::command::read_command;
use mudwire_wire::json::{write_string, write_string_part};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use super::codec::{Codec, Frame, command, frame, message_text, warn_of_lost};
use super::memo::Memo;
use super::options::TextOptions;
use crate::json::{Failure, Objects, Place, Walk};
use crate::markup::Dialect;
use crate::text::utf8;

/// Codec of Evennia's own webclient.
#[pyclass(frozen, subclass, extends = Codec, module = "mudwire._native")]
pub struct EvenniaV1Codec {
    memo: Memo,
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
        Ok(PyClassInitializer::from(codec).add_subclass(Self { memo: Memo::new() }))
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
        let Ok(text) = std::str::from_utf8(payload) else {
            return Ok(None);
        };
        match read_command(text, &Objects(py)) {
            Ok(read) => command(&read.name, read.args, read.kwargs).map(Some),
            Err(Failure::Read(_)) => Ok(None),
            Err(Failure::Python(error)) => Err(error),
        }
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
        let Ok(argument) = args.get_borrowed_item(0) else {
            return Ok(None);
        };
        let py = slf.py();
        let codec = slf.as_super();
        let options = TextOptions::take(codec, kwargs, protocol_flags)?;
        // A text by itself; a parser of the game may answer anew each time.
        let alone = match argument.cast_exact::<PyString>() {
            Ok(text)
                if args.len() == 1
                    && kwargs.is_none_or(PyDictMethods::is_empty)
                    && codec.get().is_constant() =>
            {
                Some(text)
            }
            _ => None,
        };
        if let Some(payload) = alone.and_then(|text| slf.get().memo.payload(&text, &options)) {
            return Ok(Some((payload, false)));
        }
        let strip = options.nocolor || options.screenreader || options.raw;
        let Some(text) = message_text(codec, &argument, strip)? else {
            return Ok(None);
        };
        let name = if options.send_prompt { "prompt" } else { "text" };
        let mut out = begin_command(name, text.content.len() * 2);
        out.extend_from_slice(b"[\"");
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
        let frame = frame(py, &out, false);
        if let Some(text) = alone {
            slf.get().memo.remember(&text, &options, &frame.0);
        }
        Ok(Some(frame))
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
        let name = utf8(cmdname)?;
        if name == "options" {
            return Ok(None);
        }
        let mut out = begin_command(&name, 64);
        let mut walk = Walk::new(&mut out);
        walk.value(args, &ARGS)?;
        end_command(slf, &name, walk, kwargs)?;
        Ok(Some(frame(slf.py(), &out, false)))
    }
}

const ARGS: Place<'_> = Place::Named("args");

/// The command text up to its args, with room for `more` bytes.
fn begin_command(name: &str, more: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len() + more + 64);
    out.push(b'[');
    write_string(name, &mut out);
    out.push(b',');
    out
}

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
