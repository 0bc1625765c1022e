"""Turns: shares the iterations of a reactor among the connections whose bytes wait.

A connection that has sent more than one turn may handle waits in a queue, and continues behind
all others that wait. An iteration of the reactor works on the queue for a limited time, so timers,
new connections and players who sent one command have to wait for that long at most.

Requests, and the handshakes among them, are dear, and so is accepting. An iteration handles them,
and the bytes of connections that no epoll group reads, at once for a limited time, too; after
that, what arrives waits in the queue.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

from mudwire.metrics import METRICS
from mudwire.quiet_log import QuietLog

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TURN_SECONDS", "Turns"]

TURN_SECONDS = 0.001
"""Seconds after which a turn begins no more work: the reactor has its iteration first."""

_log = QuietLog("mudwire")


class Turns:
    """The queue of one reactor.

    Args:
        reactor: The reactor (``IReactorTime``).

    Attributes:
        at_once: Seconds of an iteration in which what arrives is handled at once.

    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._waiting: deque[Callable[[], None]] = deque()
        self._spent = 0.0
        self.at_once = TURN_SECONDS

    @staticmethod
    def of(reactor: Any) -> Turns:
        """Return the queue of a reactor."""
        return _turns_of(reactor)

    def wait(self, go_on: Callable[[], None]) -> None:
        """Call a function in one of the next iterations, behind those that wait already.

        Args:
            go_on: Does a bounded piece of work; may wait again. An error is logged, and does not
                reach the others.

        """
        if not self._waiting:
            self._reactor.callLater(0, self._run)
        self._waiting.append(go_on)

    @property
    def has_time(self) -> bool:
        """Whether what arrives may be handled at once in this iteration."""
        return self._spent < self.at_once

    def spend(self, seconds: float) -> None:
        """Count the time of something that was handled at once.

        The times of several iterations add up, if each is short. So most of it needs no timer.
        """
        before, self._spent = self._spent, self._spent + seconds
        if before < self.at_once <= self._spent:
            self._reactor.callLater(0, self._begin_anew)

    def _begin_anew(self) -> None:
        self._spent = 0.0

    def _run(self) -> None:
        began = perf_counter()
        waiting = self._waiting
        while True:
            try:
                waiting[0]()
            except BaseException:  # the others go on
                _log.failure("A connection failed in its turn")
            waiting.popleft()  # not before: wait() must know that a call of this method is due
            seconds = perf_counter() - began
            if not waiting:
                break
            if seconds >= TURN_SECONDS:
                self._reactor.callLater(0, self._run)
                break
        METRICS.count_turn(seconds)


@cache
def _turns_of(reactor: Any) -> Turns:
    return Turns(reactor)
