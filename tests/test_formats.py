"""The wire formats: the registry, the classes, and the cache of encoded texts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from format_helpers import GMCP, TERMINAL, value_of
from mudwire._native import Codec
from mudwire.formats import (
    WIRE_FORMATS,
    EvenniaV1Format,
    GmcpStandardFormat,
    JsonStandardFormat,
    WireFormat,
)


def test_the_registry_has_the_order_of_evennia() -> None:
    assert list(WIRE_FORMATS) == [
        "json.mudstandards.org",
        "gmcp.mudstandards.org",
        "terminal.mudstandards.org",
        "v1.evennia.com",
    ]
    assert all(isinstance(codec, WireFormat) for codec in WIRE_FORMATS.values())
    assert [codec.supports_oob for codec in WIRE_FORMATS.values()] == [True, True, False, True]


def test_a_prompt_goes_through_an_overridden_encode_text() -> None:
    class Loud(EvenniaV1Format):
        def encode_text(self, *args: Any, **kwargs: Any) -> tuple[bytes, bool] | None:
            return super().encode_text(*(arg.upper() for arg in args), **kwargs)

    assert value_of(Loud().encode_prompt("hp>", type="x")) == ["prompt", ["HP&gt;"], {"type": "x"}]


def test_a_format_of_a_games_own_inherits_text_and_prompts() -> None:
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


def test_prompts_and_commands_go_out_in_envelopes() -> None:
    codec = JsonStandardFormat()
    prompt, is_binary = codec.encode_prompt('"hp"|n') or (b"", None)
    assert is_binary is False
    assert json.loads(prompt) == {"proto": "prompt", "id": "", "data": '"hp"\x1b[0m'}
    command, is_binary = codec.encode_default("char_vitals", hp=1, options={}) or (b"", None)
    assert is_binary is False
    assert json.loads(command) == {"proto": "gmcp", "id": "Char.Vitals", "data": '{"hp":1}'}


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
def test_earlier_texts_do_not_change_the_answer(sayings: list[Any]) -> None:
    codec = EvenniaV1Format()
    for text, options, kwargs, more in sayings:
        said = codec.encode_text(text, *more, options=dict(options), **kwargs)
        assert said == EvenniaV1Format().encode_text(text, *more, options=dict(options), **kwargs)


def test_a_parser_of_the_game_is_called_each_time() -> None:
    answers = iter(["\x1b[31mone", "\x1b[32mtwo"])
    codec = EvenniaV1Format(to_ansi=lambda *_: next(answers))
    assert codec.encode_text("same") != codec.encode_text("same")
