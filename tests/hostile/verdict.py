"""Judges a measurement: which goals an attack's row misses.

The goals are those of a benchmark, and hold on a quiet machine. The short run fails on robust
criteria only: what no other work on the machine can cause, and a generous bound on the latency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mudwire.limits import LIMITS

if TYPE_CHECKING:
    from hostile.attacks import Attack
    from hostile.figures import Measurement

MIB = 1024 * 1024

WATERMARK_BYTES = int(LIMITS["max_held_bytes"].default)
"""The bound of the process over everything that strangers can grow."""

MARGIN_BYTES = 32 * MIB
"""What memory may grow besides: what Python and malloc keep, and what the players need."""

LOG_BYTES = 100_000
"""The most that the log may grow in ten seconds."""

FLAT_BYTES = 8 * MIB
"""By how much memory may grow after the first fifth of the churn."""

FEW_ATTACKERS = 10
FEW_MS, MANY_MS = 5.0, 20.0
"""The p99 above the sink's, with up to ``FEW_ATTACKERS``, and with more."""

GENEROUS_MS = 250.0
"""The p99 above the sink's at which the short run fails."""

EXIT_SECONDS = 8.0
"""How long the server may take to exit: its farewell takes 5 s."""


def goal_ms(attack: Attack) -> float:
    """Return the goal for the latency above the sink's, in milliseconds."""
    if attack.most_delay is not None:
        return attack.most_delay * 1000
    return FEW_MS if attack.attackers <= FEW_ATTACKERS else MANY_MS


def misses(attack: Attack, found: Measurement) -> list[str]:
    """Return the goals that a measurement misses, each in a few words."""
    return _misses(attack, found, goal_ms(attack))


def robust_misses(attack: Attack, found: Measurement) -> list[str]:
    """Return the goals of the short run that a measurement misses."""
    return _misses(attack, found, max(goal_ms(attack), GENEROUS_MS))


def _misses(attack: Attack, found: Measurement, most_ms: float) -> list[str]:
    missed = []
    if not found.alive or found.exit_code != 0:
        missed.append("end")
    elif found.exit_seconds > EXIT_SECONDS:
        missed.append("slow end")
    if honest_losses(attack, found):
        missed.append("honest cut")
    if above_sink(attack, found) > most_ms:
        missed.append("latency")
    if found.peak - found.idle > WATERMARK_BYTES + MARGIN_BYTES:
        missed.append("memory")
    if attack.flat and (found.growth > FLAT_BYTES or found.descriptors > 0):
        missed.append("not flat")
    if found.log > LOG_BYTES:
        missed.append("log")
    if attack.must_end and found.cut + found.slowed < attack.attackers:
        missed.append("not slowed")
    return missed


def honest_losses(attack: Attack, found: Measurement) -> int:
    """Return how many honest connections were ended; a refused newcomer is only answered."""
    if attack.honest.probe == "connect":
        return found.honest_cut.get("cut", 0)
    return sum(found.honest_cut.values())


def above_sink(attack: Attack, found: Measurement) -> float:
    """Return the judged latency above the sink's: a burst's longest, otherwise the p99."""
    assert found.attacked is not None
    assert found.sink is not None
    if attack.most_delay is not None:
        return found.attacked.max - found.sink.max
    return found.attacked.p99 - found.sink.p99
