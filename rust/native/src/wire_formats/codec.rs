//! What all codecs share: the game's markup, and text as ANSI in binary frames.

use std::borrow::Cow;

use mudwire_markup::AnsiOptions;
use mudwire_wire::blank::strip;
use pyo3::exceptions::{PyNotImplementedError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use super::options::{TextOptions, take_options};
use crate::json::Lost;
use crate::markup::Dialect;
use crate::raised::in_a_line;
use crate::text::{Text, owned, text_argument};

/// The SGR sequence that ends all colours.
const RESET: &str = "\x1b[0m";

/// How many lost values one log line names.
const LOST_IN_A_LINE: usize = 4;

/// Drawn lines: the default of Evennia's setting `SCREENREADER_REGEX_STRIP`.
const SCREENREADER_STRIP: &str = r"\+-+|\+$|\+~|--+|~~+|==+";

/// A payload, and whether it goes into a binary frame.
pub type Frame<'py> = (Bound<'py, PyBytes>, bool);

/// Makes a frame of a payload.
pub fn frame<'py>(py: Python<'py>, payload: &[u8], is_binary: bool) -> Frame<'py> {
    (PyBytes::new(py, payload), is_binary)
}

/// Base of all codecs: the game's markup, and text as ANSI in binary frames.
#[pyclass(frozen, subclass, module = "mudwire._native")]
pub struct Codec {
    /// `None` for Evennia's stock markup.
    dialect: Option<Py<Dialect>>,
    /// `re.Pattern.sub` of what screen readers should not read.
    screenreader_sub: Option<Py<PyAny>>,
    /// A parser that turns the game's markup into ANSI.
    to_ansi: Option<Py<PyAny>>,
}

#[pymethods]
impl Codec {
    #[new]
    #[pyo3(signature = (*, dialect=None, screenreader_strip=None, to_ansi=None))]
    pub fn new(
        py: Python<'_>,
        dialect: Option<Py<Dialect>>,
        screenreader_strip: Option<&Bound<'_, PyAny>>,
        to_ansi: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self { dialect, screenreader_sub: screenreader_sub(py, screenreader_strip)?, to_ansi })
    }

    /// Encode text as ANSI in a binary frame.
    ///
    /// Args:
    ///     *args: The text, and nothing more that is sent; see `parse_html` for what it may be.
    ///     protocol_flags (dict | None): The session's flags; `RAW`, `NOCOLOR` and `SCREENREADER`
    ///         count where the option of that name is absent.
    ///     **kwargs: `options`, a dict: `raw` leaves markup as it is written, `nocolor` and
    ///         `screenreader` leave colours out, the latter what is drawn too.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: UTF-8 with SGR sequences of 256 colours (ECMA-48, section
    ///     8.3.117), ended by a reset, and True; None if there is no text.
    ///
    /// Raises:
    ///     Exception: What `to_ansi` raises. A text that raises is empty, options and flags that
    ///         raise are absent, and `warn` is told.
    ///
    /// The options are those of Evennia's webclient protocol, the frame is that of
    /// https://mudstandards.org/websocket/.
    #[pyo3(signature = (*args, protocol_flags=None, **kwargs))]
    fn encode_text<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        protocol_flags: Option<&Bound<'py, PyAny>>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Frame<'py>>> {
        let text = ansi_text(slf, args, protocol_flags, kwargs)?;
        Ok(text.map(|text| frame(slf.py(), text.as_bytes(), true)))
    }

    /// Encode a prompt: text with the option `send_prompt`.
    ///
    /// Args:
    ///     *args: As of `encode_text`, which does the work: who overrides that has prompts as well.
    ///     protocol_flags (dict | None): As of `encode_text`.
    ///     **kwargs: As of `encode_text`; the caller's `options` stay as they are.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: What `encode_text` returns.
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
        let py = slf.py();
        let keywords = match kwargs {
            Some(kwargs) => kwargs.clone(),
            None => PyDict::new(py),
        };
        let options = match take_options(slf, Some(&keywords))? {
            (Some(options), _) => options.copy()?,
            (None, _) => PyDict::new(py),
        };
        options.set_item(intern!(py, "send_prompt"), true)?;
        keywords.set_item(intern!(py, "options"), options)?;
        keywords.set_item(intern!(py, "protocol_flags"), protocol_flags)?;
        slf.call_method(intern!(py, "encode_text"), args, Some(&keywords))
    }

    /// Encode any other command; each wire format has its own way.
    ///
    /// Args:
    ///     cmdname (str): The command's name; `options` is never sent.
    ///     *args: The command's arguments.
    ///     protocol_flags (dict | None): The session's flags.
    ///     **kwargs: The command's keywords.
    ///
    /// Returns:
    ///     tuple[bytes, bool] | None: The payload, and whether its frame is binary (RFC 6455,
    ///     section 5.6); None if nothing is to be sent.
    ///
    /// Raises:
    ///     NotImplementedError: The class does not implement it.
    #[pyo3(signature = (cmdname, *args, protocol_flags=None, **kwargs))]
    fn encode_default(
        slf: &Bound<'_, Self>,
        cmdname: &Bound<'_, PyAny>,
        args: &Bound<'_, PyTuple>,
        protocol_flags: Option<&Bound<'_, PyAny>>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let _ = (cmdname, args, protocol_flags, kwargs);
        Err(must_implement(slf, "encode_default"))
    }

    /// Decode a message of the client; each wire format has its own way.
    ///
    /// Args:
    ///     payload (bytes): The message, its fragments joined.
    ///     is_binary (bool): Whether it came in binary frames (RFC 6455, section 5.6).
    ///     protocol_flags (dict | None): The session's flags.
    ///
    /// Returns:
    ///     dict | None: `{name: [args, kwargs]}`, what a session's `data_in` takes as keywords;
    ///     None or empty if there is no command in it. No bytes of a client raise.
    ///
    /// Raises:
    ///     NotImplementedError: The class does not implement it.
    #[pyo3(signature = (payload, is_binary, protocol_flags=None))]
    fn decode_incoming(
        slf: &Bound<'_, Self>,
        payload: &Bound<'_, PyAny>,
        is_binary: bool,
        protocol_flags: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let _ = (payload, is_binary, protocol_flags);
        Err(must_implement(slf, "decode_incoming"))
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
    fn is_blank_line(&self, payload: &[u8], is_binary: bool) -> bool {
        let _ = is_binary;
        is_blank_text(payload)
    }

    /// Log, in one line, what of a message did not go out as it was meant.
    fn warn(slf: &Bound<'_, Self>, message: &str) -> PyResult<()> {
        let _ = message;
        Err(must_implement(slf, "warn"))
    }
}

