"""The parts of the instrument, and one whole measurement of a real server."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from hostile.attacks import ATTACKS
from hostile.crowd import Deeds, Report
from hostile.figures import (
    LOG_SECONDS,
    Latency,
    LogMeter,
    count_slowed,
    percentile,
    sent_by_one,
)
from hostile.instrument import Instrument, Pace
from hostile.variants import VARIANTS, Variant

# The clients' processes are forked. They run no code that takes a lock of another thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded:DeprecationWarning"
)

SHORT = Pace(quiet=0.1, attack=0.2, longer=0, sink=0.1, settle=0)


@pytest.mark.parametrize(
    ("count", "percent", "value"),
    [
        (1, 50, 1),
        (1, 99, 1),
        (2, 50, 1),
        (3, 50, 2),
        (100, 99, 99),
        (101, 99, 100),
        (200, 100, 200),
    ],
)
def test_a_percentile_is_the_least_value_that_covers_so_many(count, percent, value):
    in_order = list(range(1, count + 1))
    assert percentile(in_order, percent) == value
    assert sum(one <= value for one in in_order) * 100 >= percent * count


def test_a_latency_is_in_milliseconds_and_sorted():
    assert Latency.of([0.003, 0.001, 0.002]) == Latency(2, 3, 3, 3)


def test_a_missing_answer_is_the_longest():
    assert Latency.of([0.001, math.inf, 0.002]) == Latency(2, math.inf, math.inf, 3)


def test_nothing_measured_is_no_good_figure():
    assert Latency.of([]).p50 == math.inf


def test_the_log_is_counted_in_any_ten_seconds():
    meter = LogMeter()
    for second, size in ((0, 100), (5, 600), (10, 700), (15, 710), (16, 1700)):
        meter.sample(second, size)
    assert LOG_SECONDS == 10
    assert meter.most == 1700 - 600  # the last size that is ten seconds old


def test_a_slow_log_is_not_added_up():
    meter = LogMeter()
    for second in range(1000):
        meter.sample(second, second * 10)
    assert meter.most == 10 * 10


def test_an_attacker_is_slowed_or_cut_but_not_both():
    report = Report(
        2.0,
        [
            Deeds(sent=2000),
            Deeds(sent=900),
            Deeds(sent=900, ends=Counter({"1008": 1})),
        ],
    )
    assert count_slowed(report, sink_sent=1000) == 1
    assert sent_by_one(report) == pytest.approx(3800 / 2 / 3)


def test_no_attackers_send_nothing():
    assert sent_by_one(Report(1.0, [])) == 0


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_each_set_up_is_measured(variant: Variant):
    with Instrument(SHORT) as instrument:
        found = instrument.measure(ATTACKS["pings of one"], variant)
        environment = instrument.environment()
    assert environment["priority"]
    assert found.alive
    assert found.exit_code == 0
    assert found.honest_cut == {}
    assert found.quiet.count == 5
    assert found.attacked.count == 10
    assert found.sink.count == 5
    for latency in (found.quiet, found.attacked, found.sink):
        assert 0 < latency.p50 <= latency.p99 <= latency.max < math.inf
    assert 0 < found.idle <= found.peak
    assert 0 < found.busy <= 1
    assert found.disturbed >= 0
    assert found.sent > 0
    assert found.sink_sent > 0


def test_an_attack_that_is_cut_names_the_code():
    with Instrument(SHORT) as instrument:
        found = instrument.measure(ATTACKS["invalid UTF-8"], next(iter(VARIANTS.values())))
    assert found.cut > 0
    assert found.ends["1007"] >= found.cut
    assert found.honest_cut == {}


@pytest.mark.parametrize("tls", [False, True])
def test_the_sink_sends_the_players_bytes_back_and_discards_the_attackers(tls):
    with Instrument(SHORT) as instrument:
        latency, sent = instrument.measure_sink(ATTACKS["pongs"], tls=tls)
    assert latency.count == 5
    assert latency.max < math.inf
    assert sent > 0


def test_a_monitor_and_a_newcomer_are_answered():
    with Instrument(SHORT) as instrument:
        for name in ("pipelined requests, answers not read", "50 enter at once from one address"):
            latency, _ = instrument.measure_sink(ATTACKS[name], tls=False)
            assert latency.count > 0
            assert latency.max < math.inf
