"""A portal in this process, for tests that look into its objects."""

from __future__ import annotations

import socket
import time

import pytest
from twisted.internet import reactor
from twisted.internet.endpoints import serverFromString

from mudwire.portal import PortalService
from mudwire.portal.lobby import Lobby
from mudwire.sessions.browser_store import SqliteBrowserSessions
from serving import TIMEOUT, in_reactor


class Greeter(Lobby):
    """A lobby that shows its sessions to the test."""

    def __init__(self):
        super().__init__()
        self.connected = []

    def at_connect(self, session):
        self.connected.append(session)
        super().at_connect(session)


@pytest.fixture
def start(reactor_thread):
    """Give a function that starts portals in the reactor's thread; stop them after the test."""
    services = []

    def start(description="tcp:0:interface=127.0.0.1", *, file=None, http_limits=None, **options):
        def begin():
            services.append(
                PortalService(
                    Greeter(),
                    serverFromString(reactor, description),
                    sessions=None if file is None else SqliteBrowserSessions(file),
                    options=options,
                    http_limits=http_limits,
                )
            )
            services[-1].startService()
            return services[-1].listening

        in_reactor(begin)
        return services[-1]

    yield start
    for service in services:
        in_reactor(service.stopService)


def tcp(service):
    return socket.create_connection(("127.0.0.1", service.address.port), TIMEOUT)


HEALTH = b"GET /health HTTP/1.1\r\nHost: game\r\n\r\n"
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: game\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def read_until(connection, end):
    received = b""
    while end not in received:
        part = connection.recv(4096)
        assert part, received
        received += part
    return received


def deadlines():
    return [call for call in in_reactor(reactor.getDelayedCalls) if "timedOut" in str(call)]


def ends(connection, send=b""):
    """Return whether the connection ends in time; send ``send`` while nothing arrives."""
    end = time.monotonic() + TIMEOUT
    connection.settimeout(0.02)
    while time.monotonic() < end:
        try:
            if not connection.recv(4096):
                return True
        except TimeoutError:
            pass
        except ConnectionError:
            return True
        try:
            connection.sendall(send)
        except ConnectionError:
            return True
    return False
