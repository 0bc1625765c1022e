//! Places in a message, for the log.

use std::fmt;

use pyo3::prelude::*;

/// A value that JSON cannot carry, and where it stands.
pub struct Lost {
    place: String,
    reason: String,
}

impl Lost {
    /// Keeps the place as text.
    pub fn new(place: &Place<'_>, reason: String) -> Self {
        Self { place: place.to_string(), reason }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.place, self.reason)
    }
}

/// Where a value stands: `args[1].inventory[3]`. It becomes text only for a lost value.
pub enum Place<'a> {
    /// A value of the message, by its name.
    Named(&'a str),
    /// An element of an array.
    Element(&'a Container<'a>, usize),
    /// An entry of an object.
    Entry(&'a Container<'a>, &'a str),
}

/// An array or object that is being written.
pub struct Container<'a> {
    pub place: &'a Place<'a>,
    /// The address of the Python object, which shows that a container holds itself.
    pub address: usize,
    pub depth: usize,
}

impl<'a> Container<'a> {
    /// Makes a container that stands in no other.
    pub fn outermost(object: &Bound<'_, PyAny>, place: &'a Place<'a>) -> Self {
        Self { place, address: object.as_ptr() as usize, depth: 0 }
    }
}

impl<'a> Place<'a> {
    /// Returns the container that the value stands in.
    pub fn container(&self) -> Option<&'a Container<'a>> {
        match self {
            Self::Named(_) => None,
            Self::Element(container, _) | Self::Entry(container, _) => Some(container),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => formatter.write_str(name),
            Self::Element(container, index) => write!(formatter, "{}[{index}]", container.place),
            Self::Entry(container, key) => write!(formatter, "{}.{key}", container.place),
        }
    }
}
