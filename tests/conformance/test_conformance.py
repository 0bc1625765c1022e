"""Both paths answer the Autobahn testsuite as Autobahn does, and close with a code.

``make conformance`` runs it; ``make conformance ARGS=--write`` also renews docs/conformance.md.
"""

from __future__ import annotations

from functools import cache

import pytest
from echo_runs import PYTHONS, EchoRun, echo_run

import conformance_table

OURS = ("plain path", "fast path")
REFERENCE = "Autobahn"

LARGE_CASES = {
    *(f"9.{part}.{number}" for part in (1, 2) for number in (4, 5, 6)),  # 4, 8 and 16 MiB whole
    *(f"9.{part}.{number}" for part in (3, 4) for number in range(1, 10)),  # 4 MiB in fragments
}
"""The cases with a message that is longer than the stock ``max_message_bytes``."""

SMALL_MESSAGES = 12 * 1000
"""The messages of 9.7 and 9.8: each is one short frame, and waits for the echo of the last."""

of_both_ages = pytest.mark.parametrize("age", PYTHONS)
of_both_paths = pytest.mark.parametrize("subject", OURS)


@cache
def run_of(age: str, subject: str, *, stock_limits: bool = False) -> EchoRun:
    """Return the run of a subject; each runs once."""
    return echo_run(age, subject, stock_limits=stock_limits)


def is_as_good(ours: str, theirs: str) -> bool:
    """Return whether a verdict is the reference's or the best."""
    return ours in (theirs, "OK")


@of_both_ages
@of_both_paths
def test_each_case_is_answered_as_autobahn_answers_it(age, subject):
    ours, theirs = run_of(age, subject).cases, run_of(age, REFERENCE).cases
    assert len(ours) == 301
    assert ours.keys() == theirs.keys()
    worse = [
        (case, theirs[name])
        for name, case in ours.items()
        if not is_as_good(case.behavior, theirs[name].behavior)
        or not is_as_good(case.closing, theirs[name].closing)
    ]
    assert worse == []


@of_both_ages
@of_both_paths
@pytest.mark.parametrize("stock_limits", [False, True])
def test_a_close_code_reaches_the_client_in_each_case(age, subject, stock_limits):
    cases = run_of(age, subject, stock_limits=stock_limits).cases.values()
    assert [case for case in cases if case.close_code is None] == []


@of_both_ages
@pytest.mark.parametrize("stock_limits", [False, True])
def test_the_fast_path_reads_and_writes_the_small_messages(age, stock_limits):
    counted = run_of(age, "fast path", stock_limits=stock_limits).counted
    assert SMALL_MESSAGES <= counted["read natively"] <= counted["messages"]
    assert SMALL_MESSAGES <= counted["written natively"] <= counted["messages"]


@of_both_ages
@pytest.mark.parametrize("stock_limits", [False, True])
def test_the_plain_path_leaves_all_frames_to_autobahn(age, stock_limits):
    counted = run_of(age, "plain path", stock_limits=stock_limits).counted
    assert counted.keys() == {"messages"}
    assert counted["messages"] > SMALL_MESSAGES


@of_both_ages
@of_both_paths
def test_stock_limits_refuse_the_large_cases_with_1009_and_no_other(age, subject):
    free, limited = (run_of(age, subject, stock_limits=stock).cases for stock in (False, True))
    assert {name for name, case in limited.items() if case.close_code == 1009} == LARGE_CASES
    changed = [
        (case, free[name])
        for name, case in limited.items()
        if name not in LARGE_CASES and case != free[name]
    ]
    assert changed == []


@of_both_ages
def test_the_document_shows_what_this_run_found(age, pytestconfig):
    subjects = {subject: run_of(age, subject) for subject in (REFERENCE, *OURS)}
    limited = {subject: run_of(age, subject, stock_limits=True) for subject in OURS}
    found = conformance_table.found(subjects, limited)
    if pytestconfig.getoption("write"):
        conformance_table.store(age, found)
    stored = conformance_table.stored()[age]
    for subject in OURS:
        assert stored["subjects"][subject]["sections"] == found["subjects"][subject]["sections"]
        assert stored["refused"][subject] == found["refused"][subject]
