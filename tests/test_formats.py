"""The wire formats where the recorded answers do not reach: differences, bad input, hooks."""

from __future__ import annotations

import enum
import json
import math
import re
import sys
from collections import OrderedDict, UserDict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from twisted.logger import globalLogPublisher

from mudwire import formats
from mudwire._native import MAX_INTEGER_DIGITS, MAX_JSON_DEPTH, Codec, Dialect
from mudwire.formats import (
    WIRE_FORMATS,
    EvenniaV1Format,
    GmcpStandardFormat,
    JsonStandardFormat,
    TerminalFormat,
    WireFormat,
    decode_gmcp,
    encode_gmcp,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

V1 = WIRE_FORMATS["v1.evennia.com"]
JSON = WIRE_FORMATS["json.mudstandards.org"]
GMCP = WIRE_FORMATS["gmcp.mudstandards.org"]
TERMINAL = WIRE_FORMATS["terminal.mudstandards.org"]
ANSI_FORMATS = [JSON, GMCP, TERMINAL]


class Telling(EvenniaV1Format):
    """Keeps what it would have logged."""

    def __init__(self, **_settings: Any) -> None:
        self.told: list[str] = []

    def warn(self, message: str) -> None:
        self.told.append(message)


class AnsiString(str):
    """As Evennia's: the value is the clean text, colours are in the raw one."""

    _raw_string = "\x1b[31mred ||r\x1b[0m"

    def raw(self) -> str:
        return self._raw_string

    def clean(self) -> str:
        return str(self)


class Lazy:
    """As Django's lazy translations."""

    def __str__(self) -> str:
        return "|glazy"


def value_of(frame: tuple[bytes, bool] | None) -> Any:
    """What a v1 frame says; nothing in it is invalid JSON or padding."""
    assert frame is not None
    payload, is_binary = frame
    assert is_binary is False
    value = json.loads(payload, parse_constant=pytest.fail)
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    assert len(payload.decode()) <= len(compact) + 3 * payload.count(b"e")  # exponents differ
    return value


# The registry


def test_the_registry_is_in_upstream_s_order() -> None:
    assert list(WIRE_FORMATS) == [
        "json.mudstandards.org",
        "gmcp.mudstandards.org",
        "terminal.mudstandards.org",
        "v1.evennia.com",
    ]
    assert all(isinstance(codec, WireFormat) for codec in WIRE_FORMATS.values())
    assert [codec.supports_oob for codec in WIRE_FORMATS.values()] == [True, True, False, True]


def test_all_is_what_there_is() -> None:
    assert all(hasattr(formats, name) for name in formats.__all__)


# Decoding


def reference(payload: bytes) -> Any:
    """What Evennia gives, with D8."""
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
def test_reads_what_python_writes(
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
def test_takes_what_python_takes(inside: str) -> None:
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
def test_d8_what_is_no_command_is_dropped(payload: bytes) -> None:
    assert V1.decode_incoming(payload, False) is None


def test_d8_the_limits_are_not_lower() -> None:
    digits = b"7" * MAX_INTEGER_DIGITS
    assert V1.decode_incoming(b'["a",-' + digits + b",{}]", False) == {"a": [-int(digits), {}]}
    nested = b"[" * (MAX_JSON_DEPTH - 1) + b"]" * (MAX_JSON_DEPTH - 1)
    assert V1.decode_incoming(b'["a",' + nested + b",{}]", False) == {"a": [json.loads(nested), {}]}


def test_d8_python_s_own_limit_of_digits_is_kept() -> None:
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
def test_d20_names_are_judged_where_commands_are_dispatched(name: str) -> None:
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
def test_d18_blanks_are_no_part_of_a_gmcp_name(message: str, commands: dict[str, Any]) -> None:
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
def test_d18_d8_envelopes(envelope: dict[str, Any], commands: dict[str, Any] | None) -> None:
    assert JSON.decode_incoming(json.dumps(envelope).encode(), False) == commands


def test_gmcp_too_deep_is_dropped() -> None:
    assert decode_gmcp("a " + "[" * 200 + "]" * 200) == {}


def test_gmcp_takes_bytes_that_are_not_utf_8() -> None:
    assert decode_gmcp(b"a \xff") == {"a": [["�"], {}]}


@given(st.text(st.characters(codec="utf-8", exclude_characters="._"), min_size=1))
def test_gmcp_names_in_any_script(name: str) -> None:
    # The one package whose first word has two cases for one letter says what is meant.
    blank = name.strip()
    assert encode_gmcp(name) == "Core." + (blank if blank.istitle() else blank.capitalize())
    package = f"Char.{name.replace(' ', '')}"
    if len(package.split()) == 1:
        assert list(decode_gmcp(package)) == [package.strip().replace(".", "_").lower()]


# Encoding: JSON


class Number(enum.IntEnum):
    ONE = 1


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
def test_writes_what_python_writes(args: list[Any], kwargs: dict[str, Any]) -> None:
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
def test_subclasses_and_keys_as_python_writes_them(value: Any, text: str | None) -> None:
    payload, _ = V1.encode_default("c", value) or (b"", None)
    text = text or json.dumps(value, separators=(",", ":"))
    assert payload.decode() == f'["c",[{text}],{{}}]'


def test_d19_what_is_no_number_is_null() -> None:
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


def test_what_json_cannot_carry_is_null_and_told_with_its_place() -> None:
    codec = Telling()
    frame = codec.encode_text(
        "t", {"inventory": ["sword", 1, 2, {3}]}, sound=b"x", keys={(1, 2): 3, "a": 4}
    )
    assert value_of(frame) == [
        "text",
        ["t", {"inventory": ["sword", 1, 2, None]}],
        {"sound": None, "keys": {"a": 4}},
    ]
    [line] = codec.told
    assert line == (
        "text went out without what JSON cannot carry: args[1].inventory[3] is a set; "
        "kwargs.sound is a bytes; kwargs.keys has a key that is a tuple"
    )


def test_many_losses_make_one_short_line() -> None:
    codec = Telling()
    assert value_of(codec.encode_default("c", *[object()] * 1000)) == ["c", [None] * 1000, {}]
    [line] = codec.told
    assert line.endswith("args[3] is an object; 996 more")


class Meddling(dict[str, Any]):
    """A look at its items changes what it stands in."""

    def __init__(self, change: Callable[[], object]) -> None:
        self.change = change

    def items(self) -> Any:
        self.change()
        return {"seen": 1}.items()


def test_what_changes_while_it_is_written_is_told() -> None:
    codec = Telling()
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
    assert codec.told == [
        f"c went out without what JSON cannot carry: {'; '.join(places)}",
    ]


def test_a_dict_whose_keys_change_while_it_is_written_has_as_many_entries() -> None:
    table: dict[str, Any] = {}

    def replace() -> None:
        del table["a"]
        table["b"] = 2

    table |= {"a": Meddling(replace), "z": 1}
    written = {"a": {"seen": 1}, "z": 1}
    assert value_of(V1.encode_default("c", table)) == ["c", [written], {}]


def raising(error: BaseException) -> Callable[..., Any]:
    def method(*_args: object) -> Any:
        raise error

    return method


def having(base: type, **methods: Callable[..., Any]) -> Any:
    """An object of a class with these methods."""
    return type("Broken", (base,), methods)()


def stopping(_: object) -> Iterator[object]:
    yield "a", 1
    yield 5
    yield "b", 2
    raise ValueError("no\nmore")


def test_a_mapping_that_raises_costs_no_more_than_itself() -> None:
    codec = Telling()
    frame = codec.encode_default(
        "c",
        having(dict, items=raising(KeyError("x"))),
        having(dict, items=lambda _: 5),
        having(dict, items=stopping),
        6,
    )
    assert value_of(frame) == ["c", [{}, {}, {"a": 1, "b": 2}, 6], {}]
    [line] = codec.told
    assert line == (
        "c went out without what JSON cannot carry: args[0] has items that raise KeyError: 'x'; "
        "args[1] has items that raise TypeError: 'int' object is not iterable; "
        "args[2] has an item that is an int; args[2] has items that raise ValueError: no"
    )


@pytest.mark.parametrize("codec", [EvenniaV1Format, GmcpStandardFormat, TerminalFormat])
def test_a_text_that_raises_is_empty_and_the_rest_goes_out(codec: type[WireFormat]) -> None:
    broken = having(object, __str__=raising(ValueError("a")), __repr__=raising(ValueError("b")))
    telling: Any = type(
        "TellingFormat", (codec,), {"__init__": Telling.__init__, "warn": Telling.warn}
    )()
    assert telling.encode_text(broken, 1, type="x") == codec().encode_text("", 1, type="x")
    assert telling.told == ["args[0] went out as an empty text, because it raises ValueError: b"]


def test_options_and_flags_that_raise_count_as_absent() -> None:
    codec = Telling()
    unsure = having(object, __bool__=raising(ValueError("maybe")))
    frame = codec.encode_text("|rx", options={"raw": unsure}, protocol_flags={"NOCOLOR": True})
    assert value_of(frame) == ["text", ["x"], {}]
    frame = codec.encode_text("|rx", protocol_flags={"NOCOLOR": unsure})
    assert value_of(frame) == ["text", ['<span class="color-009">x</span>'], {}]
    unreadable = having(UserDict, keys=raising(ValueError("shut")))
    assert value_of(codec.encode_text("x", options=unreadable)) == ["text", ["x"], {}]
    assert codec.told == [
        f"{what}: the message goes out as if there were none"
        for what in (
            "raw is neither true nor false, it raises ValueError: maybe",
            "NOCOLOR is neither true nor false, it raises ValueError: maybe",
            "options cannot be read, it raises ValueError: shut",
        )
    ]


def test_a_str_with_an_encoding_of_its_own_is_written_as_any_other() -> None:
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
def test_what_ends_the_program_passes(encode: Callable[[Any], object]) -> None:
    with pytest.raises(KeyboardInterrupt):
        encode(raising(KeyboardInterrupt()))


def test_circles_and_depth_are_null() -> None:
    codec = Telling()
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
    around, nested = codec.told
    assert "args[0][1] is a list that holds itself; args[0][2].again is a list" in around
    assert f"nested deeper than {MAX_JSON_DEPTH}" in nested
    while deep:  # Python frees such a list by recursion
        deep = deep.pop()


def test_integers_of_too_many_digits_are_null() -> None:
    codec = Telling()
    huge = 10**MAX_INTEGER_DIGITS
    assert value_of(codec.encode_default("c", huge, {huge: 1}, -(10**100))) == [
        "c",
        [None, {}, -(10**100)],
        {},
    ]
    assert "args[0] is an int of too many digits" in codec.told[0]


def test_encode_gmcp_raises_with_the_place() -> None:
    with pytest.raises(TypeError, match=r"args\[0\]\.a\[1\] is a set"):
        encode_gmcp("c", {"a": [1, {2}]})


def test_gmcp_losses_are_told() -> None:
    class TellingGmcp(GmcpStandardFormat):
        __init__ = Telling.__init__
        warn = Telling.warn

    codec = TellingGmcp()
    assert codec.encode_default("c", {1}, {2}) == (b"Core.C [null,null]", False)
    assert codec.told == [
        "c went out without what JSON cannot carry: args[0] is a set; args[1] is a set"
    ]


# Encoding: text


def test_no_text_sends_nothing() -> None:
    for codec in WIRE_FORMATS.values():
        assert codec.encode_text() is None
        assert codec.encode_text(None, options=5) is None
        assert codec.encode_prompt(None) is None
        assert codec.encode_default("options", 1) is None


def test_further_arguments_and_keywords_go_along() -> None:
    frame = V1.encode_text("|rx", 1, ("a", None), type="look", options={"echo": False})
    assert value_of(frame) == [
        "text",
        ['<span class="color-009">x</span>', 1, ["a", None]],
        {"type": "look"},
    ]


@pytest.mark.parametrize(
    ("text", "ansi"),
    [
        ("x|", "x|"),
        ("x||", "x|"),
        ("x||n", "x|n"),
        ("x|||n", "x|"),
        ("x||||n", "x||n"),
        ("x|n", "x"),
        ("x|n\n", "x\n"),
        ("x||n\n", "x|n\n"),
        ("|n", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("codec", ANSI_FORMATS, ids=lambda codec: codec.name)
def test_d14_ansi_ends_in_one_reset(codec: WireFormat, text: str, ansi: str) -> None:
    assert codec.encode_text(text) == (f"{ansi}\x1b[0m".encode(), True)


def test_d14_a_bar_that_is_no_markup_stays() -> None:
    codec = TerminalFormat(dialect=Dialect.ansi_only())
    assert codec.encode_text("x|n") == (b"x|n\x1b[0m", True)
    assert codec.encode_text("x\x1b[0m") == (b"x\x1b[0m\x1b[0m", True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1.5, "-1.5"),
        (False, "False"),
        ([], "[]"),
        (b"|ra\xffb", "|ra�b"),
        (Lazy(), "|glazy"),
        (Number.ONE, "1"),
    ],
)
@pytest.mark.parametrize("codec", WIRE_FORMATS.values(), ids=list(WIRE_FORMATS))
@pytest.mark.parametrize("options", [{}, {"raw": True}, {"nocolor": True}, {"screenreader": True}])
def test_d15_what_is_no_str_is_made_one(
    codec: WireFormat, value: Any, text: str, options: dict[str, bool]
) -> None:
    assert codec.encode_text(value, options=options) == codec.encode_text(text, options=options)


def test_d15_an_object_that_cannot_say_what_it_is_shows_its_repr() -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError

        def __repr__(self) -> str:
            return "broken"

    assert value_of(V1.encode_text(Broken())) == ["text", ["broken"], {}]


def test_ansi_strings_are_not_converted_again() -> None:
    text = AnsiString("red ||r")
    span = '<span class="color-001">red ||r</span>'
    assert value_of(V1.encode_text(text)) == ["text", [span], {}]
    assert value_of(V1.encode_text(text, options={"nocolor": True})) == ["text", ["red ||r"], {}]
    assert value_of(V1.encode_text(text, options={"raw": True})) == ["text", ["red ||r"], {}]
    assert TERMINAL.encode_text(text) == (b"\x1b[31mred ||r\x1b[0m\x1b[0m", True)


def test_d17_screen_reader_text_is_converted_once() -> None:
    options = {"screenreader": True}
    assert value_of(V1.encode_text("||r <|rb|n>", options=options)) == [
        "text",
        ["|r &lt;b&gt;"],
        {},
    ]
    # A link inside a link's label, as a player may say it, and marks that become one.
    for text in ("||lca||lt||lcb||ltc||le||le", "|l--cb|l--tc|l--e"):
        assert value_of(V1.encode_text(text, options=options)) == ["text", ["|lcb|ltc|le"], {}]
    assert TERMINAL.encode_text("||r |rb", options=options) == (b"|r b", True)


def test_screen_readers_skip_what_the_game_says() -> None:
    text = "+-- a == b\n.dots."
    options = {"screenreader": True}

    def heard(**settings: Any) -> Any:
        return TerminalFormat(**settings).encode_text(text, options=options)

    assert heard() == (b" a  b\n.dots.", True)
    assert heard(screenreader_strip=r"^\.") == (b"+-- a == b\ndots.", True)
    assert heard(screenreader_strip=re.compile(r"^\.")) == (text.encode(), True)
    assert heard(screenreader_strip="") == (text.encode(), True)
    assert value_of(
        EvenniaV1Format(screenreader_strip="o").encode_text("o|ro|n", options=options)
    ) == ["text", [""], {}]
    with pytest.raises(re.error):
        heard(screenreader_strip="(")
    for wrong in (5, re.compile(b"x")):
        with pytest.raises(TypeError, match="screenreader_strip should be a regular expression"):
            heard(screenreader_strip=wrong)


def test_a_dialect_of_the_game_s_own() -> None:
    codec = EvenniaV1Format(dialect=Dialect.ansi_only())
    assert value_of(codec.encode_text("|r\x1b[31mx")) == [
        "text",
        ['|r<span class="color-001">x</span>'],
        {},
    ]


def test_a_parser_of_the_game_s_own() -> None:
    def to_ansi(text: str, truecolor: bool) -> str:
        return text.replace("<red>", "\x1b[31m") + "|r||"

    settings = {"to_ansi": to_ansi}
    assert value_of(EvenniaV1Format(**settings).encode_text("<red>x")) == [
        "text",
        ['<span class="color-001">x|r||</span>'],
        {},
    ]
    terminal = TerminalFormat(**settings)
    assert terminal.encode_text("<red>x") == (b"\x1b[31mx|r||\x1b[0m", True)
    assert terminal.encode_text("<red>x", options={"nocolor": True}) == (b"x|r||", True)
    assert terminal.encode_text("<red>", options={"raw": True}) == (b"<red>", True)


# Options


@pytest.mark.parametrize("options", [None, "x", ["raw"], 5])
@pytest.mark.parametrize("method", ["encode_text", "encode_prompt"])
def test_options_of_the_wrong_type_are_told_and_the_text_goes_out(
    method: str, options: Any
) -> None:
    codec = Telling()
    frame = getattr(codec, method)("|rx", options=options, protocol_flags={"NOCOLOR": True})
    assert value_of(frame) == [method.removeprefix("encode_"), ["x"], {}]
    [line] = codec.told
    assert line.startswith(f"options should be a dict, not {type(options).__name__}")


def test_flags_of_the_wrong_type_are_told_and_the_text_goes_out() -> None:
    codec = Telling()
    assert value_of(codec.encode_text("x", protocol_flags=["NOCOLOR"])) == ["text", ["x"], {}]
    assert codec.told[0].startswith("protocol_flags should be a dict, not list")


def test_any_mapping_will_do() -> None:
    options = UserDict(nocolor=True)
    assert value_of(V1.encode_text("|rx", options=options)) == ["text", ["x"], {}]


@pytest.mark.parametrize("codec", WIRE_FORMATS.values(), ids=list(WIRE_FORMATS))
def test_the_caller_s_options_stay_as_they_are(codec: WireFormat) -> None:
    options = {"nocolor": True}
    flags = {"RAW": False}
    codec.encode_prompt("x", options=options, protocol_flags=flags)
    codec.encode_text("x", options=options, protocol_flags=flags)
    codec.encode_default("c", options=options, protocol_flags=flags)
    assert options == {"nocolor": True}
    assert flags == {"RAW": False}


def test_warnings_reach_the_log_on_one_line() -> None:
    events: list[dict[str, Any]] = []
    globalLogPublisher.addObserver(events.append)
    try:
        V1.encode_text("{x}", {1}, options=None)
    finally:
        globalLogPublisher.removeObserver(events.append)
    texts = [event["log_format"].format(**event) for event in events]
    assert texts == [
        "v1.evennia.com: options should be a dict, not NoneType: "
        "the message goes out as if there were none",
        "v1.evennia.com: text went out without what JSON cannot carry: args[1] is a set",
    ]


# Subclasses


def test_a_prompt_takes_the_way_of_an_overridden_text() -> None:
    class Loud(EvenniaV1Format):
        def encode_text(self, *args: Any, **kwargs: Any) -> tuple[bytes, bool] | None:
            return super().encode_text(*(arg.upper() for arg in args), **kwargs)

    assert value_of(Loud().encode_prompt("hp>", type="x")) == ["prompt", ["HP&gt;"], {"type": "x"}]


def test_a_format_of_one_s_own() -> None:
    class Morse(WireFormat):
        name = "morse"

    codec = Morse()
    assert codec.is_blank_line(b" \r\n", False)
    assert not codec.is_blank_line(b".", True)
    assert codec.encode_text("|rx", protocol_flags={"NOCOLOR": True}) == (b"x", True)
    assert codec.encode_prompt("x") == (b"x\x1b[0m", True)
    with pytest.raises(NotImplementedError, match=r"Morse must implement decode_incoming\(\)"):
        codec.decode_incoming(b"", False)
    with pytest.raises(NotImplementedError, match=r"Morse must implement encode_default\(\)"):
        codec.encode_default("x")


def test_a_format_with_another_name_keeps_its_logic() -> None:
    class Renamed(GmcpStandardFormat):
        name = "gmcp.example.org"

    codec = Renamed()
    assert codec.encode_default("ping") == GMCP.encode_default("ping")
    assert codec.decode_incoming(b"Core.Ping", False) == {"ping": [[], {}]}


def test_the_native_format_of_the_class_is_read_when_an_instance_is_made() -> None:
    class Own(Codec):
        native_format = "terminal"

    codec = Own()
    Own.native_format = "no such format"
    assert codec.encode_text("x") == TERMINAL.encode_text("x")
    with pytest.raises(ValueError, match=r"native_format should be .* not 'no such format'"):
        Own()
    Own.native_format = 5  # type: ignore[assignment]
    with pytest.raises(TypeError):
        Own()


def test_envelopes_of_prompts_and_commands() -> None:
    codec = JsonStandardFormat()
    prompt, is_binary = codec.encode_prompt('"hp"|n') or (b"", None)
    assert is_binary is False
    assert json.loads(prompt) == {"proto": "prompt", "id": "", "data": '"hp"\x1b[0m'}
    command, is_binary = codec.encode_default("char_vitals", hp=1, options={}) or (b"", None)
    assert is_binary is False
    assert json.loads(command) == {"proto": "gmcp", "id": "Char.Vitals", "data": '{"hp":1}'}


# What is said to many


SAYINGS = st.tuples(
    st.sampled_from(["|rred|n", "|gred|n", "", "\ud800", "é|r", "<b>", "x" * 20_000]),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ["raw", "client_raw", "nocolor", "screenreader", "send_prompt"], st.booleans()
        ),
    ),
    st.sampled_from([{}, {"type": "say"}]),
    st.sampled_from([(), ("more",)]),
)


@given(st.lists(SAYINGS, max_size=30))
def test_what_was_said_before_changes_no_answer(sayings: list[Any]) -> None:
    codec = EvenniaV1Format()
    for text, options, kwargs, more in sayings:
        said = codec.encode_text(text, *more, options=dict(options), **kwargs)
        assert said == EvenniaV1Format().encode_text(text, *more, options=dict(options), **kwargs)


def test_a_parser_of_the_game_is_asked_each_time() -> None:
    answers = iter(["\x1b[31mone", "\x1b[32mtwo"])
    codec = EvenniaV1Format(to_ansi=lambda *_: next(answers))
    assert codec.encode_text("same") != codec.encode_text("same")
