"""Commands to messages of `v1.evennia.com` and back: mudwire's codec beside Evennia's.

orjson and msgspec are measured at the same work: Evennia's method with their function in place of
``json.loads`` or ``json.dumps``.
"""

from __future__ import annotations

import json

import msgspec
import orjson
import pytest

from mudwire import WebClientProtocol
from mudwire.bench.texts import TEXTS, command

V1 = WebClientProtocol.wire_formats["v1.evennia.com"]
FLAGS = {"NOCOLOR": False, "RAW": False, "SCREENREADER": False}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia"])
def bench_encode_text(measure, stock, text, contender):
    make = TEXTS[text]
    if text != "unclosed links":  # Evennia answers differently there: D5 of docs/compatibility.md
        ours, theirs = (
            codec.encode_text(make(1), protocol_flags=FLAGS, options={})
            for codec in (V1, stock.wire_format)
        )
        assert decoded(ours) == decoded(theirs)
    encode = {"mudwire": V1, "Evennia": stock.wire_format}[contender].encode_text

    def run(batch):
        for each in batch:
            encode(each, protocol_flags=FLAGS, options={})

    measure(run, make, subject="encode_text", text=text, contender=contender)


def decoded(message):
    """Return a message with its JSON decoded: the same JSON may be written in several ways."""
    payload, is_binary = message
    return json.loads(payload), is_binary


def out_of_band(number):
    return b'["vitals",[],{"hp":%d,"mp":12.5,"inventory":["sword","rope",null]}]' % number


def vitals(number):
    return {"hp": number, "mp": 12.5, "inventory": ["sword", "rope", None]}


INCOMING = {
    "command": (command, {"text": [["say Hello there 000007"], {"cid": 7}]}),
    "out-of-band": (out_of_band, {"vitals": [[], vitals(7)]}),
}
"""Kind of command -> the function that makes its payload, and what payload 7 decodes to."""


def decode_incoming_with(loads):
    """Return Evennia's method with another JSON parser."""

    def decode_incoming(payload, is_binary, protocol_flags=None):
        try:
            cmdarray = loads(payload)
        except ValueError:
            return None
        if isinstance(cmdarray, list) and len(cmdarray) >= 3:
            return {cmdarray[0]: [cmdarray[1], cmdarray[2]]}
        return None

    return decode_incoming


@pytest.mark.parametrize("kind", INCOMING)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia", "orjson", "msgspec"])
def bench_decode_incoming(measure, stock, contender, kind):
    make, expected = INCOMING[kind]
    decode = {
        "mudwire": V1.decode_incoming,
        "Evennia": stock.wire_format.decode_incoming,
        "orjson": decode_incoming_with(orjson.loads),
        "msgspec": decode_incoming_with(msgspec.json.Decoder().decode),
    }[contender]
    assert decode(make(7), False, protocol_flags=FLAGS) == expected

    def run(batch):
        for payload in batch:
            decode(payload, False, protocol_flags=FLAGS)

    measure(run, make, subject="decode_incoming", text=kind, contender=contender)


def encode_default_with(dumps):
    """Return Evennia's method with another JSON writer."""

    def encode_default(cmdname, *args, protocol_flags=None, **kwargs):
        if cmdname == "options":
            return None
        return dumps([cmdname, args, kwargs]), False

    return encode_default


@pytest.mark.parametrize("contender", ["mudwire", "Evennia", "orjson", "msgspec"])
def bench_encode_default(measure, stock, contender):
    encode = {
        "mudwire": V1.encode_default,
        "Evennia": stock.wire_format.encode_default,
        "orjson": encode_default_with(orjson.dumps),
        "msgspec": encode_default_with(msgspec.json.encode),
    }[contender]
    message = encode("vitals", protocol_flags=FLAGS, **vitals(7))
    assert decoded(message) == (["vitals", [], vitals(7)], False)

    def run(batch):
        for each in batch:
            encode("vitals", protocol_flags=FLAGS, **each)

    measure(run, vitals, subject="encode_default", text="vitals", contender=contender)
