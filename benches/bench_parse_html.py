"""Markup or ANSI to HTML, function against function."""

from __future__ import annotations

import html
import itertools
import re
from functools import partial

import pytest
from ansi2html import Ansi2HTMLConverter

from mudwire import parse_html
from mudwire.bench import texts

TEXTS = {**texts.TEXTS, "log": texts.log}
ONLY_ANSI = ("table", "log")
WARM = 50
"""Texts in turn where Evennia may answer from its cache."""


def make_text(text: str, quick: bool):
    return partial(texts.log, size=100_000) if quick and text == "log" else TEXTS[text]


@pytest.mark.parametrize("text", TEXTS)
def bench_mudwire(measure, stock, text, quick):
    make = make_text(text, quick)
    if text != "unclosed links":  # upstream's answer is another: D5
        size = {"size": 10_000} if text == "log" else {}
        assert parse_html(make(1, **size)) == stock.parse_html(make(1, **size))

    def run(batch):
        for each in batch:
            parse_html(each)

    measure(run, make, subject="parse_html", text=text, contender="mudwire")


@pytest.mark.parametrize("text", TEXTS)
def bench_evennia(measure, stock, text, quick):
    def run(batch):
        for each in batch:
            stock.parse_html(each)

    measure(run, make_text(text, quick), subject="parse_html", text=text, contender="Evennia")


@pytest.mark.parametrize("text", texts.TEXTS)
def bench_evennia_warm(measure, stock, text):
    warm = [TEXTS[text](number) for number in range(WARM)]
    for each in warm:
        stock.parse_html(each)
    again = itertools.cycle(warm)

    def run(batch):
        for each in batch:
            stock.parse_html(each)

    measure(
        run, lambda _: next(again), subject="parse_html", text=text, contender="Evennia, warm cache"
    )


@pytest.mark.parametrize("text", ONLY_ANSI)
def bench_ansi2html(measure, text, quick):
    make = make_text(text, quick)
    convert = Ansi2HTMLConverter(inline=True).convert
    assert visible(convert(make(1), full=False)) == visible(parse_html(make(1)))

    def run(batch):
        for each in batch:
            convert(each, full=False)

    measure(run, make, subject="parse_html", text=text, contender="ansi2html")


def visible(markup: str) -> str:
    """Return the text of a piece of HTML, without its white space."""
    return "".join(html.unescape(re.sub("<[^>]*>", "", markup)).split())
