//! The functions of `mudwire.markup`, and the dialect that they read.

use std::borrow::Cow;

use mudwire_markup::{AnsiOptions, CONVERTERS, Quoting, Table};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::text::{Text, text_argument};

mod spans;

/// The markup tokens of a game, compiled once.
///
/// Args:
///     ansi_map: Tokens and what they become, ANSI sequences or white space.
///     bright_backgrounds: Tokens of bright backgrounds and the colour tokens they stand for.
///     xterm256_fg: Regular expressions of foregrounds of the colour cube: a literal, then
///         `([0-5])([0-5])([0-5])`.
///     xterm256_bg: The same of backgrounds.
///     gray_fg: Regular expressions of gray foregrounds: a literal, then `([a-z])`.
///     gray_bg: The same of backgrounds.
///     hex_colors: Whether `|#rgb`, `|#rrggbb`, `|[#rgb` and `|[#rrggbb` are colours.
///
/// Raises:
///     ValueError: An entry does not fit, or a token could begin inside another; the message
///         names it. Evennia's parser can read such a table; this one pass cannot.
///
/// The arguments are the attributes of Evennia's `ANSIParser`.
#[pyclass(frozen, module = "mudwire._native")]
pub struct Dialect(Markup);

enum Markup {
    Stock(&'static mudwire_markup::Dialect),
    Own(Box<mudwire_markup::Dialect>),
}

impl Dialect {
    pub fn markup(&self) -> &mudwire_markup::Dialect {
        match &self.0 {
            Markup::Stock(dialect) => dialect,
            Markup::Own(dialect) => dialect,
        }
    }
}

#[pymethods]
impl Dialect {
    #[new]
    #[pyo3(signature = (
        *, ansi_map, bright_backgrounds, xterm256_fg, xterm256_bg, gray_fg, gray_bg, hex_colors
    ))]
    #[expect(clippy::similar_names, reason = "the names of Evennia's parser")]
    fn new(
        ansi_map: Vec<(String, String)>,
        bright_backgrounds: Vec<(String, String)>,
        xterm256_fg: Vec<String>,
        xterm256_bg: Vec<String>,
        gray_fg: Vec<String>,
        gray_bg: Vec<String>,
        hex_colors: bool,
    ) -> PyResult<Self> {
        let table = Table {
            literals: ansi_map,
            bright_backgrounds,
            cube_foregrounds: xterm256_fg,
            cube_backgrounds: xterm256_bg,
            gray_foregrounds: gray_fg,
            gray_backgrounds: gray_bg,
            hex_colors,
        };
        mudwire_markup::Dialect::compile(&table)
            .map(|dialect| Self(Markup::Own(Box::new(dialect))))
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// The stock markup of Evennia.
    #[staticmethod]
    fn evennia() -> Self {
        Self(Markup::Stock(mudwire_markup::Dialect::evennia()))
    }

    /// No markup at all: raw ANSI sequences and links only.
    #[staticmethod]
    fn ansi_only() -> Self {
        Self(Markup::Stock(mudwire_markup::Dialect::ansi_only()))
    }
}

/// A flag, which may be any object, as in a condition of Python.
fn flag(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    value.is_truthy()
}

/// A text argument. `None` and every other object that is false are an empty text.
fn text<'a>(argument: &'a Bound<'_, PyAny>, strip: bool) -> PyResult<Text<'a>> {
    let given = if argument.is_truthy()? { text_argument(argument, strip)? } else { None };
    Ok(given.unwrap_or(Text { content: Cow::Borrowed(""), has_markup: false }))
}

/// The dialect of the argument; a text whose markup is converted has none but links.
fn dialect_of<'a>(
    text: &Text<'_>,
    dialect: Option<&'a Bound<'_, Dialect>>,
) -> &'a mudwire_markup::Dialect {
    match dialect {
        _ if !text.has_markup => mudwire_markup::Dialect::ansi_only(),
        Some(dialect) => dialect.get().markup(),
        None => mudwire_markup::Dialect::evennia(),
    }
}

