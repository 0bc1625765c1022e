//! Compares the reader and the writers with each other and with `serde_json`.

use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

use super::*;

/// Makes `serde_json` values; a value that those cannot hold is text in an array of one.
struct Tree;

impl Builder for Tree {
    type Value = Value;
    type Key = String;
    type Array = Vec<Value>;
    type Object = Map<String, Value>;
    type Error = ReadError;

    fn null(&self) -> Value {
        Value::Null
    }
    fn boolean(&self, value: bool) -> Value {
        value.into()
    }
    fn integer(&self, value: i64) -> Value {
        value.into()
    }
    fn big_integer(&self, digits: &str) -> Option<Value> {
        Some(json!([digits]))
    }
    fn float(&self, value: f64) -> Value {
        Number::from_f64(value).map_or_else(|| json!([value.to_string()]), Value::Number)
    }
    fn string(&self, text: &str) -> Value {
        text.into()
    }
    fn key(&self, text: &str) -> String {
        text.to_owned()
    }
    fn empty_array(&self) -> Value {
        json!([])
    }
    fn array(&self, first: Value) -> Result<Vec<Value>, ReadError> {
        Ok(vec![first])
    }
    fn push(&self, array: &mut Vec<Value>, value: Value) -> Result<(), ReadError> {
        array.push(value);
        Ok(())
    }
    fn end_array(&self, array: Vec<Value>) -> Value {
        array.into()
    }
    fn object(&self) -> Map<String, Value> {
        Map::new()
    }
    fn insert(
        &self,
        object: &mut Map<String, Value>,
        key: String,
        value: Value,
    ) -> Result<(), ReadError> {
        object.insert(key, value);
        Ok(())
    }
    fn end_object(&self, object: Map<String, Value>) -> Value {
        object.into()
    }
}

fn read_tree(text: &str) -> Result<Value, ReadError> {
    let tree = read(text, &Tree);
    assert_eq!(read(text, &Discard).err(), tree.clone().err(), "the check alone says the same");
    tree
}

fn written_string(text: &str) -> String {
    let mut out = Vec::new();
    write_string(text, &mut out);
    String::from_utf8(out).unwrap()
}

