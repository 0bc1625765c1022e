"""One command decoded, one command encoded: this codec, and the same codec on other parsers.

Each run handles a thousand messages, no two alike; every peer does the whole
work of ``decode_incoming``, from the payload to ``{name: [args, kwargs]}``, and is
called as the protocol calls it. ``msgspec alone`` gives only the array.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import orjson
import pytest

from mudwire.wire_formats import WIRE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGES = 1000
FLAGS = {"CLIENTNAME": "webclient", "NOCOLOR": False, "SCREENREADER": False}

V1 = WIRE_FORMATS["v1.evennia.com"]

COMMANDS = {
    "line": [["text", [f"look at the sword {number}"], {}] for number in range(MESSAGES)],
    "kwargs": [
        ["text", [f"say Zoë rolls {number}"], {"options": {"echo": False}, "id": number}]
        for number in range(MESSAGES)
    ],
    "out-of-band": [
        ["char_vitals", [], {"hp": number, "mp": 12.5, "inventory": ["sword", "rope", None]}]
        for number in range(MESSAGES)
    ],
}


def codec_on(loads: Callable[[bytes], Any]) -> Callable[..., Any]:
    def decode_incoming(
        payload: bytes, is_binary: bool, protocol_flags: dict[str, Any] | None = None
    ) -> Any:
        try:
            command = loads(payload)
        except ValueError:
            return None
        if isinstance(command, list) and len(command) >= 3:
            return {command[0]: [command[1], command[2]]}
        return None

    return decode_incoming


DECODERS = {
    "mudwire": V1.decode_incoming,
    "msgspec": codec_on(msgspec.json.decode),
    "orjson": codec_on(orjson.loads),
    "json": codec_on(json.loads),
}


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("kind", COMMANDS)
def test_decode_incoming(benchmark: Any, kind: str, decoder: str) -> None:
    benchmark.group = f"decode {MESSAGES} commands: {kind}"
    decode = DECODERS[decoder]
    payloads = [orjson.dumps(command) for command in COMMANDS[kind]]

    def run() -> list[Any]:
        return [decode(payload, False, protocol_flags=FLAGS) for payload in payloads]

    expected = [{name: [args, kwargs]} for name, args, kwargs in COMMANDS[kind]]
    assert run() == expected
    benchmark(run)


@pytest.mark.parametrize("kind", COMMANDS)
def test_msgspec_alone(benchmark: Any, kind: str) -> None:
    benchmark.group = f"decode {MESSAGES} commands: {kind}"
    payloads = [orjson.dumps(command) for command in COMMANDS[kind]]
    decode = msgspec.json.decode

    def run() -> list[Any]:
        return [decode(payload) for payload in payloads]

    assert run() == COMMANDS[kind]
    benchmark(run)


def encoder_on(dumps: Callable[[Any], bytes]) -> Callable[..., Any]:
    def encode_default(
        cmdname: str, *args: Any, protocol_flags: dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        if cmdname == "options":
            return None
        return dumps([cmdname, args, kwargs]), False

    return encode_default


ENCODERS = {
    "mudwire": V1.encode_default,
    "msgspec": encoder_on(msgspec.json.encode),
    "orjson": encoder_on(orjson.dumps),
    "json": encoder_on(lambda value: json.dumps(value).encode()),
}


@pytest.mark.parametrize("encoder", ENCODERS)
def test_encode_default(benchmark: Any, encoder: str) -> None:
    benchmark.group = f"encode {MESSAGES} commands: out-of-band"
    encode = ENCODERS[encoder]
    commands = COMMANDS["out-of-band"]

    def run() -> list[Any]:
        return [
            encode(name, *args, protocol_flags=FLAGS, **kwargs) for name, args, kwargs in commands
        ]

    assert [json.loads(payload) for payload, is_binary in run() if not is_binary] == commands
    benchmark(run)
