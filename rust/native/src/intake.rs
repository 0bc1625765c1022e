//! The bytes that a connection receives: counted against its budget, and read if they come in parts.

use mudwire_wire::frame::{self, Kind};
use mudwire_wire::head::opcode::{BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT};
use mudwire_wire::meter::{self, Meter, Rate};
use mudwire_wire::reader::{Found, OpenFrame, OpenMessage, Reader, Taken};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::traffic_stats::TrafficStats;

/// The longest payload that [`read_utf8`] reads, in bytes. It is unmasked on the stack, and nearly
/// all commands are shorter.
const MAX_STACK_PAYLOAD: usize = 512;

/// The rates at which a connection may send.
///
/// Each is a pair of floats: tokens a second, 0 for no limit, and the most tokens at once.
///
/// Args:
///     by_bytes (tuple[float, float]): Bytes; each frame and each segment counts as 256 more.
///     by_messages (tuple[float, float]): Messages.
///     by_controls (tuple[float, float]): Control frames.
#[pyclass(frozen, module = "mudwire._native")]
pub struct Budget(meter::Budget);

#[pymethods]
impl Budget {
    #[new]
    #[pyo3(signature = (by_bytes, by_messages, by_controls))]
    fn new(by_bytes: (f64, f64), by_messages: (f64, f64), by_controls: (f64, f64)) -> Self {
        let rate = |(per_second, burst)| Rate { per_second, burst };
        Self(meter::Budget {
            bytes: rate(by_bytes),
            messages: rate(by_messages),
            controls: rate(by_controls),
        })
    }
}

/// What a connection has received, as far as it is counted and not whole.
///
/// Args:
///     budget (Budget): The rates; each bucket is full at first.
///     now (float): The time in seconds.
#[pyclass(subclass, module = "mudwire._native")]
pub struct Intake {
    meter: Meter,
    /// Only while something is half read: most connections never need it.
    reader: Option<Box<Reader>>,
    /// Whether received bytes wait; what comes then must wait behind them.
    #[pyo3(get, set)]
    holds: bool,
}

#[pymethods]
impl Intake {
    #[new]
    #[pyo3(signature = (budget, now, /))]
    fn new(budget: &Bound<'_, Budget>, now: f64) -> Self {
        Self { meter: Meter::new(&budget.get().0, now), reader: None, holds: false }
    }

    /// Count the bytes that may be handled in this turn.
    ///
    /// Args:
    ///     data (bytes): Received bytes.
    ///     offset (int): Where those begin that are not counted yet.
    ///     turn_bytes (int): The most bytes of this turn; each frame counts as 256 more.
    ///
    /// Returns:
    ///     int: The offset behind those that may be handled.
    #[pyo3(signature = (data, offset, turn_bytes, /))]
    fn admit(&mut self, data: &[u8], offset: usize, turn_bytes: u64) -> usize {
        offset + data.get(offset..).map_or(0, |rest| self.meter.admit(rest, turn_bytes))
    }

    /// Count a segment, besides its bytes.
    fn charge_segment(&mut self) {
        self.meter.charge_segment();
    }

    /// Count bytes that were not on the wire: what a message has inflated to.
    #[pyo3(signature = (count, /))]
    fn charge(&mut self, count: u64) {
        self.meter.charge(count);
    }

    /// Whether a bucket is empty.
    #[getter]
    fn is_empty(&self) -> bool {
        self.meter.is_empty()
    }

    /// Refill the buckets.
    ///
    /// Args:
    ///     budget (Budget): The rates.
    ///     now (float): The time in seconds.
    ///
    /// Returns:
    ///     float: Seconds until no bucket is empty; 0.0 if none is.
    #[pyo3(signature = (budget, now, /))]
    fn refill(&mut self, budget: &Bound<'_, Budget>, now: f64) -> f64 {
        self.meter.refill(&budget.get().0, now)
    }

    /// Whether nothing is half read: no frame, no fragmented message.
    #[getter]
    fn is_blank(&self) -> bool {
        self.reader.is_none()
    }

    /// The memory of the message that is half read, in bytes.
    #[getter]
    fn memory(&self) -> usize {
        self.reader.as_ref().map_or(0, |reader| reader.memory())
    }

