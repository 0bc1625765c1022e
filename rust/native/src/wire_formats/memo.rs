//! What the last text became, for each way to show it: what is said to many players is converted
//! once for those who see it alike.
//!
//! Covered by `benches/bench_protocol.py`. A text that is not the last costs a comparison of
//! lengths.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::options::TextOptions;

/// The longest bytes that are remembered; there are [`TextOptions::WAYS`] of them.
const LONGEST: usize = 16 * 1024;

struct Said {
    text: Py<PyString>,
    bytes: Py<PyBytes>,
}

/// What a codec said last.
pub struct Memo(Mutex<[Option<Said>; TextOptions::WAYS]>);

impl Memo {
    pub fn new() -> Self {
        Self(Mutex::new([const { None }; TextOptions::WAYS]))
    }

    /// What `text` became, if it was the last to be shown like this.
    pub fn recall<'py>(
        &self,
        text: &Bound<'py, PyString>,
        options: &TextOptions,
    ) -> Option<Bound<'py, PyBytes>> {
        let py = text.py();
        // Another thread that has it is no reason to wait.
        let memo = self.0.try_lock().ok()?;
        let said = memo[options.way()].as_ref()?;
        let last = said.text.bind(py);
        (last.is(text) || last.to_str().ok()? == text.to_str().ok()?)
            .then(|| said.bytes.bind(py).clone())
    }

    /// Remembers what `text` became, if it is not too long to be kept for nothing.
    pub fn remember(
        &self,
        text: &Bound<'_, PyString>,
        options: &TextOptions,
        bytes: &Bound<'_, PyBytes>,
    ) {
        if bytes.as_bytes().len() <= LONGEST
            && let Ok(mut memo) = self.0.try_lock()
        {
            let said = Said { text: text.clone().unbind(), bytes: bytes.clone().unbind() };
            memo[options.way()] = Some(said);
        }
    }
}
