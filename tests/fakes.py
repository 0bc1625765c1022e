"""Fakes: a reactor, a socket, transports, a session handler, and connections made of them.

They replace the parts that a test does not need. Tests with real sockets use ``serving``.
"""

from __future__ import annotations

from contextlib import contextmanager
from queue import Queue
from typing import TYPE_CHECKING, Any

import pytest
import txaio
from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IReactorFDSet
from twisted.internet.task import Clock
from twisted.internet.tcp import Server
from twisted.internet.testing import StringTransport
from zope.interface import implementer

from mudwire.transport.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PEER = ("127.0.0.1", 1)


@implementer(IReactorFDSet)
class FakeReactor:
    """A reactor that records its readers and writers, and runs nothing."""

    def __init__(self) -> None:
        self.readers: set[Any] = set()
        self.writers: set[Any] = set()

    def addReader(self, reader: Any) -> None:
        self.readers.add(reader)

    def removeReader(self, reader: Any) -> None:
        self.readers.discard(reader)

    def addWriter(self, writer: Any) -> None:
        self.writers.add(writer)

    def removeWriter(self, writer: Any) -> None:
        self.writers.discard(writer)

    def getReaders(self) -> list[Any]:
        return list(self.readers)

    def getWriters(self) -> list[Any]:
        return list(self.writers)

    def callLater(self, seconds: float, function: Any, *args: Any) -> None:
        pass


class FakeSocket:
    """A socket that records sent bytes.

    Args:
        takes: For each call of ``send``, the number of bytes to accept or the error to raise.
            Later calls accept all bytes.

    """

    def __init__(self, *takes: int | OSError) -> None:
        self.takes = list(takes)
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> int:
        take = self.takes.pop(0) if self.takes else len(data)
        if isinstance(take, OSError):
            raise take
        self.sent.append(data[:take])
        return len(data[:take])

    def setsockopt(self, *option: int) -> None:
        pass


class MemoryTransport(StringTransport):
    """A transport in memory.

    As in a real one, a producer may be unregistered twice, and reading may go on after the end.
    """

    def resumeProducing(self) -> None:
        if not self.disconnecting:
            super().resumeProducing()

    def unregisterProducer(self) -> None:
        self.producer = None


def transport_on(socket: Any, reactor: Any = None) -> Server:
    """Return an open TCP transport of Twisted on a socket, which may be a fake."""
    transport = Server.__new__(Server)
    transport.socket = socket
    transport.reactor = FakeReactor() if reactor is None else reactor
    transport.connected = 1
    transport.client = PEER
    transport._tempDataBuffer = []
    transport._tempDataLen = 0
    transport.getPeer = transport.getHost = lambda: IPv4Address("TCP", *PEER)
    return transport


class RecordingHandler(dict):
    """A session handler that records its calls in ``events``.

    Like Evennia's, it deletes a session by its number, without comparing the session. It sends the
    text of the command ``echo`` back. ``fails`` names the methods that raise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.events: Queue[tuple[Any, ...]] = Queue()
        self.latest = 0
        self.fails: set[str] = set()

    def connect(self, session: Any) -> None:
        self._maybe_fail("connect")
        if not session.sessid:
            self.latest += 1
            session.sessid = self.latest
        self[session.sessid] = session
        self.events.put(("connect", session))

    def disconnect(self, session: Any) -> None:
        self.pop(session.sessid, None)
        self.events.put(("disconnect", session))
        self._maybe_fail("disconnect")

    def data_in(self, session: Any, **kwargs: Any) -> None:
        self._maybe_fail("data_in")
        self.events.put(("data_in", session, kwargs))
        for name, (args, _) in kwargs.items():
            if name == "echo":
                session.send_text(*args)

    def sessions_from_csessid(self, csessid: str) -> list[Any]:
        return [session for session in self.values() if session.csessid == csessid]

    def _maybe_fail(self, method: str) -> None:
        if method in self.fails:
            message = f"{method} fails"
            raise RuntimeError(message)


@contextmanager
def timers() -> Iterator[Clock]:
    """Run Autobahn's timers on a fake clock, and give the clock."""
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr(txaio.config, "loop", clock)
        yield clock


def connected(protocol: type, **options: Any) -> Any:
    """Return a connection in memory, of a subclass of the protocol with these attributes."""
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = type(protocol.__name__, (protocol,), options)
    Turns.of(factory.reactor).at_once = float("inf")  # the time of a slow machine is no matter
    connection = factory.buildProtocol(None)
    connection.makeConnection(MemoryTransport())
    return connection


def opened(protocol: type, handler: Any = None, **options: Any) -> Any:
    """Return a connection of ``connected`` whose handshake is done.

    Args:
        protocol: The class of the protocol.
        handler: The session handler, for a class with sessions.
        options: Class attributes of the subclass.

    """
    connection = connected(protocol, **options)
    connection.factory.sessionhandler = handler
    connection.dataReceived(HANDSHAKE)
    assert connection.state == connection.STATE_OPEN
    connection.transport.clear()
    return connection


def settle(connection: Any) -> None:
    """Let a connection in memory handle all that its turns and its budget made wait."""
    reactor = connection.factory.reactor
    while connection.read_buffer.holds and reactor.getDelayedCalls():
        reactor.advance(
            min(call.getTime() for call in reactor.getDelayedCalls()) - reactor.seconds()
        )
