//! A last-value cache of encoded texts: one entry for each combination of options, replaced by each
//! new text. A text that goes to many players is converted once for all who see it alike.
//!
//! Covered by `benches/bench_protocol.py`. A miss costs a lock and a comparison.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::text_options::TextOptions;

/// The longest value that is kept, in bytes. The cache has [`TextOptions::COMBINATIONS`] entries.
const MAX_BYTES: usize = 16 * 1024;

/// An encoded text: a payload, or a frame that carries it.
pub struct Encoded<'py> {
    /// The payload or the frame.
    pub bytes: Bound<'py, PyBytes>,
    /// The size of the payload in bytes.
    pub payload_size: usize,
}

struct Entry {
    text: Py<PyString>,
    bytes: Py<PyBytes>,
    payload_size: usize,
}

/// The last text of each combination of options, and its encoded value.
pub struct LastValueCache(Mutex<[Option<Entry>; TextOptions::COMBINATIONS]>);

impl Default for LastValueCache {
    fn default() -> Self {
        Self(Mutex::new([const { None }; TextOptions::COMBINATIONS]))
    }
}

impl LastValueCache {
    /// Returns the value of `text`, if it is the last text that was shown with these options.
    pub fn get<'py>(
        &self,
        text: &Bound<'py, PyString>,
        options: &TextOptions,
    ) -> Option<Encoded<'py>> {
        let py = text.py();
        // Encoding again is cheaper than waiting for another thread.
        let entries = self.0.try_lock().ok()?;
        let entry = entries[options.index()].as_ref()?;
        let last = entry.text.bind(py);
        (last.is(text) || last.to_str().ok()? == text.to_str().ok()?).then(|| Encoded {
            bytes: entry.bytes.bind(py).clone(),
            payload_size: entry.payload_size,
        })
    }

    /// Keeps the value of `text`, unless it is so long that it would only waste memory.
    pub fn put(&self, text: &Bound<'_, PyString>, options: &TextOptions, value: &Encoded<'_>) {
        if value.payload_size <= MAX_BYTES
            && let Ok(mut entries) = self.0.try_lock()
        {
            entries[options.index()] = Some(Entry {
                text: text.clone().unbind(),
                bytes: value.bytes.clone().unbind(),
                payload_size: value.payload_size,
            });
        }
    }
}