/// Whether the argument `styles` asks for declarations in the place of classes.
fn is_inline(styles: &Bound<'_, PyAny>) -> PyResult<bool> {
    let name = styles.cast::<PyString>().ok().and_then(|name| name.to_str().ok());
    match name {
        Some("classes") => Ok(false),
        Some("inline") => Ok(true),
        _ => {
            let given = styles.repr()?;
            let message = format!("styles should be 'classes' or 'inline', not {given}");
            Err(PyValueError::new_err(message))
        }
    }
}

/// Convert colour markup and ANSI to HTML.
///
/// The HTML keeps to a closed list: `span`, `br`, and `a` for links and URLs. A `span` has the classes
/// `color-NNN`, `bgcolor-NNN`, `underline`, `blink`, `italic` and `strike`, and 24-bit colours as
/// style, or a style alone. The HTML holds no control characters.
///
/// Args:
///     string: The text; see `mudwire.markup` for what else than `str` it may be.
///     strip_ansi: Leave the colours out.
///     dialect: The markup tokens; Evennia's stock ones by default.
///     styles: `"classes"` for pages with Evennia's stylesheet; `"inline"` for mail and other pages,
///         with the colours of xterm in each `span`.
///
/// Returns:
///     The HTML.
///
/// Raises:
///     ValueError: `styles` is something else.
///
/// The classes and the link handlers are those of Evennia's `evennia.utils.text2html.parse_html`.
#[pyfunction]
#[pyo3(
    signature = (string, strip_ansi=false, dialect=None, *, styles=None),
    text_signature = "(string, strip_ansi=False, dialect=None, *, styles=\"classes\")"
)]
pub fn parse_html<'py>(
    string: &Bound<'py, PyAny>,
    #[pyo3(from_py_with = flag)] strip_ansi: bool,
    dialect: Option<&Bound<'_, Dialect>>,
    styles: Option<&Bound<'_, PyAny>>,
) -> PyResult<Bound<'py, PyString>> {
    let inline = styles.map_or(Ok(false), is_inline)?;
    let text = text(string, strip_ansi)?;
    let dialect = dialect_of(&text, dialect);
    let mut out = Vec::new();
    if inline {
        mudwire_markup::inline_html(&text.content, dialect, strip_ansi, &mut out);
    } else {
        mudwire_markup::html(&text.content, dialect, strip_ansi, Quoting::Verbatim, &mut out);
    }
    PyString::from_bytes(string.py(), &out)
}

/// Convert colour markup and ANSI to a text format other than HTML.
///
/// Args:
///     name: The name of the format: `bbcode` or `markdown`.
///     string: The text; see `parse_html`.
///     strip_ansi: Leave the styles out.
///     dialect: The markup tokens; Evennia's stock ones by default.
///
/// Returns:
///     The text in that format. `mudwire.markup` has a function for each, which describes it.
///
/// Raises:
///     ValueError: There is no format of this name.
#[pyfunction]
#[pyo3(signature = (name, string, strip_ansi=false, dialect=None))]
pub fn convert(
    name: &str,
    string: &Bound<'_, PyAny>,
    #[pyo3(from_py_with = flag)] strip_ansi: bool,
    dialect: Option<&Bound<'_, Dialect>>,
) -> PyResult<String> {
    let Some((_, converter)) = CONVERTERS.iter().find(|(known, _)| *known == name) else {
        let known: Vec<_> = CONVERTERS.iter().map(|(known, _)| format!("'{known}'")).collect();
        let message = format!("the format should be one of {}, not '{name}'", known.join(", "));
        return Err(PyValueError::new_err(message));
    };
    let text = text(string, strip_ansi)?;
    let mut out = String::new();
    converter(&text.content, dialect_of(&text, dialect), strip_ansi, &mut out);
    Ok(out)
}

