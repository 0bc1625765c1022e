//! Writers that turn markup into other text: ANSI, plain text, and ANSI without anything that gets in
//! the way of a single pass.

mod ansi;
mod backspace;
mod links;
mod plain;
mod resolve;

pub use ansi::{AnsiOptions, ansi};
pub use links::strip_links;
pub use plain::{plain, raw, strip_sgr, strip_unsafe_tokens};
pub(crate) use resolve::resolve;
