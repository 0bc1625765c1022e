//! The runs of `parse_spans` as objects of Python.

use std::sync::Arc;

use mudwire_markup::{Span, SpanColor, SpanLink, SpanStyle};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// A list of `(text, style, link)`.
pub fn list<'py>(py: Python<'py>, spans: &[Span]) -> PyResult<Bound<'py, PyList>> {
    let runs = PyList::empty(py);
    let mut last: Option<(&Arc<SpanLink>, Bound<'py, PyString>)> = None;
    for span in spans {
        let link = match &span.link {
            None => None,
            Some(link) => {
                // The runs of one label have one target, which may be long.
                let target = match &last {
                    Some((shared, target)) if Arc::ptr_eq(shared, link) => target.clone(),
                    _ => PyString::new(py, target(link)),
                };
                last = Some((link, target.clone()));
                Some(link_dict(link, &target)?)
            }
        };
        runs.append((&span.text, style_dict(py, span.style)?, link))?;
    }
    Ok(runs)
}

fn target(link: &SpanLink) -> &str {
    match link {
        SpanLink::Command(target) | SpanLink::Address(target) => target,
    }
}

fn link_dict<'py>(link: &SpanLink, target: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyDict>> {
    let py = target.py();
    let dict = PyDict::new(py);
    let kind = match link {
        SpanLink::Command(_) => intern!(py, "command"),
        SpanLink::Address(_) => intern!(py, "address"),
    };
    dict.set_item(intern!(py, "kind"), kind)?;
    dict.set_item(intern!(py, "target"), target)?;
    Ok(dict)
}

fn style_dict(py: Python<'_>, style: SpanStyle) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    for (key, color) in [(intern!(py, "fg"), style.fore), (intern!(py, "bg"), style.back)] {
        match color {
            None => {}
            Some(SpanColor::Index(index)) => dict.set_item(key, index)?,
            Some(SpanColor::Rgb([red, green, blue])) => {
                dict.set_item(key, format!("#{red:02x}{green:02x}{blue:02x}"))?;
            }
        }
    }
    for (key, is_on) in [
        (intern!(py, "bold"), style.bold),
        (intern!(py, "italic"), style.italic),
        (intern!(py, "underline"), style.underline),
        (intern!(py, "strike"), style.strike),
        (intern!(py, "blink"), style.blink),
    ] {
        if is_on {
            dict.set_item(key, true)?;
        }
    }
    Ok(dict)
}
