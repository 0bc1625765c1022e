//! `terminal.mudstandards.org`: lines of text, nothing else.

use pyo3::prelude::*;

use super::logic::Logic;
use crate::incoming::{Decoded, Incoming};
use crate::output::{Message, Output};

/// The format of plain terminals.
pub struct Terminal;

impl Logic for Terminal {
    fn decode_incoming<'py>(&self, incoming: &Incoming<'_, 'py>) -> Decoded<'py> {
        incoming.typed_line()
    }

    /// Sends nothing: a terminal has no out-of-band commands.
    fn encode_default<'py>(
        &self,
        _: &Bound<'py, PyAny>,
        _: &Output<'_, 'py>,
    ) -> PyResult<Option<Message<'py>>> {
        Ok(None)
    }
}
