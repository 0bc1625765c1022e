//! The Python module `mudwire._native`: it unpacks, calls and maps errors.
//!
//! `codec.rs` is the class that Python's wire formats extend, and `formats/` the logic of each
//! format. `intake.rs` is what a connection receives, `data_frame.rs` what it sends, and
//! `traffic_stats.rs` the counters. `fast_path.rs` joins these: one call from a frame to its command, or from a text to
//! its frame.
#![expect(clippy::doc_markdown, reason = "the docstrings are read by Python's help()")]

mod cache;
mod codec;
mod data_frame;
mod fast_path;
mod formats;
mod game_markup;
mod incoming;
mod intake;
mod json;
mod log;
mod markup;
mod output;
mod raised;
mod scratch;
mod text;
mod text_options;
mod traffic_stats;

/// Rust core of mudwire.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    const MAX_JSON_DEPTH: usize = mudwire_wire::json::MAX_DEPTH;
    #[pymodule_export]
    const MAX_INTEGER_DIGITS: usize = mudwire_wire::json::MAX_INTEGER_DIGITS;

    #[pymodule_export]
    use crate::codec::Codec;
    #[pymodule_export]
    use crate::data_frame::data_frame;
    #[pymodule_export]
    use crate::fast_path::{default_frame, receive_command, text_frame};
    #[pymodule_export]
    use crate::formats::{decode_gmcp, encode_gmcp};
    #[pymodule_export]
    use crate::intake::{Budget, Intake};
    #[pymodule_export]
    use crate::markup::{
        Dialect, convert, parse_ansi, parse_html, parse_spans, raw, strip_mxp, strip_raw_ansi,
        strip_unsafe_tokens,
    };
    #[pymodule_export]
    use crate::traffic_stats::TrafficStats;
}
