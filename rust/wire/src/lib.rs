//! Command text and RFC 6455 frames of the webclient protocol.

pub mod frame;
