//! JSON text to and from Python's objects, without a tree in between.

mod build;
mod keys;
mod walk;

pub use build::{Failure, Objects};
pub use walk::{Lost, Place, Walk};
