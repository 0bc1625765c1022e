//! The buffer that a codec writes its messages in, kept from one to the next: a text grows as it is
//! converted, and a buffer that has grown before need not be copied to a larger place again.

use std::mem;
use std::sync::Mutex;

/// The largest buffer that is kept, in bytes.
const LARGEST: usize = 64 * 1024;

/// A buffer to write in.
#[derive(Default)]
pub struct Scratch(Mutex<Vec<u8>>);

impl Scratch {
    /// Takes the buffer, empty; whoever comes while it is in use gets another.
    pub fn take(&self) -> Vec<u8> {
        self.0.try_lock().map(|mut kept| mem::take(&mut *kept)).unwrap_or_default()
    }

    /// Keeps a buffer for the next, if it is not too large to be kept for nothing.
    pub fn give_back(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= LARGEST
            && let Ok(mut kept) = self.0.try_lock()
        {
            buffer.clear();
            *kept = buffer;
        }
    }
}
