"""Typical texts of games, each different from the others.

Each function returns the ``number``-th text of its kind. No two texts are equal, so that no cache
can answer in a comparison. They all have the same length up to number 999,999.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TEXTS", "chat_line", "command", "log", "room"]


def chat_line(number: int) -> str:
    """Return a line of speech of 26 characters."""
    return f'|cAnna|n says, "Hi {number:06}"'


def room(number: int) -> str:
    """Return the description of a room in 400 characters."""
    return (
        f"|cThe Gilded Anchor|n (#{number:06})\n"
        "Smokedark beams hang low over scarred tables, and the smell of tar and "
        "|yroasting onions|n comes from the quay whenever the door swings. A |rbrick fire|n "
        "burns at the far wall; above it somebody has nailed the jaw of a |wshark|n.\n"
        "|wExits:|n |lcnorth|ltnorth|le, |lcdown|ltdown|le and |lcout|ltout|le\n"
        "|wYou see:|n a |gparrot|n, a |500r|510e|520d|n bottle, Bert and Cora"
    )


def combat(number: int) -> str:
    """Return one round of a fight, with short runs of many colours."""
    blows = (
        "|r*|n |cAnna|n |yslashes|n at |mthe troll|n with |wa sword|n: |r-12 hp|n\n"
        "|r*|n |mThe troll|n |ymisses|n |cAnna|n. |g(dodged)|n\n"
        "|b*|n |cBert|n casts |[004|wfrost|n on |mthe troll|n: |C-31 hp|n |x(resisted 4)|n\n"
    )
    return f"|wRound {number:06}|n\n{blows * 4}|#ff8800HP|n |g88|n/|G100|n |500MP|n |020 7|n"


def table(number: int) -> str:
    """Return a table as Evennia's EvTable formats it, with its colours as ANSI sequences."""
    line = f"+{'-' * 18}+{'-' * 12}+{'-' * 10}+"
    bold, off = "\x1b[1m", "\x1b[0m"
    head = f"| {bold}\x1b[36mName{off}             | {bold}On for{off}     | {bold}Idle{off}     |"
    rows = "\n".join(
        f"| {bold}\x1b[3{1 + row % 7}mPlayer {number + row:06}{off}    "
        f"| 1h {row:02}m     | {row:02}s      |"
        for row in range(20)
    )
    return f"{line}\n{head}\n{line}\n{rows}\n{line}"


def chart(number: int) -> str:
    """Return a chart of the 216 colours, each as background and as foreground."""
    cells = [f"|[{code} |n|{code}{code}|n" for code in map("".join, product("012345", repeat=3))]
    lines = ("".join(cells[at : at + 12]) for at in range(0, 216, 12))
    return f"Chart {number:06}\n" + "\n".join(lines)


def plain(number: int) -> str:
    """Return 4 kB of help without colours, links or special characters."""
    return f"Help page {number:06}. " + (
        "The portal keeps the connections while the server starts again, so nobody has to log in. "
        * 46
    )


def cjk(number: int) -> str:
    """Return 1,000 characters of Chinese with a few colours."""
    return f"|c第{number:06}回|n " + "話說天下大勢,分久必合,合久必分。|y山高月小|n,水落石出。" * 31


def unclosed_links(number: int) -> str:
    """Return 10 kB of unclosed links, which some converters need quadratic time for."""
    return f"{number:06} " + "|lclook " * 1249


def log(number: int, size: int = 8_000_000) -> str:
    """Return a server's log with the colours of a terminal, of at least ``size`` characters."""
    colours = (32, 32, 36, 33, 31)
    lines = []
    while size > 0:
        colour = colours[number % 5]
        line = (
            f"\x1b[36m2026-01-01 12:00:{number % 60:02}\x1b[0m \x1b[{colour}mINFO\x1b[0m "
            f"\x1b[1mportal\x1b[0m session {number:07} "
            f"from \x1b[38;5;{number % 240 + 16}m10.0.0.7\x1b[0m "
            "sent a command of 26 bytes and got 400 back\n"
        )
        lines.append(line)
        size -= len(line)
        number += 1
    return "".join(lines)


def command(number: int) -> bytes:
    """Return the command of a typed line, in the form that Evennia's page sends."""
    return b'["text",["say Hello there %06d"],{"cid":%d}]' % (number, number % 100)


TEXTS: dict[str, Callable[[int], str]] = {
    "chat line": chat_line,
    "room": room,
    "combat": combat,
    "table": table,
    "216 colours": chart,
    "plain": plain,
    "CJK": cjk,
    "unclosed links": unclosed_links,
}
"""Name -> the function that makes texts of this kind; a game sends each as one message."""
