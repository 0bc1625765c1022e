"""What ``mudwire.evennia.install`` gains on ANSIString and EvTable, in an Evennia's environment.

    .venv-evennia-6.1.0/bin/python benches/evennia_parsers.py

Prints a table: microseconds of Evennia alone, with mudwire installed, and their ratio. Evennia's
own memory of parsed texts is emptied before each call: the texts of a game are seldom the same.
"""

from __future__ import annotations

import sys
import timeit
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "evennia" / "inside"))

import game_settings  # found by the path above

game_settings.pytest_configure()

from evennia.utils import ansi  # noqa: E402 # Evennia is set up first
from evennia.utils.evtable import EvTable  # noqa: E402 # Evennia is set up first
from evennia.utils.text2html import parse_html  # noqa: E402 # Evennia is set up first

import mudwire.evennia  # noqa: E402 # Evennia is set up first

ROOM = (
    "|cTown Square|n\nA |ywide|n square of |=lworn stone|n. A |bfountain|n stands in the middle, "
    "and |[520|000posters|n hang on |wevery|n wall. |lclook board|ltThe board|le has the news.\n"
    "|wExits:|n |gnorth|n, |geast|n and |gdown|n"
)


def table() -> EvTable:
    rows = [[f"|c{column}{row}|n |=m{row * column}|n" for row in range(10)] for column in range(4)]
    return EvTable("|wName|n", "|wClass|n", "|wLevel|n", "|wPlace|n", table=rows, border="cells")


CASES = {
    "`parse_ansi` of a room": lambda: ansi.parse_ansi(ROOM, xterm256=True),
    "`parse_html` of a room": lambda: parse_html(ROOM),
    "`ANSIString` of a room": lambda: ansi.ANSIString(ROOM),
    "`str` of an `EvTable`, 4 by 10": lambda: str(table()),
}


def microseconds(case) -> float:
    def call():
        ansi._PARSE_CACHE.clear()
        case()

    number, _ = timeit.Timer(call).autorange()
    return median(timeit.repeat(call, number=number, repeat=5)) / number * 1e6


def main() -> None:
    print("| | Evennia | with `install()` | ratio |")
    print("|---|---|---|---|")
    for name, case in CASES.items():
        expected = str(case())
        alone = microseconds(case)
        mudwire.evennia.install()
        try:
            assert str(case()) == expected
            installed = microseconds(case)
        finally:
            mudwire.evennia.uninstall()
        print(f"| {name} | {alone:,.0f} µs | {installed:,.1f} µs | {alone / installed:,.1f} |")


main()
