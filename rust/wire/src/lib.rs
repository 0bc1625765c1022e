//! Command text and RFC 6455 frames of the webclient protocol.

pub mod blank;
pub mod command;
pub mod frame;
pub mod gmcp;
pub mod json;
