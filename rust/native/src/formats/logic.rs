//! What each wire format does; the defaults are text as ANSI in binary messages.

use pyo3::exceptions::PyNotImplementedError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::ansi_text::ansi_text;
use crate::incoming::{Decoded, Incoming};
use crate::output::{Message, Output, binary_message};
use crate::text_options::take_options;

/// The logic of one wire format. The methods are those of the Python class `Codec`, which
/// documents them.
pub trait Logic {
    fn decode_incoming<'py>(&self, incoming: &Incoming<'_, 'py>) -> Decoded<'py>;

    fn is_blank_line(&self, incoming: &Incoming<'_, '_>) -> PyResult<bool> {
        Ok(incoming.is_blank())
    }

    fn encode_text<'py>(&self, output: &Output<'_, 'py>) -> PyResult<Option<Message<'py>>> {
        let text = ansi_text(output)?;
        Ok(text.map(|text| binary_message(output.codec.py(), text.as_bytes())))
    }

    /// Calls the Python method `encode_text`, which a subclass may override.
    fn encode_prompt<'py>(&self, output: &Output<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        let Output { codec, args, kwargs, protocol_flags, .. } = *output;
        let py = codec.py();
        let keywords = match kwargs {
            Some(kwargs) => kwargs.clone(),
            None => PyDict::new(py),
        };
        let options = match take_options(codec, Some(&keywords))? {
            (Some(options), _) => options.copy()?,
            (None, _) => PyDict::new(py),
        };
        options.set_item(intern!(py, "send_prompt"), true)?;
        keywords.set_item(intern!(py, "options"), options)?;
        keywords.set_item(intern!(py, "protocol_flags"), protocol_flags)?;
        codec.call_method(intern!(py, "encode_text"), args, Some(&keywords))
    }

    fn encode_default<'py>(
        &self,
        cmdname: &Bound<'py, PyAny>,
        output: &Output<'_, 'py>,
    ) -> PyResult<Option<Message<'py>>>;
}

/// The error of a method that the class of a codec has to implement.
pub fn must_implement(codec: &Bound<'_, PyAny>, method: &str) -> PyErr {
    match codec.get_type().name() {
        Ok(class) => PyNotImplementedError::new_err(format!("{class} must implement {method}()")),
        Err(error) => error,
    }
}
