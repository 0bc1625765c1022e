//! `v1.evennia.com`: `["name", [args], {kwargs}]` in text messages, text as HTML.

use mudwire_markup::{Dialect, Quoting, escape_html, html};
use mudwire_wire::command::{Command, read_command};
use mudwire_wire::frame::{self, Kind, MAX_HEADER};
use mudwire_wire::json::{write_string, write_string_part};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use super::logic::Logic;
use crate::cache::{Encoded, LastValueCache};
use crate::incoming::{Decoded, Incoming, command};
use crate::json::{Failure, Objects, Place, Writer};
use crate::log::warn_of_lost;
use crate::output::{Message, Output};
use crate::scratch::Scratch;
use crate::text::utf8;
use crate::text_options::{TextOptions, without_flags};

/// The format of Evennia's own webclient.
#[derive(Default)]
pub struct EvenniaV1 {
    payloads: LastValueCache,
    frames: LastValueCache,
    scratch: Scratch,
}

/// What a command text is encoded into.
#[derive(Clone, Copy)]
pub enum Product {
    /// A payload.
    Payload,
    /// A text frame (RFC 6455, section 5.2).
    Frame,
}

impl Product {
    /// Makes the product of a command text that has [`MAX_HEADER`] bytes of room before it.
    fn finish<'py>(self, py: Python<'py>, room_and_text: &mut [u8]) -> Encoded<'py> {
        let payload_size = room_and_text.len() - MAX_HEADER;
        let bytes = match self {
            Self::Payload => &room_and_text[MAX_HEADER..],
            Self::Frame => frame::finish(room_and_text, Kind::Text),
        };
        Encoded { bytes: PyBytes::new(py, bytes), payload_size }
    }
}

impl Logic for EvenniaV1 {
    fn decode_incoming<'py>(&self, incoming: &Incoming<'_, 'py>) -> Decoded<'py> {
        let Some(text) = incoming.text() else {
            return Ok(None);
        };
        let read = Self::read(incoming.py(), text)?;
        read.map(|read| command(&read.name, read.args, read.kwargs)).transpose()
    }

    /// No message without a command is a blank line: `["text",[""],{}]` is a command.
    fn is_blank_line(&self, _: &Incoming<'_, '_>) -> PyResult<bool> {
        Ok(false)
    }

    fn encode_text<'py>(&self, output: &Output<'_, 'py>) -> PyResult<Option<Message<'py>>> {
        let encoded = self.text(output, false, Product::Payload)?;
        Ok(encoded.map(|encoded| (encoded.bytes, false)))
    }

    fn encode_default<'py>(
        &self,
        cmdname: &Bound<'py, PyAny>,
        output: &Output<'_, 'py>,
    ) -> PyResult<Option<Message<'py>>> {
        let encoded = self.command(cmdname.cast()?, output, Product::Payload)?;
        Ok(encoded.map(|encoded| (encoded.bytes, false)))
    }
}

