//! Reads the messages of a client that come in parts: fragments, and frames that are cut anywhere.
//!
//! The reader takes what nearly every client sends: masked, uncompressed, valid frames within the
//! limit. It unmasks and checks each byte once, as it comes in, so its work is linear however the
//! bytes are cut. It stops before the first bytes that are anything else: a close frame, a
//! violation of RFC 6455, text that cannot be UTF-8. The caller gives those, with the state of the
//! reader, to a complete implementation.

use crate::frame::{Kind, unmask_from};
use crate::head::opcode::{BINARY, CONTINUATION, PING, PONG, TEXT};
use crate::head::{Head, PartialHead};

/// What a frame of a message costs in memory, besides its payload, in an implementation that keeps
/// the fragments apart. The first frame of a message is free.
const FRAGMENT_BYTES: u64 = 64;

/// What the reader has found in the bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A whole message.
    Message(Kind, Vec<u8>),
    /// A ping.
    Ping(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    /// The end of a frame that is not the last one of its message.
    Fragment,
    /// Bytes that this reader does not take.
    Other,
    /// Nothing: the bytes end before.
    Nothing,
}

/// The data that the reader has taken, for counters.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Bytes of the payload of data frames.
    pub payload: usize,
    /// Whole data frames.
    pub frames: usize,
    /// Whole messages.
    pub messages: usize,
}

/// A frame whose payload has not come in whole.
#[derive(Debug, Clone, Copy)]
pub struct OpenFrame {
    /// Its header.
    pub head: Head,
    /// Bytes of its payload that the reader has taken.
    pub done: u64,
}

/// A message whose frames have not come in whole.
#[derive(Debug)]
pub struct OpenMessage {
    /// What the payload is.
    pub kind: Kind,
    /// The payload so far, unmasked.
    pub payload: Vec<u8>,
    /// Bytes of the payload at its start that are whole UTF-8 characters.
    pub valid: usize,
    /// The announced lengths of its frames together.
    pub announced: u64,
    /// The same with what the frames cost, which the limit counts.
    pub counted: u64,
}

/// The state of a connection between two calls: what has been taken and is not whole.
#[derive(Debug, Default)]
pub struct Reader {
    head: PartialHead,
    frame: Option<OpenFrame>,
    message: Option<OpenMessage>,
    control: Vec<u8>,
}

impl Reader {
    /// Reads up to the next thing of interest.
    ///
    /// `limit` is the most bytes of a message. `want_fragments` asks for [`Found::Fragment`].
    /// Returns what was found and how many of the bytes were used, and adds to `taken`.
    pub fn next(
        &mut self,
        bytes: &[u8],
        limit: u64,
        want_fragments: bool,
        taken: &mut Taken,
    ) -> (Found, usize) {
        let mut at = 0;
        loop {
            let Some(frame) = self.frame else {
                let known = self.head.bytes().len();
                let longer = self.head.with(&bytes[at..]);
                if longer.bytes().len() > 1 && !self.takes(longer.bytes()[0], longer.bytes()[1]) {
                    return (Found::Other, at);
                }
                let Some(head) = Head::read(longer.bytes()) else {
                    self.head = longer;
                    return (Found::Nothing, bytes.len());
                };
                if !self.begins(head, limit) {
                    return (Found::Other, at);
                }
                self.head = PartialHead::default();
                self.frame = Some(OpenFrame { head, done: 0 });
                at += head.size - known;
                continue;
            };
            let rest = frame.head.length - frame.done;
            if rest > 0 && at == bytes.len() {
                return (Found::Nothing, at);
            }
            let size =
                usize::try_from(rest).map_or(bytes.len() - at, |rest| rest.min(bytes.len() - at));
            let ends = size as u64 == rest;
            if !self.take(frame, &bytes[at..at + size], ends) {
                return (Found::Other, at);
            }
            at += size;
            if !frame.head.is_control() {
                taken.payload += size;
            }
            if !ends {
                self.frame = Some(OpenFrame { done: frame.done + size as u64, ..frame });
                return (Found::Nothing, at);
            }
            self.frame = None;
            match self.end(frame.head, taken) {
                Found::Fragment if !want_fragments => {}
                found => return (found, at),
            }
        }
    }

