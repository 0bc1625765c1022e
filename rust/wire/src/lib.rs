//! The wire formats of the webclient protocol, and RFC 6455 frames, without Python.

pub mod blank;
pub mod command;
pub mod envelope;
pub mod frame;
pub mod gmcp;
pub mod head;
pub mod json;
pub mod meter;
pub mod reader;
