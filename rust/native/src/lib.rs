//! The Python module `mudwire._native`: it unpacks, calls and maps errors.

mod json;
mod markup;
mod text;
mod wire_formats;

/// Rust core of mudwire.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::markup::{Dialect, parse_ansi, parse_html};
    #[pymodule_export]
    use crate::wire_formats::{
        Codec, EvenniaV1Codec, GmcpCodec, JsonCodec, TerminalCodec, decode_gmcp, encode_gmcp,
    };
}
