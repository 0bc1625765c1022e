"""The wire formats decode messages: differences from Evennia, bad input, limits."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from format_helpers import GMCP, JSON, V1
from mudwire._native import MAX_INTEGER_DIGITS, MAX_JSON_DEPTH
from mudwire.formats import WIRE_FORMATS, WireFormat, decode_gmcp, encode_gmcp


def reference(payload: bytes) -> Any:
    """Return Evennia's answer, except where D8 differs."""
    try:
        value = json.loads(str(payload, "utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list) or len(value) < 3 or not isinstance(value[0], str):
        return None
    return {joined(value[0]): [joined(value[1]), joined(value[2])]}


def joined(value: Any) -> Any:
    """``value`` with surrogates joined or replaced, comparable where it is not a number."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [joined(element) for element in value]
        case dict():
            return {joined(key): joined(entry) for key, entry in value.items()}
        case float():
            return math.isnan(value) or value.hex()
    return type(value), value


def decoded(payload: bytes) -> Any:
    given = V1.decode_incoming(payload, False)
    if given is None:
        return None
    [(name, [args, kwargs])] = given.items()
    return {name: [joined(args), joined(kwargs)]}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=20,
)


@given(st.text(), json_values, json_values, st.booleans(), st.sampled_from([None, 1]))
def test_decoding_reads_what_python_writes(
    name: str, args: Any, kwargs: Any, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps([name, args, kwargs], ensure_ascii=ascii_only, indent=indent)
    payload = text.encode("utf-8", "surrogatepass")
    assert decoded(payload) == reference(payload)


@given(
    st.lists(
        st.sampled_from('[]{}",: \t\n\\/-+.eE019\x00\x1f\x7f\ufeff\xa0é')
        | st.sampled_from(["null", "true", "NaN", "Infinity", '["a",', '"k":'])
        | st.sampled_from(["\\n", "\\u", "d83d", "de00", "0041"]),
        max_size=30,
    ).map("".join),
)
@example('["a",[1],2')
def test_decoding_accepts_what_python_accepts(inside: str) -> None:
    for text in (inside, f'["a",{inside}]', f'["a",1,"{inside}"]'):
        payload = text.encode()
        assert decoded(payload) == reference(payload), text


@given(st.binary(max_size=60), st.booleans())
@pytest.mark.parametrize("codec", WIRE_FORMATS.values(), ids=list(WIRE_FORMATS))
def test_no_bytes_raise(codec: WireFormat, payload: bytes, is_binary: bool) -> None:
    for message in (payload, b'["a",1,' + payload, b'{"proto":"gmcp","id":"a","data":' + payload):
        commands = codec.decode_incoming(message, is_binary, protocol_flags=None)
        assert not commands or all(isinstance(name, str) for name in commands)
        assert not (commands and codec.is_blank_line(message, is_binary))


@pytest.mark.parametrize(
    "payload",
    [
        b"\xef\xbb\xbf" + b'["a",[],{}]',
        b'{"text":[]}',
        b'[null,"a","b"]',
        b'[["a"],[],{}]',
        b'["a",[]]',
        b'["a\xff",[],{}]',
        b'["a","\x1f",{}]',
        b'["a",' + b"7" * (MAX_INTEGER_DIGITS + 1) + b",{}]",
        b'["a",' + b"[" * MAX_JSON_DEPTH + b"]" * MAX_JSON_DEPTH + b",{}]",
        b"[" * 1_000_000,
    ],
)
def test_d8_a_message_that_is_no_command_is_dropped(payload: bytes) -> None:
    assert V1.decode_incoming(payload, False) is None


def test_d8_values_at_the_limits_are_read() -> None:
    digits = b"7" * MAX_INTEGER_DIGITS
    assert V1.decode_incoming(b'["a",-' + digits + b",{}]", False) == {"a": [-int(digits), {}]}
    nested = b"[" * (MAX_JSON_DEPTH - 1) + b"]" * (MAX_JSON_DEPTH - 1)
    assert V1.decode_incoming(b'["a",' + nested + b",{}]", False) == {"a": [json.loads(nested), {}]}


def test_d8_pythons_own_limit_of_digits_holds() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert V1.decode_incoming(b'["a",' + b"7" * 641 + b",{}]", False) is None
        assert decode_gmcp("a " + "7" * 641) == {"a": [["7" * 641], {}]}
    finally:
        sys.set_int_max_str_digits(before)


def test_d8_lone_surrogates_are_replaced() -> None:
    payload = rb'["a\ud800",["\ud83d\ude00\ud83d"],{"\udfff":1}]'
    assert V1.decode_incoming(payload, False) == {"a�": [["\U0001f600�"], {"�": 1}]}


def test_args_and_kwargs_may_be_anything() -> None:
    assert V1.decode_incoming(b'["a",1.5,null,"more"]', False) == {"a": [1.5, None]}


@pytest.mark.parametrize("name", ["self", "session", "options"])
def test_d20_decoding_accepts_reserved_names(name: str) -> None:
    assert V1.decode_incoming(f'["{name}",[],{{}}]'.encode(), False) == {name: [[], {}]}


@pytest.mark.parametrize(
    ("message", "commands"),
    [
        (" Core.Ping ", {"ping": [[], {}]}),
        ("\tChar.Vitals \r\n", {"char_vitals": [[], {}]}),
        ("\x1cx\x1f", {"x": [[], {}]}),
        ("Core.", {}),
        (" ", {}),
        ("", {}),
    ],
)
def test_d18_blanks_are_stripped_from_gmcp_names(message: str, commands: dict[str, Any]) -> None:
    assert decode_gmcp(message) == commands
    assert GMCP.decode_incoming(message.encode(), False) == commands


@pytest.mark.parametrize(
    ("envelope", "commands"),
    [
        ({"proto": "p", "id": " x ", "data": "[1]"}, {"x": [[1], {}]}),
        ({"proto": " p ", "id": " ", "data": "{}"}, {"p": [[], {}]}),
        ({"proto": " ", "id": " ", "data": "1"}, None),
        ({"proto": "gmcp", "id": " Core.X ", "data": "1"}, {"x": [[1], {}]}),
        ({"proto": "gmcp", "id": "\n", "data": "1"}, None),
        ({"proto": "p", "id": "x", "data": "[" * 200}, None),
    ],
)
def test_d18_d8_envelopes_give_their_command(
    envelope: dict[str, Any], commands: dict[str, Any] | None
) -> None:
    assert JSON.decode_incoming(json.dumps(envelope).encode(), False) == commands


def test_a_gmcp_message_that_nests_too_deep_is_dropped() -> None:
    assert decode_gmcp("a " + "[" * 200 + "]" * 200) == {}


def test_decode_gmcp_accepts_bytes_that_are_not_utf_8() -> None:
    assert decode_gmcp(b"a \xff") == {"a": [["�"], {}]}


@given(st.text(st.characters(codec="utf-8", exclude_characters="._"), min_size=1))
def test_gmcp_names_of_any_script_change_case_as_in_python(name: str) -> None:
    # The one package whose first word has two cases for one letter says what is meant.
    blank = name.strip()
    assert encode_gmcp(name) == "Core." + (blank if blank.istitle() else blank.capitalize())
    package = f"Char.{name.replace(' ', '')}"
    if len(package.split()) == 1:
        assert list(decode_gmcp(package)) == [package.strip().replace(".", "_").lower()]
