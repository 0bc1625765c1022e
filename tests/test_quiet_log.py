"""The log can neither be flooded nor forged by strangers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.logger import LogLevel, eventAsText, formatEvent

from mudwire.quiet_log import MAX_KINDS, MAX_VALUE, SUMMARY_SECONDS, LogLimiter, QuietLog, escaped

MAX_BYTES = 100_000
"""Bytes of log in any ten seconds."""


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log(clock):
    return QuietLog("test", LogLimiter(clock))


def fail(log, text, error=ValueError):
    try:
        raise error(text)
    except error:
        log.failure("{peer}: a hook failed", peer="192.0.2.1")


# Escapes.


@given(st.text(alphabet=st.characters(), max_size=300))
def test_an_escaped_text_has_only_printable_characters_and_is_cut(text):
    safe = escaped(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in safe)
    assert len(safe) <= MAX_VALUE + len("... (300 characters)")
    if text.isprintable() and len(text) <= MAX_VALUE:
        assert safe == text


@pytest.mark.parametrize(
    ("char", "shown"),
    [("\x1b", r"\x1b"), ("\r\n", r"\r\n"), ("\u202e", r"\u202e"), ("\x9b", r"\x9b")],
)
def test_an_escape_is_visible(char, shown):
    assert escaped(f"a{char}b") == f"a{shown}b"


def test_a_cut_text_says_its_length():
    assert escaped("x" * 15_000) == "x" * MAX_VALUE + "... (15000 characters)"


def test_values_of_a_line_are_escaped_and_numbers_stay(log, log_events):
    log.warn("{peer} asks for {count}: {what}", peer="a\nb", count=3, what=["\x1b[2J"])
    assert formatEvent(log_events[0]) == r"a\nb asks for 3: ['\x1b[2J']"
    assert log_events[0]["count"] == 3


def test_a_message_of_an_error_cannot_add_a_line(log, log_events):
    fail(log, "first\n2026-01-01 00:00:00 info  forged\x1b[2J" + "x" * 1_000_000)
    text = eventAsText(log_events[0], includeTimestamp=False, includeSystem=False)
    assert r"ValueError: first\n2026" in text
    assert "\x1b" not in text
    assert len(text) < 1000


def test_the_traceback_of_a_deep_recursion_is_short(log, log_events):
    def down():
        further()

    def further():
        down()

    try:
        down()
    except RecursionError:
        log.failure("too deep")
    traceback = log_events[0]["log_failure"].getTraceback()
    assert " calls\n" in traceback
    assert len(traceback) < 4000


# Rates.


def test_lines_of_a_kind_are_held_back_and_counted(log, clock, log_events):
    for number in range(822):
        log.warn("{number} is refused", number=number)
    assert [event["number"] for event in log_events] == list(range(10))
    clock.advance(SUMMARY_SECONDS)
    assert formatEvent(log_events[-1]) == "and 812 more: {number} is refused"
    assert log_events[-1]["log_level"] is LogLevel.warn
    clock.advance(SUMMARY_SECONDS)
    assert len(log_events) == 11
    log.warn("{number} is refused", number=822)
    assert log_events[-1]["number"] == 822
    assert clock.getDelayedCalls() == []


def test_a_flood_of_one_kind_leaves_room_for_another(log, clock, log_events):
    for _ in range(100):
        for _ in range(100):
            log.warn("{value}", value="\U0001f600" * 1000)
        clock.advance(0.5)
    log.info("somebody else")
    assert formatEvent(log_events[-1]) == "somebody else"


def test_all_kinds_together_stay_below_the_bound_in_any_ten_seconds(log, clock, log_events):
    written = []
    seen = 0
    for _ in range(120):
        for kind in range(40):
            log.warn(f"{{value}} of {kind}", value="\U0001f600" * 10_000)
            log.debug(f"{{value}} of {kind}", value="\U0001f600" * 10_000)
            fail(log, "\U0001f600" * 10_000)
        new, seen = log_events[seen:], len(log_events)
        written.append(sum(len(eventAsText(event).encode()) for event in new))
        clock.advance(0.5)
    assert all(sum(written[start : start + 20]) <= MAX_BYTES for start in range(100))


def test_debug_lines_do_not_use_up_the_room_of_others(log, log_events):
    for kind in range(200):
        log.debug(f"{{value}} of {kind}", value="x" * 1000)
    log.info("somebody else")
    assert formatEvent(log_events[-1]) == "somebody else"


def test_the_first_error_of_a_kind_has_its_traceback_whatever_else_is_logged(log, log_events):
    for kind in range(240):
        log.warn(f"{{value}} of {kind}", value="x" * 1000)
    fail(log, "one", TypeError)
    fail(log, "two", TypeError)
    fail(log, "three", KeyError)
    failures = [event["log_failure"] for event in log_events if "log_failure" in event]
    assert [failure.type for failure in failures] == [TypeError, KeyError]
    assert "in fail\n" in failures[0].getTraceback()


def test_an_error_is_held_back_with_its_kind(log, clock, log_events):
    for _ in range(20):
        fail(log, "often")
    assert len(log_events) == 3
    clock.advance(SUMMARY_SECONDS)
    assert formatEvent(log_events[-1]) == "and 17 more: {peer}: a hook failed [ValueError]"


def test_the_memory_of_kinds_is_bounded(clock, log_events):
    limiter = LogLimiter(clock)
    log = QuietLog("test", limiter)
    for kind in range(3 * MAX_KINDS):
        log.warn(f"kind {kind}")
    assert len(limiter._kinds) <= MAX_KINDS + 5
    clock.advance(SUMMARY_SECONDS)
    assert any("more: lines of other kinds" in formatEvent(event) for event in log_events)
