"""The servers that are compared, each a process of its own: ``python servers.py NAME``.

A server listens on a free port of loopback, prints the port, and runs until its standard input
ends. A line on its standard input makes it collect garbage, before its memory is measured. Some
servers send back what they receive, which shows what the layers below mudwire cost. The others
answer each command with a game's text, as a Portal would with the Server in the same process.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from contextlib import suppress
from itertools import cycle
from typing import TYPE_CHECKING, Any

from mudwire.bench.texts import chat_line, room

if TYPE_CHECKING:
    from collections.abc import Callable

DISTINCT = 12_000
"""How many texts take turns: more than Evennia's cache of parsed texts holds, so all are misses."""

ANSWERS = {
    "chat": [chat_line(number) for number in range(DISTINCT)],
    "room": [room(number) for number in range(DISTINCT)],
}

OUT_OF_REACH = {
    "max_command_rate": 0,
    "max_connections": 0,
    "max_connections_per_address": 0,
    "max_handshake_rate": 0,
}
"""Limits that are off, because the load is one client with one address."""


class Handler:
    """A minimal session handler: it answers ``say...`` with chat and ``look...`` with a room."""

    def __init__(self) -> None:
        self.latest = 0
        self.chat = cycle(ANSWERS["chat"]).__next__
        self.room = cycle(ANSWERS["room"]).__next__

    def connect(self, session: Any) -> None:
        self.latest += 1
        session.sessid = self.latest

    def disconnect(self, session: Any) -> None:
        pass

    def sessions_from_csessid(self, csessid: str) -> list[Any]:
        return []

    def data_in(self, session: Any, **kwargs: Any) -> None:
        [line] = kwargs["text"][0]
        session.send_text(self.room() if line[0] == "l" else self.chat(), options={})


def on_twisted(factory: Any) -> None:
    """Listen with a factory, and run Twisted's reactor."""
    from twisted.internet import reactor

    port = reactor.listenTCP(0, factory, backlog=4096, interface="127.0.0.1")
    reactor.callWhenRunning(announce, port.getHost().port)
    end_with_stdin(lambda: reactor.callFromThread(reactor.stop))
    reactor.run()


def announce(port: int) -> None:
    print(port, flush=True)


def end_with_stdin(end: Callable[[], None]) -> None:
    """Call a function from another thread when the standard input ends."""

    def wait() -> None:
        for _ in sys.stdin:
            print(gc.collect(), flush=True)
        end()

    threading.Thread(target=wait, daemon=True).start()


def twisted() -> None:
    """Serve an echo on bare Twisted, whose cost every Twisted protocol has."""
    from twisted.internet.protocol import Factory, Protocol

    class Echo(Protocol):
        def dataReceived(self, data: bytes) -> None:
            self.transport.write(data)

    on_twisted(Factory.forProtocol(Echo))


def twisted_immediate() -> None:
    """Serve an echo on bare Twisted that writes to the socket without waiting for the reactor."""
    from twisted.internet.protocol import Factory, Protocol

    class Echo(Protocol):
        def dataReceived(self, data: bytes) -> None:
            transport = self.transport
            sent = 0
            if not (transport.dataBuffer or transport._tempDataBuffer):
                sent = max(transport.writeSomeData(data), 0)
            if sent != len(data):
                transport.write(data[sent:])

    on_twisted(Factory.forProtocol(Echo))


def twisted_epoll_group() -> None:
    """Serve an echo on bare Twisted through mudwire's epoll group and write buffer."""
    from twisted.internet.protocol import Factory, Protocol

    from mudwire.transport.epoll_group import EpollGroup
    from mudwire.transport.write_buffer import WriteBuffer

    class Echo(Protocol):
        def connectionMade(self) -> None:
            EpollGroup.adopt(self.transport)
            self.write_buffer = WriteBuffer(self.transport, 0)

        def dataReceived(self, data: bytes) -> None:
            self.write_buffer.write(data)

    on_twisted(Factory.forProtocol(Echo))


def autobahn() -> None:
    """Serve an echo with Autobahn on Twisted."""
    from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol

    class Echo(WebSocketServerProtocol):
        def onConnect(self, request: Any) -> str:
            return request.protocols[0]

        def onMessage(self, payload: bytes, isBinary: bool) -> None:
            self.sendMessage(payload, isBinary)

    factory = WebSocketServerFactory()
    factory.protocol = Echo
    on_twisted(factory)


def game_on(class_path: str) -> None:
    """Serve a webclient class as Evennia's Portal does."""
    from autobahn.twisted.websocket import WebSocketServerFactory
    from twisted.python.reflect import namedAny

    from mudwire.bench.stock import stock

    stock()
    factory = WebSocketServerFactory()
    factory.protocol = namedAny(class_path)
    factory.sessionhandler = Handler()
    on_twisted(factory)


def evennia() -> None:
    """Serve Evennia's own class."""
    game_on("evennia.server.portal.webclient.WebSocketClient")


def mudwire() -> None:
    """Serve mudwire's class, on Evennia's session class."""
    game_on("mudwire.evennia.WebSocketClient")


def mudwire_serve() -> None:
    """Serve the portal of ``mudwire serve`` with a game that gives the same answers."""
    from twisted.internet import reactor
    from twisted.internet.endpoints import TCP4ServerEndpoint

    from mudwire.game import Game
    from mudwire.portal.service import PortalService

    answers = Handler()

    class Answers(Game):
        def at_connect(self, session: Any) -> None:
            pass

        def at_text(self, session: Any, text: str) -> None:
            session.msg(answers.room() if text[0] == "l" else answers.chat())

    endpoint = TCP4ServerEndpoint(reactor, 0, backlog=4096, interface="127.0.0.1")
    portal = PortalService(Answers(), endpoint, options=OUT_OF_REACH)
    portal.startService()
    portal.listening.addCallback(lambda _: announce(portal.address.port))
    end_with_stdin(lambda: reactor.callFromThread(reactor.stop))
    reactor.run()


def websockets() -> None:
    """Serve an echo with the library websockets, on asyncio."""
    from websockets.asyncio.server import serve
    from websockets.exceptions import ConnectionClosedError

    async def echo(connection: Any) -> None:
        with suppress(ConnectionClosedError):  # the load generator hangs up
            async for message in connection:
                await connection.send(message)

    async def run() -> None:
        options = {"compression": None, "subprotocols": ["v1.evennia.com"], "backlog": 4096}
        async with serve(echo, "127.0.0.1", 0, **options) as server:
            await until_stdin_ends(server.sockets[0].getsockname()[1])

    asyncio.run(run())


def picows() -> None:
    """Serve an echo with the library picows (Cython), on asyncio."""
    from picows import WSListener, WSMsgType, ws_create_server

    class Echo(WSListener):
        def on_ws_frame(self, transport: Any, frame: Any) -> None:
            if frame.msg_type == WSMsgType.TEXT:
                transport.send(WSMsgType.TEXT, frame.get_payload_as_bytes())

    async def run() -> None:
        server = await ws_create_server(lambda _: Echo(), "127.0.0.1", 0, backlog=4096)
        async with server:
            await until_stdin_ends(server.sockets[0].getsockname()[1])

    asyncio.run(run())


async def until_stdin_ends(port: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    end_with_stdin(lambda: loop.call_soon_threadsafe(ended.set))
    announce(port)
    await ended.wait()


SERVERS = {
    server.__name__.replace("_", "-"): server
    for server in (
        twisted,
        twisted_immediate,
        twisted_epoll_group,
        autobahn,
        evennia,
        mudwire,
        mudwire_serve,
        websockets,
        picows,
    )
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]]()
