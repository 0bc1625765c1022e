//! The codecs of the websocket subprotocols, one native call for each message.
//!
//! Python's classes in `mudwire.wire_formats` inherit from these and add their
//! names; a game may override any method there.
#![expect(clippy::unused_self, reason = "a codec is asked through its instance")]

mod codec;
mod evennia_v1;
mod gmcp;
mod json;
mod memo;
mod options;
mod scratch;
mod terminal;

pub use codec::Codec;
pub use evennia_v1::EvenniaV1Codec;
pub use gmcp::{GmcpCodec, decode_gmcp, encode_gmcp};
pub use json::JsonCodec;
pub use terminal::TerminalCodec;
