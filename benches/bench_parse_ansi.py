"""Markup to ANSI, as telnet and three of the subprotocols have it, function against function."""

from __future__ import annotations

import pytest

from mudwire import parse_ansi
from mudwire.bench.texts import TEXTS

OPTIONS = {"xterm256": True, "truecolor": True}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia"])
def bench_parse_ansi(measure, stock, text, contender):
    make = TEXTS[text]
    assert parse_ansi(make(1), **OPTIONS) == stock.parse_ansi(make(1), **OPTIONS)
    convert = {"mudwire": parse_ansi, "Evennia": stock.parse_ansi}[contender]

    def run(batch):
        for each in batch:
            convert(each, **OPTIONS)

    measure(run, make, subject="parse_ansi", text=text, contender=contender)
