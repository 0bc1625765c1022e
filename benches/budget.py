"""The budget: what each part of mudwire may cost, with what it costs in the stored results."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from measurements import Micro, Servers

QUADRATIC = ("unclosed links",)
"""Texts left out of means, because Evennia takes quadratic time: they would flatter mudwire."""


class Row(NamedTuple):
    """One row of the budget: a ratio, a speed or a size, with its limit."""

    what: str
    target: float
    measured: float
    unit: str
    at_most: bool = True

    @property
    def met(self) -> bool:
        return self.measured <= self.target if self.at_most else self.measured >= self.target


def budget(micro: Micro, servers: Servers) -> Iterator[Row]:
    for answer, text in (
        ("chat", "a chat line of 26 characters"),
        ("room", "a room text of 400 characters"),
    ):
        yield Row(
            f"server CPU of one command that is answered with {text}, everything included",
            0.6,
            servers.ratio("per_message", "mudwire", answer, to="twisted"),
            "bare Twisted echoes",
        )
    yield Row(
        "markup to HTML against Evennia's, geometric mean of all texts but the unclosed links",
        300,
        micro.mean_times("parse_html", "Evennia", without=QUADRATIC),
        "times as fast",
        at_most=False,
    )
    yield Row(
        "coloured log of 8 MB to HTML",
        400,
        micro.bytes_a_second("parse_html", "log") / 1e6,
        "MB/s",
        at_most=False,
    )
    yield Row(
        "plain ASCII text to HTML",
        1500,
        micro.bytes_a_second("parse_html", "plain") / 1e6,
        "MB/s",
        at_most=False,
    )
    yield Row(
        "decoding one command, against msgspec in Evennia's codec",
        0.5,
        1 / micro.times("decode_incoming", "command", "msgspec"),
        "of its time",
    )
    yield Row(
        "a room text to 1,000 sessions in memory, against Evennia's class",
        1 / 97,
        1 / micro.times("broadcast", "room", "Evennia"),
        "of its time",
    )
    yield Row(
        "memory of an idle connection, all of it",
        6,
        servers.median_of("idle", "bytes", server="mudwire") / 1024,
        "KiB",
    )
