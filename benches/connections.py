"""Open connections in memory, of each class that is compared.

The transport is Twisted's own, on a socket that accepts everything. This module imports Evennia
only when its class is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.address import IPv4Address
from twisted.internet.tcp import Server
from twisted.python.reflect import namedAny

from client_frames import TEXT, client_frame
from in_memory import HANDSHAKE

if TYPE_CHECKING:
    from collections.abc import Callable

PEER = ("127.0.0.1", 1)


class Socket:
    """A socket that accepts everything and keeps what it got last."""

    sent = b""

    def send(self, data: bytes) -> int:
        self.sent = data
        return len(data)

    def setsockopt(self, *option: int) -> None:
        pass


class Reactor:
    """A reactor that lets a transport write as soon as the transport asks."""

    def addWriter(self, transport: Server) -> None:
        transport.doWrite()

    def removeWriter(self, transport: Server) -> None:
        pass


def transport() -> Server:
    """Return Twisted's TCP transport on the socket above."""
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
    """A session handler that keeps the last command."""

    heard: dict[str, Any]

    def connect(self, session: Any) -> None:
        session.sessid = 1

    def data_in(self, session: Any, **kwargs: Any) -> None:
        self.heard = kwargs


class EchoHandler(Handler):
    """A session handler that also answers a line with that line."""

    def data_in(self, session: Any, **kwargs: Any) -> None:
        self.heard = kwargs
        session.send_text(kwargs["text"][0][0], options={})


def on_the_plain_path(protocol: type) -> type:
    """Return a subclass with Autobahn's own methods, which switch the fast path off."""
    methods = ("dataReceived", "sendMessage")
    autobahns = {name: getattr(WebSocketServerProtocol, name) for name in methods}
    return type("PlainPath", (protocol,), autobahns)


def mudwires_class() -> type:
    return namedAny("mudwire.evennia.WebSocketClient")


CLASSES: dict[str, Callable[[], type]] = {
    "mudwire": mudwires_class,
    "mudwire, plain path": lambda: on_the_plain_path(mudwires_class()),
    "Evennia": lambda: namedAny("evennia.server.portal.webclient.WebSocketClient"),
    "Autobahn": lambda: WebSocketServerProtocol,
}
"""Name of a contender -> its class, which is imported only when it is measured."""


def factory_of(protocol: type, handler: type = EchoHandler) -> WebSocketServerFactory:
    factory = WebSocketServerFactory()
    factory.protocol = protocol
    factory.sessionhandler = handler()
    return factory


def connect(factory: WebSocketServerFactory) -> Any:
    """Return a connection after its handshake."""
    connection = factory.buildProtocol(None)
    connection.makeConnection(transport())
    connection.dataReceived(HANDSHAKE)
    return connection


def connected(name: str) -> Any:
    """Return an open connection of one of the classes."""
    connection = connect(factory_of(CLASSES[name]()))
    assert connection.state == connection.STATE_OPEN
    return connection


def frame_of(payload: bytes) -> bytes:
    """Return a client's text message as one masked frame."""
    return client_frame(TEXT, payload)


def sent(connection: Any) -> bytes:
    """Return the payload of the last frame, which is not masked (RFC 6455, section 5.2)."""
    frame = bytes(connection.transport.socket.sent)
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]
