//! Writes Python's objects as JSON text, with the meaning of `json.dumps`.
//!
//! A value that JSON cannot carry becomes `null`, and the writer remembers its
//! place, so that one bad value does not cost the whole message.

use std::borrow::Cow;

use mudwire_wire::json::{MAX_DEPTH, write_float, write_integer, write_string};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::place::{Container, Lost, Place};
use crate::raised::in_a_line;
use crate::text::utf8;

/// The reason for an array or object that one of its own values has changed.
const CHANGED: &str = "changed while it was written";

/// Writes the values of one message.
pub struct Writer<'o> {
    /// The message so far.
    pub out: &'o mut Vec<u8>,
    /// The values that are not in it.
    pub lost: Vec<Lost>,
}

impl<'o> Writer<'o> {
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, lost: Vec::new() }
    }

    /// Writes any value.
    pub fn value(&mut self, value: &Bound<'_, PyAny>, place: &Place<'_>) -> PyResult<()> {
        if let Ok(string) = value.cast_exact::<PyString>() {
            return self.string(string);
        }
        if value.is_none() {
            self.out.extend_from_slice(b"null");
        } else if let Ok(boolean) = value.cast_exact::<PyBool>() {
            self.boolean(boolean.is_true());
        } else if let Ok(integer) = value.cast::<PyInt>() {
            self.integer(integer, place);
        } else if let Ok(float) = value.cast::<PyFloat>() {
            write_float(float.value(), self.out);
        } else if let Ok(dict) = value.cast::<PyDict>() {
            self.object(dict, place)?;
        } else if let Ok(list) = value.cast::<PyList>() {
            let length = list.len();
            self.array(list, list.iter(), place)?;
            if list.len() != length {
                self.miss(place, CHANGED.to_owned());
            }
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.array(tuple, tuple.iter(), place)?;
        } else if let Ok(string) = value.cast::<PyString>() {
            self.string(string)?;
        } else {
            self.lose(place, format!("is {}", kind(value)));
        }
        Ok(())
    }

    fn string(&mut self, string: &Bound<'_, PyString>) -> PyResult<()> {
        write_string(&utf8(string)?, self.out);
        Ok(())
    }

    /// Writes the arguments after the first, each behind a comma.
    pub fn further_arguments(
        &mut self,
        args: &Bound<'_, PyTuple>,
        place: &Place<'_>,
    ) -> PyResult<()> {
        let container = Container::outermost(args, place);
        for (index, argument) in args.iter().enumerate().skip(1) {
            self.out.push(b',');
            self.value(&argument, &Place::Element(&container, index))?;
        }
        Ok(())
    }

    fn array<'py>(
        &mut self,
        array: &Bound<'py, PyAny>,
        elements: impl Iterator<Item = Bound<'py, PyAny>>,
        place: &Place<'_>,
    ) -> PyResult<()> {
        let Some(container) = self.enter(array, place) else {
            return Ok(());
        };
        self.out.push(b'[');
        for (index, element) in elements.enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.value(&element, &Place::Element(&container, index))?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self, dict: &Bound<'_, PyDict>, place: &Place<'_>) -> PyResult<()> {
        let Some(container) = self.enter(dict, place) else {
            return Ok(());
        };
        self.out.push(b'{');
        if dict.is_exact_instance_of::<PyDict>() {
            self.entries(dict, &container)?;
        } else {
            self.own_items(dict, &container)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn entries(&mut self, dict: &Bound<'_, PyDict>, container: &Container<'_>) -> PyResult<()> {
        let start = self.out.len();
        let length = dict.len();
        let mut entries = dict.iter();
        let mut written = 0;
        // If writing a value has changed the dict, the iterator would panic.
        while written < length
            && dict.len() == length
            && let Some((key, value)) = entries.next()
        {
            self.entry(&key, &value, container, start)?;
            written += 1;
        }
        if written < length || dict.len() != length {
            self.miss(container.place, CHANGED.to_owned());
        }
        Ok(())
    }

    /// Writes the entries that the method `items` of a subclass returns, as `json` does.
    fn own_items(&mut self, dict: &Bound<'_, PyDict>, container: &Container<'_>) -> PyResult<()> {
        let py = dict.py();
        let start = self.out.len();
        let items = dict.call_method0(intern!(py, "items")).and_then(|items| items.try_iter());
        let items = match items {
            Ok(items) => items,
            Err(error) => return self.miss_raised(container.place, py, error),
        };
        for item in items {
            let item = match item {
                Ok(item) => item,
                Err(error) => return self.miss_raised(container.place, py, error),
            };
            match item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>() {
                Ok((key, value)) => self.entry(&key, &value, container, start)?,
                Err(_) => {
                    self.miss(container.place, format!("has an item that is {}", kind(&item)));
                }
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        container: &Container<'_>,
        start: usize,
    ) -> PyResult<()> {
        let Some(name) = key_text(key)? else {
            self.miss(container.place, format!("has a key that is {}", kind(key)));
            return Ok(());
        };
        if self.out.len() > start {
            self.out.push(b',');
        }
        write_string(&name, self.out);
        self.out.push(b':');
        self.value(value, &Place::Entry(container, &name))
    }

    fn boolean(&mut self, value: bool) {
        let text: &[u8] = if value { b"true" } else { b"false" };
        self.out.extend_from_slice(text);
    }

    fn integer(&mut self, integer: &Bound<'_, PyInt>, place: &Place<'_>) {
        if let Ok(value) = integer.extract() {
            write_integer(value, self.out);
            return;
        }
        match integer_text(integer) {
            Ok(digits) => self.out.extend_from_slice(digits.as_bytes()),
            Err(_) => self.lose(place, "is an int of too many digits".to_owned()),
        }
    }

    /// Enters an array or object, unless it holds itself or nests too deep.
    fn enter<'a>(
        &mut self,
        object: &Bound<'_, PyAny>,
        place: &'a Place<'a>,
    ) -> Option<Container<'a>> {
        let address = object.as_ptr() as usize;
        let parent = place.container();
        let mut around = parent;
        while let Some(container) = around {
            if container.address == address {
                self.lose(place, format!("is {} that holds itself", kind(object)));
                return None;
            }
            around = container.place.container();
        }
        let depth = parent.map_or(0, |container| container.depth + 1);
        if depth == MAX_DEPTH {
            self.lose(place, format!("is {} nested deeper than {MAX_DEPTH}", kind(object)));
            return None;
        }
        Some(Container { place, address, depth })
    }

    /// Writes `null` for a value, and remembers its place.
    fn lose(&mut self, place: &Place<'_>, reason: String) {
        self.out.extend_from_slice(b"null");
        self.miss(place, reason);
    }

    /// Remembers that a value is lost, or that an array or object is not whole.
    fn miss(&mut self, place: &Place<'_>, reason: String) {
        self.lost.push(Lost::new(place, reason));
    }

    fn miss_raised(&mut self, place: &Place<'_>, py: Python<'_>, error: PyErr) -> PyResult<()> {
        let raised = in_a_line(py, error)?;
        self.miss(place, format!("has items that raise {raised}"));
        Ok(())
    }
}

/// Returns the text that `json.dumps` makes of a key; `None` if it refuses the key.
fn key_text<'a>(key: &'a Bound<'_, PyAny>) -> PyResult<Option<Cow<'a, str>>> {
    // The check for the exact type is cheaper.
    if let Ok(string) = key.cast_exact::<PyString>().or_else(|_| key.cast()) {
        return utf8(string).map(Some);
    }
    Ok(if key.is_none() {
        Some("null".into())
    } else if let Ok(boolean) = key.cast::<PyBool>() {
        Some(if boolean.is_true() { "true" } else { "false" }.into())
    } else if let Ok(integer) = key.cast::<PyInt>() {
        integer_text(integer).ok().map(Cow::Owned)
    } else if let Ok(float) = key.cast::<PyFloat>() {
        Some(float_text(float.value()))
    } else {
        None
    })
}

/// Returns the text of a float that is a key. It stands in quotes, so `NaN` is valid.
fn float_text(value: f64) -> Cow<'static, str> {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.into()
    } else {
        let mut text = Vec::new();
        write_float(value, &mut text);
        String::from_utf8_lossy(&text).into_owned().into()
    }
}

/// Returns the digits of an integer; a subclass may have a `__repr__` of its own.
fn integer_text(integer: &Bound<'_, PyInt>) -> PyResult<String> {
    let py = integer.py();
    py.get_type::<PyInt>().call_method1(intern!(py, "__repr__"), (integer,))?.extract()
}

/// Returns the type of a value with its article, for the log.
fn kind(value: &Bound<'_, PyAny>) -> String {
    let Ok(name) = value.get_type().fully_qualified_name() else {
        return "an object".to_owned();
    };
    let name = name.to_string_lossy();
    let article = if name.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}
