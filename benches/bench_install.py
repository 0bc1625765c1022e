"""Evennia's own functions and classes, with and without ``mudwire.evennia.install``."""

from __future__ import annotations

import pytest

from mudwire.bench.texts import room


def ansistring(number):
    from evennia.utils.ansi import ANSIString

    return str(ANSIString(room(number)))


def evtable(number):
    from evennia.utils.evtable import EvTable

    rows = [[f"|c{column}{row}|n |=m{number}|n" for row in range(10)] for column in range(4)]
    return str(EvTable("|wName|n", "|wClass|n", "|wLevel|n", "|wPlace|n", table=rows))


CALLS = {
    "parse_ansi, room": lambda stock, number: stock.parse_ansi(room(number), xterm256=True),
    "parse_html, room": lambda stock, number: stock.parse_html(room(number)),
    "ANSIString, room": lambda stock, number: ansistring(number),
    "EvTable, 4 by 10": lambda stock, number: evtable(number),
}


@pytest.fixture
def installed(contender, stock, text):
    """Install mudwire for the time of its own row, and check that the answer stays the same."""
    from mudwire.evennia import install, uninstall

    expected = CALLS[text](stock, 1)
    if contender == "mudwire":
        install()
    assert CALLS[text](stock, 1) == expected
    yield
    uninstall()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("text", CALLS)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia"])
def bench_install(measure, stock, text, contender):
    call = CALLS[text]

    def run(batch):
        for number in batch:
            call(stock, number)

    measure(run, int, subject="install", text=text, contender=contender)
