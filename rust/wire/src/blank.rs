//! White space as Python's `str.strip` and `str.split` know it.

/// Whether `character` is white space: Unicode's, and the four separators
/// U+001C to U+001F.
#[must_use]
pub fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// Returns `text` without the blanks around it.
#[must_use]
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// Splits `text`, which must not start with a blank, into its first word and the
/// rest behind the blanks after it, if there is a rest.
#[must_use]
pub fn split_word(text: &str) -> (&str, Option<&str>) {
    match text.split_once(is_blank) {
        Some((word, rest)) => {
            let rest = rest.trim_start_matches(is_blank);
            (word, (!rest.is_empty()).then_some(rest))
        }
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::{split_word, strip};

    #[test]
    fn blanks_are_those_of_python() {
        assert_eq!(strip("\x1c\x1f\u{85}\u{a0}\u{3000} \t\na b\r\u{2029}"), "a b");
        assert_eq!(strip("\u{200b}\u{feff}\0"), "\u{200b}\u{feff}\0");
        assert_eq!(strip(" \x1d"), "");
    }

    #[test]
    fn the_first_word_is_split_from_the_rest() {
        assert_eq!(split_word("a"), ("a", None));
        assert_eq!(split_word("a \x1e\n"), ("a", None));
        assert_eq!(split_word("a\u{2003} b c "), ("a", Some("b c ")));
        assert_eq!(split_word(""), ("", None));
    }
}
