"""Connections in memory, of either class, with no more of a host than the class needs."""

from __future__ import annotations

from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory
from in_memory import HANDSHAKE
from twisted.internet.testing import StringTransport
from twisted.python.reflect import namedAny

CLASSES = {
    "mudwire": "mudwire.evennia.WebSocketClient",
    "Evennia": "evennia.server.portal.webclient.WebSocketClient",
}


class Sink(StringTransport):
    """Keeps only what was written last."""

    client = ("127.0.0.1", 1)
    written = b""

    def write(self, data: bytes) -> None:
        self.written = data

    def setTcpKeepAlive(self, enabled: bool) -> None:
        pass


class Handler:
    """A session handler that only remembers what came in last."""

    heard: dict[str, Any]

    def connect(self, session: Any) -> None:
        session.sessid = 1

    def data_in(self, session: Any, **kwargs: Any) -> None:
        self.heard = kwargs


def connected(name: str) -> Any:
    """Return an open connection of the class of ``mudwire`` or ``Evennia``."""
    factory = WebSocketServerFactory()
    factory.protocol = namedAny(CLASSES[name])
    factory.sessionhandler = Handler()
    connection = factory.buildProtocol(None)
    connection.makeConnection(Sink())
    connection.dataReceived(HANDSHAKE)
    assert connection.state == connection.STATE_OPEN
    return connection


def payload_of(frame: bytes) -> bytes:
    """Return the payload of a whole frame without mask (RFC 6455, section 5.2)."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]
