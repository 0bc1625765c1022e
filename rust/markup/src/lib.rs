//! Colour markup and ANSI of text games, converted to HTML, ANSI, plain text and more.
//!
//! The rules of the crate:
//! * A [`Dialect`] says which markup tokens there are; [`Dialect::evennia`] is the stock one.
//! * Where Evennia's converters answer well, these give the same answer, to the byte.
//! * Every input converts, in time linear in its length. Nothing in a text leaves the closed list of
//!   tags, attributes, classes and URL schemes, and no control character stays in HTML.
//!
//! There are two layers of events, because ANSI is a rewriting of markup and HTML is not: a token
//! that becomes a sequence stays a token, whatever the style was before.
//! * [`tokens`] has the one scan loop. It tells a `TokenSink` of text, tokens and escapes.
//!   [`rewrite`] holds the writers that need no more: ANSI and plain text.
//! * [`parse`] is a `TokenSink` that reads raw sequences, links and URLs too, and keeps the style. It
//!   tells a [`sink`] of styled text, line ends and links. [`sinks`] holds the writers of that kind;
//!   a new output format is one more file there.
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
