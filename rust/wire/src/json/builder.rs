//! The seam between the JSON reader and the caller's own objects.

use super::error::ReadError;

/// Makes the caller's objects while the text is read.
///
/// Text is handed over borrowed; a builder that keeps it copies it.
pub trait Builder {
    /// Any JSON value.
    type Value;
    /// The key of an object's entry.
    type Key;
    /// An array to which elements are still added.
    type Array;
    /// An object to which entries are still added.
    type Object;
    /// Why reading or building failed.
    type Error: From<ReadError>;

    /// Makes `null`.
    fn null(&self) -> Self::Value;
    /// Makes `true` or `false`.
    fn boolean(&self, value: bool) -> Self::Value;
    /// Makes an integer.
    fn integer(&self, value: i64) -> Self::Value;
    /// Makes an integer that does not fit into 64 bits; `None` if it passes a
    /// limit of the caller's own.
    fn big_integer(&self, digits: &str) -> Option<Self::Value>;
    /// Makes a float, which may be infinite or not a number.
    fn float(&self, value: f64) -> Self::Value;
    /// Makes a string.
    fn string(&self, text: &str) -> Self::Value;
    /// Makes the key of an object's entry.
    fn key(&self, text: &str) -> Self::Key;
    /// Makes an array of no elements.
    fn empty_array(&self) -> Self::Value;
    /// Begins an array with its first element; most have no other.
    ///
    /// # Errors
    /// When the caller cannot make it.
    fn array(&self, first: Self::Value) -> Result<Self::Array, Self::Error>;
    /// Adds an element to an array.
    ///
    /// # Errors
    /// When the caller cannot add it.
    fn push(&self, array: &mut Self::Array, value: Self::Value) -> Result<(), Self::Error>;
    /// Ends an array.
    fn end_array(&self, array: Self::Array) -> Self::Value;
    /// Begins an object.
    fn object(&self) -> Self::Object;
    /// Adds an entry to an object; a later entry of the same key replaces an earlier one.
    ///
    /// # Errors
    /// When the caller cannot add it.
    fn insert(
        &self,
        object: &mut Self::Object,
        key: Self::Key,
        value: Self::Value,
    ) -> Result<(), Self::Error>;
    /// Ends an object.
    fn end_object(&self, object: Self::Object) -> Self::Value;
}

/// Makes nothing: for a caller that only checks a text.
#[derive(Debug, Clone, Copy)]
pub struct Discard;

impl Builder for Discard {
    type Value = ();
    type Key = ();
    type Array = ();
    type Object = ();
    type Error = ReadError;

    fn null(&self) {}
    fn boolean(&self, _: bool) {}
    fn integer(&self, _: i64) {}
    fn big_integer(&self, _: &str) -> Option<()> {
        Some(())
    }
    fn float(&self, _: f64) {}
    fn string(&self, _: &str) {}
    fn key(&self, _: &str) {}
    fn empty_array(&self) {}
    fn array(&self, (): ()) -> Result<(), ReadError> {
        Ok(())
    }
    fn push(&self, (): &mut (), (): ()) -> Result<(), ReadError> {
        Ok(())
    }
    fn end_array(&self, (): ()) {}
    fn object(&self) {}
    fn insert(&self, (): &mut (), (): (), (): ()) -> Result<(), ReadError> {
        Ok(())
    }
    fn end_object(&self, (): ()) {}
}
