//! Text as ANSI: what the formats of https://mudstandards.org/websocket/ send.

use mudwire_markup::AnsiOptions;
use pyo3::prelude::*;

use crate::output::Output;
use crate::text_options::TextOptions;

/// The SGR sequence that ends all colours.
const RESET: &str = "\x1b[0m";

/// Returns the text of a message as ANSI of 256 colours, ended by a reset; `None` if there is none.
pub fn ansi_text(output: &Output<'_, '_>) -> PyResult<Option<String>> {
    let Ok(argument) = output.args.get_borrowed_item(0) else {
        return Ok(None);
    };
    let Output { codec, markup, kwargs, protocol_flags, .. } = *output;
    let py = codec.py();
    let (options, _) = TextOptions::take(codec, kwargs, protocol_flags)?;
    let strip = options.screenreader || options.nocolor;
    let Some(text) = output.text(&argument, strip)? else {
        return Ok(None);
    };
    if options.raw {
        return Ok(Some(text.content.into_owned()));
    }
    if options.screenreader {
        return markup.screenreader_text(py, text).map(Some);
    }
    if options.nocolor {
        return markup.plain_text(py, text).map(Some);
    }
    let ends_in_reset = ends_in_reset(&text.content);
    let (text, dialect) = markup.markup(py, text, false)?;
    let mut out = String::with_capacity(text.len() + text.len() / 4 + RESET.len());
    let xterm256 = AnsiOptions { xterm256: true, ..AnsiOptions::default() };
    mudwire_markup::ansi(&text, dialect, xterm256, &mut out);
    if ends_in_reset {
        drop_final_reset(&mut out);
    }
    out.push_str(RESET);
    Ok(Some(out))
}

/// Whether a text ends in `|n`, before its line end if it has one.
fn ends_in_reset(text: &str) -> bool {
    text.strip_suffix('\n').unwrap_or(text).ends_with("|n")
}

/// Drops the reset that a final `|n` became, because the text gets one behind its line end.
fn drop_final_reset(out: &mut String) {
    let line_end = if out.ends_with('\n') { "\n" } else { "" };
    let before = out.strip_suffix(line_end).and_then(|out| out.strip_suffix(RESET)).map(str::len);
    if let Some(length) = before {
        out.truncate(length);
        out.push_str(line_end);
    }
}
