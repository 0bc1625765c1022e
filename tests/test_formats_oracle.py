"""The wire formats against Evennia's recorded answers, by the rules of the oracle's README."""

import json
import math
from typing import Any

import pytest

from mudwire.formats import WIRE_FORMATS, decode_gmcp, encode_gmcp
from oracle_vectors import Vector, vectors

MAY_RAISE_WHEN_TAGGED = {"encode_gmcp"}


def answer(vector: Vector) -> Any:
    match vector.fn:
        case "encode_gmcp":
            return gmcp_value(encode_gmcp(*vector.args, **vector.kwargs))
        case "decode_gmcp":
            return decode_gmcp(*vector.args)
        case "decode_incoming":
            return WIRE_FORMATS[vector.format].decode_incoming(*vector.args)
    encode = getattr(WIRE_FORMATS[vector.format], vector.fn)
    return message_value(
        vector.format, encode(*vector.args, protocol_flags=vector.flags, **vector.kwargs)
    )


def expected(vector: Vector) -> Any:
    if vector.fn == "encode_gmcp":
        return gmcp_value(vector.out)
    if vector.fn.startswith("encode_"):
        return message_value(vector.format, vector.out)
    return vector.out


def message_value(subprotocol: str | None, message: Any) -> Any:
    """A message with the JSON in it read, so that padding and escapes do not count."""
    if message is None:
        return None
    payload, is_binary = message
    if is_binary:
        return payload, True
    text = payload.decode()
    if subprotocol == "gmcp.mudstandards.org":
        return gmcp_value(text), False
    value = json.loads(text)
    if subprotocol == "json.mudstandards.org" and value["proto"] == "gmcp":
        value["data"] = gmcp_value(f"{value['id']} {value['data']}")
    return ordered(value), False


def gmcp_value(message: str) -> Any:
    name, blank, data = message.partition(" ")
    try:
        return name, ordered(json.loads(data))
    except ValueError:
        # A name of several words goes out as it is.
        return name, blank, data


def ordered(value: Any) -> Any:
    """A value in which the order of keys, types and not-a-number count."""
    match value:
        case dict():
            return [(key, ordered(entry)) for key, entry in value.items()]
        case list() | tuple():
            return "array", *map(ordered, value)
        case float() if math.isnan(value):
            return "nan"
    return type(value), value


@pytest.mark.parametrize(
    ("fn", "subprotocol"),
    [
        ("encode_gmcp", None),
        ("decode_gmcp", None),
        *(
            (fn, subprotocol)
            for fn in ("encode_text", "encode_prompt", "encode_default", "decode_incoming")
            for subprotocol in WIRE_FORMATS
        ),
    ],
)
def test_recorded_answers(fn, subprotocol):
    wrong = []
    for vector in vectors(fn, subprotocol):
        try:
            given = answer(vector)
        except Exception as error:
            if not (vector.tags and fn in MAY_RAISE_WHEN_TAGGED):
                wrong.append((vector, error))
            continue
        if not vector.tags and ordered(given) != ordered(expected(vector)):
            wrong.append((vector, given))
    assert not wrong, f"{len(wrong)} of {len(vectors(fn, subprotocol))}, first: {wrong[0]}"
