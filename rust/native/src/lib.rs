//! The Python module `mudwire._native`: it unpacks, calls and maps errors.
#![expect(clippy::doc_markdown, reason = "the docstrings are read by Python's help()")]

mod frames;
mod json;
mod markup;
mod raised;
mod text;
mod wire_formats;

/// Rust core of mudwire.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::frames::Traffic;
    #[pymodule_export]
    use crate::markup::{
        Dialect, parse_ansi, parse_bbcode, parse_html, parse_markdown, parse_spans, raw, strip_mxp,
        strip_raw_ansi, strip_unsafe_tokens,
    };
    #[pymodule_export]
    use crate::wire_formats::{
        Codec, EvenniaV1Codec, GmcpCodec, JsonCodec, TerminalCodec, decode_gmcp, encode_gmcp,
    };
}
