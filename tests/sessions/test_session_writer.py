"""The writer of the browser sessions, with a clock and a thread that the test drives."""

from __future__ import annotations

import sqlite3
from collections import deque

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import LogLevel, formatEvent

from mudwire.sessions.session_writer import (
    CHECK_SECONDS,
    CLOSE_SECONDS,
    MAX_CHANGES,
    RETRY_SECONDS,
    WRITE_SECONDS,
    SessionWriter,
)

FULL = sqlite3.OperationalError("database or disk is full")


class File:
    """A file of sessions that records its writes; ``error`` is raised by each, if it is set."""

    path = "sessions.sqlite3"

    def __init__(self):
        self.calls = []
        self.rows = {}
        self.error = None
        self.is_closed = False

    def write(self, changes):
        self._record("write", changes)
        for key, row in changes:
            self.rows[key] = row
            if row is None:
                del self.rows[key]

    def rewrite(self, rows):
        self._record("rewrite", rows)
        self.rows = dict(rows)

    def close(self):
        self.is_closed = True

    def _record(self, name, rows):
        self.calls.append((name, {key for key, _ in rows}))
        if self.error is not None:
            raise self.error


class Thread:
    """A thread whose calls the test makes, one by one."""

    def __init__(self):
        self.calls = deque()
        self.is_stopped = False

    def call(self, function, *args):
        answer = Deferred()
        self.calls.append((answer, function, args))
        return answer

    def stop(self):
        self.is_stopped = True

    def run(self):
        """Make the next call."""
        answer, function, args = self.calls.popleft()
        try:
            result = function(*args)
        except Exception:
            answer.errback()
        else:
            answer.callback(result)


class Harness:
    """A writer with all that it uses."""

    def __init__(self):
        self.file = File()
        self.thread = Thread()
        self.clock = Clock()
        self.rows = {}
        self.stored = []
        self.writer = SessionWriter(self.file, self.rows, self.thread, self.clock)
        self.write()  # opens the file
        assert self.file.calls == [("write", set())]
        self.file.calls.clear()

    def save(self, key):
        """Save a row; when it is stored, ``stored`` gets its key."""
        self.rows[key] = (self.clock.seconds(), "{}")
        self.writer.write(key).addCallback(lambda _: self.stored.append(key))

    def delete(self, key):
        del self.rows[key]
        self.writer.write(key)

    def write(self):
        """Let the next write begin and end."""
        self.clock.advance(0)
        self.thread.run()


@pytest.fixture
def h():
    return Harness()


@pytest.fixture
def lines(log_events):
    """Give a function that returns the lines that an operator sees."""

    def lines():
        return [formatEvent(event) for event in log_events if event["log_level"] >= LogLevel.info]

    return lines


def test_the_changes_of_an_iteration_are_one_write(h):
    h.save("a")
    h.save("b")
    h.save("a")
    h.delete("b")
    assert not h.thread.calls
    h.write()
    assert h.file.calls == [("write", {"a", "b"})]
    assert h.file.rows == h.rows
    assert h.stored == ["a", "b", "a"]
    assert not h.thread.calls


def test_a_login_is_stored_when_its_own_write_has_ended(h):
    h.save("a")
    h.clock.advance(0)
    h.save("b")
    h.clock.advance(0)
    assert len(h.thread.calls) == 1  # one write at a time
    assert h.stored == []
    h.thread.run()
    assert h.stored == ["a"]
    h.write()
    assert h.file.calls == [("write", {"a"}), ("write", {"b"})]
    assert h.stored == ["a", "b"]


def test_an_idle_writer_checks_that_the_file_is_there(h, lines):
    h.save("a")
    h.write()
    for _ in range(2):
        h.clock.advance(CHECK_SECONDS)
        h.thread.run()
    assert h.file.calls[1:] == [("write", set())] * 2
    assert lines() == []
    h.file.error = OSError("gone")
    h.clock.advance(CHECK_SECONDS)
    h.thread.run()
    h.file.error = None
    h.write()
    assert h.file.calls[-1] == ("rewrite", {"a"})


