"""SessionWriter: it brings the browser sessions from memory to their file, and blocks nobody.

The rows in memory are the truth; the file follows. All changes of an iteration of the reactor are
one transaction, and one transaction is under way at a time, in a thread.

If a write fails, the file is opened anew and gets everything that is in memory. If that fails
too, the sessions live in memory alone until a later try succeeds. The log has one line when the
trouble begins, and one when it is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed

from mudwire.quiet_log import QuietLog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.python.failure import Failure

    from mudwire.sessions.call_thread import CallThread
    from mudwire.sessions.session_file import Row, SessionFile

WRITE_SECONDS = 5.0
"""How long a write may take until logins no longer wait for it."""

RETRY_SECONDS = 5.0
"""Time between the tries to write a file that cannot be written."""

CHECK_SECONDS = 30.0
"""Time after which an idle writer checks that the file is still there."""

CLOSE_SECONDS = 5.0
"""How long ``close`` waits for the last writes."""

MAX_CHANGES = 10_000
"""Changed keys that are remembered for a write; with more of them, it writes every row."""

_log = QuietLog("mudwire")


class SessionWriter:
    """Writes the rows that have changed.

    Args:
        file: The file.
        rows: The rows by their keys, which the owner changes.
        thread: The thread in which the methods of the file are called.
        clock: The ``IReactorTime``.

    """

    def __init__(
        self, file: SessionFile, rows: Mapping[str, Row], thread: CallThread, clock: Any
    ) -> None:
        self._file = file
        self._rows = rows
        self._thread = thread
        self._clock = clock
        self._changed: set[str] | None = set()  # None: everything
        self._waiting: list[Deferred[None]] = []
        self._in_flight: list[Deferred[None]] = []
        self._failures = 0
        self._timer: Any = None  # to the next write
        self._deadline: Any = None  # of the write that is under way
        self._is_writing = False
        self._closed: Deferred[None] | None = None
        self._give_up_call: Any = None
        self._schedule(0)  # opens the file

    def write(self, key: str) -> Deferred[None]:
        """Write the row of a key, or delete it if there is none.

        Returns:
            A Deferred that fires when the row is on disk. While the file cannot be written it
            fires without that.

        """
        if self._changed is not None:
            self._changed.add(key)
            if len(self._changed) > MAX_CHANGES:
                self._changed = None
        if self._failures > 1 or self._closed is not None:
            return succeed(None)
        if not self._is_writing:
            self._schedule(0)
        stored: Deferred[None] = Deferred()
        self._waiting.append(stored)
        return stored

    def close(self) -> Deferred[None]:
        """Write what is left and close the file.

        Returns:
            A Deferred that fires when the file is closed, at the latest after ``CLOSE_SECONDS``.

        """
        if self._closed is None:
            self._closed = Deferred()
            self._give_up_call = self._clock.callLater(CLOSE_SECONDS, self._give_up)
            if not self._is_writing:
                self._begin()
        return self._closed

    def _begin(self) -> None:
        _cancel(self._timer)
        self._in_flight, self._waiting = self._waiting, []
        self._is_writing = True
        self._deadline = self._clock.callLater(WRITE_SECONDS, self._overdue)
        changed, self._changed = self._changed, set()
        if changed is None:
            answer = self._thread.call(self._file.rewrite, list(self._rows.items()))
        else:
            changes = [(key, self._rows.get(key)) for key in changed]
            answer = self._thread.call(self._file.write, changes)
        answer.addCallbacks(self._succeeded, self._failed)

    def _overdue(self) -> None:
        """Let logins go on without a disk that does not answer."""
        if not self._failures:
            self._warn(f"no answer for {WRITE_SECONDS:.0f} s")
        self._failures = max(self._failures, 2)
        self._release(everybody=True)

    def _succeeded(self, _: None) -> None:
        self._is_writing = False
        _cancel(self._deadline)
        if self._failures:
            _log.warn("{path} is written again, with all sessions", path=self._file.path)
        self._failures = 0
        self._release(everybody=False)
        has_more = self._changed is None or bool(self._changed)
        self._schedule(0 if has_more else CHECK_SECONDS)

    def _failed(self, failure: Failure) -> None:
        self._is_writing = False
        _cancel(self._deadline)
        self._failures += 1
        self._changed = None
        if self._failures == 1:
            self._warn(getattr(failure.value, "strerror", None) or failure.value)
            self._waiting = self._in_flight + self._waiting
            self._in_flight = []
            self._schedule(0)
        else:
            self._release(everybody=True)
            self._schedule(RETRY_SECONDS)

    def _warn(self, reason: object) -> None:
        _log.warn(
            "{path} cannot be written: {reason}. Until it can be, a restart forgets new logins",
            path=self._file.path,
            reason=reason,
        )

    def _schedule(self, delay: float) -> None:
        """Plan the next write. If the writer is closing, write the rest at once, or end."""
        _cancel(self._timer)
        if self._closed is None:
            self._timer = self._clock.callLater(delay, self._begin)
        elif self._closed.called:
            pass  # too late
        elif delay == 0:
            self._begin()
        else:
            self._thread.call(self._file.close).addBoth(lambda _: self._end())

    def _give_up(self) -> None:
        _log.warn(
            "{path} was not closed within {seconds} s: the latest logins may be lost",
            path=self._file.path,
            seconds=CLOSE_SECONDS,
        )
        self._end()

    def _end(self) -> None:
        assert self._closed is not None
        if self._closed.called:
            return
        for call in (self._timer, self._deadline, self._give_up_call):
            _cancel(call)
        self._thread.stop()
        self._release(everybody=True)
        self._closed.callback(None)

    def _release(self, *, everybody: bool) -> None:
        """Answer the logins of the finished write, or all logins that wait."""
        released, self._in_flight = self._in_flight, []
        if everybody:
            released += self._waiting
            self._waiting = []
        for one in released:
            one.callback(None)


def _cancel(call: Any) -> None:
    """Cancel a delayed call, if there is one and it has not been made."""
    if call is not None and call.active():
        call.cancel()
