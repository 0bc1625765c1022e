"""Connections in memory, of every class, with no more of a host than the class needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.address import IPv4Address
from twisted.internet.tcp import Server
from twisted.python.reflect import namedAny

from fakes import HANDSHAKE

if TYPE_CHECKING:
    from collections.abc import Callable

PEER = ("127.0.0.1", 1)


class Socket:
    """Takes everything and remembers the last."""

    sent = b""

    def send(self, data: bytes) -> int:
        self.sent = data
        return len(data)

    def setsockopt(self, *option: int) -> None:
        pass


class Reactor:
    """Lets a transport write its queue as soon as it asks for that."""

    def addWriter(self, transport: Server) -> None:
        transport.doWrite()

    def removeWriter(self, transport: Server) -> None:
        pass


def transport() -> Server:
    """Return Twisted's own transport, on a socket that is none."""
    made = Server.__new__(Server)
    made.socket = Socket()
    made.reactor = Reactor()
    made.connected = 1
    made.client = PEER
    made._tempDataBuffer = []
    made._tempDataLen = 0
    made.getPeer = made.getHost = lambda: IPv4Address("TCP", *PEER)
    return made


class Handler(dict):
    """A session handler that answers a line with that line, and keeps what came in last."""

    heard: dict[str, Any]

    def connect(self, session: Any) -> None:
        session.sessid = 1

    def data_in(self, session: Any, **kwargs: Any) -> None:
        self.heard = kwargs
        session.send_text(kwargs["text"][0][0], options={})


def _mudwire() -> type:
    return namedAny("mudwire.evennia.WebSocketClient")


def _on_autobahns_way() -> type:
    methods = ("dataReceived", "sendMessage")
    own = {name: getattr(WebSocketServerProtocol, name) for name in methods}
    return type("OnAutobahnsWay", (_mudwire(),), own)


def _evennia() -> type:
    return namedAny("evennia.server.portal.webclient.WebSocketClient")


CLASSES: dict[str, Callable[[], type]] = {
    "mudwire": _mudwire,
    "mudwire, Autobahn's way": _on_autobahns_way,
    "Evennia": _evennia,
}
"""Name -> its class: mudwire's, the same without the native way of frames, and Evennia's."""


def factory_of(protocol: type) -> WebSocketServerFactory:
    factory = WebSocketServerFactory()
    factory.protocol = protocol
    factory.sessionhandler = Handler()
    return factory


def connect(factory: WebSocketServerFactory) -> Any:
    """Return an open connection, its handshake done."""
    connection = factory.buildProtocol(None)
    connection.makeConnection(transport())
    connection.dataReceived(HANDSHAKE)
    return connection


def connected(name: str) -> Any:
    """Return an open connection of one of the classes."""
    connection = connect(factory_of(CLASSES[name]()))
    assert connection.state == connection.STATE_OPEN
    return connection


def sent(connection: Any) -> bytes:
    """Return the payload of the last frame, which has no mask (RFC 6455, section 5.2)."""
    frame = bytes(connection.transport.socket.sent)
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]