impl Codec {
    /// Whether the same text is always converted alike.
    pub fn is_constant(&self) -> bool {
        self.to_ansi.is_none()
    }

    /// The text with its markup still to be converted, and the dialect to do so; a parser of the
    /// game keeps 24-bit colours where `truecolor` says so.
    pub fn markup<'a>(
        &self,
        py: Python<'_>,
        text: Text<'a>,
        truecolor: bool,
    ) -> PyResult<(Cow<'a, str>, &mudwire_markup::Dialect)> {
        if !text.has_markup {
            return Ok((text.content, mudwire_markup::Dialect::ansi_only()));
        }
        if let Some(to_ansi) = &self.to_ansi {
            let ansi = owned(to_ansi.bind(py).call1((text.content, truecolor))?.str()?.as_any())?;
            return Ok((ansi, mudwire_markup::Dialect::ansi_only()));
        }
        let dialect = match &self.dialect {
            Some(dialect) => dialect.get().markup(),
            None => mudwire_markup::Dialect::evennia(),
        };
        Ok((text.content, dialect))
    }

    /// The text without colours, and without what a screen reader should not read.
    pub fn screenreader_text(&self, py: Python<'_>, text: Text<'_>) -> PyResult<String> {
        let plain = self.plain_text(py, text)?;
        match &self.screenreader_sub {
            Some(sub) => {
                let stripped = sub.bind(py).call1((intern!(py, ""), plain))?;
                Ok(owned(&stripped)?.into_owned())
            }
            None => Ok(plain),
        }
    }

    fn plain_text(&self, py: Python<'_>, text: Text<'_>) -> PyResult<String> {
        let (text, dialect) = self.markup(py, text, false)?;
        let mut out = String::with_capacity(text.len());
        mudwire_markup::plain(&text, dialect, AnsiOptions::default(), &mut out);
        Ok(out)
    }
}

/// The text argument of a message; an empty text for one that raises, which the log is told.
pub fn message_text<'a>(
    codec: &Bound<'_, PyAny>,
    argument: &'a Bound<'_, PyAny>,
    strip: bool,
) -> PyResult<Option<Text<'a>>> {
    text_argument(argument, strip).or_else(|error| {
        let raised = in_a_line(codec.py(), error)?;
        warn(codec, &format!("args[0] went out as an empty text, because it raises {raised}"))?;
        Ok(Some(Text { content: Cow::Borrowed(""), has_markup: false }))
    })
}

