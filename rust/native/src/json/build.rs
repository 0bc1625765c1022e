//! Makes Python's objects while the JSON text is read.

use mudwire_wire::json::{Builder, ReadError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

use super::key_cache::KeyCache;

/// Why a text was not read.
pub enum Failure {
    /// The reader refused the text.
    Read(ReadError),
    /// Python raised.
    Python(PyErr),
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

/// Makes `None`, `bool`, `int`, `float`, `str`, `list` and `dict`.
pub struct Objects<'py> {
    py: Python<'py>,
    keys: KeyCache,
}

impl<'py> Objects<'py> {
    /// Makes a builder for one text.
    pub fn new(py: Python<'py>) -> Self {
        Self { py, keys: KeyCache::default() }
    }
}

impl<'py> Builder for Objects<'py> {
    type Value = Bound<'py, PyAny>;
    type Key = Bound<'py, PyString>;
    type Array = Bound<'py, PyList>;
    type Object = Bound<'py, PyDict>;
    type Error = Failure;

    fn null(&self) -> Self::Value {
        self.py.None().into_bound(self.py)
    }

    fn boolean(&self, value: bool) -> Self::Value {
        PyBool::new(self.py, value).to_owned().into_any()
    }

    fn integer(&self, value: i64) -> Self::Value {
        PyInt::new(self.py, value).into_any()
    }

    fn big_integer(&self, digits: &str) -> Option<Self::Value> {
        self.py.get_type::<PyInt>().call1((digits,)).ok()
    }

    fn float(&self, value: f64) -> Self::Value {
        PyFloat::new(self.py, value).into_any()
    }

    fn string(&self, text: &str) -> Self::Value {
        PyString::new(self.py, text).into_any()
    }

    fn key(&self, text: &str) -> Self::Key {
        // The name of almost every command.
        if text == "text" {
            return intern!(self.py, "text").clone();
        }
        self.keys.get(self.py, text)
    }

    fn empty_array(&self) -> Self::Value {
        PyList::empty(self.py).into_any()
    }

    fn array(&self, first: Self::Value) -> Result<Self::Array, Failure> {
        Ok(PyList::new(self.py, [first])?)
    }

    fn push(&self, array: &mut Self::Array, value: Self::Value) -> Result<(), Failure> {
        Ok(array.append(value)?)
    }

    fn end_array(&self, array: Self::Array) -> Self::Value {
        array.into_any()
    }

    fn object(&self) -> Self::Object {
        PyDict::new(self.py)
    }

    fn insert(
        &self,
        object: &mut Self::Object,
        key: Self::Key,
        value: Self::Value,
    ) -> Result<(), Failure> {
        Ok(object.set_item(key, value)?)
    }

    fn end_object(&self, object: Self::Object) -> Self::Value {
        object.into_any()
    }
}
