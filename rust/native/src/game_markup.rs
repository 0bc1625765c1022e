//! The markup of a game: how its texts are read.

use std::borrow::Cow;

use mudwire_markup::AnsiOptions;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::markup::Dialect;
use crate::text::{Text, owned};

/// Drawn lines: the default of Evennia's setting `SCREENREADER_REGEX_STRIP`.
const SCREENREADER_STRIP: &str = r"\+-+|\+$|\+~|--+|~~+|==+";

/// The markup of a game, and what its screen readers leave out.
pub struct GameMarkup {
    /// `None` for Evennia's stock markup.
    dialect: Option<Py<Dialect>>,
    /// `re.Pattern.sub` of the expression that is taken out for screen readers.
    screenreader_sub: Option<Py<PyAny>>,
    /// A parser that turns the game's markup into ANSI.
    to_ansi: Option<Py<PyAny>>,
}

impl GameMarkup {
    /// Takes the arguments of a wire format's constructor.
    pub fn new(
        py: Python<'_>,
        dialect: Option<Py<Dialect>>,
        screenreader_strip: Option<&Bound<'_, PyAny>>,
        to_ansi: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self { dialect, screenreader_sub: screenreader_sub(py, screenreader_strip)?, to_ansi })
    }

    /// Whether the same text always gives the same answer; a parser of the game may change its own.
    pub fn is_constant(&self) -> bool {
        self.to_ansi.is_none()
    }

    /// The text with the markup that is left to convert, and the dialect of that markup. A parser
    /// of the game keeps 24-bit colours if `truecolor` is set.
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

    /// The text without colours, and without the parts that a screen reader should not read.
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

    /// The text without colours.
    pub fn plain_text(&self, py: Python<'_>, text: Text<'_>) -> PyResult<String> {
        let (text, dialect) = self.markup(py, text, false)?;
        let mut out = String::with_capacity(text.len());
        mudwire_markup::plain(&text, dialect, AnsiOptions::default(), &mut out);
        Ok(out)
    }
}

/// Returns `re.Pattern.sub` of an expression; `None` for an empty one, which takes out nothing.
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