def test_a_first_error_writes_everything_anew_and_logins_wait_for_that(h, lines):
    h.save("a")
    h.write()
    h.file.error = OSError("it was removed")
    h.save("b")
    h.write()
    h.file.error = None
    h.save("c")
    assert h.stored == ["a"]
    h.write()
    assert h.file.calls[-1] == ("rewrite", {"a", "b", "c"})
    assert h.stored == ["a", "b", "c"]
    assert lines() == [
        "sessions.sqlite3 cannot be written: it was removed. Until it can be, a restart forgets "
        "new logins",
        "sessions.sqlite3 is written again, with all sessions",
    ]
    h.save("d")
    h.write()
    assert h.file.calls[-1] == ("write", {"d"})


def test_a_full_disk_is_logged_once_and_healed(h, lines):
    h.save("old")
    h.write()
    h.file.error = FULL
    h.save("a")
    h.write()
    h.write()
    assert h.stored == ["old", "a"]  # memory goes on
    for number in range(100):
        h.save(f"in memory {number}")
        h.clock.advance(RETRY_SECONDS / 10)
        if h.thread.calls:
            h.thread.run()
    assert len(h.stored) == 102
    assert h.file.calls.count(("write", {"a"})) == 1
    assert len(h.file.calls) == 3 + 10  # with a delay between the tries
    assert len(lines()) == 1
    assert "database or disk is full" in lines()[0]
    h.delete("old")
    h.file.error = None
    h.clock.advance(RETRY_SECONDS)
    h.thread.run()
    assert h.file.rows == h.rows
    assert len(lines()) == 2
    assert "is written again" in lines()[1]
    h.save("b")
    assert "b" not in h.stored  # logins wait again
    h.write()
    assert h.stored[-1] == "b"


def test_what_changes_during_a_rewrite_is_written_after_it(h):
    h.file.error = FULL
    h.save("a")
    h.write()
    h.file.error = None
    h.clock.advance(0)
    h.save("b")
    h.thread.run()
    h.write()
    assert h.file.rows == h.rows
    assert h.stored == ["a", "b"]


def test_a_disk_that_hangs_delays_logins_for_a_known_time(h, lines):
    h.save("a")
    h.clock.advance(0)
    h.save("b")
    h.clock.advance(WRITE_SECONDS - 0.1)
    assert h.stored == []
    h.clock.advance(0.1)
    assert h.stored == ["a", "b"]
    h.save("c")
    assert h.stored == ["a", "b", "c"]
    h.clock.advance(10 * CHECK_SECONDS)
    assert len(h.thread.calls) == 1
    h.thread.run()
    h.write()
    assert h.file.rows == h.rows
    assert [line.split(" ", 1)[1] for line in lines()] == [
        "cannot be written: no answer for 5 s. Until it can be, a restart forgets new logins",
        "is written again, with all sessions",
    ]


def test_the_remembered_changes_have_a_bound(h):
    h.save("a")
    h.clock.advance(0)
    for number in range(MAX_CHANGES + 1):
        h.save(str(number))
        h.delete(str(number))
    assert h.writer._changed is None
    h.thread.run()
    h.write()
    assert h.file.calls[-1] == ("rewrite", {"a"})


def test_closing_writes_what_is_left(h):
    h.save("a")
    h.clock.advance(0)
    h.save("b")
    closed = h.writer.close()
    h.thread.run()
    h.thread.run()
    assert not closed.called
    h.thread.run()
    assert closed.called
    assert h.file.rows == h.rows
    assert (h.file.is_closed, h.thread.is_stopped) == (True, True)
    assert h.stored == ["a", "b"]
    assert h.clock.getDelayedCalls() == []


def test_closing_tries_once_more_if_the_file_could_not_be_written(h):
    h.file.error = FULL
    h.save("a")
    h.write()
    h.write()
    h.file.error = None
    closed = h.writer.close()
    h.thread.run()
    h.thread.run()
    assert closed.called
    assert h.file.rows == h.rows


def test_closing_ends_without_a_disk_that_hangs(h, lines):
    h.save("a")
    closed = h.writer.close()
    assert h.writer.close() is closed
    h.clock.advance(CLOSE_SECONDS)
    assert closed.called
    assert h.stored == ["a"]
    assert any("was not closed within 5.0 s" in line for line in lines())
    h.thread.run()  # the disk answers late
    assert h.clock.getDelayedCalls() == []
    h.save("b")
    assert h.stored == ["a", "b"]
    assert not h.thread.calls


def test_closing_ends_if_the_file_cannot_be_written(h):
    h.file.error = FULL
    h.save("a")
    closed = h.writer.close()
    for _ in range(3):
        h.thread.run()
    assert closed.called
    assert h.file.is_closed
    assert h.clock.getDelayedCalls() == []
