"""QuietLog: a logger for lines that strangers cause. They can neither flood the log nor forge it.

* A value that is written into a line is escaped and cut. So it holds no line end, no escape
  sequence and no control of the text direction, and a line has a few hundred characters.
* Lines of one kind have a rate. A kind is a format or, for errors, also the type of the error and
  the place in the code. All kinds together have a rate in bytes.
* Lines over a rate are counted, and a summary says how many there were: ``and 812 more``.
* The first error of each kind is written with its traceback, whatever the rates are.

All loggers of the process share one limiter, ``SHARED``, because the log is one.
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

from twisted.logger import Logger, LogLevel, formatEvent
from twisted.python.failure import Failure
from twisted.python.reflect import safe_str
from twisted.python.threadable import isInIOThread

from mudwire.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["SHARED", "LogLimiter", "QuietFailure", "QuietLog", "escaped"]

MAX_VALUE = 120
"""Characters of a value in a line."""

MAX_MESSAGE = 300
"""Characters of the message of an error under its traceback."""

MAX_FRAMES = 12
"""Calls of a traceback: the outermost third and the innermost ones."""

MAX_KINDS = 256
"""Kinds with a rate of their own. Later ones share one rate, so that memory has a bound."""

SUMMARY_SECONDS = 10
"""Seconds from the first line that is held back to its summary."""

LINES = (10, 1.0)
"""Lines of a kind: how many at once, and how many a second after that."""

ERRORS = (3, 0.1)
"""Errors of a kind, which have tracebacks: how many at once, and a second after that."""

BYTES = (30_000, 3_000.0)
"""Bytes of all kinds: how many at once, and how many a second after that."""

DEBUG_BYTES = (10_000, 1_000.0)
"""The same for debug lines, which must not take the place of others."""


def escaped(value: object, limit: int = MAX_VALUE) -> str:
    r"""Return a text that is safe in a line of a log.

    Args:
        value: The text, or anything that ``str`` makes one of.
        limit: Number of characters after which the text is cut; its length is then added.

    Returns:
        The text, with an escape of Python (``\x1b``) for each character that is not printable:
        controls, line ends, controls of the text direction, surrogates.

    """
    text = safe_str(value)
    safe = text[:limit]
    if not safe.isprintable():
        safe = "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode() for char in safe
        )
    if len(text) <= limit and len(safe) <= limit:
        return safe
    return f"{safe[:limit]}... ({len(text)} characters)"


class QuietFailure(Failure):
    """A failure whose traceback is short, and whose message is escaped."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value, failure.type, failure.getTracebackObject())

    def getTraceback(self, *_args: Any, **_options: Any) -> str:  # noqa: N802 # Twisted's name
        """Return the traceback as text, with at most ``MAX_FRAMES`` calls."""
        frames = traceback.format_list(traceback.extract_tb(self.getTracebackObject()))
        if (left_out := len(frames) - MAX_FRAMES) > 0:
            first = MAX_FRAMES // 3
            frames[first : first + left_out] = [f"  ... {left_out} calls\n"]
        name = getattr(self.type, "__qualname__", self.type)
        message = escaped(self.value, MAX_MESSAGE)
        return f"Traceback (most recent call last):\n{''.join(frames)}{name}: {message}\n"


class _Kind:
    """The lines of one kind."""

    __slots__ = ("bucket", "held_back", "is_new", "level", "log", "name")

    def __init__(self, name: str, log: Logger, level: Any, bucket: TokenBucket) -> None:
        self.name = name
        self.log = log
        self.level = level
        self.bucket = bucket
        self.held_back = 0
        self.is_new = True


class _ProcessClock:
    """Monotonic seconds, and the timers of the process's reactor, from any thread."""

    def seconds(self) -> float:
        return time.monotonic()

    def callLater(self, delay: float, function: Callable[[], None]) -> object:  # noqa: N802 # Twisted's name
        from twisted.internet import reactor as the_reactor  # noqa: PLC0415 # importing it installs it

        reactor: Any = the_reactor  # mypy cannot read its interface
        if isInIOThread():
            return reactor.callLater(delay, function)
        return reactor.callFromThread(reactor.callLater, delay, function)


