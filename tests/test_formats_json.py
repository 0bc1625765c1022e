"""The wire formats write values as JSON: as Python does, and what JSON cannot carry."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from format_helpers import (
    ANSI_FORMATS,
    GMCP,
    V1,
    AnsiString,
    Number,
    RecordingFormat,
    having,
    raising,
    value_of,
)
from mudwire._native import MAX_INTEGER_DIGITS, MAX_JSON_DEPTH
from mudwire.formats import GmcpStandardFormat, encode_gmcp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Shouting(float):
    def __repr__(self) -> str:
        return "LOUD"


class Backwards(dict[str, Any]):
    def items(self) -> Any:
        return reversed(super().items())


python_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just(Number.ONE),
    lambda values: (
        st.lists(values)
        | st.lists(values).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.booleans() | st.none(), values)
        | st.dictionaries(st.floats(), values)
        | st.dictionaries(st.text(), values).map(OrderedDict)
    ),
    max_leaves=20,
)


@given(st.lists(python_values), st.dictionaries(st.text(), python_values))
def test_encoding_writes_what_python_writes(args: list[Any], kwargs: dict[str, Any]) -> None:
    kwargs.pop("protocol_flags", None)
    kwargs.pop("cmdname", None)
    payload, _ = V1.encode_default("cmd", *args, **kwargs) or (b"", None)
    expected = json.dumps(["cmd", args, kwargs], ensure_ascii=False, separators=(",", ":"))
    # DEL is the only character that both leave as it is and that Python could escape.
    assert payload.decode() == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Number.ONE, "1"),
        (Shouting(1.5), "1.5"),
        (AnsiString("clean"), '"clean"'),
        (Backwards(a=1, b=2), '{"b":2,"a":1}'),
        ({None: 1, True: 2, Number.ONE: 3, 1.5: 4, math.inf: 5}, None),
        ((1, [2, (3,)]), "[1,[2,[3]]]"),
    ],
)
def test_subclasses_and_keys_are_written_as_python_writes_them(
    value: Any, text: str | None
) -> None:
    payload, _ = V1.encode_default("c", value) or (b"", None)
    text = text or json.dumps(value, separators=(",", ":"))
    assert payload.decode() == f'["c",[{text}],{{}}]'


def test_d19_not_a_number_and_infinities_are_null() -> None:
    values = [math.nan, math.inf, {"x": -math.inf}]
    assert value_of(V1.encode_default("c", *values)) == ["c", [None, None, {"x": None}], {}]
    assert value_of(V1.encode_text("t", *values))[1][1:] == [None, None, {"x": None}]
    assert GMCP.encode_default("c", *values) == (b'Core.C [null,null,{"x":null}]', False)


def test_d13_lone_surrogates_are_replaced_one_by_one() -> None:
    text = "a\ud800\udfff\ud800b"  # the middle two make no pair: high, low, high
    replaced = "a\U000103ff�b"
    assert value_of(V1.encode_text(text)) == ["text", [replaced], {}]
    for codec in ANSI_FORMATS:
        assert codec.encode_text(text) == (f"{replaced}\x1b[0m".encode(), True)
    assert value_of(V1.encode_default("\ud800", "\ud800", {"\ud800": 1}, **{"\udc00": 2})) == [
        "�",
        ["�", {"�": 1}],
        {"�": 2},
    ]
    assert encode_gmcp("a_\ud800", "\ud800") == 'A.� "�"'


def test_a_value_that_json_cannot_carry_is_null_and_logged_with_its_place() -> None:
    codec = RecordingFormat()
    message = codec.encode_text(
        "t", {"inventory": ["sword", 1, 2, {3}]}, sound=b"x", keys={(1, 2): 3, "a": 4}
    )
    assert value_of(message) == [
        "text",
        ["t", {"inventory": ["sword", 1, 2, None]}],
        {"sound": None, "keys": {"a": 4}},
    ]
    [line] = codec.warnings
    assert line == (
        "text went out without what JSON cannot carry: args[1].inventory[3] is a set; "
        "kwargs.sound is a bytes; kwargs.keys has a key that is a tuple"
    )


def test_many_lost_values_make_one_short_line() -> None:
    codec = RecordingFormat()
    assert value_of(codec.encode_default("c", *[object()] * 1000)) == ["c", [None] * 1000, {}]
    [line] = codec.warnings
    assert line.endswith("args[3] is an object; 996 more")


class Meddling(dict[str, Any]):
    """A look at its items changes what it stands in."""

    def __init__(self, change: Callable[[], object]) -> None:
        self.change = change

    def items(self) -> Any:
        self.change()
        return {"seen": 1}.items()


def test_a_container_that_changes_while_it_is_written_is_logged() -> None:
    codec = RecordingFormat()
    grown: dict[str, Any] = {}
    grown |= {"a": Meddling(lambda: grown.update(b=1)), "z": 1}
    emptied: list[Any] = [0, 1, 2]
    emptied[0] = Meddling(emptied.clear)
    lengthened: list[Any] = []
    lengthened += [Meddling(lambda: lengthened.append(1)), 2]
    assert value_of(codec.encode_default("c", grown, emptied, lengthened, 5)) == [
        "c",
        [{"a": {"seen": 1}}, [{"seen": 1}], [{"seen": 1}, 2], 5],
        {},
    ]
    places = (f"args[{place}] changed while it was written" for place in range(3))
    assert codec.warnings == [
        f"c went out without what JSON cannot carry: {'; '.join(places)}",
    ]


def test_a_dict_whose_keys_change_while_it_is_written_keeps_its_size() -> None:
    table: dict[str, Any] = {}

    def replace() -> None:
        del table["a"]
        table["b"] = 2

    table |= {"a": Meddling(replace), "z": 1}
    written = {"a": {"seen": 1}, "z": 1}
    assert value_of(V1.encode_default("c", table)) == ["c", [written], {}]


def stopping(_: object) -> Iterator[object]:
    yield "a", 1
    yield 5
    yield "b", 2
    raise ValueError("no\nmore")


def test_a_mapping_that_raises_does_not_cost_the_rest_of_the_message() -> None:
    codec = RecordingFormat()
    message = codec.encode_default(
        "c",
        having(dict, items=raising(KeyError("x"))),
        having(dict, items=lambda _: 5),
        having(dict, items=stopping),
        6,
    )
    assert value_of(message) == ["c", [{}, {}, {"a": 1, "b": 2}, 6], {}]
    [line] = codec.warnings
    assert line == (
        "c went out without what JSON cannot carry: args[0] has items that raise KeyError: 'x'; "
        "args[1] has items that raise TypeError: 'int' object is not iterable; "
        "args[2] has an item that is an int; args[2] has items that raise ValueError: no"
    )


def test_a_str_with_its_own_encode_is_written_as_any_str() -> None:
    class Odd(str):
        encode = raising(ValueError())

    assert value_of(V1.encode_default("c", Odd("\ud800"))) == ["c", ["\ufffd"], {}]


@pytest.mark.parametrize(
    "encode",
    [
        lambda stop: V1.encode_default("c", having(dict, items=stop)),
        lambda stop: V1.encode_text(having(object, __str__=stop)),
        lambda stop: V1.encode_text("x", options={"raw": having(object, __bool__=stop)}),
    ],
)
def test_an_error_that_ends_the_program_is_raised(encode: Callable[[Any], object]) -> None:
    with pytest.raises(KeyboardInterrupt):
        encode(raising(KeyboardInterrupt()))


def test_circles_and_deep_nesting_are_null() -> None:
    codec = RecordingFormat()
    circle: list[Any] = [1]
    circle += [circle, {"again": circle}]
    shared = ["no circle"]
    assert value_of(codec.encode_default("c", circle, [shared, shared])) == [
        "c",
        [[1, None, {"again": None}], [shared, shared]],
        {},
    ]
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert value_of(codec.encode_default("c", deep)) is not None
    around, nested = codec.warnings
    assert "args[0][1] is a list that holds itself; args[0][2].again is a list" in around
    assert f"nested deeper than {MAX_JSON_DEPTH}" in nested
    while deep:  # Python frees such a list by recursion
        deep = deep.pop()


def test_integers_of_too_many_digits_are_null() -> None:
    codec = RecordingFormat()
    huge = 10**MAX_INTEGER_DIGITS
    assert value_of(codec.encode_default("c", huge, {huge: 1}, -(10**100))) == [
        "c",
        [None, {}, -(10**100)],
        {},
    ]
    assert "args[0] is an int of too many digits" in codec.warnings[0]


def test_encode_gmcp_raises_with_the_place() -> None:
    with pytest.raises(TypeError, match=r"args\[0\]\.a\[1\] is a set"):
        encode_gmcp("c", {"a": [1, {2}]})


def test_values_lost_from_gmcp_are_logged() -> None:
    class RecordingGmcp(GmcpStandardFormat):
        __init__ = RecordingFormat.__init__
        warn = RecordingFormat.warn

    codec = RecordingGmcp()
    assert codec.encode_default("c", {1}, {2}) == (b"Core.C [null,null]", False)
    assert codec.warnings == [
        "c went out without what JSON cannot carry: args[0] is a set; args[1] is a set"
    ]
