"""ReadBuffer: the bytes that a connection has received and not handled.

Received bytes are counted natively (``Intake``) and handled at once as far as a turn and the budget
of the connection allow it; nearly always that is all of them. The rest waits here, and nothing more
is read meanwhile, so TCP slows the sender. It goes on

* in a later iteration of the reactor, behind all other connections that wait (``turns.py``), if
  the turn was over;
* when the buckets have tokens again, if the budget was empty.

A client whose buckets were empty for ``budget_timeout`` seconds on end, with more waiting, is
closed with 1008.
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

from time import perf_counter
from typing import Any, Self

from autobahn.twisted.websocket import WebSocketServerProtocol

from mudwire._native import Intake
from mudwire.limits import LIMITS
from mudwire.metrics import METRICS
from mudwire.transport.turns import Turns

__all__ = ["ReadBuffer"]

TURN_BYTES = 16 * 1024
"""Bytes of a connection that one turn handles; a frame counts as 256 more."""

COMPRESSED_TURN_BYTES = 256
"""The same for a connection with compression, where a byte may inflate to a thousand."""

CALM_SECONDS = 1.0
"""A client that was not paused for so long has not been over its budget on end."""

NEVER = float("-inf")

CONNECTING: int = WebSocketServerProtocol.STATE_CONNECTING
CLOSED: int = WebSocketServerProtocol.STATE_CLOSED


class ReadBuffer(Intake):
    """The received bytes of one connection.

    Args:
        connection: The connection. Its ``budget()`` returns the rates. Its
            ``handle_request(data)`` handles the beginning of ``data`` as a handshake and returns
            its length, and its ``handle(data, offset, end)`` handles a part of ``data`` as frames.

    """

    __slots__ = (
        "_connection",
        "_data",
        "_empty_since",
        "_is_queued",
        "_is_stopped",
        "_offset",
        "_resumed",
        "_timer",
    )

    def __new__(cls, connection: Any) -> Self:
        """Make the native part, with full buckets."""
        return super().__new__(cls, connection.budget(), connection.factory.reactor.seconds())

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._data = b""
        self._offset = 0
        self._is_queued = False
        self._is_stopped = False
        self._timer: Any = None
        self._empty_since = NEVER
        self._resumed = NEVER

    def receive(self, data: bytes) -> None:
        """Handle the bytes of a segment, now as far as possible."""
        if self._connection is None:
            return
        self.charge_segment()
        connection = self._connection
        if connection.state == CLOSED:
            return
        if self.holds:  # TLS hands on what it has read, although it is paused
            self._data = self._data[self._offset :] + data
            self._offset = 0
        elif connection.state != CONNECTING and connection.write_buffer.is_corked:
            self._handle(data, 0)  # the epoll group keeps the time
        elif self._turns.has_time:
            began, turns = perf_counter(), self._turns
            self._handle(data, 0)
            turns.spend(perf_counter() - began)
        else:
            self._data, self._offset = data, 0
            self._hold()
            self._wait_for_turn()

    def stop(self) -> None:
        """Handle nothing more until ``go_on``; what comes meanwhile waits."""
        if self._connection is not None:
            self._is_stopped = True
            self._hold()

    def go_on(self) -> None:
        """Handle again what comes, first what has waited."""
        self._is_stopped = False
        if self._connection is None:
            return
        if self._data:
            self._wait()
        elif self.holds:
            self._release()

    def drain(self) -> None:
        """Handle what waits, as far as the budget allows: the client has closed behind it."""
        while (
            self._data
            and self._timer is None
            and not self._is_stopped
            and self._connection.state != CONNECTING
        ):
            self._handle(self._data, self._offset)

    def close(self) -> None:
        """Drop the bytes that wait, because the connection has ended."""
        self._connection = None
        self._data = b""
        self._cancel_timer()

    def waiting(self) -> int:
        """Return the memory of what is received and not handled or not whole, in bytes."""
        return len(self._data) + self.memory

    def _handle(self, data: bytes, offset: int) -> None:
        connection = self._connection
        if connection.state == CONNECTING:
            offset += connection.handle_request(data[offset:])
            if self._connection is not None and connection.state == CONNECTING:
                self._data, self._offset = data[offset:], 0  # waits for the answer
                return
        plain = connection._perMessageCompress is None
        end = self.admit(data, offset, TURN_BYTES if plain else COMPRESSED_TURN_BYTES)
        if end > offset:
            connection.handle(data, offset, end)
        if self._connection is None:
            return
        if connection.state == CLOSED:
            self._data = b""
            if self.holds:  # the end of the connection must be read
                self._release()
            return
        if end < len(data):
            self._data, self._offset = data, end
            self._hold()
            self._wait()
        elif self.holds:
            self._data = b""
            if not self._is_stopped:
                self._release()
        if self.holds or not self.is_blank or connection.inside_message:
            connection.tell_held()

    @property
    def _turns(self) -> Turns:
        return Turns.of(self._connection.factory.reactor)

    def _hold(self) -> None:
        if not self.holds:
            self.holds = True
            self._connection.transport.pauseProducing()

    def _release(self) -> None:
        self.holds = False
        self._connection.transport.resumeProducing()

    def _wait(self) -> None:
        if self._is_stopped or self._timer is not None:
            return
        connection = self._connection
        reactor = connection.factory.reactor
        if self.is_empty:
            now = reactor.seconds()
            seconds = self.refill(connection.budget(), now)
            if seconds:
                if now - self._resumed > CALM_SECONDS:
                    self._empty_since = now
                if 0 < connection.budget_timeout <= now - self._empty_since:
                    self._cut()
                else:
                    METRICS.pauses += 1
                    self._timer = reactor.callLater(seconds, self._resume)
                return
        self._wait_for_turn()

    def _wait_for_turn(self) -> None:
        if not self._is_queued:
            self._is_queued = True
            self._turns.wait(self._go_on)

    def _resume(self) -> None:
        self._timer = None
        connection = self._connection
        self._resumed = connection.factory.reactor.seconds()
        self.refill(connection.budget(), self._resumed)
        self._wait()

    def _go_on(self) -> None:
        self._is_queued = False
        connection = self._connection
        if connection is None or not self._data or self._is_stopped:
            return
        try:
            self._handle(self._data, self._offset)
        except BaseException:  # any error ends this connection, as in Twisted
            self.close()
            connection.transport.abortConnection()
            raise

    def _cut(self) -> None:
        """Close the connection, and read nothing more: not even the answer to the close frame."""
        METRICS.over_budget += 1
        connection = self._connection
        self._data = b""
        connection.fail_policy(LIMITS["budget_timeout"].log)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
