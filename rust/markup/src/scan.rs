//! Finds the bytes that may be more than text, 64 at a time.
//!
//! A [`Class`] is a set of bytes. Membership is written without branches, so that the compiler makes
//! vector instructions of a loop over a block; a multiplication then gathers eight answers into
//! eight bits. No intrinsics, so no `unsafe`, and every processor gains.
#![expect(clippy::needless_bitwise_bool, reason = "a branch would keep the loop from vectors")]

/// A set of bytes. It may hold a few bytes too many if that saves an instruction. Readers ignore those.
pub(crate) trait Class: Copy {
    /// Whether `byte` is in the set, without a branch.
    fn contains(self, byte: u8) -> bool;
}

/// The bytes that the reader of styled text looks at: control characters, markup, the punctuation of
/// URLs, and the characters that HTML and JSON escape.
#[derive(Clone, Copy)]
pub(crate) struct StyledBytes {
    /// First byte of tokens, where it is not the bar or the brace.
    pub lead: u8,
}

impl Class for StyledBytes {
    #[inline]
    fn contains(self, byte: u8) -> bool {
        (byte <= 0x1f)
            | (byte & 0x9f == 0x1c) // < \ |
            | (byte | 0x14 == 0x3e) // * . : >
            | (byte | 0x04 == b'&') // " &
            | (byte.wrapping_sub(b'{') <= 0x7f - b'{') // { | } ~ DEL
            | (byte == 0xc2) // U+0080 to U+00BF
            | (byte == self.lead)
    }
}

/// What the rewriters have to look at: markup.
#[derive(Clone, Copy)]
pub(crate) struct MarkupBytes {
    /// First byte of tokens, where it is not the bar or the brace.
    pub lead: u8,
}

impl Class for MarkupBytes {
    #[inline]
    fn contains(self, byte: u8) -> bool {
        (byte.wrapping_sub(b'{') <= b'|' - b'{') | (byte == self.lead)
    }
}

const BLOCK: usize = 64;

/// Steps through the bytes of a class in a text.
pub(crate) struct Scanner<'a, C> {
    text: &'a [u8],
    class: C,
    /// Start of the block that `mask` describes; a multiple of [`BLOCK`].
    base: usize,
    /// Bit `i` says whether byte `base + i` is in the class.
    mask: u64,
}

impl<'a, C: Class> Scanner<'a, C> {
    pub fn new(text: &'a [u8], class: C) -> Self {
        Self { text, class, base: 0, mask: mask(text, 0, class) }
    }

    /// Position of the first byte of the class at or after `from`, or the length of the text.
    #[inline]
    pub fn next(&mut self, from: usize) -> usize {
        if from >= self.base + BLOCK {
            if from >= self.text.len() {
                return self.text.len();
            }
            self.base = from & !(BLOCK - 1);
            self.mask = mask(self.text, self.base, self.class);
        }
        let mut left = self.mask & (u64::MAX << (from - self.base));
        while left == 0 {
            if self.base + BLOCK >= self.text.len() {
                return self.text.len();
            }
            self.base += BLOCK;
            self.mask = mask(self.text, self.base, self.class);
            left = self.mask;
        }
        self.base + left.trailing_zeros() as usize
    }
}

fn mask<C: Class>(text: &[u8], base: usize, class: C) -> u64 {
    let rest = &text[base..];
    if let Some(block) = rest.first_chunk() {
        block_mask(block, class)
    } else {
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        block_mask(&block, class) & ((1 << rest.len()) - 1)
    }
}

#[inline]
fn block_mask<C: Class>(block: &[u8; BLOCK], class: C) -> u64 {
    /// Moves bit `8 * i` of a product to bit `56 + i`.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let members = block.map(|byte| u8::from(class.contains(byte)));
    let (eights, _) = members.as_chunks::<8>();
    let bits = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56;
    eights.iter().rev().fold(0, |mask, eight| mask << 8 | bits(eight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_styled(byte: u8) -> bool {
        byte < 0x20 || b"\"&*.:<>\\{|}~%\x7f\xc2".contains(&byte)
    }

    #[test]
    fn each_class_holds_its_bytes_and_no_others() {
        for byte in 0..=255 {
            assert_eq!(StyledBytes { lead: b'%' }.contains(byte), is_styled(byte), "{byte:#x}");
            assert_eq!(
                MarkupBytes { lead: b'%' }.contains(byte),
                b"{|%".contains(&byte),
                "{byte:#x}"
            );
        }
    }

    proptest! {
        #[test]
        fn finds_every_byte_of_the_class_in_order(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut scanner = Scanner::new(&text, StyledBytes { lead: b'%' });
            let mut found = Vec::new();
            let mut at = scanner.next(0);
            while at < text.len() {
                found.push(at);
                at = scanner.next(at + 1);
            }
            prop_assert_eq!(scanner.next(text.len()), text.len());
            let expected: Vec<_> = (0..text.len()).filter(|&i| is_styled(text[i])).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn a_scanner_may_skip_bytes(text in "[a-z|]{0,300}", jump in 1..200_usize) {
            let bytes = text.as_bytes();
            let mut scanner = Scanner::new(bytes, MarkupBytes { lead: b'|' });
            let mut at = 0;
            while at < bytes.len() {
                let next = scanner.next(at);
                let expected = (at..bytes.len()).find(|&i| bytes[i] == b'|').unwrap_or(bytes.len());
                prop_assert_eq!(next, expected);
                at = next + jump;
            }
        }
    }
}
