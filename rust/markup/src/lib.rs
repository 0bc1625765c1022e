//! Colour markup and ANSI of text games, converted to HTML, ANSI, plain text and more.
//!
//! The rules of the crate:
//! * A [`Dialect`] says which markup tokens there are; [`Dialect::evennia`] is the stock one.
//! * Where Evennia's converters answer well, these give the same answer, to the byte.
//! * Every input converts, in time linear in its length. Nothing in a text leaves the closed list of
//!   tags, attributes, classes and URL schemes, and no control character stays in HTML.
//!
//! There are two layers of events, because ANSI is a rewriting of markup and HTML is not: `|r|n`
//! leaves two sequences in ANSI and nothing in HTML.
//! * [`tokens`] has the one scan loop. Its events are text, tokens and escapes, for a `TokenSink`.
//!   [`rewrite`] holds the writers that need no more: ANSI and plain text.
//! * [`parse`] is a `TokenSink` that also reads raw sequences, links and URLs, and keeps the style. Its
//!   events are styled text, line ends and links, for a [`sink`]. [`sinks`] holds the writers of
//!   that kind: a new output format is one more file there, and two lines in `sinks.rs`.
//!
//! Each module uses only modules above it in the list below, so that no two need each other.

mod step_counter;

mod color;
mod palette;
mod percent;
mod style;

mod escape;
mod link;
mod scan;

mod dialect;
mod url;

mod tokens;

mod rewrite;

mod sink;

mod parse;

mod sinks;

#[cfg(test)]
mod hostile;

pub use dialect::{Dialect, DialectError, Table};
pub use rewrite::{AnsiOptions, ansi, plain, raw, strip_links, strip_sgr, strip_unsafe_tokens};

pub use sinks::CONVERTERS;
pub use sinks::html::{Quoting, escape_html, html, inline_html};
pub use sinks::spans::{Span, SpanColor, SpanLink, SpanStyle, spans};
