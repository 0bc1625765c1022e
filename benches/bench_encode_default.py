"""A command out of band to the payload of a frame, codec against codec.

What orjson and msgspec would bring is measured at the same work: Evennia's ``encode_default``
with their function in the place of ``json.dumps``.
"""

from __future__ import annotations

import json

import msgspec
import orjson
import pytest

from mudwire.formats import WIRE_FORMATS

FLAGS = {"NOCOLOR": False, "RAW": False, "SCREENREADER": False}


def on_writer(dumps):
    """Return Evennia's method on another writer of JSON."""

    def encode_default(cmdname, *args, protocol_flags=None, **kwargs):
        if cmdname == "options":
            return None
        return dumps([cmdname, args, kwargs]), False

    return encode_default


@pytest.mark.parametrize("contender", ["mudwire", "Evennia", "orjson", "msgspec"])
def bench_encode_default(measure, stock, contender):
    encode = {
        "mudwire": WIRE_FORMATS["v1.evennia.com"].encode_default,
        "Evennia": stock.wire_format.encode_default,
        "orjson": on_writer(orjson.dumps),
        "msgspec": on_writer(msgspec.json.encode),
    }[contender]
    payload, is_binary = encode("vitals", protocol_flags=FLAGS, **vitals(7))
    assert (json.loads(payload), is_binary) == (["vitals", [], vitals(7)], False)

    def run(batch):
        for each in batch:
            encode("vitals", protocol_flags=FLAGS, **each)

    measure(run, vitals, subject="encode_default", text="vitals", contender=contender)


def vitals(number):
    return {"hp": number, "mp": 12.5, "inventory": ["sword", "rope", None]}