fn written_float(value: f64) -> String {
    let mut out = Vec::new();
    write_float(value, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn values_are_read() {
    for (text, value) in [
        (" \t\n\r null \t\n\r ", Value::Null),
        ("[true, false , {}, []]", json!([true, false, {}, []])),
        (r#"{"a":1,"b":[2,{"c":"d"}],"a":3}"#, json!({"a": 3, "b": [2, {"c": "d"}]})),
        ("-0", json!(0)),
        ("9223372036854775807", json!(i64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("9223372036854775808", json!(["9223372036854775808"])),
        ("1.5", json!(1.5)),
        ("-1E+2", json!(-100.0)),
        ("2.5e-3", json!(0.0025)),
        ("1e999", json!(["inf"])),
        ("-1e999", json!(["-inf"])),
        ("5e-324", json!(5e-324)),
        ("0.1000000000000000055511151231257827021181583404541015625", json!(0.1)),
        ("NaN", json!(["NaN"])),
        ("[Infinity,-Infinity]", json!([["inf"], ["-inf"]])),
        ("\"\u{7f}\u{2028}é日\"", json!("\u{7f}\u{2028}é日")),
        (r#""\"\\\/\b\f\n\r\tA\u00E9""#, json!("\"\\/\x08\x0c\n\r\tAé")),
    ] {
        assert_eq!(read_tree(text), Ok(value), "{text}");
    }
}

#[test]
fn surrogate_escapes_are_joined_or_replaced_one_by_one() {
    for (text, value) in [
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\uD83D\uDE00!""#, "😀!"),
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ud83dx""#, "\u{fffd}x"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ud83d\n""#, "\u{fffd}\n"),
    ] {
        assert_eq!(read_tree(text), Ok(json!(value)), "{text}");
    }
}

#[test]
fn text_that_is_not_json_is_refused_at_its_offset() {
    for (text, offset) in [
        ("", 0),
        (" ", 1),
        ("\u{feff}1", 0),
        ("\u{a0}1", 0),
        ("1 2", 2),
        ("01", 1),
        ("-", 1),
        ("-NaN", 1),
        ("+1", 0),
        (".5", 0),
        ("1.", 2),
        ("1.e5", 2),
        ("1e", 2),
        ("1e+", 3),
        ("nul", 0),
        ("[1,]", 3),
        ("[1", 2),
        ("[1}", 2),
        ("[,1]", 1),
        ("{", 1),
        ("{1:2}", 1),
        ("{\"a\" 1}", 5),
        ("{\"a\":1,}", 7),
        ("{\"a\":1]", 6),
        ("'a'", 0),
        ("\"a", 2),
        ("\"a\nb\"", 2),
        ("\"a\0b\"", 2),
        ("\"\\x\"", 1),
        ("\"\\u12\"", 1),
        ("\"\\u+123\"", 1),
        ("\"\\u12g4\"", 1),
        ("\"\\ud83d\\u12g4\"", 7),
        ("\"\\", 1),
    ] {
        assert_eq!(read_tree(text), Err(ReadError::Syntax { offset }), "{text:?}");
    }
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read_tree(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(read_tree(&nested(MAX_DEPTH + 1)), Err(ReadError::TooDeep { offset: MAX_DEPTH }));
    assert!(matches!(read_tree(&"{\"a\":".repeat(100_000)), Err(ReadError::TooDeep { .. })));
    // Only what is open counts.
    assert!(read_tree(&format!("[{}]", ["[{}]"; 1000].join(","))).is_ok());
}

#[test]
fn digits_are_limited() {
    let digits = "7".repeat(MAX_INTEGER_DIGITS);
    assert_eq!(read_tree(&format!("-{digits}")), Ok(json!([format!("-{digits}")])));
    assert_eq!(read_tree(&format!("[-{digits}7]")), Err(ReadError::IntegerTooLong { offset: 1 }));
    assert_eq!(read_tree(&format!("{digits}7.0")), Ok(json!(["inf"])));
}

#[test]
fn floats_are_written_as_python_writes_them() {
    for (value, text) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (1e-4, "0.0001"),
        (0.000_099, "9.9e-05"),
        (1e15, "1000000000000000.0"),
        (9_999_999_999_999_998.0, "9999999999999998.0"),
        (1e16, "1e+16"),
        (1.5e300, "1.5e+300"),
        (-2e-100, "-2e-100"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e+308"),
        (f64::NAN, "null"),
        (f64::INFINITY, "null"),
        (f64::NEG_INFINITY, "null"),
    ] {
        assert_eq!(written_float(value), text);
    }
}

#[test]
fn strings_are_written_with_the_fewest_escapes() {
    assert_eq!(
        written_string("\"\\/\x08\x0c\n\r\t\0\x1f\x7f<é\u{2028}"),
        "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f<é\u{2028}\""
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", Number::from_f64).prop_map(Value::Number),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..8)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_serde_json_writes(value in any_value()) {
        prop_assert_eq!(read_tree(&value.to_string()), Ok(value.clone()));
        prop_assert_eq!(read_tree(&serde_json::to_string_pretty(&value).unwrap()), Ok(value));
    }

    #[test]
    fn a_text_that_serde_json_reads_is_read(text in r#"[\[\]{}",: \\untrfalse0-9.eE+\-é\n\u{1}]{0,24}"#) {
        // Lone surrogates and overflowing floats are the only texts that serde_json alone refuses.
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            prop_assert_eq!(read_tree(&text).is_ok(), true, "{:?}", value);
        } else if let Ok(value) = read_tree(&text) {
            prop_assert!(text.contains("\\u") || value.to_string().contains("inf"));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_an_offset_within(text in ".*|[\\[{\"]{1,300}") {
        if let Err(
            ReadError::Syntax { offset }
            | ReadError::TooDeep { offset }
            | ReadError::IntegerTooLong { offset }
            | ReadError::NotACommand { offset },
        ) = read_tree(&text)
        {
            prop_assert!(offset <= text.len());
        }
    }

    #[test]
    fn a_written_string_reads_back(text in ".*|[\\x00-\\x7f]*") {
        let written = written_string(&text);
        prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text.clone());
        prop_assert_eq!(read_tree(&written), Ok(Value::from(text)));
    }

    #[test]
    fn a_written_number_reads_back(float: f64, integer: i64) {
        let value = if float.is_finite() { float } else { 0.0 };
        prop_assert_eq!(written_float(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
        let mut out = Vec::new();
        write_integer(integer, &mut out);
        prop_assert_eq!(out, integer.to_string().into_bytes());
    }
}
