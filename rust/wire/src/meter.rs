//! Counts what a client sends, before it is decoded: a token bucket each for bytes, messages and
//! control frames.
//!
//! The meter follows the boundaries of the frames and says how far the bytes may be handled now.
//! It reads no clock while there are tokens: a bucket is refilled when it is empty, with what its
//! rate gives for the time since then. So a client can use a full bucket and then, after a pause in
//! which the bucket could fill, another one: at most twice the burst at once.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tokens are fractions, and what they count stays far below the 52 bits of a mantissa"
)]

use crate::head::{Head, PartialHead};

/// What a frame costs besides its bytes: about as much work as this many bytes of payload.
const FRAME_BYTES: u64 = 256;

/// What a segment of the network costs besides its bytes: to be woken is work, too.
const SEGMENT_BYTES: u64 = 256;

/// The messages and control frames of a connection that one turn handles.
const TURN_FRAMES: u32 = 8;

/// Seconds of tokens that an empty bucket gets at a time, so that a flood wakes nobody for each
/// message.
const REFILL_SECONDS: f64 = 0.1;

/// The shortest wait in seconds: a rounding error must not make a timer that is due at once.
const SHORTEST_WAIT: f64 = 0.001;

/// The rate of one bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Tokens a second; 0 for a bucket that is never empty.
    pub per_second: f64,
    /// The most tokens that the bucket holds.
    pub burst: f64,
}

impl Rate {
    fn full(self) -> f64 {
        if self.per_second > 0.0 { self.burst.max(1.0) } else { f64::INFINITY }
    }
}

/// The rates of a connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Bytes as they come in; each frame and each segment counts as 256 more.
    pub bytes: Rate,
    /// Messages, by their last frame.
    pub messages: Rate,
    /// Control frames.
    pub controls: Rate,
}

/// One bucket. It holds at least a token, or is empty.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
}

impl Bucket {
    fn is_empty(self) -> bool {
        self.tokens < 1.0
    }

    /// Refills the bucket for a time; returns the seconds until it holds enough tokens, 0 if it
    /// does. One that was empty needs more than one token, because each wait costs something.
    fn refill(&mut self, rate: Rate, seconds: f64) -> f64 {
        let full = rate.full();
        if full.is_infinite() {
            self.tokens = full;
            return 0.0;
        }
        let was_empty = self.is_empty();
        // A budget that was just switched on finds the endless tokens of the one before.
        self.tokens = (self.tokens + seconds * rate.per_second).min(full);
        let enough = (rate.per_second * REFILL_SECONDS).clamp(1.0, full);
        if !was_empty || self.tokens >= enough {
            return 0.0;
        }
        ((enough - self.tokens) / rate.per_second).max(SHORTEST_WAIT)
    }
}

/// The buckets of a connection, and where in a frame its bytes are.
#[derive(Debug)]
pub struct Meter {
    head: PartialHead,
    /// Bytes of the current frame's payload that are still to come.
    rest: u64,
    bytes: Bucket,
    messages: Bucket,
    controls: Bucket,
    refilled: f64,
}

impl Meter {
    /// Makes a meter with full buckets.
    #[must_use]
    pub fn new(budget: &Budget, now: f64) -> Self {
        Self {
            head: PartialHead::default(),
            rest: 0,
            bytes: Bucket { tokens: budget.bytes.full() },
            messages: Bucket { tokens: budget.messages.full() },
            controls: Bucket { tokens: budget.controls.full() },
            refilled: now,
        }
    }

    /// Counts the bytes that may be handled in this turn, and returns how many they are.
    ///
    /// It ends before the first frame for which there are no tokens, or where the turn ends: after
    /// some frames, or after `turn_bytes` bytes with what frames cost. A header is never cut by
    /// this.
    pub fn admit(&mut self, bytes: &[u8], turn_bytes: u64) -> usize {
        let mut turn = turn_bytes;
        let mut frames = TURN_FRAMES;
        let mut at = 0;
        loop {
            let left = self.bytes.tokens.clamp(0.0, turn as f64) as usize;
            let payload = usize::try_from(self.rest).unwrap_or(usize::MAX).min(bytes.len() - at);
            let payload = payload.min(left);
            at += payload;
            self.rest -= payload as u64;
            turn -= payload as u64;
            self.charge(payload as u64);
            if self.rest > 0 || at == bytes.len() {
                return at;
            }
            if turn == 0 || frames == 0 || self.bytes.is_empty() {
                return at;
            }
            let known = self.head.bytes().len();
            let longer = self.head.with(&bytes[at..]);
            let Some(head) = Head::read(longer.bytes()) else {
                self.charge((longer.bytes().len() - known) as u64);
                self.head = longer;
                return bytes.len();
            };
            if head.is_control() || head.is_final() {
                let bucket =
                    if head.is_control() { &mut self.controls } else { &mut self.messages };
                if bucket.is_empty() {
                    return at;
                }
                bucket.tokens -= 1.0;
                frames -= 1;
            }
            let size = head.size - known;
            let cost = size as u64 + FRAME_BYTES;
            turn = turn.saturating_sub(cost);
            self.charge(cost);
            at += size;
            self.head = PartialHead::default();
            self.rest = head.length;
        }
    }