    /// Whether there is nothing that has been taken and is not whole.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.head.bytes().is_empty() && self.frame.is_none() && self.message.is_none()
    }

    /// The bytes of a header that is not whole.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        self.head.bytes()
    }

    /// The frame that is not whole.
    #[must_use]
    pub fn frame(&self) -> Option<&OpenFrame> {
        self.frame.as_ref()
    }

    /// The message that is not whole.
    #[must_use]
    pub fn message(&self) -> Option<&OpenMessage> {
        self.message.as_ref()
    }

    /// The payload so far of a control frame that is not whole, unmasked.
    #[must_use]
    pub fn control(&self) -> &[u8] {
        &self.control
    }

    /// The memory that the payloads take, in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.message.as_ref().map_or(0, |message| message.payload.capacity())
            + self.control.capacity()
    }

    /// Whether a frame with these first two bytes may come now, and is one that the reader takes.
    fn takes(&self, first: u8, second: u8) -> bool {
        let is_final = first & 0x80 != 0;
        let opcode = first & 0x7F; // with the reserved bits, which must be 0
        let is_masked = second & 0x80 != 0;
        is_masked
            && match opcode {
                CONTINUATION => self.message.is_some(),
                TEXT | BINARY => self.message.is_none(),
                PING | PONG => is_final && second & 0x7F < 126,
                _ => false,
            }
    }

    /// Begins the frame of a header, and its message; false if the reader does not take it.
    fn begins(&mut self, head: Head, limit: u64) -> bool {
        let shortest = match head.size {
            ..8 => true,
            8 => head.length > 125,
            _ => head.length > 0xFFFF && head.length <= u64::MAX >> 1,
        };
        if !shortest {
            return false;
        }
        if head.is_control() {
            self.control.clear();
            return true;
        }
        let counted = match &self.message {
            None => head.length,
            Some(message) => {
                message.counted.saturating_add(FRAGMENT_BYTES).saturating_add(head.length)
            }
        };
        if counted > limit {
            return false;
        }
        let message = self.message.get_or_insert_with(|| OpenMessage {
            kind: if head.opcode() == TEXT { Kind::Text } else { Kind::Binary },
            payload: Vec::new(),
            valid: 0,
            announced: 0,
            counted: 0,
        });
        message.counted = counted;
        message.announced = message.announced.saturating_add(head.length);
        true
    }

    /// Takes a part of a frame's payload; false, and nothing is taken, if it is not UTF-8 in a text.
    fn take(&mut self, frame: OpenFrame, masked: &[u8], ends: bool) -> bool {
        let Some(key) = frame.head.key else { return false };
        let shift = usize::try_from(frame.done % 4).unwrap_or_default(); // it is under 4
        if frame.head.is_control() {
            unmask_from(masked, key, shift, &mut self.control);
            return true;
        }
        let Some(message) = &mut self.message else { return false };
        let before = message.payload.len();
        unmask_from(masked, key, shift, &mut message.payload);
        if message.kind == Kind::Binary {
            return true;
        }
        let valid = match std::str::from_utf8(&message.payload[message.valid..]) {
            Ok(_) => message.payload.len(),
            Err(error) if error.error_len().is_none() => message.valid + error.valid_up_to(),
            Err(_) => {
                message.payload.truncate(before);
                return false;
            }
        };
        if ends && frame.head.is_final() && valid < message.payload.len() {
            message.payload.truncate(before);
            return false;
        }
        message.valid = valid;
        true
    }

    /// Ends a frame, and with it perhaps a message.
    fn end(&mut self, head: Head, taken: &mut Taken) -> Found {
        match head.opcode() {
            PING => return Found::Ping(std::mem::take(&mut self.control)),
            PONG => return Found::Pong(std::mem::take(&mut self.control)),
            _ => taken.frames += 1,
        }
        if !head.is_final() {
            return Found::Fragment;
        }
        taken.messages += 1;
        self.message
            .take()
            .map_or(Found::Nothing, |message| Found::Message(message.kind, message.payload))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Found, Reader, Taken};
    use crate::frame::{Kind, read, unmask};

    const KEY: [u8; 4] = [0xA1, 7, 0x5C, 0xFF];

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match payload.len() {
            size @ ..126 => frame.push(0x80 | u8::try_from(size).expect("under 126")),
            size => {
                frame.push(0xFE);
                frame.extend(u16::try_from(size).expect("a short payload").to_be_bytes());
            }
        }
        frame.extend(KEY);
        let start = frame.len();
        frame.resize(start + payload.len(), 0);
        unmask(payload, KEY, &mut frame[start..]);
        frame
    }

    /// Reads a stream in pieces; returns what was found, the counts, and where it stopped.
    fn read_in_pieces(stream: &[u8], cuts: &[usize]) -> (Vec<Found>, Taken, usize) {
        let (mut reader, mut taken, mut found) = (Reader::default(), Taken::default(), Vec::new());
        let mut at = 0;
        for cut in cuts.iter().copied().chain([stream.len()]) {
            let end = (at + cut).min(stream.len());
            while at < end {
                let (one, used) = reader.next(&stream[at..end], 10_000, false, &mut taken);
                at += used;
                match one {
                    Found::Other => return (found, taken, at),
                    Found::Nothing => assert_eq!(at, end),
                    one => found.push(one),
                }
            }
        }
        (found, taken, at)
    }

    #[test]
    fn a_message_in_fragments_with_a_ping_between() {
        let stream = [frame(0x01, b"hel"), frame(0x89, b"?"), frame(0x80, b"lo")].concat();
        let (found, taken, end) = read_in_pieces(&stream, &[]);
        assert_eq!(
            found,
            [Found::Ping(b"?".to_vec()), Found::Message(Kind::Text, b"hello".to_vec())]
        );
        assert_eq!(taken, Taken { payload: 5, frames: 2, messages: 1 });
        assert_eq!(end, stream.len());
    }

    #[test]
    fn fragments_are_told_if_asked_for() {
        let stream = frame(0x02, b"part");
        let mut reader = Reader::default();
        let found = reader.next(&stream, 100, true, &mut Taken::default());
        assert_eq!(found, (Found::Fragment, stream.len()));
        assert!(!reader.is_blank());
    }

    #[test]
    fn it_stops_before_what_it_does_not_take() {
        let text = frame(0x01, b"begun");
        for other in [
            frame(0x88, b""),                     // close
            frame(0xC1, b"x"),                    // a reserved bit
            frame(0x83, b"x"),                    // a reserved opcode
            frame(0x81, b"x"),                    // a new message inside of another
            frame(0x09, b"x"),                    // a control frame in fragments
            vec![0x80, 0x01, b'x'],               // unmasked
            vec![0x89, 0xFE, 0, 126, 1, 2, 3, 4], // a long ping
            vec![0x80, 0xFE, 0, 125, 1, 2, 3, 4], // a length in a longer form than needed
            vec![0x80, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 1, 2, 3, 4],
            vec![0x80, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
            vec![0x80, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4], // over the limit
            frame(0x80, b"\xC0"),                                 // not UTF-8
            frame(0x80, b"\xE2\x82"), // the text ends inside a character
        ] {
            let stream = [&text[..], &other].concat();
            let (found, taken, end) = read_in_pieces(&stream, &[]);
            assert!(found.is_empty());
            let header_taken = other.starts_with(&[0x80]) && end > text.len();
            assert!(end == text.len() || header_taken, "{other:x?}");
            assert_eq!(taken, Taken { payload: 5, frames: 1, messages: 0 });
        }
    }

    #[test]
    fn two_bytes_of_a_header_can_be_enough_to_stop() {
        let mut reader = Reader::default();
        let mut next = |bytes: &[u8]| reader.next(bytes, 100, false, &mut Taken::default());
        assert_eq!(next(&[0x8B]), (Found::Nothing, 1));
        assert_eq!(next(&[0x80]), (Found::Other, 0));
        assert_eq!(reader.head(), [0x8B]);
    }

    #[test]
    fn fragments_count_towards_the_limit_with_what_they_cost() {
        let stream = [frame(0x01, b""), frame(0x00, b"").repeat(2)].concat();
        let next = |limit| Reader::default().next(&stream, limit, false, &mut Taken::default()).0;
        assert_eq!(next(128), Found::Nothing);
        assert_eq!(next(127), Found::Other);
    }

    proptest! {
        #[test]
        fn the_cuts_of_a_stream_change_nothing(
            messages in prop::collection::vec(
                (any::<bool>(), prop::collection::vec(".{0,40}", 1..4), any::<bool>()), 0..5),
            cuts in prop::collection::vec(1usize..30, 0..60),
        ) {
            let mut stream = Vec::new();
            let mut expected = Vec::new();
            for (is_text, parts, pings) in &messages {
                let opcode = if *is_text { 1 } else { 2 };
                for (i, part) in parts.iter().enumerate() {
                    let fin = if i + 1 == parts.len() { 0x80 } else { 0 };
                    stream.extend(frame(if i == 0 { opcode } else { 0 } | fin, part.as_bytes()));
                    if *pings {
                        stream.extend(frame(0x8A, b"pong"));
                        expected.push(Found::Pong(b"pong".to_vec()));
                    }
                }
                let kind = if *is_text { Kind::Text } else { Kind::Binary };
                let whole = parts.concat().into_bytes();
                let at = expected.len() - usize::from(*pings);
                expected.insert(at, Found::Message(kind, whole));
            }
            let (found, taken, end) = read_in_pieces(&stream, &cuts);
            prop_assert_eq!(found, expected);
            prop_assert_eq!(taken.messages, messages.len());
            prop_assert_eq!(end, stream.len());
        }

        /// Any bytes, cut anywhere: the counts and the end are those of the uncut bytes.
        #[test]
        fn any_bytes_stop_at_the_same_place(
            frames in prop::collection::vec(
                (prop::sample::select(vec![0x01u8, 0x81, 0x00, 0x80, 0x89, 0x82, 0x83, 0xC1]),
                 prop::collection::vec(any::<u8>(), 0..20)), 0..6),
            cuts in prop::collection::vec(1usize..20, 0..40),
        ) {
            let stream: Vec<u8> =
                frames.iter().flat_map(|(first, payload)| frame(*first, payload)).collect();
            let whole = read_in_pieces(&stream, &[]);
            let pieces = read_in_pieces(&stream, &cuts);
            prop_assert_eq!(pieces.0, whole.0);
            prop_assert_eq!(pieces.1.messages, whole.1.messages);
        }

        /// A simple frame is found by both readers.
        #[test]
        fn simple_frames_are_those_of_the_reader_of_whole_frames(
            payload in prop::collection::vec(any::<u8>(), 0..300),
            first in prop::sample::select(vec![0x81u8, 0x82]),
        ) {
            let stream = frame(first, &payload);
            let simple = read(&stream, 10_000).expect("a simple frame");
            let (found, used) = Reader::default().next(&stream, 10_000, false, &mut Taken::default());
            if simple.kind == Kind::Binary || std::str::from_utf8(&payload).is_ok() {
                prop_assert_eq!(found, Found::Message(simple.kind, payload));
                prop_assert_eq!(used, simple.length);
            } else {
                prop_assert_eq!(found, Found::Other);
            }
        }
    }
}
