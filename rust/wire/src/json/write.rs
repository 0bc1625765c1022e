//! The JSON writers: UTF-8, no padding, Python's notation of numbers.

use std::io::Write; // writing to a Vec cannot fail

use super::scan::plain_prefix;

/// Appends `text` as a JSON string, quotes included.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    write_string_part(text, out);
    out.push(b'"');
}

/// Appends `text` as the inside of a JSON string.
pub fn write_string_part(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at(plain_prefix(rest));
        out.extend_from_slice(plain);
        let Some((&byte, after)) = special.split_first() else {
            return;
        };
        write_escape(byte, out);
        rest = after;
    }
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        b'\x08' => b'b',
        b'\x0c' => b'f',
        _ => {
            let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&digits);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Appends an integer.
pub fn write_integer(value: i64, out: &mut Vec<u8>) {
    let _ = write!(out, "{value}");
}

/// Appends a float as Python's `repr` writes it. A float that is not finite
/// becomes `null`, because JSON cannot carry it.
pub fn write_float(value: f64, out: &mut Vec<u8>) {
    if !value.is_finite() {
        out.extend_from_slice(b"null");
        return;
    }
    // Both languages write the fewest digits that read back as the same float.
    // Python uses an exponent below 1e-4 and from 1e16 on.
    if value == 0.0 || (1e-4..1e16).contains(&value.abs()) {
        let _ = write!(out, "{value:?}");
        return;
    }
    let text = format!("{value:e}");
    let text = match text.split_once("e-") {
        Some((mantissa, exponent)) => format!("{mantissa}e-{exponent:0>2}"),
        None => text.replace('e', "e+"),
    };
    out.extend_from_slice(text.as_bytes());
}
