//! The keys of objects that were read last. The same few make up nearly all objects, and a `str`
//! that is there already need be neither made nor hashed again.
//!
//! Covered by `benches/bench_codecs.py`.

use std::cell::{OnceCell, RefCell};
use std::sync::{Mutex, MutexGuard};

use pyo3::prelude::*;
use pyo3::types::PyString;

/// How many keys are kept, each in a place that it shares with others.
const PLACES: usize = 256;

/// The longest key that is kept, in bytes.
const LONGEST: usize = 32;

type Kept = [Option<Py<PyString>>; PLACES];

static KEPT: Mutex<Kept> = Mutex::new([const { None }; PLACES]);

/// The keys, for as long as one text is read: taken with the first, and whoever comes while they
/// are in use makes their own.
#[derive(Default)]
pub struct Keys(OnceCell<Option<RefCell<MutexGuard<'static, Kept>>>>);

impl Keys {
    /// A key as a Python string.
    pub fn key<'py>(&self, py: Python<'py>, text: &str) -> Bound<'py, PyString> {
        match self.0.get_or_init(|| KEPT.try_lock().ok().map(RefCell::new)) {
            Some(kept) if text.len() <= LONGEST => {
                let kept = &mut kept.borrow_mut()[place(text.as_bytes())];
                if let Some(kept) = kept
                    && kept.to_str(py).is_ok_and(|kept| kept == text)
                {
                    return kept.bind(py).clone();
                }
                let key = PyString::new(py, text);
                *kept = Some(key.clone().unbind());
                key
            }
            _ => PyString::new(py, text),
        }
    }
}

/// Where a key is kept (FNV-1a).
fn place(text: &[u8]) -> usize {
    let hash = text
        .iter()
        .fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ hash >> 16) as usize % PLACES
}
