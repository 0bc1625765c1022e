//! A buffer that is kept from one message to the next. Converted text grows, and a buffer that is
//! large already need not grow and copy again.

use std::mem;
use std::sync::Mutex;

/// The largest buffer that is kept, in bytes.
const MAX_CAPACITY: usize = 64 * 1024;

/// The buffer, unless it is in use.
#[derive(Default)]
pub struct Scratch(Mutex<Vec<u8>>);

impl Scratch {
    /// Takes the buffer, empty; a new one while it is in use.
    pub fn take(&self) -> Vec<u8> {
        self.0.try_lock().map(|mut kept| mem::take(&mut *kept)).unwrap_or_default()
    }

    /// Keeps a buffer, unless it is so large that it would only waste memory.
    pub fn give_back(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= MAX_CAPACITY
            && let Ok(mut kept) = self.0.try_lock()
        {
            buffer.clear();
            *kept = buffer;
        }
    }
}
