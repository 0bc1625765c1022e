"""The payload of a frame to a command, codec against codec.

What orjson and msgspec would bring is measured at the same work: Evennia's ``decode_incoming``
with their function in the place of ``json.loads``.
"""

from __future__ import annotations

import msgspec
import orjson
import pytest

from mudwire.bench.texts import command
from mudwire.formats import WIRE_FORMATS

FLAGS = {"NOCOLOR": False, "RAW": False, "SCREENREADER": False}


def out_of_band(number):
    return b'["vitals",[],{"hp":%d,"mp":12.5,"inventory":["sword","rope",null]}]' % number


COMMANDS = {
    "command": (command, {"text": [["say Hello there 000007"], {"cid": 7}]}),
    "out-of-band": (
        out_of_band,
        {"vitals": [[], {"hp": 7, "mp": 12.5, "inventory": ["sword", "rope", None]}]},
    ),
}


def on_parser(loads):
    """Return Evennia's method on another parser of JSON."""

    def decode_incoming(payload, is_binary, protocol_flags=None):
        try:
            cmdarray = loads(payload)
        except ValueError:
            return None
        if isinstance(cmdarray, list) and len(cmdarray) >= 3:
            return {cmdarray[0]: [cmdarray[1], cmdarray[2]]}
        return None

    return decode_incoming


@pytest.mark.parametrize("kind", COMMANDS)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia", "orjson", "msgspec"])
def bench_decode_incoming(measure, stock, contender, kind):
    make, expected = COMMANDS[kind]
    decode = {
        "mudwire": WIRE_FORMATS["v1.evennia.com"].decode_incoming,
        "Evennia": stock.wire_format.decode_incoming,
        "orjson": on_parser(orjson.loads),
        "msgspec": on_parser(msgspec.json.Decoder().decode),
    }[contender]
    assert decode(make(7), False, protocol_flags=FLAGS) == expected

    def run(batch):
        for payload in batch:
            decode(payload, False, protocol_flags=FLAGS)

    measure(run, make, subject="decode_incoming", text=kind, contender=contender)
