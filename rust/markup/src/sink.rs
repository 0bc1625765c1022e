//! The upper layer of events: styled text, line ends and links.

use crate::style::Style;

/// Where a link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// A command for the game (`|lc`).
    Command(&'a str),
    /// An address of a safe scheme, or of none (`|lu`).
    Address(&'a str),
    /// A URL of the text, which is its own label. Without a scheme it stands for one with
    /// `http://`.
    Url { url: &'a str, bare: bool },
}

/// Receives styled text, in its order. Text holds no control characters.
///
/// The reader decides what is text, how it looks and which of it is a link with which
/// target; a sink only writes.
pub(crate) trait Sink {
    /// Whether a byte of `"&<>\` goes to [`character`](Self::character), not to
    /// [`text`](Self::text).
    fn escapes(&self, byte: u8) -> bool {
        let _ = byte;
        false
    }

    /// The style of the text to come. `replaces`: an earlier style is still open.
    fn style(&mut self, style: &Style, replaces: bool);

    /// The last style ends.
    fn end_style(&mut self);

    fn text(&mut self, text: &str);

    /// One byte of text that the sink asked for.
    fn character(&mut self, byte: u8) {
        let _ = byte;
    }

    /// This many spaces.
    fn spaces(&mut self, count: u8);

    fn line_end(&mut self);

    /// The text from here is the label of a link. Links do not nest, and styles do not cross their
    /// ends.
    fn begin_link(&mut self, target: Target<'_>);

    fn end_link(&mut self);

    /// Forgets every event, because the text is read again.
    fn restart(&mut self);
}
