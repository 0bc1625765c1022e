//! What a game sends to its player, and the message that it becomes.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::game_markup::GameMarkup;
use crate::log::warn;
use crate::raised::in_a_line;
use crate::text::{Text, text_argument};

/// A message of RFC 6455, section 5.6: its payload, and whether it is binary.
pub type Message<'py> = (Bound<'py, PyBytes>, bool);

/// Makes a text message; `payload` is UTF-8.
pub fn text_message<'py>(py: Python<'py>, payload: &[u8]) -> Message<'py> {
    (PyBytes::new(py, payload), false)
}

/// Makes a binary message.
pub fn binary_message<'py>(py: Python<'py>, payload: &[u8]) -> Message<'py> {
    (PyBytes::new(py, payload), true)
}

/// The arguments of an encoder, and the codec that was asked.
#[derive(Clone, Copy)]
pub struct Output<'a, 'py> {
    /// The codec: its method `warn` is the log, and a subclass may override any of its methods.
    pub codec: &'a Bound<'py, PyAny>,
    /// The game's markup.
    pub markup: &'a GameMarkup,
    /// The text or the arguments of the command.
    pub args: &'a Bound<'py, PyTuple>,
    /// The keywords, without `protocol_flags`.
    pub kwargs: Option<&'a Bound<'py, PyDict>>,
    /// The session's flags.
    pub protocol_flags: Option<&'a Bound<'py, PyAny>>,
}

impl Output<'_, '_> {
    /// Reads the text argument; an argument that raises is an empty text, and a line in the log.
    pub fn text<'t>(
        &self,
        argument: &'t Bound<'_, PyAny>,
        strip: bool,
    ) -> PyResult<Option<Text<'t>>> {
        text_argument(argument, strip).or_else(|error| {
            let raised = in_a_line(self.codec.py(), error)?;
            let message = format!("args[0] went out as an empty text, because it raises {raised}");
            warn(self.codec, &message)?;
            Ok(Some(Text { content: Cow::Borrowed(""), has_markup: false }))
        })
    }
}
