//! Conversion of markup for `mudwire.markup`.

use mudwire_markup::{AnsiOptions, Quoting};
use pyo3::prelude::*;

/// The markup tokens of a game, compiled once.
#[pyclass(frozen, module = "mudwire._native")]
pub struct Dialect(pub mudwire_markup::Dialect);

#[pymethods]
impl Dialect {
    #[new]
    fn new() -> Self {
        Self(mudwire_markup::Dialect::evennia().clone())
    }
}

/// Convert markup and ANSI to HTML.
#[pyfunction]
#[pyo3(signature = (string, strip_ansi=false, dialect=None))]
pub fn parse_html(string: &str, strip_ansi: bool, dialect: Option<&Bound<'_, Dialect>>) -> String {
    let mut out = Vec::new();
    let dialect = dialect.map_or(mudwire_markup::Dialect::evennia(), |bound| &bound.get().0);
    mudwire_markup::html(string, dialect, strip_ansi, Quoting::Verbatim, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Convert markup to ANSI.
#[pyfunction]
#[pyo3(signature = (string, strip_ansi=false, xterm256=false, mxp=false, truecolor=false, dialect=None))]
pub fn parse_ansi(
    string: &str,
    strip_ansi: bool,
    xterm256: bool,
    mxp: bool,
    truecolor: bool,
    dialect: Option<&Bound<'_, Dialect>>,
) -> String {
    let mut out = String::new();
    let dialect = dialect.map_or(mudwire_markup::Dialect::evennia(), |bound| &bound.get().0);
    let options = AnsiOptions {
        xterm256,
        truecolor,
        mxp,
    };
    if strip_ansi {
        mudwire_markup::plain(string, dialect, options, &mut out);
    } else {
        mudwire_markup::ansi(string, dialect, options, &mut out);
    }
    out
}
