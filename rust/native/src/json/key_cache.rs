//! A direct-mapped cache of object keys: a key has one slot, by its hash, and replaces the key that
//! was there. The same few keys make up nearly all objects, and a cached `str` needs neither be
//! made nor hashed again.
//!
//! Covered by `benches/bench_codecs.py`.

use std::cell::{OnceCell, RefCell};
use std::sync::{Mutex, MutexGuard};

use pyo3::prelude::*;
use pyo3::types::PyString;

/// The number of slots.
const SLOTS: usize = 256;

/// The longest key that is cached, in bytes.
const MAX_KEY_BYTES: usize = 32;

type Slots = [Option<Py<PyString>>; SLOTS];

static CACHE: Mutex<Slots> = Mutex::new([const { None }; SLOTS]);

/// The cache, locked while one text is read: from its first key on. A second reader does not wait;
/// it makes its own keys.
#[derive(Default)]
pub struct KeyCache(OnceCell<Option<RefCell<MutexGuard<'static, Slots>>>>);

impl KeyCache {
    /// Returns a key as a Python string.
    pub fn get<'py>(&self, py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        match self.0.get_or_init(|| CACHE.try_lock().ok().map(RefCell::new)) {
            Some(slots) if text.len() <= MAX_KEY_BYTES => {
                let slot = &mut slots.borrow_mut()[slot(text.as_bytes())];
                if let Some(key) = slot
                    && key.to_str(py).is_ok_and(|key| key == text)
                {
                    return key.bind(py).clone();
                }
                let key = PyString::new(py, text);
                *slot = Some(key.clone().unbind());
                key
            }
            _ => PyString::new(py, text),
        }
    }
}

/// Returns the slot of a key (FNV-1a).
fn slot(text: &[u8]) -> usize {
    let hash = text
        .iter()
        .fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ hash >> 16) as usize % SLOTS
}
