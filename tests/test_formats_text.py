"""The wire formats encode text: what counts as text, its markup, and the options."""

from __future__ import annotations

import re
from collections import UserDict
from typing import Any

import pytest
from twisted.logger import globalLogPublisher

from format_helpers import (
    ANSI_FORMATS,
    TERMINAL,
    V1,
    AnsiString,
    Number,
    RecordingFormat,
    having,
    raising,
    value_of,
)
from mudwire._native import Dialect
from mudwire.formats import (
    WIRE_FORMATS,
    EvenniaV1Format,
    GmcpStandardFormat,
    TerminalFormat,
    WireFormat,
)


class Lazy:
    """As Django's lazy translations."""

    def __str__(self) -> str:
        return "|glazy"


def test_no_text_sends_nothing() -> None:
    for codec in WIRE_FORMATS.values():
        assert codec.encode_text() is None
        assert codec.encode_text(None, options=5) is None
        assert codec.encode_prompt(None) is None
        assert codec.encode_default("options", 1) is None


def test_further_arguments_and_keywords_go_along() -> None:
    message = V1.encode_text("|rx", 1, ("a", None), type="look", options={"echo": False})
    assert value_of(message) == [
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
def test_d15_an_object_is_converted_to_str(
    codec: WireFormat, value: Any, text: str, options: dict[str, bool]
) -> None:
    assert codec.encode_text(value, options=options) == codec.encode_text(text, options=options)


def test_d15_an_object_whose_str_raises_shows_its_repr() -> None:
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


def test_screen_readers_skip_what_the_setting_matches() -> None:
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


def test_a_dialect_of_the_game_is_used() -> None:
    codec = EvenniaV1Format(dialect=Dialect.ansi_only())
    assert value_of(codec.encode_text("|r\x1b[31mx")) == [
        "text",
        ['|r<span class="color-001">x</span>'],
        {},
    ]


def test_a_parser_of_the_game_is_used() -> None:
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


@pytest.mark.parametrize("codec", [EvenniaV1Format, GmcpStandardFormat, TerminalFormat])
def test_a_text_that_raises_is_empty_and_the_rest_goes_out(codec: type[WireFormat]) -> None:
    broken = having(object, __str__=raising(ValueError("a")), __repr__=raising(ValueError("b")))
    recording: Any = type(
        "RecordingOther",
        (codec,),
        {"__init__": RecordingFormat.__init__, "warn": RecordingFormat.warn},
    )()
    assert recording.encode_text(broken, 1, type="x") == codec().encode_text("", 1, type="x")
    assert recording.warnings == [
        "args[0] went out as an empty text, because it raises ValueError: b"
    ]


@pytest.mark.parametrize("options", [None, "x", ["raw"], 5])
@pytest.mark.parametrize("method", ["encode_text", "encode_prompt"])
def test_options_of_the_wrong_type_are_logged_and_the_text_goes_out(
    method: str, options: Any
) -> None:
    codec = RecordingFormat()
    message = getattr(codec, method)("|rx", options=options, protocol_flags={"NOCOLOR": True})
    assert value_of(message) == [method.removeprefix("encode_"), ["x"], {}]
    [line] = codec.warnings
    assert line.startswith(f"options should be a dict, not {type(options).__name__}")


def test_flags_of_the_wrong_type_are_logged_and_the_text_goes_out() -> None:
    codec = RecordingFormat()
    assert value_of(codec.encode_text("x", protocol_flags=["NOCOLOR"])) == ["text", ["x"], {}]
    assert codec.warnings[0].startswith("protocol_flags should be a dict, not list")


def test_options_may_be_any_mapping() -> None:
    options = UserDict(nocolor=True)
    assert value_of(V1.encode_text("|rx", options=options)) == ["text", ["x"], {}]


@pytest.mark.parametrize("codec", WIRE_FORMATS.values(), ids=list(WIRE_FORMATS))
def test_the_callers_options_are_not_changed(codec: WireFormat) -> None:
    options = {"nocolor": True}
    flags = {"RAW": False}
    codec.encode_prompt("x", options=options, protocol_flags=flags)
    codec.encode_text("x", options=options, protocol_flags=flags)
    codec.encode_default("c", options=options, protocol_flags=flags)
    assert options == {"nocolor": True}
    assert flags == {"RAW": False}


def test_a_warning_is_one_line_in_the_log() -> None:
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


def test_options_and_flags_that_raise_count_as_absent() -> None:
    codec = RecordingFormat()
    unsure = having(object, __bool__=raising(ValueError("maybe")))
    message = codec.encode_text("|rx", options={"raw": unsure}, protocol_flags={"NOCOLOR": True})
    assert value_of(message) == ["text", ["x"], {}]
    message = codec.encode_text("|rx", protocol_flags={"NOCOLOR": unsure})
    assert value_of(message) == ["text", ['<span class="color-009">x</span>'], {}]
    unreadable = having(UserDict, keys=raising(ValueError("shut")))
    assert value_of(codec.encode_text("x", options=unreadable)) == ["text", ["x"], {}]
    assert codec.warnings == [
        f"{what}: the message goes out as if there were none"
        for what in (
            "raw is neither true nor false, it raises ValueError: maybe",
            "NOCOLOR is neither true nor false, it raises ValueError: maybe",
            "options cannot be read, it raises ValueError: shut",
        )
    ]
