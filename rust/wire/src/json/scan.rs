//! The search for the end of the plain text in a JSON string, eight bytes at a time.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH_BITS: u64 = ONES << 7;

/// Returns the number of bytes before the first quote, backslash or control
/// character below U+0020 (RFC 8259, section 7).
pub(crate) fn plain_prefix(bytes: &[u8]) -> usize {
    let mut length = 0;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word = u64::from_le_bytes(word.try_into().expect("chunks_exact(8) gives eight"));
        let special = special(word);
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = words.remainder();
    length + rest.iter().position(|&byte| is_special(byte)).unwrap_or(rest.len())
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Sets the high bit of each special byte. A borrow can only spoil the bytes
/// above a special byte, so the lowest set bit is always right.
fn special(word: u64) -> u64 {
    let control = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
    let quote = zero_bytes(word ^ (ONES * u64::from(b'"')));
    let backslash = zero_bytes(word ^ (ONES * u64::from(b'\\')));
    (control | quote | backslash) & HIGH_BITS
}

fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

#[cfg(test)]
mod tests {
    use super::{is_special, plain_prefix};
    use proptest::prelude::*;

    fn naive(bytes: &[u8]) -> usize {
        bytes.iter().position(|&byte| is_special(byte)).unwrap_or(bytes.len())
    }

    #[test]
    fn every_byte_is_found_at_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                let mut bytes = [b'x'; 20];
                bytes[place] = byte;
                assert_eq!(plain_prefix(&bytes), naive(&bytes), "{byte:#x} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn plain_prefix_is_the_naive_one(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(plain_prefix(&bytes), naive(&bytes));
        }

        #[test]
        fn plain_prefix_is_the_naive_one_on_long_runs(
            run in proptest::collection::vec(0x20u8..=0xff, 0..200), byte: u8, place: prop::sample::Index,
        ) {
            let mut bytes = run;
            bytes.insert(place.index(bytes.len() + 1), byte);
            prop_assert_eq!(plain_prefix(&bytes), naive(&bytes));
        }
    }
}
