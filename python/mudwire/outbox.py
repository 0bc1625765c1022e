"""The one place where the bytes of a connection leave.

While nothing waits, bytes go to the socket at once, in the same turn of the reactor;
Twisted's own ``write`` would queue them, ask the poller for the socket, and send them in a
turn of their own, which costs as much again as the whole message. Whatever the socket does
not take goes to ``write``, in order, and so does everything behind it until the queue is
empty. ``benches/bench_protocol.py`` measures what this gains.

The immediate way is taken only where nothing can come between: on a plain TCP connection of
Twisted, connected and not closing, with empty buffers and without a producer. An error of
the socket is not handled here: the bytes go to ``write``, and the reactor finds and reports
it later, so that no callback runs inside a write. The private names of Twisted's
``FileDescriptor`` in this module are pinned by ``tests/test_outbox.py``.

Seam: each byte of a connection passes :meth:`Outbox.write` once and in order, whole frames
at a time where the frame is a data frame. What should remember the last frames of a client
that may come back extends this class and is named as the protocol's ``outbox_class``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.tcp import Server

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Outbox"]

AT_REST = (
    "dataBuffer",
    "_tempDataBuffer",
    "producer",
    "disconnecting",
    "_writeDisconnecting",
    "_aborting",
)
"""What is empty or false in a transport of Twisted where bytes may go to the socket at once."""


class Outbox:
    """The way out of one connection.

    Takes its transport, and the number of bytes that may wait before the next ones are
    refused (0: no limit).
    """

    __slots__ = ("_limit", "_send", "_transport")

    def __init__(self, transport: Any, limit: int) -> None:
        self._transport = transport
        self._limit = limit
        self._send: Callable[[bytes], int] | None = None
        if type(transport) is Server and not getattr(transport, "TLS", False):
            self._send = transport.socket.send
            for name in AT_REST:
                # Looked up at each write, and quicker in the instance than in its class.
                setattr(transport, name, getattr(transport, name))

    def write(self, data: bytes) -> bool:
        """Send ``data``, at once if nothing waits.

        Returns whether the bytes were taken; False says that more than the limit wait
        already, because the client reads slower than the game writes. The caller should
        then cut the connection: a close frame could not pass the queue.
        """
        transport = self._transport
        if (
            self._send is None
            or transport.dataBuffer
            or transport._tempDataBuffer
            or transport.producer is not None
            or transport.disconnecting
            or transport._writeDisconnecting
            or transport._aborting
        ):
            if 0 < self._limit < self.waiting():
                return False
            transport.write(data)
            return True
        try:
            sent = self._send(data)
        except OSError:
            sent = 0
        if sent != len(data):
            transport.write(data[sent:])
        return True

    def close(self) -> None:
        """Hear that the connection is gone; what is still written goes where Twisted drops it."""
        self._send = None

    def waiting(self) -> int:
        """Return how many bytes wait in the transport's buffers, as far as can be known.

        A transport that wraps another, as that of TLS does, keeps what waits in the inner one.
        """
        inner = getattr(self._transport, "transport", None) or self._transport
        try:
            waiting: int = len(inner.dataBuffer) - inner.offset + inner._tempDataLen
        except AttributeError:
            return 0
        return waiting
