//! Frames of RFC 6455 for `mudwire.transport.connection`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use mudwire_wire::frame::{self, Frame, Header, Kind};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Makes [`Traffic`] of its counters: each is a property by Autobahn's name.
macro_rules! traffic {
    ($($counter:ident, $set:ident, $name:literal;)*) => {
        /// The plain data frames of one connection, read, written and counted.
        ///
        /// Takes the most bytes of payload that a frame coming in may have. The counters are
        /// those of Autobahn's `TrafficStats`, and may be set.
        #[pyclass(frozen, subclass, module = "mudwire._native")]
        #[derive(Default)]
        pub struct Traffic {
            limit: usize,
            $($counter: AtomicU64,)*
        }

        #[pymethods]
        impl Traffic {
            #[new]
            #[pyo3(signature = (limit, /))]
            fn new(limit: usize) -> Self {
                Self { limit, ..Self::default() }
            }

            /// Read the plain data frame of a client that starts at an offset.
            ///
            /// Arguments: the bytes of one segment; the offset in bytes, 0 first.
            ///
            /// Returns the unmasked payload, whether it is binary and the offset behind the
            /// frame; or None where there is no complete, unfragmented, masked, valid data
            /// frame within the limit (RFC 6455, sections 5.2 to 5.6 and 8.1).
            #[pyo3(signature = (data, offset, /))]
            fn read<'py>(
                &self,
                py: Python<'py>,
                data: &[u8],
                offset: usize,
            ) -> PyResult<Option<(Bound<'py, PyBytes>, bool, usize)>> {
                self.read_frame(py, data, offset)
            }

            /// Make the data frame that carries a payload to a client.
            ///
            /// Arguments: the payload, UTF-8 unless binary; whether it is binary.
            ///
            /// Returns header and payload (RFC 6455, section 5.2): unmasked, unfragmented.
            #[pyo3(signature = (payload, is_binary, /))]
            fn write<'py>(
                &self,
                py: Python<'py>,
                payload: &[u8],
                is_binary: bool,
            ) -> PyResult<Bound<'py, PyBytes>> {
                self.write_frame(py, payload, is_binary)
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

traffic! {
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

/// Adds to a counter. Only the reactor's thread counts; the atomic is what lets
/// Python share the object.
fn add(counter: &AtomicU64, count: usize) {
    counter.store(counter.load(Relaxed) + count as u64, Relaxed);
}

/// The longest payload that [`Traffic::read_text`] reads, in bytes: what nothing is made of is read
/// once more by who comes next, and must not be long.
const SHORT: usize = 512;

impl Traffic {
    fn read_frame<'py>(
        &self,
        py: Python<'py>,
        data: &[u8],
        offset: usize,
    ) -> PyResult<Option<(Bound<'py, PyBytes>, bool, usize)>> {
        if offset == 0 {
            add(&self.in_wire, data.len());
        }
        let Some(frame) = data.get(offset..).and_then(|rest| frame::read(rest, self.limit)) else {
            return Ok(None);
        };
        let payload = PyBytes::new_with(py, frame.masked.len(), |out| {
            frame::unmask(frame.masked, frame.key, out);
            Ok(())
        })?;
        let is_binary = frame.kind == Kind::Binary;
        if !is_binary && std::str::from_utf8(payload.as_bytes()).is_err() {
            return Ok(None);
        }
        self.count_read(&frame);
        Ok(Some((payload, is_binary, offset + frame.length)))
    }

    /// Reads the plain data frame that a segment begins with, and gives its text to `take`.
    ///
    /// Returns what that made of it and the length of the frame, which is then counted with the
    /// segment; or `None` where there is no such frame, it is not short, or nothing is made of it.
    pub fn read_text<T, E>(
        &self,
        data: &[u8],
        take: impl FnOnce(&str) -> Result<Option<T>, E>,
    ) -> Result<Option<(T, usize)>, E> {
        let Some(frame) = frame::read(data, self.limit) else {
            return Ok(None);
        };
        let mut payload = [0; SHORT];
        let Some(payload) = payload.get_mut(..frame.masked.len()) else {
            return Ok(None);
        };
        frame::unmask(frame.masked, frame.key, payload);
        let Ok(text) = std::str::from_utf8(payload) else {
            return Ok(None);
        };
        let taken = take(text)?;
        if taken.is_some() {
            add(&self.in_wire, data.len());
            self.count_read(&frame);
        }
        Ok(taken.map(|taken| (taken, frame.length)))
    }

    fn count_read(&self, frame: &Frame<'_>) {
        add(&self.in_websocket, frame.masked.len());
        add(&self.in_app, frame.masked.len());
        add(&self.in_frames, 1);
        add(&self.in_messages, 1);
    }

    fn write_frame<'py>(
        &self,
        py: Python<'py>,
        payload: &[u8],
        is_binary: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let kind = if is_binary { Kind::Binary } else { Kind::Text };
        let header = Header::new(kind, payload.len());
        let header = header.as_bytes();
        let size = header.len() + payload.len();
        self.count_written(payload.len(), size);
        PyBytes::new_with(py, size, |out| {
            let (start, rest) = out.split_at_mut(header.len());
            start.copy_from_slice(header);
            rest.copy_from_slice(payload);
            Ok(())
        })
    }

    /// Counts a frame that goes out.
    pub fn count_frame(&self, frame: &[u8]) {
        self.count_written(frame::payload_size(frame), frame.len());
    }

    fn count_written(&self, payload: usize, frame: usize) {
        add(&self.out_messages, 1);
        add(&self.out_frames, 1);
        add(&self.out_app, payload);
        add(&self.out_websocket, payload);
        add(&self.out_wire, frame);
    }
}
