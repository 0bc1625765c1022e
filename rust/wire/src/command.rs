//! The command text of `v1.evennia.com`: `["name", args, kwargs]`.

use crate::json::{Builder, Discard, Reader};

/// One command, in the caller's own values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command<K, V> {
    /// Which inputfunc is meant.
    pub name: K,
    /// Usually an array; any JSON value is handed on.
    pub args: V,
    /// Usually an object; any JSON value is handed on.
    pub kwargs: V,
}

/// Reads a command: an array of three or more elements that starts with a
/// string. What follows the third element is checked and dropped, as Evennia does.
///
/// # Errors
/// A [`ReadError`](crate::json::ReadError) where `text` is not such an array or passes a limit, or the builder's own.
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
