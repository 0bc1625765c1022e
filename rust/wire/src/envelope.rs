//! The envelope of `json.mudstandards.org`: `{"proto": "...", "id": "...", "data": "..."}`.
//!
//! `proto` says how to read `id` and `data`. Standard: <https://mudstandards.org/websocket/>

use crate::blank::strip;
use crate::json::write_string;

/// The fields of an envelope; a field that is missing is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// The protocol of the content: `gmcp`, `text`, `prompt`, or one of the game's own.
    pub proto: &'a str,
    /// The name within the protocol, such as a GMCP package.
    pub id: &'a str,
    /// The content, mostly JSON once more.
    pub data: &'a str,
}

/// What an envelope of a client holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// A GMCP message.
    Gmcp {
        /// The package name.
        package: &'a str,
        /// Its JSON.
        data: &'a str,
    },
    /// A line that the player typed; an empty one is an Enter.
    Text(&'a str),
    /// The page's message that it goes.
    Close,
    /// A command of a protocol of the game's own.
    Command {
        /// The name of the command.
        name: &'a str,
        /// Its arguments as JSON, or empty.
        data: &'a str,
    },
    /// A message without a name.
    Nothing,
}

impl<'a> Envelope<'a> {
    /// Returns the envelope as JSON text.
    #[must_use]
    pub fn to_json(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len() + self.data.len() / 8 + 64);
        out.extend_from_slice(b"{\"proto\":");
        write_string(self.proto, &mut out);
        out.extend_from_slice(b",\"id\":");
        write_string(self.id, &mut out);
        out.extend_from_slice(b",\"data\":");
        write_string(self.data, &mut out);
        out.push(b'}');
        out
    }

    /// Returns what the envelope of a client holds. A protocol of the game's own names the
    /// command by `id`, or by `proto` if `id` is blank, as in Evennia.
    #[must_use]
    pub fn content(self) -> Content<'a> {
        let Self { proto, id, data } = self;
        match (proto, strip(id)) {
            ("gmcp", "") => Content::Nothing,
            ("gmcp", package) => Content::Gmcp { package, data },
            ("text", _) => Content::Text(data),
            ("websocket_close", _) => Content::Close,
            (proto, "") => match strip(proto) {
                "" => Content::Nothing,
                name => Content::Command { name, data },
            },
            (_, name) => Content::Command { name, data },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, Envelope};

    #[test]
    fn the_protocol_says_what_the_envelope_holds() {
        for (proto, id, data, content) in [
            ("gmcp", " Core.Ping\n", "", Content::Gmcp { package: "Core.Ping", data: "" }),
            ("gmcp", " ", "1", Content::Nothing),
            ("text", "x", "look", Content::Text("look")),
            ("text", "", "", Content::Text("")),
            ("websocket_close", "x", "1", Content::Close),
            ("p", " x ", "[1]", Content::Command { name: "x", data: "[1]" }),
            (" p ", " ", "{}", Content::Command { name: "p", data: "{}" }),
            ("", "", "1", Content::Nothing),
        ] {
            assert_eq!(Envelope { proto, id, data }.content(), content, "{proto:?} {id:?}");
        }
    }

    #[test]
    fn the_fields_are_json_strings() {
        let envelope = Envelope { proto: "gmcp", id: "A\"b", data: "{\"c\":1}" };
        let json: serde_json::Value = serde_json::from_slice(&envelope.to_json()).expect("JSON");
        assert_eq!(json, serde_json::json!({"proto": "gmcp", "id": "A\"b", "data": "{\"c\":1}"}));
    }
}
