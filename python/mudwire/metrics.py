"""Metrics: what the process has done against crowds, for a game that watches its server.

A game reads ``METRICS``, for example in a timer of its own. Values grow from the start of the
process; ``longest_turn`` may be set to 0 after it was read.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["METRICS", "Metrics"]


@dataclass(slots=True)
class Metrics:
    """Counts of the process.

    Attributes:
        turns: Turns: work for connections in one iteration of the reactor.
        turn_seconds: Seconds that all turns took together.
        longest_turn: Seconds that the longest turn took.
        pauses: How often a connection was not read for a while, because it was over its budget.
        over_budget: Connections that were closed because they stayed over their budget.
        held_bytes: Bytes that the process holds for its clients, at most; some may be gone.
        shed: Connections that were cut because the process held too much and they held most.

    """

    turns: int = 0
    turn_seconds: float = 0.0
    longest_turn: float = 0.0
    pauses: int = 0
    over_budget: int = 0
    held_bytes: int = 0
    shed: int = 0

    def count_turn(self, seconds: float) -> None:
        """Count a turn that took some seconds."""
        self.turns += 1
        self.turn_seconds += seconds
        self.longest_turn = max(self.longest_turn, seconds)


METRICS = Metrics()
"""The counts of this process."""
