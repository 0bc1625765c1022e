"""The table of the attacks: every figure has its cell, and a missed goal is marked."""

from __future__ import annotations

import json
import math
from dataclasses import replace

from hostile.figures import Latency, Measurement
from hostile_table import COLUMNS, cells, line, stored_row, tables

FOUND = Measurement(
    "Over TLS",
    "pings",
    quiet=Latency(0.51, 2.04, 12.6, 50),
    attacked=Latency(1234.5, math.inf, math.inf, 200),
    sink=Latency(0.2, 0.3, 0.4, 75),
    idle=60 * 2**20,
    peak=100 * 2**20,
    after=61 * 2**20,
    log=12_345,
    busy=0.876,
    disturbed=0.123,
    ends={"1008": 1200, "reset": 3},
    cut=7,
    slowed=2,
    sent=123_456,
    sink_sent=98_000_000,
    honest_cut={"1008": 1},
    exit_code=0,
    exit_seconds=0.25,
)
ENVIRONMENT = {
    "date": "2026-01-02",
    "machine": "a machine, 2 cores",
    "system": "Linux 6",
    "python": "3.11",
    "twisted": "26",
    "autobahn": "26",
    "mudwire": "1",
    "priority": "SCHED_FIFO",
    "seconds": "4",
}


def test_each_figure_has_its_cell():
    assert list(cells(FOUND, 10, []).values()) == [
        "pings",
        "0.5 / 2.0 / 13",
        "1,234 / never / never",
        "0.2 / 0.3 / 0.4",
        "88%",
        "60 / 100 / 61",
        "12.3",
        "7 of 10 (1008: 1,200, reset: 3); honest (1008: 1)",
        "2 of 10",
        "0.12 (98)",
        "",
        "12%",
    ]


def test_an_undisturbed_row_says_nothing_of_it():
    assert cells(replace(FOUND, disturbed=0.01), 10, [])["disturbed"] == ""


def test_a_missed_goal_is_marked():
    row = stored_row(FOUND, 10, ["latency", "honest cut"])
    page = tables({"Over TLS": {"environment": ENVIRONMENT, "rows": [row]}})
    assert "### Over TLS" in page
    assert "| **latency, honest cut** |" in page
    assert "1 of 1 rows miss a goal" in page
    assert "MISSED: latency, honest cut" in line(FOUND, 10, ["latency", "honest cut"])


def test_a_row_is_stored_as_json_and_shown_alike():
    row = stored_row(FOUND, 10, [])
    again = json.loads(json.dumps(row, allow_nan=False))
    results = {"Over TLS": {"environment": ENVIRONMENT, "rows": [again]}}
    assert tables(results) == tables({"Over TLS": {"environment": ENVIRONMENT, "rows": [row]}})
    assert again["figures"]["attacked"]["p99"] is None
    assert tables(results).count("\n|") == 3
    assert all(column in tables(results) for column in COLUMNS)
