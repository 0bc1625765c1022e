"""Each goal is judged, at its bound and above it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hostile.attacks import Attack, flood, frame, stay_away
from hostile.figures import Latency, Measurement
from hostile.honest import Plan
from hostile.verdict import (
    EXIT_SECONDS,
    FLAT_BYTES,
    GENEROUS_MS,
    LOG_BYTES,
    MARGIN_BYTES,
    WATERMARK_BYTES,
    misses,
    robust_misses,
)

IDLE = 50_000_000
BOUND = IDLE + WATERMARK_BYTES + MARGIN_BYTES

TEN = Attack("pings", 10, flood, frame(9, b"x"))
FIFTY = replace(TEN, attackers=50)
BURST = Attack("lines", 0, stay_away, honest=Plan(lines=200), most_delay=1)
CHURN = replace(TEN, must_end=False, flat=True)
NEWCOMERS = replace(TEN, must_end=False, honest=Plan(probe="connect"))

GOOD = Measurement(
    "variant",
    "attack",
    quiet=Latency(1, 1, 1, 10),
    attacked=Latency(1, 3, 900, 10),
    sink=Latency(1, 2, 800, 10),
    idle=IDLE,
    peak=BOUND,
    after=IDLE,
    log=LOG_BYTES,
    ends={"1008": 60},
    cut=6,
    slowed=4,
    exit_code=0,
    exit_seconds=EXIT_SECONDS,
)


def p99(value: float) -> Latency:
    return Latency(1, value, value, 10)


def longest(value: float) -> Latency:
    return Latency(1, 1, value, 10)


@pytest.mark.parametrize(
    ("attack", "changes", "missed"),
    [
        (TEN, {}, []),
        (TEN, {"attacked": p99(7)}, []),
        (TEN, {"attacked": p99(7.1)}, ["latency"]),
        (TEN, {"attacked": p99(float("inf"))}, ["latency"]),
        (FIFTY, {"attacked": p99(22), "slowed": 44}, []),
        (FIFTY, {"attacked": p99(22.1), "slowed": 44}, ["latency"]),
        (BURST, {"attacked": longest(1800)}, []),
        (BURST, {"attacked": longest(1801)}, ["latency"]),
        (TEN, {"peak": BOUND + 1}, ["memory"]),
        (TEN, {"log": LOG_BYTES + 1}, ["log"]),
        (TEN, {"slowed": 3}, ["not slowed"]),
        (TEN, {"honest_cut": {"1008": 1}}, ["honest cut"]),
        (NEWCOMERS, {"honest_cut": {"503": 9}}, []),
        (NEWCOMERS, {"honest_cut": {"cut": 1}}, ["honest cut"]),
        (TEN, {"alive": False}, ["end"]),
        (TEN, {"exit_code": 1}, ["end"]),
        (TEN, {"exit_code": None}, ["end"]),
        (TEN, {"exit_seconds": EXIT_SECONDS + 1}, ["slow end"]),
        (CHURN, {"growth": FLAT_BYTES, "descriptors": 0}, []),
        (CHURN, {"growth": FLAT_BYTES + 1}, ["not flat"]),
        (CHURN, {"descriptors": 1}, ["not flat"]),
        (TEN, {"growth": FLAT_BYTES + 1, "descriptors": 1}, []),
        (TEN, {"log": 10**6, "peak": 10**9}, ["memory", "log"]),
    ],
)
def test_a_goal_is_missed_above_its_bound(attack, changes, missed):
    assert misses(attack, replace(GOOD, **changes)) == missed


@pytest.mark.parametrize(
    ("attack", "changes", "missed"),
    [
        (TEN, {"attacked": p99(2 + GENEROUS_MS)}, []),
        (TEN, {"attacked": p99(3 + GENEROUS_MS)}, ["latency"]),
        (BURST, {"attacked": longest(1801)}, ["latency"]),
        (TEN, {"log": LOG_BYTES + 1}, ["log"]),
        (TEN, {"honest_cut": {"1008": 1}}, ["honest cut"]),
    ],
)
def test_the_short_run_is_generous_about_latency_alone(attack, changes, missed):
    assert robust_misses(attack, replace(GOOD, **changes)) == missed
