//! The counters of a connection, by the names of Autobahn's `TrafficStats`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use mudwire_wire::reader::Taken;
use pyo3::prelude::*;

/// Makes [`TrafficStats`] of its counters: each is a property of Python by Autobahn's name.
macro_rules! traffic_stats {
    ($($counter:ident, $set:ident, $name:literal;)*) => {
        /// Counts the bytes, frames and messages of one connection.
        ///
        /// The counters are those of Autobahn's `TrafficStats`. They start at 0 and may be set.
        #[pyclass(frozen, subclass, module = "mudwire._native")]
        #[derive(Default)]
        pub struct TrafficStats {
            $($counter: AtomicU64,)*
        }

        #[pymethods]
        impl TrafficStats {
            #[new]
            fn new() -> Self {
                Self::default()
            }

            $(
                #[getter($name)]
                fn $counter(&self) -> u64 {
                    self.$counter.load(Relaxed)
                }

                #[setter($name)]
                fn $set(&self, count: u64) {
                    self.$counter.store(count, Relaxed);
                }
            )*
        }
    };
}

traffic_stats! {
    in_wire, set_in_wire, "incomingOctetsWireLevel";
    in_websocket, set_in_websocket, "incomingOctetsWebSocketLevel";
    in_app, set_in_app, "incomingOctetsAppLevel";
    in_frames, set_in_frames, "incomingWebSocketFrames";
    in_messages, set_in_messages, "incomingWebSocketMessages";
    out_wire, set_out_wire, "outgoingOctetsWireLevel";
    out_websocket, set_out_websocket, "outgoingOctetsWebSocketLevel";
    out_app, set_out_app, "outgoingOctetsAppLevel";
    out_frames, set_out_frames, "outgoingWebSocketFrames";
    out_messages, set_out_messages, "outgoingWebSocketMessages";
    preopen_in, set_preopen_in, "preopenIncomingOctetsWireLevel";
    preopen_out, set_preopen_out, "preopenOutgoingOctetsWireLevel";
}

impl TrafficStats {
    /// Counts the bytes of a segment that has come in.
    pub fn count_segment(&self, bytes: usize) {
        add(&self.in_wire, bytes);
    }

    /// Counts a message of one frame that has come in, by the bytes of its payload.
    pub fn count_read(&self, payload: usize) {
        add(&self.in_websocket, payload);
        add(&self.in_app, payload);
        add(&self.in_frames, 1);
        add(&self.in_messages, 1);
    }

    /// Counts data that has come in in parts.
    pub fn count_taken(&self, taken: Taken) {
        add(&self.in_websocket, taken.payload);
        add(&self.in_app, taken.payload);
        add(&self.in_frames, taken.frames);
        add(&self.in_messages, taken.messages);
    }

    /// Counts a message of one frame that goes out, by the bytes of its payload and its frame.
    pub fn count_written(&self, payload: usize, frame: usize) {
        add(&self.out_messages, 1);
        add(&self.out_frames, 1);
        add(&self.out_app, payload);
        add(&self.out_websocket, payload);
        add(&self.out_wire, frame);
    }
}

/// Adds to a counter. Only the reactor's thread counts; the atomic only lets Python share the
/// object between threads.
fn add(counter: &AtomicU64, count: usize) {
    counter.store(counter.load(Relaxed) + count as u64, Relaxed);
}
