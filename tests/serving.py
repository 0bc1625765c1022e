"""A websocket server for tests: a real reactor in a thread, real sockets on loopback.

Twisted's reactor cannot be started twice, so one reactor serves the whole test run. A test uses
the server's objects only through :func:`in_reactor`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.internet import reactor
from twisted.internet.task import Clock
from twisted.internet.threads import blockingCallFromThread
from twisted.logger import LogLevel, formatEvent, globalLogPublisher
from websockets.sync.client import connect

from fakes import RecordingHandler
from mudwire import WebClientProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from websockets.sync.client import ClientConnection

T = TypeVar("T")

TIMEOUT = 10
"""The seconds until a wait fails; no wait of a passing test takes that long."""


def in_reactor(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call a function in the reactor's thread and return its result."""
    return blockingCallFromThread(reactor, function, *args, **kwargs)


class SlowClock(Clock):
    """A clock that a test advances; what is due at once runs in the reactor."""

    def callLater(self, delay: float, function: Callable[..., object], *args: Any) -> Any:
        if delay == 0:
            return reactor.callLater(0, function, *args)
        return super().callLater(delay, function, *args)


class Session:
    """The smallest session class that an application may have."""

    def init_session(self, protocol_key: str, address: Any, sessionhandler: Any) -> None:
        self.protocol_key = protocol_key
        self.address = address
        self.sessionhandler = sessionhandler
        self.sessid = 0
        self.csessid = None
        self.uid = None
        self.logged_in = False
        self.protocol_flags = {"NOCOLOR": False}


class AwaitedHandler(RecordingHandler):
    """A session handler whose events a test waits for."""

    def next(self, kind: str) -> Any:
        """Wait for the next event, which must be of this kind, and return its subject."""
        event = self.events.get(timeout=TIMEOUT)
        assert event[0] == kind, event
        return event[1] if len(event) == 2 else event[2]


class BrowserSessions(dict):
    """Browser sessions in memory, by csessid; ``away`` simulates an unreachable database."""

    away = False

    def __call__(self, session_key: str) -> Any:
        return BrowserSession(self, session_key)


class BrowserSession:
    """The session of one browser, kept in the dict of its store."""

    def __init__(self, store: BrowserSessions, key: str) -> None:
        self._store = store
        self._key = key

    def get(self, key: str, default: Any = None) -> Any:
        self._reach()
        return self._store.get(self._key, {}).get(key, default)

    def __setitem__(self, key: str, value: Any) -> None:
        self._reach()
        self._store.setdefault(self._key, {})[key] = value

    def save(self) -> None:
        self._reach()

    def _reach(self) -> None:
        if self._store.away:
            message = "the database is away"
            raise ConnectionError(message)


class Server:
    """A listening server with its own protocol class, which a test may configure."""

    def __init__(self, bases: tuple[type, ...] = (WebClientProtocol, Session), **attributes: Any):
        self.handler = AwaitedHandler()
        self.browsers = BrowserSessions()
        attributes.setdefault("browser_session_store", self.browsers)
        self.protocol = type("WebSocketClient", bases, attributes)
        self.log: list[dict[str, Any]] = []
        in_reactor(self._start)

    def _start(self) -> None:
        self.factory = WebSocketServerFactory()
        self.factory.protocol = self.protocol
        self.factory.sessionhandler = self.handler
        globalLogPublisher.addObserver(self.log.append)
        self.port = reactor.listenTCP(0, self.factory, interface="127.0.0.1")
        self.address = ("127.0.0.1", self.port.getHost().port)

    def stop(self) -> None:
        def stop() -> Any:
            for session in list(self.handler.values()):
                session.transport.abortConnection()
            globalLogPublisher.removeObserver(self.log.append)
            return self.port.stopListening()

        in_reactor(stop)

    def connect(self, path: str = "/", **options: Any) -> ClientConnection:
        """Return a connected client of the ``websockets`` library."""
        options.setdefault("open_timeout", TIMEOUT)
        options.setdefault("close_timeout", TIMEOUT)
        host, port = self.address
        return connect(f"ws://{host}:{port}{path}", **options)

    def session(self) -> Any:
        """Wait for the next session that connects, and return it."""
        return self.handler.next("connect")

    def logged(self, level: LogLevel = LogLevel.warn) -> list[str]:
        """Return the lines of the log of this level or above."""
        return [
            formatEvent(event) for event in in_reactor(self.log.copy) if event["log_level"] >= level
        ]


@pytest.fixture(scope="session")
def reactor_thread() -> Iterator[None]:
    """Run the reactor in a thread during the whole test run."""
    started = threading.Event()
    reactor.callWhenRunning(started.set)
    thread = threading.Thread(target=reactor.run, args=(False,), name="reactor", daemon=True)
    thread.start()
    assert started.wait(TIMEOUT)
    yield
    reactor.callFromThread(reactor.stop)
    thread.join(TIMEOUT)
    assert not thread.is_alive()


@pytest.fixture
def serve(reactor_thread: None) -> Iterator[Callable[..., Server]]:
    """Give a function that starts servers; stop them after the test."""
    servers: list[Server] = []

    def start(*args: Any, **attributes: Any) -> Server:
        servers.append(Server(*args, **attributes))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    """Give a server with the default options."""
    return serve()
