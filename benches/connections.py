"""Open connections in memory, of each class that is compared.

The transport is Twisted's own, on a socket that accepts everything. This module imports Evennia
only when its class is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from out_of_reach import with_limits_out_of_reach
from twisted.python.reflect import namedAny

from client_frames import TEXT, client_frame
from fakes import HANDSHAKE, FakeReactor, FakeSocket, transport_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.tcp import Server


class LastSocket(FakeSocket):
    """A socket that keeps only the last bytes: millions are sent to it."""

    def send(self, data: bytes) -> int:
        self.sent = [data]
        return len(data)


class WritingReactor(FakeReactor):
    """A reactor that lets a transport write as soon as the transport asks."""

    def addWriter(self, writer: Server) -> None:
        writer.doWrite()


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


def on_the_plain_path(concrete: type) -> type:
    """Return a concrete class of mudwire without the fast path."""
    plain: type = namedAny("mudwire.protocol.PlainWebClientProtocol")
    _, session = concrete.__bases__
    own = {name: value for name, value in vars(concrete).items() if not name.startswith("__")}
    return type("PlainPath", (plain, session), own)


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
    factory.protocol = with_limits_out_of_reach(protocol)
    factory.sessionhandler = handler()
    # No reactor runs here, so nothing may wait for its next iteration.
    namedAny("mudwire.transport.turns").Turns.of(factory.reactor).at_once = float("inf")
    return factory


def connect(factory: WebSocketServerFactory) -> Any:
    """Return a connection after its handshake."""
    connection = factory.buildProtocol(None)
    connection.makeConnection(transport_on(LastSocket(), WritingReactor()))
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
    (frame,) = connection.transport.socket.sent
    return bytes(frame)[{126: 4, 127: 10}.get(frame[1], 2) :]
