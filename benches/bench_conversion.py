"""Markup or ANSI to HTML, and markup to ANSI: mudwire's functions beside Evennia's."""

from __future__ import annotations

import html
import itertools
import re
from functools import partial
from typing import TYPE_CHECKING

import pytest
from ansi2html import Ansi2HTMLConverter

from mudwire import parse_ansi, parse_html
from mudwire.bench.texts import TEXTS, log

if TYPE_CHECKING:
    from collections.abc import Callable

HTML_TEXTS = {**TEXTS, "log": log}
ANSI_OPTIONS = {"xterm256": True, "truecolor": True}

WARM_TEXTS = 50
"""How many texts take turns where Evennia may answer from its cache."""


@pytest.fixture
def make(text: str, quick: bool) -> Callable[..., str]:
    """Give the function that makes the text of a number; the log is shorter in a quick run."""
    return partial(log, size=100_000) if quick and text == "log" else HTML_TEXTS[text]


@pytest.mark.parametrize("text", HTML_TEXTS)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia"])
def bench_parse_html(measure, stock, text, make, contender):
    if text != "unclosed links":  # Evennia answers differently there: D5 of docs/compatibility.md
        sample = make(1, size=10_000) if text == "log" else make(1)
        assert parse_html(sample) == stock.parse_html(sample)
    convert = {"mudwire": parse_html, "Evennia": stock.parse_html}[contender]

    def run(batch):
        for each in batch:
            convert(each)

    measure(run, make, subject="parse_html", text=text, contender=contender)


@pytest.mark.parametrize("text", TEXTS)
def bench_parse_html_warm(measure, stock, text):
    """Evennia alone, with texts that its cache of parsed ANSI already holds."""
    warm = [TEXTS[text](number) for number in range(WARM_TEXTS)]
    for each in warm:
        stock.parse_html(each)
    again = itertools.cycle(warm)

    def run(batch):
        for each in batch:
            stock.parse_html(each)

    measure(
        run, lambda _: next(again), subject="parse_html", text=text, contender="Evennia, warm cache"
    )


@pytest.mark.parametrize("text", ["table", "log"])
def bench_parse_html_ansi2html(measure, text, make):
    """The library ansi2html, with the texts that hold ANSI alone."""
    convert = Ansi2HTMLConverter(inline=True).convert
    assert visible(convert(make(1), full=False)) == visible(parse_html(make(1)))

    def run(batch):
        for each in batch:
            convert(each, full=False)

    measure(run, make, subject="parse_html", text=text, contender="ansi2html")


def visible(markup: str) -> str:
    """Return the text of a piece of HTML, without its white space."""
    return "".join(html.unescape(re.sub("<[^>]*>", "", markup)).split())


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia"])
def bench_parse_ansi(measure, stock, text, contender):
    make = TEXTS[text]
    assert parse_ansi(make(1), **ANSI_OPTIONS) == stock.parse_ansi(make(1), **ANSI_OPTIONS)
    convert = {"mudwire": parse_ansi, "Evennia": stock.parse_ansi}[contender]

    def run(batch):
        for each in batch:
            convert(each, **ANSI_OPTIONS)

    measure(run, make, subject="parse_ansi", text=text, contender=contender)
