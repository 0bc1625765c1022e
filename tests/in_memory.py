"""Connections without sockets and timers without waiting, where real ones are not to the point."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import txaio
from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Transport(StringTransport):
    """A transport in memory that, like a real one, lets go of a producer it does not have."""

    def unregisterProducer(self):
        self.producer = None


@contextmanager
def timers() -> Iterator[Clock]:
    """Give the clock that Autobahn's timers run on."""
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr(txaio.config, "loop", clock)
        yield clock


def connected(protocol: type, **options: Any) -> Any:
    """Return a connection of the protocol class, on a transport in memory."""
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = type(protocol.__name__, (protocol,), options)
    connection = factory.buildProtocol(None)
    connection.makeConnection(Transport())
    return connection


def opened(protocol: type, **options: Any) -> Any:
    """Return a connection of the protocol class, its handshake done, on a transport in memory."""
    connection = connected(protocol, **options)
    connection.dataReceived(HANDSHAKE)
    assert connection.state == connection.STATE_OPEN
    connection.transport.clear()
    return connection
