//! Frames of RFC 6455, section 5.2, as a server meets them.
//!
//! The reader takes simple frames, which nearly every client sends: one complete,
//! unfragmented, masked data frame without reserved bits, its length in the
//! shortest form. For all else it returns `None`: part of a frame, a control
//! frame, a violation. The caller gives those bytes to a complete implementation.
//! The writer makes the header of an unmasked, unfragmented data frame.

/// The longest header that [`Header::new`] makes, in bytes.
pub const MAX_HEADER: usize = 10;

/// What the payload of a data frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8, opcode 1.
    Text,
    /// Anything, opcode 2.
    Binary,
}

/// A complete data frame at the start of some bytes, its payload still masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the payload is.
    pub kind: Kind,
    /// The masking key.
    pub key: [u8; 4],
    /// The payload as it came, masked.
    pub masked: &'a [u8],
    /// How many bytes the whole frame takes.
    pub length: usize,
}

/// Reads the frame that `bytes` start with, if it is a simple frame with a
/// payload of at most `limit` bytes.
#[must_use]
pub fn read(bytes: &[u8], limit: usize) -> Option<Frame<'_>> {
    let (&[first, second], rest) = bytes.split_first_chunk()?;
    let kind = match first {
        0x81 => Kind::Text,
        0x82 => Kind::Binary,
        _ => return None,
    };
    let (size, rest) = match second {
        0x80..=0xFD => (usize::from(second & 0x7F), rest),
        0xFE => {
            let (length, rest) = rest.split_first_chunk()?;
            let size = u16::from_be_bytes(*length);
            (size > 125).then_some((usize::from(size), rest))?
        }
        0xFF => {
            let (length, rest) = rest.split_first_chunk()?;
            let size = u64::from_be_bytes(*length);
            (size > 0xFFFF).then_some((usize::try_from(size).ok()?, rest))?
        }
        _ => return None,
    };
    if size > limit {
        return None;
    }
    let (&key, rest) = rest.split_first_chunk()?;
    let masked = rest.get(..size)?;
    Some(Frame { kind, key, masked, length: bytes.len() - rest.len() + size })
}

/// Unmasks `masked` with `key` into `out`, which has the same length (section 5.3).
pub fn unmask(masked: &[u8], key: [u8; 4], out: &mut [u8]) {
    // The compiler turns blocks of sixteen bytes into vector code.
    let mut wide = [0; 16];
    for four in wide.chunks_exact_mut(4) {
        four.copy_from_slice(&key);
    }
    let (blocks, tail) = masked.as_chunks();
    let (out_blocks, out_tail) = out.as_chunks_mut();
    for (block, out) in blocks.iter().zip(out_blocks) {
        *out = (u128::from_ne_bytes(*block) ^ u128::from_ne_bytes(wide)).to_ne_bytes();
    }
    for ((byte, key), out) in tail.iter().zip(wide).zip(out_tail) {
        *out = byte ^ key;
    }
}

/// Unmasks `masked` to the end of `out`; `shift` bytes of the key are used up already.
pub fn unmask_from(masked: &[u8], mut key: [u8; 4], shift: usize, out: &mut Vec<u8>) {
    key.rotate_left(shift);
    let start = out.len();
    out.resize(start + masked.len(), 0);
    unmask(masked, key, &mut out[start..]);
}

/// The header of a data frame that a server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    bytes: [u8; MAX_HEADER],
    length: usize,
}

impl Header {
    /// Makes the header of a frame with `size` bytes of payload.
    #[must_use]
    pub fn new(kind: Kind, size: usize) -> Self {
        let mut bytes = [0; MAX_HEADER];
        bytes[0] = match kind {
            Kind::Text => 0x81,
            Kind::Binary => 0x82,
        };
        let length = if let Ok(size @ 0..=125) = u8::try_from(size) {
            bytes[1] = size;
            2
        } else if let Ok(size) = u16::try_from(size) {
            bytes[1] = 126;
            bytes[2..4].copy_from_slice(&size.to_be_bytes());
            4
        } else {
            bytes[1] = 127;
            bytes[2..10].copy_from_slice(&(size as u64).to_be_bytes());
            10
        };
        Self { bytes, length }
    }

