//! Frames of RFC 6455 for `mudwire.protocol`.

use mudwire_wire::frame::{self, Header, Kind};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Read the plain data frame of a client that starts at an offset.
///
/// Arguments: the bytes received; the offset in bytes; the most bytes of payload
/// a frame may have.
///
/// Returns the unmasked payload, whether it is binary and the offset behind the
/// frame; or None where there is no complete, unfragmented, masked, valid data
/// frame within the limit (RFC 6455, sections 5.2 to 5.6 and 8.1).
#[pyfunction]
#[pyo3(signature = (data, offset, limit, /))]
pub fn read_frame<'py>(
    py: Python<'py>,
    data: &[u8],
    offset: usize,
    limit: usize,
) -> PyResult<Option<(Bound<'py, PyBytes>, bool, usize)>> {
    let Some(frame) = data.get(offset..).and_then(|rest| frame::read(rest, limit)) else {
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
    Ok(Some((payload, is_binary, offset + frame.length)))
}

/// Make the data frame that carries a payload to a client.
///
/// Arguments: the payload, UTF-8 unless binary; whether it is binary.
///
/// Returns header and payload (RFC 6455, section 5.2): unmasked, unfragmented.
#[pyfunction]
#[pyo3(signature = (payload, is_binary, /))]
pub fn write_frame<'py>(
    py: Python<'py>,
    payload: &[u8],
    is_binary: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let kind = if is_binary { Kind::Binary } else { Kind::Text };
    let header = Header::new(kind, payload.len());
    let header = header.as_bytes();
    PyBytes::new_with(py, header.len() + payload.len(), |out| {
        let (start, rest) = out.split_at_mut(header.len());
        start.copy_from_slice(header);
        rest.copy_from_slice(payload);
        Ok(())
    })
}
