//! JSON text to and from Python's objects, without a tree in between.

mod build;
mod key_cache;
mod place;
mod write;

pub use build::{Failure, Objects};
pub use place::{Lost, Place};
pub use write::Writer;
