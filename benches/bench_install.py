"""What ``mudwire.evennia.install`` gains where Evennia converts: telnet, ANSIString, EvTable."""

from __future__ import annotations

import pytest

from mudwire.bench.texts import room


def ansistring(number):
    from evennia.utils.ansi import ANSIString

    return str(ANSIString(room(number)))


def table(number):
    from evennia.utils.evtable import EvTable

    rows = [[f"|c{column}{row}|n |=m{number}|n" for row in range(10)] for column in range(4)]
    return str(EvTable("|wName|n", "|wClass|n", "|wLevel|n", "|wPlace|n", table=rows))


@pytest.fixture
def call(stock, text):
    """Give the function of a text; Evennia is set up before it is called."""
    return {
        "parse_ansi, room": lambda number: stock.parse_ansi(room(number), xterm256=True),
        "parse_html, room": lambda number: stock.parse_html(room(number)),
        "ANSIString, room": ansistring,
        "EvTable, 4 by 10": table,
    }[text]


@pytest.fixture
def installed(contender, call):
    """Install mudwire for its own turn, if its answer is the same."""
    from mudwire.evennia import install, uninstall

    expected = call(1)
    if contender == "mudwire":
        install()
    assert call(1) == expected
    yield
    uninstall()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "text", ["parse_ansi, room", "parse_html, room", "ANSIString, room", "EvTable, 4 by 10"]
)
@pytest.mark.parametrize("contender", ["mudwire", "Evennia"])
def bench_install(measure, call, text, contender):
    def run(batch):
        for number in batch:
            call(number)

    measure(run, int, subject="install", text=text, contender=contender)
