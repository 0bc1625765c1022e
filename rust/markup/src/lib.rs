//! Colour markup and ANSI of text games, converted to HTML, ANSI and plain text.
//!
//! The rules of the house:
//! * A [`Dialect`] says which markup tokens there are; [`Dialect::evennia`] is the stock one.
//! * What Evennia's converters answer well is answered the same, to the byte.
//! * Every input converts, in time linear in its length, and the HTML keeps to a closed list of
//!   tags, attributes, classes and URL schemes, without control characters.
//!
//! The way of a text: [`scan`] finds the bytes that mean something, [`dialect`] names the tokens,
//! [`escape`] the raw sequences; [`html`], [`ansi`] and [`plain`] write. An input in which tokens,
//! raw sequences, backspaces and links get in each other's way is first written as ANSI and then
//! read again without a dialect: two plain steps, as in Evennia.

mod ansi;
mod backspace;
mod color;
mod dialect;
mod escape;
mod html;
mod link;
mod plain;
mod scan;
mod style;
mod url;
mod work;

pub use ansi::{AnsiOptions, ansi};
pub use dialect::{Dialect, DialectError, Table};
pub use html::{Quoting, escape_html, html};
pub use plain::{plain, raw, strip_links, strip_sgr, strip_unsafe_tokens};
