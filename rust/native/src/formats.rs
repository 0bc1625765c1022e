//! The wire formats: the logic of each subprotocol in a module of its own.

mod ansi_text;
mod custom;
mod evennia_v1;
mod gmcp;
mod gmcp_message;
mod json_envelope;
mod logic;
mod terminal;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use custom::Custom;
pub use evennia_v1::{EvenniaV1, Product};
use gmcp::Gmcp;
pub use gmcp_message::{decode_gmcp, encode_gmcp};
use json_envelope::JsonEnvelope;
pub use logic::{Logic, must_implement};
use terminal::Terminal;

/// A wire format and its state.
pub enum Format {
    EvenniaV1(Box<EvenniaV1>),
    Gmcp,
    JsonEnvelope,
    Terminal,
    Custom,
}

impl Format {
    /// Returns the format by the name that a Python class has in `native_format`; `None` is a
    /// format of the game's own.
    pub fn named(name: Option<&str>) -> PyResult<Self> {
        Ok(match name {
            None => Self::Custom,
            Some("evennia_v1") => Self::EvenniaV1(Box::default()),
            Some("gmcp") => Self::Gmcp,
            Some("json_envelope") => Self::JsonEnvelope,
            Some("terminal") => Self::Terminal,
            Some(name) => {
                return Err(PyValueError::new_err(format!(
                    "native_format should be None, 'evennia_v1', 'gmcp', 'json_envelope' or \
                     'terminal', not '{name}'"
                )));
            }
        })
    }

    pub fn logic(&self) -> &dyn Logic {
        match self {
            Self::EvenniaV1(format) => &**format,
            Self::Gmcp => &Gmcp,
            Self::JsonEnvelope => &JsonEnvelope,
            Self::Terminal => &Terminal,
            Self::Custom => &Custom,
        }
    }
}
