//! The command text of `v1.evennia.com`: `["name", args, kwargs]`.

use crate::json::{Builder, Discard, Reader};

/// One command, in the caller's own values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command<K, V> {
    /// The name of the inputfunc.
    pub name: K,
    /// Usually an array; any JSON value is handed on.
    pub args: V,
    /// Usually an object; any JSON value is handed on.
    pub kwargs: V,
}

/// Reads a command: an array of three or more elements that starts with a
/// string. Further elements are checked and dropped, as Evennia does.
///
/// # Errors
/// A [`ReadError`](crate::json::ReadError) if `text` is not such an array or passes a limit, or an
/// error of the builder.
pub fn read_command<B: Builder>(
    text: &str,
    builder: &B,
) -> Result<Command<B::Key, B::Value>, B::Error> {
    let mut reader = Reader::new(text);
    if !reader.take(b'[') {
        return Err(reader.not_a_command().into());
    }
    reader.enter()?;
    if !reader.take(b'"') {
        return Err(reader.not_a_command().into());
    }
    let name = builder.key(reader.string()?);
    let args = element(&mut reader, builder)?;
    let kwargs = element(&mut reader, builder)?;
    while reader.take(b',') {
        reader.value(&Discard)?;
    }
    if !reader.take(b']') {
        return Err(reader.syntax().into());
    }
    reader.end()?;
    Ok(Command { name, args, kwargs })
}

fn element<B: Builder>(reader: &mut Reader<'_>, builder: &B) -> Result<B::Value, B::Error> {
    if !reader.take(b',') {
        return Err(reader.not_a_command().into());
    }
    reader.value(builder)
}

#[cfg(test)]
mod tests {
    use super::read_command;
    use crate::json::{Discard, MAX_DEPTH, ReadError};

    #[test]
    fn an_array_of_three_or_more_that_starts_with_a_string_is_a_command() {
        for text in [
            r#"["text",["look"],{}]"#,
            r#" [ "" , null , 1.5 ] "#,
            r#"["a",[],{},{"more":[1,2]},"and more"]"#,
        ] {
            assert!(read_command(text, &Discard).is_ok(), "{text}");
        }
    }

    #[test]
    fn other_json_is_not_a_command() {
        for (text, offset) in [
            (r#"{"text":[]}"#, 0),
            (r#""text""#, 0),
            ("null", 0),
            ("[]", 1),
            ("[1,[],{}]", 1),
            ("[[],[],{}]", 1),
            (r#"["text"]"#, 7),
            (r#"["text",[]]"#, 10),
        ] {
            let error = read_command(text, &Discard).err();
            assert_eq!(error, Some(ReadError::NotACommand { offset }), "{text}");
        }
    }

    #[test]
    fn further_elements_are_checked() {
        for text in [
            r#"["a",1,2"#,
            r#"["a",1,2,]"#,
            r#"["a",1,2,nul]"#,
            r#"["a",1,2]]"#,
            r#"["a",1,2] x"#,
            r#"["a",1,2}"#,
        ] {
            let error = read_command(text, &Discard).err();
            assert!(matches!(error, Some(ReadError::Syntax { .. })), "{text}");
        }
    }

    #[test]
    fn the_outer_array_counts_as_a_level() {
        let nested = |depth: usize| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            read_command(&format!(r#"["a",{open}{close},{{}}]"#), &Discard)
        };
        assert!(nested(MAX_DEPTH - 1).is_ok());
        assert_eq!(nested(MAX_DEPTH).err(), Some(ReadError::TooDeep { offset: 4 + MAX_DEPTH }));
    }
}