    /// The header as it goes over the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Makes a frame of a payload that has [`MAX_HEADER`] bytes of room before it:
/// writes the header into the end of the room.
///
/// # Panics
/// If there is less room.
#[must_use]
pub fn finish(room_and_payload: &mut [u8], kind: Kind) -> &[u8] {
    let header = Header::new(kind, room_and_payload.len() - MAX_HEADER);
    let frame = &mut room_and_payload[MAX_HEADER - header.length..];
    frame[..header.length].copy_from_slice(header.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Header, Kind, MAX_HEADER, finish, read, unmask};

    /// Section 5.3 word by word: the reference for the vectorised one.
    fn naive_unmask(masked: &[u8], key: [u8; 4]) -> Vec<u8> {
        masked.iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]).collect()
    }

    /// Section 5.2 bit by bit: the reference for the reader. Gives kind, key,
    /// payload and length of the frame.
    fn naive_read(bytes: &[u8], limit: usize) -> Option<(Kind, [u8; 4], Vec<u8>, usize)> {
        let mut rest = bytes.iter().copied();
        let mut next = || rest.next();
        let first = next()?;
        let (fin, reserved, opcode) = (first >> 7, first >> 4 & 7, first & 15);
        let second = next()?;
        let (mask, short) = (second >> 7, u64::from(second & 127));
        let (size, extended) = match short {
            126 => (u64::from(next()?) << 8 | u64::from(next()?), 2),
            127 => {
                let mut size = 0;
                for _ in 0..8 {
                    size = size << 8 | u64::from(next()?);
                }
                (size, 8)
            }
            _ => (short, 0),
        };
        let shortest = match size {
            0..=125 => 0,
            126..=0xFFFF => 2,
            _ => 8,
        };
        let key = [next()?, next()?, next()?, next()?];
        let kind = match opcode {
            1 => Kind::Text,
            2 => Kind::Binary,
            _ => return None,
        };
        if (fin, reserved, mask) != (1, 0, 1) || extended != shortest || size > limit as u64 {
            return None;
        }
        let start = 2 + extended + 4;
        let end = start + usize::try_from(size).ok()?;
        let payload = bytes.get(start..end)?.to_vec();
        Some((kind, key, payload, end))
    }

    fn client_frame(first: u8, key: [u8; 4], payload: &[u8]) -> Vec<u8> {
        let mut frame = Header::new(Kind::Text, payload.len()).as_bytes().to_vec();
        frame[0] = first;
        frame[1] |= 0x80;
        frame.extend(key);
        frame.extend(naive_unmask(payload, key));
        frame
    }

    #[test]
    fn reads_the_example_of_the_rfc() {
        // Section 5.7: a single-frame masked text message, "Hello".
        let bytes = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58next";
        let frame = read(bytes, 5).expect("a simple frame");
        let mut text = [0; 5];
        unmask(frame.masked, frame.key, &mut text);
        assert_eq!((frame.kind, frame.length, &text), (Kind::Text, 11, b"Hello"));
        assert_eq!(read(bytes, 4), None, "over the limit");
    }

    #[test]
    fn lengths_have_their_shortest_form() {
        for (size, header) in [
            (0, &[0x81, 0][..]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (0xFFFF, &[0x81, 126, 0xFF, 0xFF]),
            (0x1_0000, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            assert_eq!(Header::new(Kind::Text, size).as_bytes(), header);
        }
        assert_eq!(Header::new(Kind::Binary, 1).as_bytes(), [0x82, 1]);
    }

    #[test]
    fn a_payload_with_room_becomes_a_frame() {
        for size in [0, 1, 125, 126, 0xFFFF, 0x1_0000] {
            let mut out = vec![b'x'; MAX_HEADER + size];
            let frame = finish(&mut out, Kind::Text);
            let header = Header::new(Kind::Text, size);
            assert_eq!(frame, [header.as_bytes(), &vec![b'x'; size]].concat());
        }
    }

    #[test]
    fn a_length_over_63_bits_is_not_read() {
        assert_eq!(
            read(&[0x81, 0xFF, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4], usize::MAX),
            None
        );
    }

    proptest! {
        #[test]
        fn unmask_is_the_naive_one(masked: Vec<u8>, key: [u8; 4]) {
            let mut out = vec![0; masked.len()];
            unmask(&masked, key, &mut out);
            prop_assert_eq!(out, naive_unmask(&masked, key));
        }

        #[test]
        fn read_is_the_naive_one(bytes: Vec<u8>, limit in 0usize..300) {
            let frame = read(&bytes, limit);
            let frame = frame.map(|f| (f.kind, f.key, f.masked.to_vec(), f.length));
            prop_assert_eq!(frame, naive_read(&bytes, limit));
        }

        #[test]
        fn every_cut_of_a_frame_is_read_as_the_naive_reader_does(
            first in prop_oneof![Just(0x81u8), Just(0x82), any::<u8>()],
            key: [u8; 4],
            payload in prop::collection::vec(any::<u8>(), 0..300),
            trailing in prop::collection::vec(any::<u8>(), 0..4),
        ) {
            let mut bytes = client_frame(first, key, &payload);
            bytes.extend(trailing);
            for cut in 0..=bytes.len() {
                let frame = read(&bytes[..cut], 400).map(|f| (f.kind, f.key, f.masked.to_vec(), f.length));
                prop_assert_eq!(frame, naive_read(&bytes[..cut], 400));
            }
        }
    }
}
