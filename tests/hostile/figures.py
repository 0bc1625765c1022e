"""The figures of a measurement: latency, log, memory, and what became of the attackers."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostile.crowd import Report

LOG_SECONDS = 10.0
"""The time over which the lines of the log are counted."""


@dataclass
class Latency:
    """Round trips in milliseconds; infinite if an answer never came."""

    p50: float
    p99: float
    max: float
    count: int

    @classmethod
    def of(cls, round_trips: Sequence[float]) -> Latency:
        """Return the latency of round trips in seconds."""
        if not round_trips:
            return cls(math.inf, math.inf, math.inf, 0)
        in_order = sorted(seconds * 1000 for seconds in round_trips)
        return cls(percentile(in_order, 50), percentile(in_order, 99), in_order[-1], len(in_order))


def percentile(in_order: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least so many percent of the values do not exceed."""
    return in_order[max(0, math.ceil(len(in_order) * percent / 100) - 1)]


class LogMeter:
    """The most that a log grew in ``LOG_SECONDS``."""

    def __init__(self) -> None:
        self.most = 0
        self._samples: deque[tuple[float, int]] = deque()

    def sample(self, now: float, size: int) -> None:
        """Take the size of the log at a time."""
        self._samples.append((now, size))
        while len(self._samples) > 1 and self._samples[1][0] <= now - LOG_SECONDS:
            self._samples.popleft()
        self.most = max(self.most, size - self._samples[0][1])


@dataclass
class Measurement:
    """What was found of one attack.

    Attributes:
        variant: The name of the set-up.
        attack: The name of the attack.
        quiet: The round trips before it; None if nothing can be measured before it.
        attacked: The round trips while it went on.
        sink: The round trips while it went on against the sink.
        idle: The server's resident memory before it, in bytes.
        peak: The most during it.
        after: That after it.
        growth: By how much memory grew from the first fifth to the end.
        descriptors: How many more are open than before.
        log: The most that the log grew in ten seconds, in bytes.
        ends: How often the server ended an attacker's connection, by code.
        cut: The number of attackers that the server cut.
        slowed: The number of attackers, of those not cut, that it slowed.
        connections: How many connections all attackers made in a second.
        sent: The bytes a second that it took of an attacker.
        sink_sent: Those that the sink took.
        honest_cut: How honest players' connections were ended.
        answers: The HTTP statuses that honest newcomers got.
        busy: The part of the time in which the server worked.
        disturbed: The part of the time in which other work of the machine had the server's core
            or the attackers'.
        alive: Whether the server still ran after the attack.
        exit_code: The server's exit code after SIGTERM; None if it had to be killed.
        exit_seconds: How long it took to exit.

    """

    variant: str
    attack: str
    quiet: Latency | None = None
    attacked: Latency | None = None
    sink: Latency | None = None
    idle: int = 0
    peak: int = 0
    after: int = 0
    growth: int = 0
    descriptors: int = 0
    log: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    cut: int = 0
    slowed: int = 0
    connections: float = 0
    sent: float = 0
    sink_sent: float = 0
    honest_cut: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    busy: float = 0
    disturbed: float = 0
    alive: bool = True
    exit_code: int | None = None
    exit_seconds: float = 0


SLOWED = 0.5
"""A slowed attacker sends the server less than this part of what it sends the sink."""


def count_slowed(report: Report, sink_sent: float) -> int:
    """Return how many attackers, of those that were not cut, the server slowed."""
    return sum(
        not deeds.ends and deeds.sent / report.seconds < SLOWED * sink_sent
        for deeds in report.deeds
    )


def sent_by_one(report: Report) -> float:
    """Return the bytes a second of an attacker, the mean of all."""
    if not report.deeds:
        return 0
    return sum(deeds.sent for deeds in report.deeds) / report.seconds / len(report.deeds)
