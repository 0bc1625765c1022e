//! The data frame of a message that goes out, RFC 6455, section 5.2.

use mudwire_wire::frame::{Header, Kind};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::traffic_stats::TrafficStats;

/// Write the data frame that carries a payload to a client.
///
/// Args:
///     stats (TrafficStats): The counters of the connection, which count the frame.
///     payload (bytes): The payload, UTF-8 unless binary.
///     is_binary (bool): Whether it is binary.
///
/// Returns:
///     bytes: Header and payload (RFC 6455, section 5.2): unmasked, unfragmented.
#[pyfunction]
#[pyo3(signature = (stats, payload, is_binary, /))]
pub fn data_frame<'py>(
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