    /// Whether there are tokens for a whole message of one frame, and a frame may begin.
    #[must_use]
    pub fn admits_message(&self, frame_bytes: usize) -> bool {
        self.rest == 0
            && self.head.bytes().is_empty()
            && !self.messages.is_empty()
            && self.bytes.tokens >= frame_bytes as f64
    }

    /// Counts a segment that is a whole message of one frame.
    pub fn charge_message(&mut self, frame_bytes: usize) {
        self.messages.tokens -= 1.0;
        self.charge(frame_bytes as u64 + FRAME_BYTES + SEGMENT_BYTES);
    }

    /// Counts a segment, besides its bytes.
    pub fn charge_segment(&mut self) {
        self.charge(SEGMENT_BYTES);
    }

    /// Takes tokens for bytes that decompression adds to those on the wire.
    pub fn charge(&mut self, bytes: u64) {
        self.bytes.tokens -= bytes as f64;
    }

    /// Whether a bucket is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() || self.messages.is_empty() || self.controls.is_empty()
    }

    /// Refills the buckets; returns the seconds until none of them is empty, 0 if none is.
    pub fn refill(&mut self, budget: &Budget, now: f64) -> f64 {
        let seconds = (now - self.refilled).max(0.0);
        self.refilled = now;
        let bytes = self.bytes.refill(budget.bytes, seconds);
        let messages = self.messages.refill(budget.messages, seconds);
        let controls = self.controls.refill(budget.controls, seconds);
        bytes.max(messages).max(controls)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Budget, FRAME_BYTES, Meter, Rate, TURN_FRAMES};

    const TURN: u64 = 1 << 40;

    fn rate(per_second: f64, burst: f64) -> Rate {
        Rate { per_second, burst }
    }

    const OFF: Rate = Rate { per_second: 0.0, burst: 0.0 };

    fn admit_message(meter: &mut Meter) -> bool {
        let admits = meter.admits_message(10);
        if admits {
            meter.charge_message(10);
        }
        admits
    }

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let size = u16::try_from(payload.len()).expect("a short payload");
        let mut frame = vec![first];
        if size < 126 {
            frame.push(0x80 | u8::try_from(size).expect("under 126"));
        } else {
            frame.push(0xFE);
            frame.extend(size.to_be_bytes());
        }
        frame.extend([1, 2, 3, 4]);
        frame.extend(payload);
        frame
    }

    #[test]
    fn a_bucket_for_each_kind_of_frame() {
        let budget = Budget { bytes: OFF, messages: rate(10.0, 2.0), controls: rate(10.0, 1.0) };
        let mut meter = Meter::new(&budget, 0.0);
        let ping = frame(0x89, b"?");
        let text = frame(0x81, b"hello");
        let stream = [&text[..], &ping, &text, &ping, &text].concat();
        let end = text.len() * 2 + ping.len();
        assert_eq!(meter.admit(&stream, TURN), end, "before the second ping");
        assert!(meter.is_empty());
        assert!((meter.refill(&budget, 0.0) - 0.1).abs() < 1e-9);
        assert!(meter.refill(&budget, 0.1) < 1e-9);
        assert_eq!(meter.admit(&stream[end..], TURN), ping.len() + text.len());
    }

    #[test]
    fn bytes_are_counted_with_what_a_frame_costs() {
        let budget = Budget { bytes: rate(100.0, 1000.0), messages: OFF, controls: OFF };
        let mut meter = Meter::new(&budget, 0.0);
        let text = frame(0x81, &[b'x'; 2000]);
        let first = 1000 - usize::try_from(FRAME_BYTES).expect("small");
        assert_eq!(meter.admit(&text, TURN), first);
        let wait = meter.refill(&budget, 0.0);
        assert!((wait - 0.1).abs() < 1e-9);
        assert!(meter.refill(&budget, 0.5) < 1e-9);
        assert_eq!(meter.admit(&text[first..], TURN), 50);
    }

    #[test]
    fn an_empty_bucket_is_not_used_drop_by_drop() {
        let budget = Budget { bytes: OFF, messages: rate(100.0, 100.0), controls: OFF };
        let mut meter = Meter::new(&budget, 0.0);
        while admit_message(&mut meter) {}
        assert!((meter.refill(&budget, 0.05) - 0.05).abs() < 1e-9, "five of ten tokens");
        assert!(meter.refill(&budget, 0.1) < 1e-9);
        assert!((meter.refill(&budget, 0.1)) < 1e-9, "nothing is missing");
    }

    #[test]
    fn a_turn_ends_after_some_frames_and_after_some_bytes() {
        let budget = Budget { bytes: OFF, messages: OFF, controls: OFF };
        let mut meter = Meter::new(&budget, 0.0);
        let texts = frame(0x81, b"hello").repeat(20);
        assert_eq!(meter.admit(&texts, TURN), 11 * TURN_FRAMES as usize);
        let mut meter = Meter::new(&budget, 0.0);
        let long = frame(0x81, &[b'x'; 2000]);
        assert_eq!(meter.admit(&long, FRAME_BYTES + 8 + 100), 108);
        assert!(!meter.is_empty());
        let fragments = frame(0x00, b"x").repeat(20);
        let mut meter = Meter::new(&budget, 0.0);
        assert_eq!(meter.admit(&fragments, 10 * (FRAME_BYTES + 7)), 70);
    }

    #[test]
    fn an_idle_client_has_at_most_another_full_bucket() {
        let budget = Budget { bytes: OFF, messages: rate(1.0, 3.0), controls: OFF };
        let mut meter = Meter::new(&budget, 0.0);
        for _ in 0..3 {
            assert!(admit_message(&mut meter));
        }
        assert!(!admit_message(&mut meter));
        assert!(meter.refill(&budget, 1000.0) < 1e-9);
        for _ in 0..3 {
            assert!(admit_message(&mut meter));
        }
        assert!(!admit_message(&mut meter));
    }

    #[test]
    fn one_message_is_admitted_at_the_beginning_of_a_frame_only() {
        let budget = Budget { bytes: OFF, messages: OFF, controls: OFF };
        let mut meter = Meter::new(&budget, 0.0);
        assert_eq!(meter.admit(&frame(0x81, b"hello")[..8], TURN), 8);
        assert!(!admit_message(&mut meter));
        assert_eq!(meter.admit(b"abc", TURN), 3);
        assert!(admit_message(&mut meter));
        assert_eq!(meter.admit(&[0x81], TURN), 1);
        assert!(!admit_message(&mut meter));
    }

    #[test]
    fn another_budget_counts_from_the_next_refill() {
        let off = Budget { bytes: OFF, messages: OFF, controls: OFF };
        let on = Budget { bytes: OFF, messages: rate(1.0, 2.0), controls: OFF };
        let mut meter = Meter::new(&off, 0.0);
        meter.refill(&on, 0.0);
        assert!(
            admit_message(&mut meter) && admit_message(&mut meter) && !admit_message(&mut meter)
        );
        meter.refill(&off, 0.0);
        assert!(admit_message(&mut meter));
    }

    proptest! {
        /// However a stream is cut, the same bytes are admitted, if the turns are long.
        #[test]
        fn the_cuts_of_a_stream_change_nothing(
            frames in prop::collection::vec(
                (any::<u8>(), prop::collection::vec(any::<u8>(), 0..200)), 0..7),
            cuts in prop::collection::vec(1usize..40, 0..60),
        ) {
            let stream: Vec<u8> =
                frames.iter().flat_map(|(first, payload)| frame(*first, payload)).collect();
            let budget =
                Budget { bytes: rate(1.0, 1500.0), messages: rate(1.0, 4.0), controls: rate(1.0, 2.0) };
            let whole = Meter::new(&budget, 0.0).admit(&stream, TURN);
            let mut meter = Meter::new(&budget, 0.0);
            let mut at = 0;
            for cut in cuts.into_iter().chain([stream.len()]) {
                let end = (at + cut).min(stream.len());
                let admitted = meter.admit(&stream[at..end], TURN);
                at += admitted;
                if at < end {
                    break;
                }
            }
            // A header that is cut is admitted in part, before its frame is known.
            prop_assert!(at >= whole && at - whole < 14, "{at} of {whole}");
        }
    }
}