/// The text of a message as ANSI of 256 colours, ended by a reset; `None` if there is none.
pub fn ansi_text<'py>(
    codec: &Bound<'py, Codec>,
    args: &Bound<'py, PyTuple>,
    protocol_flags: Option<&Bound<'py, PyAny>>,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<Option<String>> {
    let Ok(argument) = args.get_borrowed_item(0) else {
        return Ok(None);
    };
    let py = codec.py();
    let (options, _) = TextOptions::take(codec, kwargs, protocol_flags)?;
    let strip = options.screenreader || options.nocolor;
    let Some(text) = message_text(codec, &argument, strip)? else {
        return Ok(None);
    };
    let codec = codec.get();
    if options.raw {
        return Ok(Some(text.content.into_owned()));
    }
    if options.screenreader {
        return codec.screenreader_text(py, text).map(Some);
    }
    if options.nocolor {
        return codec.plain_text(py, text).map(Some);
    }
    let ends_in_reset = ends_in_reset(&text.content);
    let (text, dialect) = codec.markup(py, text, false)?;
    let mut out = String::with_capacity(text.len() + text.len() / 4 + RESET.len());
    let xterm256 = AnsiOptions { xterm256: true, ..AnsiOptions::default() };
    mudwire_markup::ansi(&text, dialect, xterm256, &mut out);
    if ends_in_reset {
        drop_final_reset(&mut out);
    }
    out.push_str(RESET);
    Ok(Some(out))
}

/// Whether a text ends in `|n`, before its line end if it has one.
fn ends_in_reset(text: &str) -> bool {
    text.strip_suffix('\n').unwrap_or(text).ends_with("|n")
}

/// Takes back the reset that a final `|n` gave, so that there is one, behind the line end too.
fn drop_final_reset(out: &mut String) {
    let line_end = if out.ends_with('\n') { "\n" } else { "" };
    let before = out.strip_suffix(line_end).and_then(|out| out.strip_suffix(RESET)).map(str::len);
    if let Some(length) = before {
        out.truncate(length);
        out.push_str(line_end);
    }
}

/// Input that a player typed: stripped, or `None` if nothing is left.
pub fn typed_text<'py>(py: Python<'py>, payload: &[u8]) -> PyResult<Option<Bound<'py, PyDict>>> {
    match std::str::from_utf8(payload).map(strip) {
        Ok("") | Err(_) => Ok(None),
        Ok(text) => {
            let args = PyList::new(py, [PyString::new(py, text)])?;
            command_with(intern!(py, "text"), args).map(Some)
        }
    }
}

/// Whether a payload is text of blanks only.
pub fn is_blank_text(payload: &[u8]) -> bool {
    std::str::from_utf8(payload).is_ok_and(|text| strip(text).is_empty())
}

/// What is handed to `data_in`: `{name: [args, kwargs]}`.
pub fn command<'py>(
    name: &Bound<'py, PyString>,
    args: Bound<'py, PyAny>,
    kwargs: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = name.py();
    let command = PyDict::new(py);
    command.set_item(name, PyList::new(py, [args, kwargs])?)?;
    Ok(command)
}

/// A command that has arguments only.
pub fn command_with<'py>(
    name: &Bound<'py, PyString>,
    args: Bound<'py, PyList>,
) -> PyResult<Bound<'py, PyDict>> {
    command(name, args.into_any(), PyDict::new(name.py()).into_any())
}

/// `re.Pattern.sub` of an expression, `None` if that is empty and takes out nothing.
fn screenreader_sub(
    py: Python<'_>,
    expression: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<Py<PyAny>>> {
    let stock = PyString::new(py, SCREENREADER_STRIP).into_any();
    let expression = expression.unwrap_or(&stock);
    let pattern = if expression.is_instance_of::<PyString>() {
        let re = py.import("re")?;
        let flags = re.getattr("DOTALL")?.bitor(re.getattr("MULTILINE")?)?;
        &re.call_method1("compile", (expression, flags))?
    } else {
        expression
    };
    let source = pattern.getattr("pattern").ok();
    match source.as_ref().and_then(|source| source.cast::<PyString>().ok()) {
        Some(source) if source.is_empty()? => Ok(None),
        Some(_) => Ok(Some(pattern.getattr("sub")?.unbind())),
        None => Err(PyTypeError::new_err(format!(
            "screenreader_strip should be a regular expression for str, not {}",
            expression.repr()?
        ))),
    }
}

/// Tells the codec's log.
pub fn warn(codec: &Bound<'_, PyAny>, message: &str) -> PyResult<()> {
    codec.call_method1(intern!(codec.py(), "warn"), (message,))?;
    Ok(())
}

/// Tells the codec's log what a message had to leave out.
pub fn warn_of_lost(codec: &Bound<'_, PyAny>, name: &str, lost: &[Lost]) -> PyResult<()> {
    if lost.is_empty() {
        return Ok(());
    }
    let mut named: Vec<String> = lost.iter().take(LOST_IN_A_LINE).map(Lost::to_string).collect();
    if lost.len() > LOST_IN_A_LINE {
        named.push(format!("{} more", lost.len() - LOST_IN_A_LINE));
    }
    let named = named.join("; ");
    let message = format!("{name} went out without what JSON cannot carry: {named}");
    warn(codec, &message)
}

fn must_implement(codec: &Bound<'_, Codec>, method: &str) -> PyErr {
    match codec.get_type().name() {
        Ok(class) => PyNotImplementedError::new_err(format!("{class} must implement {method}()")),
        Err(error) => error,
    }
}