class LogLimiter:
    """The rates of the lines of a log, and the summaries of what was held back.

    Args:
        clock: Tells the time with ``seconds`` and calls later with ``callLater``, as a reactor
            (``IReactorTime``) does.

    """

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget all lines, as at the start of the process."""
        now = self._clock.seconds()
        self._kinds: dict[Hashable, _Kind] = {}
        self._bytes = TokenBucket(*BYTES, now)
        self._debug_bytes = TokenBucket(*DEBUG_BYTES, now)
        self._summary_is_due = False

    def write(self, log: Logger, level: Any, template: str, values: dict[str, Any]) -> None:
        """Write a line, or hold it back.

        Args:
            log: The logger that writes it.
            level: The level of the line, of ``LogLevel``.
            template: The format of the line; it comes from code, not from a stranger.
            values: The values for the format.

        """
        kind = self._kind((level, template), template, log, level, LINES)
        now = self._clock.seconds()
        room = self._debug_bytes if level is LogLevel.debug else self._bytes
        if kind.bucket.has_room(now) and room.has_room(now):
            safe = _safe(values)
            kind.bucket.take(1)
            room.take(len(formatEvent({"log_format": template, **safe}).encode()))
            log.emit(level, template, **safe)
        else:
            self._hold_back(kind)

    def write_failure(
        self, log: Logger, template: str, failure: Failure, values: dict[str, Any]
    ) -> None:
        """Write an error with its traceback, or hold it back.

        Args:
            log: The logger that writes it.
            template: The format of the line above the traceback.
            failure: The error.
            values: The values for the format.

        """
        name = f"{template} [{getattr(failure.type, '__name__', failure.type)}]"
        key = (template, failure.type, *_places(failure))
        kind = self._kind(key, name, log, LogLevel.critical, ERRORS)
        now = self._clock.seconds()
        if kind.is_new or (kind.bucket.has_room(now) and self._bytes.has_room(now)):
            quiet, safe = QuietFailure(failure), _safe(values)
            kind.is_new = False
            kind.bucket.take(1)
            line = formatEvent({"log_format": template, **safe}) + quiet.getTraceback()
            self._bytes.take(len(line.encode(errors="replace")))
            log.failure(template, quiet, **safe)
        else:
            self._hold_back(kind)

    def _kind(
        self,
        key: Hashable,
        name: str,
        log: Logger,
        level: Any,
        rate: tuple[float, float],
    ) -> _Kind:
        if key not in self._kinds:
            if len(self._kinds) >= MAX_KINDS:
                key, name = level, "lines of other kinds"
            if key not in self._kinds:
                bucket = TokenBucket(*rate, self._clock.seconds())
                self._kinds[key] = _Kind(name, log, level, bucket)
        return self._kinds[key]

    def _hold_back(self, kind: _Kind) -> None:
        kind.held_back += 1
        if not self._summary_is_due:
            self._summary_is_due = True
            self._clock.callLater(SUMMARY_SECONDS, self._summarise)

    def _summarise(self) -> None:
        """Say how many lines of each kind were held back."""
        self._summary_is_due = False
        for kind in list(self._kinds.values()):
            count, kind.held_back = kind.held_back, 0
            if count:
                kind.log.emit(kind.level, "and {count} more: {kind}", count=count, kind=kind.name)


SHARED = LogLimiter(_ProcessClock())
"""The limiter of this process."""


class QuietLog:
    """A logger of lines that strangers can cause; its methods are those of Twisted's ``Logger``.

    Args:
        namespace: The namespace of the lines.
        limiter: The limiter of the lines.

    """

    def __init__(self, namespace: str, limiter: LogLimiter = SHARED) -> None:
        self._log = Logger(namespace=namespace)
        self._limiter = limiter

    def debug(self, template: str, **values: Any) -> None:
        """Log a debug line."""
        self._limiter.write(self._log, LogLevel.debug, template, values)

    def info(self, template: str, **values: Any) -> None:
        """Log a line."""
        self._limiter.write(self._log, LogLevel.info, template, values)

    def warn(self, template: str, **values: Any) -> None:
        """Log a warning."""
        self._limiter.write(self._log, LogLevel.warn, template, values)

    def error(self, template: str, **values: Any) -> None:
        """Log an error without a traceback."""
        self._limiter.write(self._log, LogLevel.error, template, values)

    def emit(self, level: Any, template: str, **values: Any) -> None:
        """Log a line of any level."""
        self._limiter.write(self._log, level, template, values)

    def failure(self, template: str, failure: Failure | None = None, **values: Any) -> None:
        """Log an error with its traceback; without ``failure`` the one that is being handled."""
        if failure is None:
            error = sys.exception()
            if error is None:
                self.error(template, **values)
                return
            failure = Failure(error, type(error), error.__traceback__)
        self._limiter.write_failure(self._log, template, failure, values)


def _safe(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as they may stand in a line; numbers stay."""
    return {
        name: value if type(value) in (int, float, bool, type(None)) else escaped(value)
        for name, value in values.items()
    }


def _places(failure: Failure) -> tuple[Hashable, Hashable]:
    """Return where an error was caught, as the function called there, and where it was raised."""
    caught = tb = failure.getTracebackObject()
    if tb is None:
        return None, None
    caught = tb.tb_next or tb
    while tb.tb_next is not None:
        tb = tb.tb_next
    code = tb.tb_frame.f_code
    return caught.tb_frame.f_code.co_qualname, (code.co_filename, tb.tb_lineno)
