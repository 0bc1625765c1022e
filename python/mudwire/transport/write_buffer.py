"""WriteBuffer: the bytes that a connection sends.

Twisted's ``write`` queues bytes, asks the poller for the socket, and sends them in a later
iteration of the reactor, which costs as much again as the whole message. A write buffer calls
``send`` on the socket instead, while nothing waits in the transport's own queue:

* at the end of the reactor's iteration while it is corked, so that all that an iteration says
  to a client leaves in one ``send``;
* at once while it is not.

What the socket does not take goes to the ``write`` of the transport. So does everything after it,
until that queue is empty; this keeps the order. Covered by ``benches/e2e/run.py``:
``twisted-epoll-group`` against ``twisted-immediate``.

The socket is used directly only where nothing else can come between: on a plain TCP connection
of Twisted with empty queues and without a producer, which nobody has aborted. Twisted, too,
sends what is written behind ``loseConnection`` before it closes. An error of the socket is not
handled here: the bytes go to ``write``, and the reactor finds the error and reports it later, so
that no callback runs inside a write. ``tests/transport/test_write_buffer.py`` pins the private
names of Twisted's ``FileDescriptor`` that this module uses.

All that a connection sends passes :meth:`WriteBuffer.write` once and in order, one whole frame a
call for a data frame. The exception is what Autobahn sends in chops. To remember frames for a
client that may return, extend this class and set it as ``write_buffer_class`` of the protocol.
Bytes that somebody writes to the transport directly have no order with these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.tcp import Server

from mudwire.quiet_log import QuietLog

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Cork", "WriteBuffer", "waiting_in"]

MAX_CORKED_BYTES = 64 * 1024
"""Bytes of a connection that a cork holds, unless one frame alone is longer."""


_log = QuietLog("mudwire")


class Cork:
    """Holds what the connections of one reactor send, until the end of an iteration."""

    __slots__ = ("is_on", "write_buffers")

    def __init__(self) -> None:
        self.is_on = False
        self.write_buffers: list[WriteBuffer] = []

    def uncork(self) -> None:
        """Send everything; a failure ends its own connection and no other."""
        self.is_on = False
        write_buffers, self.write_buffers = self.write_buffers, []
        for write_buffer in write_buffers:
            try:
                write_buffer.flush()
            except BaseException:  # the others must still be sent
                _log.failure("The held bytes of a connection could not be sent")
                write_buffer.abort()


def _nothing() -> None:
    """Tell nobody."""


NEVER_CORKED = Cork()
"""The cork of a reactor that has none."""


class WriteBuffer:
    """The outgoing bytes of one connection.

    Args:
        transport: The connection's transport (``ITransport``). Its reactor may have a ``cork``.
        limit: Number of bytes that may wait before the next ones are refused; 0 for no limit.
        tell: Called when bytes have to wait in the transport, each time that more of them do.

    """

    __slots__ = ("_cork", "_held", "_limit", "_send", "_tell", "_transport")

    def __init__(self, transport: Any, limit: int, tell: Callable[[], None] = _nothing) -> None:
        self._transport = transport
        self._limit = limit
        self._tell = tell
        self._held = b""
        self._send: Callable[[bytes], int] | None = None
        self._cork: Cork = NEVER_CORKED
        if type(transport) is Server and not getattr(transport, "TLS", False):
            self._send = transport.socket.send
            self._cork = getattr(transport.reactor, "cork", NEVER_CORKED)

    def write(self, data: bytes) -> bool:
        """Send bytes, in this iteration of the reactor if nothing waits.

        Args:
            data: The bytes; not empty.

        Returns:
            Whether they were taken. False says that more bytes than the limit wait already,
            because the client reads slower than the game writes. The caller should then cut
            the connection: a close frame could not pass the queue.

        """
        transport = self._transport
        if self._held:
            if len(self._held) + len(data) <= MAX_CORKED_BYTES:
                self._held += data
                return True
            self.flush()
        if (
            self._send is None or transport._tempDataBuffer or transport.dataBuffer
        ) and 0 < self._limit < self.waiting():
            return False
        if self._send is None:
            transport.write(data)
            if self.waiting():
                self._tell()
            return True
        self._held = data
        if self._cork.is_on:
            self._cork.write_buffers.append(self)
        else:
            self.flush()
        return True

    @property
    def is_corked(self) -> bool:
        """Whether bytes are held until the end of the iteration: the epoll group is reading."""
        return self._cork.is_on

    def flush(self) -> None:
        """Send the bytes that the cork holds."""
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
            self._tell()

    def abort(self) -> None:
        """Drop the held bytes and cut the connection."""
        self._held = b""
        self._transport.abortConnection()

    def close(self) -> None:
        """Stop using the socket and drop what waits: the connection is gone.

        Twisted drops later writes, but keeps the bytes that wait for as long as the transport.
        """
        self._send = None
        self._tell = _nothing
        self._held = b""
        transport = self._transport
        if type(transport) is Server:
            transport.dataBuffer, transport.offset = b"", 0
            transport._tempDataBuffer, transport._tempDataLen = [], 0

    def waiting(self) -> int:
        """Return how many bytes wait here and in the transport's queues, as far as is known."""
        return len(self._held) + waiting_in(self._transport)


def waiting_in(transport: Any) -> int:
    """Return how many bytes wait in the queues of a transport, as far as is known.

    Args:
        transport: Any transport. One that wraps another one, as TLS does, has its queue in the
            inner one.

    """
    inner = getattr(transport, "transport", None) or transport
    try:
        return int(len(inner.dataBuffer) - inner.offset + inner._tempDataLen)
    except AttributeError:
        return 0