impl EvenniaV1 {
    /// Reads a command text; `None` if it is not one.
    pub fn read<'py>(
        py: Python<'py>,
        text: &str,
    ) -> PyResult<Option<Command<Bound<'py, PyString>, Bound<'py, PyAny>>>> {
        match read_command(text, &Objects::new(py)) {
            Ok(read) => Ok(Some(read)),
            Err(Failure::Read(_)) => Ok(None),
            Err(Failure::Python(error)) => Err(error),
        }
    }

    /// Encodes text, as a prompt if `is_prompt` is set or the options say so; `None` if there is
    /// no text.
    pub fn text<'py>(
        &self,
        output: &Output<'_, 'py>,
        is_prompt: bool,
        product: Product,
    ) -> PyResult<Option<Encoded<'py>>> {
        let Output { codec, markup, args, kwargs, protocol_flags } = *output;
        let Ok(argument) = args.get_borrowed_item(0) else {
            return Ok(None);
        };
        let py = codec.py();
        let (mut options, kwargs) = TextOptions::take(codec, kwargs, protocol_flags)?;
        options.send_prompt |= is_prompt;
        let name = if options.send_prompt { "prompt" } else { "text" };
        let kwargs = without_flags(codec, kwargs)?;
        // Only a text that goes alone is kept, and only if it always gives the same answer.
        let key = match argument.cast_exact::<PyString>() {
            Ok(text) if args.len() == 1 && kwargs.is_none() && markup.is_constant() => Some(text),
            _ => None,
        };
        let cache = match product {
            Product::Payload => &self.payloads,
            Product::Frame => &self.frames,
        };
        if let Some(encoded) = key.and_then(|key| cache.get(&key, &options)) {
            return Ok(Some(encoded));
        }
        let strip = options.nocolor || options.screenreader || options.raw;
        let Some(text) = output.text(&argument, strip)? else {
            return Ok(None);
        };
        let mut out = self.scratch.take();
        out.extend_from_slice(&[0; MAX_HEADER]);
        let start = if options.send_prompt { &b"[\"prompt\",[\""[..] } else { b"[\"text\",[\"" };
        out.extend_from_slice(start);
        if options.screenreader {
            let text = markup.screenreader_text(py, text)?;
            if options.raw {
                write_raw(&text, options.client_raw, &mut out);
            } else {
                write_converted(&text, &mut out);
            }
        } else if options.raw {
            write_raw(&text.content, options.client_raw, &mut out);
        } else {
            let (text, dialect) = markup.markup(py, text, true)?;
            html(&text, dialect, options.nocolor, Quoting::Json, &mut out);
        }
        out.push(b'"');
        let mut writer = Writer::new(&mut out);
        writer.further_arguments(args, &ARGS)?;
        writer.out.push(b']');
        end_command(codec, name, writer, kwargs)?;
        let encoded = product.finish(py, &mut out);
        self.scratch.give_back(out);
        if let Some(key) = key {
            cache.put(&key, &options, &encoded);
        }
        Ok(Some(encoded))
    }

    /// Encodes any other command; `None` for `options`, which is not sent.
    pub fn command<'py>(
        &self,
        cmdname: &Bound<'py, PyString>,
        output: &Output<'_, 'py>,
        product: Product,
    ) -> PyResult<Option<Encoded<'py>>> {
        let Output { codec, args, kwargs, .. } = *output;
        let name = utf8(cmdname)?;
        if name == "options" {
            return Ok(None);
        }
        let kwargs = without_flags(codec, kwargs)?;
        let mut out = self.scratch.take();
        out.extend_from_slice(&[0; MAX_HEADER]);
        out.push(b'[');
        write_string(&name, &mut out);
        out.push(b',');
        let mut writer = Writer::new(&mut out);
        writer.value(args, &ARGS)?;
        end_command(codec, &name, writer, kwargs)?;
        let encoded = product.finish(codec.py(), &mut out);
        self.scratch.give_back(out);
        Ok(Some(encoded))
    }
}

const ARGS: Place<'_> = Place::Named("args");

/// Writes the keywords and the end of a command text, and logs which values are lost.
fn end_command(
    codec: &Bound<'_, PyAny>,
    name: &str,
    mut writer: Writer<'_>,
    kwargs: Option<&Bound<'_, PyDict>>,
) -> PyResult<()> {
    writer.out.push(b',');
    match kwargs {
        Some(kwargs) => writer.value(kwargs, &Place::Named("kwargs"))?,
        None => writer.out.extend_from_slice(b"{}"),
    }
    writer.out.push(b']');
    warn_of_lost(codec, name, &writer.lost)
}

/// Writes text without converting its markup; as HTML of the game's own if `is_html` is set.
fn write_raw(text: &str, is_html: bool, out: &mut Vec<u8>) {
    if is_html {
        write_string_part(text, out);
    } else {
        escape_html(text, Quoting::Json, out);
    }
}

/// Writes text whose markup was converted before, so that a link marker in it is text.
fn write_converted(text: &str, out: &mut Vec<u8>) {
    html(text, Dialect::sequences_only(), false, Quoting::Json, out);
}
