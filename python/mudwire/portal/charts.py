"""Colour charts in Evennia's markup, to show the colours of a client and a converter."""

from __future__ import annotations

from colorsys import hsv_to_rgb
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = "rgybmcwx"
GREYS = "abcdefghijklmnopqrstuvwxyz"
WIDTH = 38
"""Columns of a chart: a phone shows 40."""


@cache
def sixteen() -> str:
    """Return the sixteen ANSI colours as foreground and background, with their markup."""
    rows = ["|wThe 16 colours of ANSI|n"]
    for letters in (LETTERS.upper(), LETTERS):
        rows.append("  " + "".join(f"|{letter}||{letter}|n  " for letter in letters))
        rows.append("  " + "".join(f"|[{letter}   |n " for letter in letters))
    return "\n".join(rows)


@cache
def cube() -> str:
    """Return the 216 colours of xterm's cube and the greys, as backgrounds."""
    rows = ["|wThe 256 colours of xterm|n"]
    rows.extend(
        "  "
        + " ".join("".join(f"|[{red}{green}{blue}  " for blue in range(6)) + "|n" for red in reds)
        for reds in ((0, 1, 2), (3, 4, 5))
        for green in range(6)
    )
    rows.extend(
        "  " + "".join(f"|[={grey}   " for grey in greys[:12]) + "|n"
        for greys in (GREYS[1:13], GREYS[13:25])
    )
    return "\n".join(rows)


@cache
def truecolor() -> str:
    """Return the colour circle in five saturations and brightnesses; no two cells are alike."""
    rows = ["|wTruecolor: 16.7 million colours|n"]
    for saturation, value in ((0.35, 1.0), (0.6, 1.0), (0.85, 1.0), (0.85, 0.75), (0.85, 0.5)):
        cells = []
        for column in range(WIDTH):
            red, green, blue = (
                round(255 * part) for part in hsv_to_rgb(column / WIDTH, saturation, value)
            )
            cells.append(f"|[#{red:02x}{green:02x}{blue:02x} ")
        rows.append("  " + "".join(cells) + "|n")
    return "\n".join(rows)


CHARTS: dict[str, Callable[[], str]] = {"16": sixteen, "256": cube, "truecolor": truecolor}
"""Name of each chart -> the function that makes it."""
