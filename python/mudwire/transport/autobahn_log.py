"""The log of Autobahn's protocol, as a quiet log.

Autobahn writes a stranger's headers into its lines: the Origin of a refused handshake, the request
line, the reason of a close. Every connection has this logger in place of Autobahn's.
"""

from __future__ import annotations

from typing import Any

import txaio
from twisted.logger import LogLevel
from twisted.python.failure import Failure

from mudwire.limits import LIMITS
from mudwire.quiet_log import SHARED, LogLimiter, QuietLog

__all__ = ["autobahn_log"]


class _AutobahnLog:
    """What txaio's logger calls in place of Twisted's ``Logger``."""

    def __init__(self, limiter: LogLimiter) -> None:
        self._log = QuietLog("autobahn.websocket", limiter)
        self._own_log = QuietLog("mudwire", limiter)

    def emit(self, level: Any, template: str = "", **values: Any) -> None:
        """Log a line of Autobahn."""
        if template == "{tb}":
            return  # the failure of the line before has the traceback
        if level >= LogLevel.warn:
            for value in values.values():
                if isinstance(value, Failure):
                    self._log.failure(template.partition("{")[0].rstrip("[': "), value)
                    return
        reason = values.get("reason")
        ping_timeout = LIMITS["ping_timeout"].log
        if ping_timeout and isinstance(reason, str) and reason.startswith(ping_timeout):
            # A connection that died is no fault of the server.
            self._own_log.info("{peer} {event}", peer=values.get("peer"), event=ping_timeout)
        elif values:
            self._log.emit(level, template, **values)
        else:
            # A text without values is no format: Autobahn has put the values in.
            self._log.emit(level, "Autobahn: {text}", text=template)

    def failure(self, template: str, failure: Failure | None = None, **values: Any) -> None:
        """Log an error of Autobahn."""
        self._log.failure(template, failure, **values)


def autobahn_log(limiter: LogLimiter = SHARED) -> Any:
    """Return a logger for a class of Autobahn, which has txaio's levels and methods.

    Args:
        limiter: The limiter of its lines.

    """

    def logger(**_namespace_and_observer: Any) -> _AutobahnLog:
        return _AutobahnLog(limiter)

    return txaio.make_logger(logger=logger)  # type: ignore[attr-defined] # txaio is untyped
