"""Text to the payload of a frame, codec against codec of `v1.evennia.com`."""

from __future__ import annotations

import json

import pytest

from mudwire.bench.texts import TEXTS
from mudwire.formats import WIRE_FORMATS

FLAGS = {"NOCOLOR": False, "RAW": False, "SCREENREADER": False}
V1 = "v1.evennia.com"


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia"])
def bench_v1(measure, stock, text, contender):
    make = TEXTS[text]
    if text != "unclosed links":  # upstream's answer is another: D5
        assert encoded(WIRE_FORMATS[V1], make(1)) == encoded(stock.wire_format, make(1))
    codec = {"mudwire": WIRE_FORMATS[V1], "Evennia": stock.wire_format}[contender]
    measure(running(codec), make, subject="encode_text", text=text, contender=contender)


def encoded(codec, text):
    payload, is_binary = codec.encode_text(text, protocol_flags=FLAGS)
    return json.loads(payload), is_binary


def running(codec):
    encode = codec.encode_text

    def run(batch):
        for each in batch:
            encode(each, protocol_flags=FLAGS, options={})

    return run
