//! The lower layer of events, and the one scan loop: text, tokens, escapes, and other bytes that a sink
//! wants to look at.

use crate::dialect::{Dialect, Token};
use crate::scan::{Class, Scanner};

/// One pass cannot read the text, because markup, raw sequences, backspaces or escapes stand in each
/// other. They must be resolved first.
#[derive(Debug)]
pub(crate) struct InTheWay;

/// The answer of a sink for a byte that begins no token.
pub(crate) enum Look {
    /// It is text, and so is everything before this position.
    Text(usize),
    /// It is more than text, and what it is begins at this position.
    Special(usize),
}

/// Receives the text, tokens and escapes of a marked-up text, in their order.
pub(crate) trait TokenSink {
    /// The bytes that the sink wants to look at; those of markup must be among them.
    type Bytes: Class;

    fn bytes(&self) -> Self::Bytes;

    /// Text that stands for itself. It is never empty.
    fn text(&mut self, text: &str);

    /// A token, which ends at `end`; it begins `length` bytes before.
    fn token(&mut self, token: Token<'_>, length: usize, end: usize) -> Result<(), InTheWay>;

    /// A doubled bar or brace at `at`. The second of the two comes as text later.
    fn escape(&mut self, at: usize) -> Result<(), InTheWay>;

    /// A byte that begins no token. `run` is where the text begins that the sink has not received yet.
    fn look(&mut self, byte: u8, at: usize, run: usize) -> Result<Look, InTheWay>;

    /// Takes what [`Look::Special`] announced at `at`, and returns where it ends.
    fn special(&mut self, byte: u8, at: usize) -> Result<usize, InTheWay>;
}

/// Tells `sink` of everything in `text`.
#[expect(clippy::inline_always, reason = "each sink has its loop, with its own calls inlined")]
#[inline(always)]
pub(crate) fn read<S: TokenSink>(
    text: &str,
    dialect: &Dialect,
    sink: &mut S,
) -> Result<(), InTheWay> {
    let bytes = text.as_bytes();
    let mut scanner = Scanner::new(bytes, sink.bytes());
    let mut run = 0;
    let mut at = 0;
    loop {
        at = scanner.next(at);
        let Some(&byte) = bytes.get(at) else { break };
        if dialect.may_begin_token(byte) {
            if dialect.is_escape(bytes, at) {
                sink.escape(at)?;
                flush(text, run, at, sink);
                run = at + 1;
                at += 2;
                continue;
            }
            if let Some((token, length)) = dialect.token(bytes, at) {
                flush(text, run, at, sink);
                at += length;
                run = at;
                sink.token(token, length, at)?;
                continue;
            }
        }
        match sink.look(byte, at, run)? {
            Look::Text(next) => at = next,
            Look::Special(from) => {
                flush(text, run, from, sink);
                at = sink.special(byte, at)?;
                run = at;
            }
        }
    }
    flush(text, run, bytes.len(), sink);
    Ok(())
}

#[expect(clippy::inline_always, reason = "a call for each run of text costs more than its body")]
#[inline(always)]
fn flush<S: TokenSink>(text: &str, run: usize, end: usize, sink: &mut S) {
    if run < end {
        sink.text(&text[run..end]);
    }
}
