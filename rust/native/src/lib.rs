//! The Python module `mudwire._native`: it unpacks, calls and maps errors.

mod frames;
mod markup;

/// Rust core of mudwire.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::frames::{read_frame, write_frame};
    #[pymodule_export]
    use crate::markup::{Dialect, parse_ansi, parse_html};
}