/// Convert colour markup and ANSI to runs of text, for clients that draw for themselves.
///
/// Args:
///     string: The text; see `parse_html`.
///     strip_ansi: Leave the styles out.
///     dialect: The markup tokens; Evennia's stock ones by default.
///
/// Returns:
///     A list of `(text, style, link)`, which `json.dumps` takes. No two neighbours have the same style
///     and link, and the texts together are the visible text. `style` is a dict of what differs from
///     the default: `fg` and `bg`, an index of the xterm palette or `"#rrggbb"`, and `bold`, `italic`,
///     `underline`, `strike` and `blink`, which are True. `link` is None or a dict of `kind`,
///     `"command"` or `"address"`, and `target`; one longer than 2048 bytes is left out.
///
/// Colours, links and URLs are those of `parse_html`.
#[pyfunction]
#[pyo3(signature = (string, strip_ansi=false, dialect=None))]
pub fn parse_spans<'py>(
    string: &Bound<'py, PyAny>,
    #[pyo3(from_py_with = flag)] strip_ansi: bool,
    dialect: Option<&Bound<'_, Dialect>>,
) -> PyResult<Bound<'py, PyList>> {
    let text = text(string, strip_ansi)?;
    let spans = mudwire_markup::spans(&text.content, dialect_of(&text, dialect), strip_ansi);
    spans::list(string.py(), &spans)
}

/// Convert colour markup to ANSI sequences.
///
/// Args:
///     string: The text; see `parse_html`.
///     strip_ansi: Leave the colours out, raw sequences too.
///     xterm256: Keep the 256 colours; otherwise the nearest of 16 stand for them.
///     mxp: Keep link markers; otherwise the labels of commands and the addresses stay.
///     truecolor: Keep 24-bit colours; otherwise the nearest of the 256 stand for them.
///     dialect: The markup tokens; Evennia's stock ones by default.
///
/// Returns:
///     The text with sequences of ECMA-48, section 8.3.117 (SGR).
///
/// The rules are those of Evennia's `evennia.utils.ansi.parse_ansi`.
#[pyfunction]
#[pyo3(signature = (
    string, strip_ansi=false, xterm256=false, mxp=false, truecolor=false, dialect=None
))]
#[expect(clippy::fn_params_excessive_bools, reason = "Evennia's signature")]
pub fn parse_ansi(
    string: &Bound<'_, PyAny>,
    #[pyo3(from_py_with = flag)] strip_ansi: bool,
    #[pyo3(from_py_with = flag)] xterm256: bool,
    #[pyo3(from_py_with = flag)] mxp: bool,
    #[pyo3(from_py_with = flag)] truecolor: bool,
    dialect: Option<&Bound<'_, Dialect>>,
) -> PyResult<String> {
    let text = text(string, strip_ansi)?;
    if !text.has_markup {
        return Ok(text.content.into_owned());
    }
    let mut out = String::new();
    let dialect = dialect_of(&text, dialect);
    let options = AnsiOptions { xterm256, truecolor, mxp };
    if strip_ansi {
        mudwire_markup::plain(&text.content, dialect, options, &mut out);
    } else {
        mudwire_markup::ansi(&text.content, dialect, options, &mut out);
    }
    Ok(out)
}

/// Remove the SGR sequences from a text and leave its markup.
///
/// Args:
///     string: The text; see `parse_html`.
///
/// Returns:
///     The text without `ESC [ digits and semicolons m`, as Evennia's `strip_raw_ansi`.
#[pyfunction]
pub fn strip_raw_ansi(string: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(mudwire_markup::strip_sgr(&text(string, false)?.content))
}

/// Replace the links of a text by their labels or addresses.
///
/// Args:
///     string: The text; see `parse_html`.
///
/// Returns:
///     The text with the labels of commands and the addresses, as Evennia's `strip_mxp`.
#[pyfunction]
pub fn strip_mxp(string: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(mudwire_markup::strip_links(&text(string, false)?.content))
}

/// Remove the markup that breaks lines (`|/`) and sets tabs (`|-`).
///
/// Args:
///     string: The text; see `parse_html`.
///
/// Returns:
///     The text without them, as Evennia's `strip_unsafe_tokens`.
#[pyfunction]
pub fn strip_unsafe_tokens(string: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(mudwire_markup::strip_unsafe_tokens(&text(string, false)?.content))
}

/// Double the bars and braces of a text, so that it is shown as it is.
///
/// Args:
///     string: The text; see `parse_html`.
///
/// Returns:
///     The text, safe to put into marked-up text, as Evennia's `raw`.
#[pyfunction]
pub fn raw(string: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(mudwire_markup::raw(&text(string, false)?.content))
}