    /// Read up to the next message or control frame.
    ///
    /// Args:
    ///     limit (int): The most bytes that a message may have.
    ///     stats (TrafficStats): The counters of the connection: data frames are counted.
    ///     data (bytes): Received bytes.
    ///     offset (int): Where to begin.
    ///     end (int): Where to end.
    ///     want_fragments (bool): Whether to stop behind each fragment of a message.
    ///
    /// Returns:
    ///     tuple[int, bytes | None, int] | None: The opcode (RFC 6455, section 5.2), the unmasked
    ///     payload, and the offset behind it; the opcode of a fragment is 0, without a payload.
    ///     The opcode 8 stands for all that this method does not read, which begins at the offset.
    ///     None if nothing is whole.
    #[expect(clippy::too_many_arguments, reason = "an object for three numbers would cost more")]
    #[pyo3(signature = (limit, stats, data, offset, end, want_fragments, /))]
    fn read<'py>(
        &mut self,
        py: Python<'py>,
        limit: usize,
        stats: &Bound<'py, TrafficStats>,
        data: &[u8],
        offset: usize,
        end: usize,
        want_fragments: bool,
    ) -> PyResult<Option<Event<'py>>> {
        let Some(bytes) = data.get(offset..end) else { return Ok(None) };
        if self.reader.is_none()
            && let Some((kind, payload, length)) = simple(py, bytes, limit)?
        {
            stats.get().count_read(payload.as_bytes().len());
            return Ok(Some((opcode(kind), Some(payload), offset + length)));
        }
        let mut reader = self.reader.take().unwrap_or_default();
        let mut taken = Taken::default();
        let (found, used) = reader.next(bytes, limit as u64, want_fragments, &mut taken);
        stats.get().count_taken(taken);
        if !reader.is_blank() {
            self.reader = Some(reader);
        }
        let (opcode, payload) = match found {
            Found::Nothing => return Ok(None),
            Found::Fragment => (CONTINUATION, None),
            Found::Other => (CLOSE, None),
            Found::Message(kind, payload) => (opcode(kind), Some(payload)),
            Found::Ping(payload) => (PING, Some(payload)),
            Found::Pong(payload) => (PONG, Some(payload)),
        };
        let payload = payload.map(|payload| PyBytes::new(py, &payload));
        Ok(Some((opcode, payload, offset + used)))
    }

    /// Give up what is half read, so that Autobahn can go on with it.
    ///
    /// Returns:
    ///     tuple: The bytes of a header; then, each None if there is none, the frame as (first
    ///     byte of the header, announced length, key, bytes of the payload so far), the message as
    ///     (is binary, payload, bytes of whole characters, announced length, length that the limit
    ///     counts); last the payload of a control frame.
    fn give_up<'py>(&mut self, py: Python<'py>) -> HalfRead<'py> {
        let reader = self.reader.take().unwrap_or_default();
        let frame = |frame: &OpenFrame| {
            let key = frame.head.key.unwrap_or_default();
            (frame.head.first, frame.head.length, PyBytes::new(py, &key), frame.done)
        };
        let message = |message: &OpenMessage| {
            let payload = PyBytes::new(py, &message.payload);
            let is_binary = message.kind == Kind::Binary;
            (is_binary, payload, message.valid, message.announced, message.counted)
        };
        (
            PyBytes::new(py, reader.head()),
            reader.frame().map(frame),
            reader.message().map(message),
            PyBytes::new(py, reader.control()),
        )
    }
}

type Event<'py> = (u8, Option<Bound<'py, PyBytes>>, usize);
type HalfFrame<'py> = (u8, u64, Bound<'py, PyBytes>, u64);
type HalfMessage<'py> = (bool, Bound<'py, PyBytes>, usize, u64, u64);
type HalfRead<'py> =
    (Bound<'py, PyBytes>, Option<HalfFrame<'py>>, Option<HalfMessage<'py>>, Bound<'py, PyBytes>);

/// Reads the segment that is one simple data frame, and gives its text to `take`.
///
/// Returns the answer of `take`; the frame is then counted. Returns `None`, and counts nothing, if
/// the segment is anything else, if the payload is longer than `limit` or than the stack has room
/// for, if it is not UTF-8, if the frame has to wait or belongs to something that is half read, or
/// if `take` returns `None`.
pub fn read_utf8<T>(
    intake: &Bound<'_, Intake>,
    limit: usize,
    stats: &TrafficStats,
    data: &[u8],
    take: impl FnOnce(&str) -> PyResult<Option<T>>,
) -> PyResult<Option<T>> {
    let Some(frame) = frame::read(data, limit) else {
        return Ok(None);
    };
    if frame.length != data.len() || !intake.borrow().admits_message(frame.length) {
        return Ok(None);
    }
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
    intake.borrow_mut().meter.charge_message(frame.length);
    stats.count_segment(data.len());
    stats.count_read(frame.masked.len());
    Ok(Some(taken))
}

impl Intake {
    /// Whether a message of one frame may be handled now: nothing waits or is half read before it.
    fn admits_message(&self, frame_bytes: usize) -> bool {
        !self.holds && self.reader.is_none() && self.meter.admits_message(frame_bytes)
    }
}

fn opcode(kind: Kind) -> u8 {
    match kind {
        Kind::Text => TEXT,
        Kind::Binary => BINARY,
    }
}

/// Reads the simple frame that `bytes` begin with: its kind, its payload, its length.
fn simple<'py>(
    py: Python<'py>,
    bytes: &[u8],
    limit: usize,
) -> PyResult<Option<(Kind, Bound<'py, PyBytes>, usize)>> {
    let Some(frame) = frame::read(bytes, limit) else { return Ok(None) };
    let payload = PyBytes::new_with(py, frame.masked.len(), |out| {
        frame::unmask(frame.masked, frame.key, out);
        Ok(())
    })?;
    if frame.kind == Kind::Text && std::str::from_utf8(payload.as_bytes()).is_err() {
        return Ok(None);
    }
    Ok(Some((frame.kind, payload, frame.length)))
}
