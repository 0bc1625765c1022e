"""The one place where the bytes of a connection leave.

Twisted's own ``write`` queues bytes, asks the poller for the socket, and sends them in a
turn of their own, which costs as much again as the whole message. Here, while nothing waits,
they go to the socket in the same turn of the reactor: at the end of it where the inbox reads
many connections in one turn, so that all that a turn says to a client leaves in one piece
and a busy client is woken once; at once anywhere else. Whatever the socket does not take
goes to ``write``, in order, and so does everything behind it until the queue is empty.
Covered by ``benches/e2e/run.py``: ``twisted-epoll-group`` against ``twisted``.

This way is taken only where nothing can come between: on a plain TCP connection of Twisted
with empty buffers and without a producer, which nobody has aborted. A connection that
somebody closes sends what is written before the close is carried out, here as in Twisted; a
socket that is shut down for writing refuses. An error of the socket is not handled here: the
bytes go to ``write``, and the reactor finds and reports it later, so that no callback runs
inside a write. The private names of Twisted's ``FileDescriptor`` in this module are pinned by
``tests/test_outbox.py``.

Seam: what a connection says passes :meth:`Outbox.write` once and in order, whole frames
at a time where the frame is a data frame; only what Autobahn is asked to send in chops does
not. What should remember the last frames of a client that may come back extends this class
and is named as the protocol's ``outbox_class``. Who writes to the transport itself, past
this class, is in no order with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.tcp import Server
from twisted.logger import Logger

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TURN", "Outbox", "Turn"]

MOST_HELD = 64 * 1024
"""How many bytes of a connection are held until the end of a turn, but for a longer frame."""


_log = Logger(namespace="mudwire")


class Turn:
    """The turn of the inbox that is on, if one is, and the outboxes that hold bytes in it."""

    __slots__ = ("is_on", "outboxes")

    def __init__(self) -> None:
        self.is_on = False
        self.outboxes: list[Outbox] = []

    def end(self) -> None:
        """Send what is held; what fails ends its own connection."""
        self.is_on = False
        outboxes, self.outboxes = self.outboxes, []
        for outbox in outboxes:
            try:
                outbox.flush()
            except BaseException:  # it must not keep the others from their bytes
                _log.failure("What was held for a connection could not be sent")
                outbox.abort()


TURN = Turn()
"""The one of this process; a process has one reactor."""


class Outbox:
    """The way out of one connection.

    Args:
        transport: Its transport (``ITransport``).
        limit: Number of bytes that may wait before the next ones are refused; 0 for no limit.

    """

    __slots__ = ("_held", "_limit", "_send", "_transport")

    def __init__(self, transport: Any, limit: int) -> None:
        self._transport = transport
        self._limit = limit
        self._held = b""
        self._send: Callable[[bytes], int] | None = None
        if type(transport) is Server and not getattr(transport, "TLS", False):
            self._send = transport.socket.send

    def write(self, data: bytes) -> bool:
        """Send bytes, in this turn of the reactor if nothing waits.

        Args:
            data: The bytes; not empty.

        Returns:
            Whether they were taken. False says that more than the limit wait already,
            because the client reads slower than the game writes. The caller should then cut
            the connection: a close frame could not pass the queue.

        """
        transport = self._transport
        if self._held:
            if len(self._held) + len(data) <= MOST_HELD:
                self._held += data
                return True
            self.flush()
        if (
            self._send is None or transport._tempDataBuffer or transport.dataBuffer
        ) and 0 < self._limit < self.waiting():
            return False
        if self._send is None:
            transport.write(data)
            return True
        self._held = data
        if TURN.is_on:
            TURN.outboxes.append(self)
        else:
            self.flush()
        return True

    def flush(self) -> None:
        """Send what is held until the end of the turn."""
        data, self._held = self._held, b""
        if not data:
            return
        transport = self._transport
        sent = 0
        if not (
            self._send is None
            or transport._tempDataBuffer
            or transport.dataBuffer
            or transport.producer is not None
            or transport._aborting
        ):
            try:
                sent = self._send(data)
            except OSError:
                sent = 0
        if sent != len(data):
            transport.write(data[sent:])

    def abort(self) -> None:
        """Cut the connection."""
        self._held = b""
        self._transport.abortConnection()

    def close(self) -> None:
        """Hear that the connection is gone; what is still written goes where Twisted drops it."""
        self._send = None

    def waiting(self) -> int:
        """Return how many bytes wait in the transport's buffers, as far as can be known.

        A transport that wraps another, as that of TLS does, keeps what waits in the inner one.
        """
        inner = getattr(self._transport, "transport", None) or self._transport
        held = len(self._held)
        try:
            return held + int(len(inner.dataBuffer) - inner.offset + inner._tempDataLen)
        except AttributeError:
            return held
