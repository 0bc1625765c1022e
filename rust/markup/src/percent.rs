//! Percent-encoding (RFC 3986, section 2.1).

use crate::palette::hexadecimal;

/// `value` with the ASCII characters encoded for which `is_encoded` holds. It is told the character and
/// the text after it.
pub(crate) fn encode(value: &str, is_encoded: impl Fn(char, &str) -> bool) -> String {
    let mut out = String::with_capacity(value.len());
    for (at, character) in value.char_indices() {
        if character.is_ascii() && is_encoded(character, &value[at + 1..]) {
            let digits = hexadecimal(value.as_bytes()[at]);
            out.push('%');
            out.extend(digits.map(|digit| char::from(digit.to_ascii_uppercase())));
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn the_chosen_ascii_characters_are_encoded() {
        let encoded = encode("a b\u{e9}\"", |character, _| !character.is_alphanumeric());
        assert_eq!(encoded, "a%20b\u{e9}%22");
        assert_eq!(encode("@a@b", |_, rest| rest.starts_with('b')), "@a%40b");
    }
}
