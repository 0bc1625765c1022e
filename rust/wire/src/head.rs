//! The header of a frame of any kind (RFC 6455, section 5.2), as a client sends it.

/// The opcodes of section 5.2.
pub mod opcode {
    /// A further fragment of a message.
    pub const CONTINUATION: u8 = 0;
    /// A message of UTF-8, or its first fragment.
    pub const TEXT: u8 = 1;
    /// A message of any bytes, or its first fragment.
    pub const BINARY: u8 = 2;
    /// The end of the connection.
    pub const CLOSE: u8 = 8;
    /// Asks for a pong.
    pub const PING: u8 = 9;
    /// Answers a ping.
    pub const PONG: u8 = 10;
}

/// The longest header of a frame, in bytes.
pub const MAX_HEAD: usize = 14;

/// The header of a frame. Nothing in it is checked but that it is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// FIN, the reserved bits and the opcode.
    pub first: u8,
    /// The announced length of the payload, in bytes.
    pub length: u64,
    /// The masking key; `None` if the payload is not masked.
    pub key: Option<[u8; 4]>,
    /// How many bytes the header takes.
    pub size: usize,
}

impl Head {
    /// Reads the header that `bytes` start with; `None` if they hold only a part of it.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (&[first, second], mut rest) = bytes.split_first_chunk()?;
        let length = match second & 0x7F {
            126 => {
                let (length, behind) = rest.split_first_chunk()?;
                rest = behind;
                u64::from(u16::from_be_bytes(*length))
            }
            127 => {
                let (length, behind) = rest.split_first_chunk()?;
                rest = behind;
                u64::from_be_bytes(*length)
            }
            short => u64::from(short),
        };
        let mut key = None;
        if second & 0x80 != 0 {
            let (masking_key, behind) = rest.split_first_chunk()?;
            rest = behind;
            key = Some(*masking_key);
        }
        Some(Self { first, length, key, size: bytes.len() - rest.len() })
    }

    /// Whether the frame is the last one of its message.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.first & 0x80 != 0
    }

    /// Whether the frame is a control frame (section 5.5).
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.first & 0x08 != 0
    }

    /// The opcode.
    #[must_use]
    pub fn opcode(&self) -> u8 {
        self.first & 0x0F
    }
}

/// The bytes of a header that has not come in whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct PartialHead {
    bytes: [u8; MAX_HEAD],
    length: usize,
}

impl PartialHead {
    /// The bytes so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Returns the bytes so far with those that follow them, as far as a header can reach.
    #[must_use]
    pub fn with(&self, following: &[u8]) -> Self {
        let mut longer = *self;
        longer.length = MAX_HEAD.min(self.length + following.len());
        let taken = longer.length - self.length;
        longer.bytes[self.length..longer.length].copy_from_slice(&following[..taken]);
        longer
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, PartialHead};

    #[test]
    fn a_header_is_read_when_it_is_complete() {
        for (bytes, length, key) in [
            (&[0x81, 0x05][..], 5, None),
            (&[0x89, 0x80, 1, 2, 3, 4], 0, Some([1, 2, 3, 4])),
            (&[0x02, 0xFE, 1, 0, 1, 2, 3, 4], 256, Some([1, 2, 3, 4])),
            (&[0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 255], u64::MAX, None),
        ] {
            let head = Head { first: bytes[0], length, key, size: bytes.len() };
            assert_eq!(Head::read(bytes), Some(head));
            assert_eq!(Head::read(&[bytes, b"payload"].concat()), Some(head));
            for cut in 0..bytes.len() {
                assert_eq!(Head::read(&bytes[..cut]), None);
                let joined = PartialHead::default().with(&bytes[..cut]).with(&bytes[cut..]);
                assert_eq!(joined.bytes(), bytes);
            }
        }
    }

    #[test]
    fn bytes_behind_the_longest_header_are_not_taken() {
        assert_eq!(PartialHead::default().with(&[7; 20]).bytes(), [7; 14]);
    }
}
