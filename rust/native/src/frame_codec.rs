//! Simple data frames of RFC 6455: complete, unfragmented, uncompressed.

use mudwire_wire::frame::{self, Header, Kind};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::traffic_stats::TrafficStats;

/// The longest payload that [`FrameCodec::read_utf8`] reads, in bytes. It is unmasked on the
/// stack, and nearly all commands are shorter.
const MAX_STACK_PAYLOAD: usize = 512;

/// Reads and writes the simple data frames of all connections that have the same limit.
///
/// Args:
///     max_payload_bytes (int): The most bytes of payload that a frame coming in may have.
#[pyclass(frozen, module = "mudwire._native")]
pub struct FrameCodec {
    max_payload_bytes: usize,
}

#[pymethods]
impl FrameCodec {
    #[new]
    #[pyo3(signature = (max_payload_bytes))]
    fn new(max_payload_bytes: usize) -> Self {
        Self { max_payload_bytes }
    }

    /// Read the simple data frame of a client that starts at an offset.
    ///
    /// Args:
    ///     stats (TrafficStats): The counters of the connection. They count the segment if the
    ///         offset is 0, and the frame if there is one.
    ///     data (bytes): The bytes of one segment.
    ///     offset (int): Where the frame starts, in bytes.
    ///
    /// Returns:
    ///     tuple[bytes, bool, int] | None: The unmasked payload, whether it is binary, and the
    ///     offset behind the frame; None if there is no complete, unfragmented, masked, valid data
    ///     frame within the limit (RFC 6455, sections 5.2 to 5.6 and 8.1).
    #[pyo3(signature = (stats, data, offset, /))]
    fn read<'py>(
        &self,
        py: Python<'py>,
        stats: &Bound<'py, TrafficStats>,
        data: &[u8],
        offset: usize,
    ) -> PyResult<Option<(Bound<'py, PyBytes>, bool, usize)>> {
        let stats = stats.get();
        if offset == 0 {
            stats.count_segment(data.len());
        }
        let rest = data.get(offset..);
        let Some(frame) = rest.and_then(|rest| frame::read(rest, self.max_payload_bytes)) else {
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
        stats.count_read(frame.masked.len());
        Ok(Some((payload, is_binary, offset + frame.length)))
    }

    /// Write the data frame that carries a payload to a client.
    ///
    /// Args:
    ///     stats (TrafficStats): The counters of the connection, which count the frame.
    ///     payload (bytes): The payload, UTF-8 unless binary.
    ///     is_binary (bool): Whether it is binary.
    ///
    /// Returns:
    ///     bytes: Header and payload (RFC 6455, section 5.2): unmasked, unfragmented.
    #[pyo3(signature = (stats, payload, is_binary, /))]
    #[expect(clippy::unused_self, reason = "a method beside read, as callers expect")]
    fn write<'py>(
        &self,
        py: Python<'py>,
        stats: &Bound<'py, TrafficStats>,
        payload: &[u8],
        is_binary: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let kind = if is_binary { Kind::Binary } else { Kind::Text };
        let header = Header::new(kind, payload.len());
        let header = header.as_bytes();
        let size = header.len() + payload.len();
        stats.get().count_written(payload.len(), size);
        PyBytes::new_with(py, size, |out| {
            let (start, rest) = out.split_at_mut(header.len());
            start.copy_from_slice(header);
            rest.copy_from_slice(payload);
            Ok(())
        })
    }
}

impl FrameCodec {
    /// Reads the simple data frame that a segment begins with, and gives its text to `take`.
    ///
    /// Returns the answer of `take` and the length of the frame, which is then counted with its
    /// segment. Returns `None`, and counts nothing, if there is no such frame, if its payload is
    /// long or not UTF-8, or if `take` returns `None`.
    pub fn read_utf8<T>(
        &self,
        stats: &TrafficStats,
        data: &[u8],
        take: impl FnOnce(&str) -> PyResult<Option<T>>,
    ) -> PyResult<Option<(T, usize)>> {
        let Some(frame) = frame::read(data, self.max_payload_bytes) else {
            return Ok(None);
        };
        let mut payload = [0; MAX_STACK_PAYLOAD];
        let Some(payload) = payload.get_mut(..frame.masked.len()) else {
            return Ok(None);
        };
        frame::unmask(frame.masked, frame.key, payload);
        let Ok(text) = std::str::from_utf8(payload) else {
            return Ok(None);
        };
        let Some(taken) = take(text)? else {
            return Ok(None);
        };
        stats.count_segment(data.len());
        stats.count_read(frame.masked.len());
        Ok(Some((taken, frame.length)))
    }
}
