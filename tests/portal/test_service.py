"""The portal as a service in this process: the hand-over of a connection, limits, TLS."""

from __future__ import annotations

import gc
import json
import socket
import ssl
import subprocess
import sys
import time
import weakref

import pytest
from twisted.internet import reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.tcp import Server
from twisted.logger import eventAsText, globalLogPublisher
from twisted.web.http import HTTPChannel
from twisted.web.server import Request
from websockets.sync.client import connect

from mudwire.portal import PortalService
from mudwire.portal.lobby import Lobby
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

    def start(description="tcp:0:interface=127.0.0.1", **options):
        def begin():
            endpoint = serverFromString(reactor, description)
            services.append(PortalService(Greeter(), endpoint, options=options))
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


def greeting(client):
    return json.loads(client.recv(TIMEOUT))[1][0]


@pytest.fixture
def channels(monkeypatch):
    """Weak references to the HTTP channels and requests that are made during the test."""
    made = []

    def remember(kind):
        original = kind.__init__

        def init(self, *args, **kwargs):
            original(self, *args, **kwargs)
            made.append(weakref.ref(self))

        monkeypatch.setattr(kind, "__init__", init)

    remember(HTTPChannel)
    remember(Request)
    return made


def test_a_websocket_keeps_no_http_object_alive(start, channels):
    service = start()
    gc.collect()
    gc.disable()  # the objects must be freed without the garbage collector
    try:
        with connect(f"ws://127.0.0.1:{service.address.port}/ws") as client:
            assert "The lobby" in greeting(client)
            [session] = service.game.connected
            assert type(session.transport) is Server
            assert session.transport.protocol is session
            assert session.transport.producer is None
            assert len(channels) == 2
            in_reactor(lambda: None)  # the call that sent the greeting has returned
            assert [reference() for reference in channels] == [None, None]
    finally:
        gc.enable()


def deadlines():
    return [call for call in in_reactor(reactor.getDelayedCalls) if "timedOut" in str(call)]


def test_a_detached_channel_leaves_no_timer(start):
    service = start()
    with connect(f"ws://127.0.0.1:{service.address.port}/ws") as client:
        greeting(client)
        assert not deadlines()


def test_a_connection_can_become_a_websocket_after_other_requests(start):
    """Proxies reuse their connections."""
    with tcp(start()) as connection:
        connection.sendall(HEALTH)
        read_until(connection, b"ok\n")
        connection.sendall(HANDSHAKE.replace(b"websocket", b"WebSocket"))
        received = read_until(connection, b"What is your name?")
        assert received.startswith(b"HTTP/1.1 101 ")


def test_bytes_behind_the_handshake_are_not_lost(start):
    with tcp(start()) as connection:
        connection.sendall(HANDSHAKE + b'\x81\x93\0\0\0\0["text",["Ada"],{}]')
        read_until(connection, b"Welcome, ")


@pytest.mark.parametrize("hook", ["makeConnection", "dataReceived"])
def test_a_protocol_that_fails_at_the_hand_over_ends_only_its_connection(start, hook):
    def fail(self, *_):
        raise RuntimeError("not today")

    lines = []

    def observe(event):
        lines.append(eventAsText(event))

    service = start(**{hook: fail})
    globalLogPublisher.addObserver(observe)
    try:
        with tcp(service) as connection:
            connection.sendall(HANDSHAKE)
            assert ends(connection)
    finally:
        globalLogPublisher.removeObserver(observe)
    log = "\n".join(lines)
    assert "A websocket connection could not be started" in log
    assert "RuntimeError: not today" in log
    assert "AttributeError" not in log
    with tcp(service) as connection:
        connection.sendall(HEALTH)
        read_until(connection, b"ok\n")


# Limits of a request.


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


@pytest.mark.parametrize("before", [b"", HEALTH], ids=["first", "second"])
@pytest.mark.parametrize("trickle", [b"", b"x", b"X: y\r\n"], ids=["nothing", "line", "header"])
def test_received_bytes_do_not_extend_open_handshake_timeout(start, before, trickle):
    with tcp(start(openHandshakeTimeout=0.2)) as connection:
        if before:
            connection.sendall(before)
            read_until(connection, b"ok\n")
        connection.sendall(b"GET / HTTP/1.1\r\n" if trickle else b"")
        assert ends(connection, trickle)


def test_open_handshake_timeout_includes_a_body(start):
    with tcp(start(openHandshakeTimeout=0.2)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: game\r\nContent-Length: 999999\r\n\r\n")
        assert ends(connection, b"x")


@pytest.mark.parametrize(("seconds", "timers"), [(5, 1), (0, 0)])
def test_open_handshake_timeout_uses_at_most_one_timer(start, seconds, timers):
    with tcp(start(openHandshakeTimeout=seconds)) as connection:
        connection.sendall(HEALTH)
        read_until(connection, b"ok\n")
        assert len(deadlines()) == timers


@pytest.mark.parametrize("limit", [300, 20_000])
@pytest.mark.parametrize("line", [b"A: %s\r\n", b"A: %s"], ids=["lines", "no line"])
def test_a_header_over_max_handshake_bytes_gets_431(start, limit, line):
    service = start(max_handshake_bytes=limit)
    with tcp(service) as connection:
        request = b"GET /health HTTP/1.1\r\nHost: game\r\n"
        connection.sendall(request + line % (b"x" * limit))
        assert connection.recv(4096).startswith(b"HTTP/1.1 431 ")
    with tcp(service) as connection:
        for _ in range(3):  # each request has the whole limit
            connection.sendall(request + b"A: %s\r\n\r\n" % (b"x" * (limit - 100)))
            read_until(connection, b"ok\n")


def test_max_handshake_bytes_can_be_switched_off(start):
    with tcp(start(max_handshake_bytes=0)) as connection:
        connection.sendall(HEALTH.replace(b"game", b"x" * 100_000))
        read_until(connection, b"ok\n")


@pytest.mark.filterwarnings("ignore:Passing pyOpenSSL:DeprecationWarning")  # Twisted's own call
def test_the_portal_serves_tls(start, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    service = start(f"ssl:0:interface=127.0.0.1:privateKey={key}:certKey={certificate}")
    trust = ssl.create_default_context(cafile=str(certificate))
    with connect(f"wss://localhost:{service.address.port}/ws", ssl=trust) as client:
        assert "The lobby" in greeting(client)
        client.send('["text",["Ada"],{}]')
        client.recv(TIMEOUT)


def test_two_portals_in_one_process_have_separate_sessions(start):
    first, second = start(), start()
    with connect(f"ws://127.0.0.1:{first.address.port}/ws") as client:
        greeting(client)
        assert (first.sessions.count(), second.sessions.count()) == (1, 0)


def test_twistd_runs_the_portal(tmp_path):
    """The portal is an ordinary Twisted service."""
    (tmp_path / "portal.tac").write_text(
        "from twisted.application.service import Application\n"
        "from twisted.internet import reactor\n"
        "from twisted.internet.endpoints import serverFromString\n"
        "from mudwire.portal import PortalService\n"
        "from mudwire.portal.lobby import Lobby\n"
        "application = Application('game')\n"
        "endpoint = serverFromString(reactor, 'tcp:0:interface=127.0.0.1')\n"
        "portal = PortalService(Lobby(), endpoint)\n"
        "portal.setServiceParent(application)\n"
        "reactor.callWhenRunning(\n"
        "    lambda: portal.listening.addCallback(lambda _: reactor.stop()))\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "twisted.scripts.twistd", "-noy", "portal.tac"],
        cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
