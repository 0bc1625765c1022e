"""The portal as a service in this process: the hand-over of a connection, limits, TLS."""

from __future__ import annotations

import gc
import json
import ssl
import subprocess
import sys
import threading
import weakref
from contextlib import contextmanager

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.tcp import Server
from twisted.logger import eventAsText, globalLogPublisher
from twisted.web.http import HTTPChannel
from twisted.web.server import Request
from websockets.sync.client import connect

from in_process import HANDSHAKE, HEALTH, deadlines, ends, read_until, tcp
from mudwire.portal import service as service_module
from mudwire.sessions.browser_store import key_of, new_secret
from mudwire.sessions.handler import EmbeddedSessionHandler
from mudwire.sessions.session_file import SessionFile
from serving import TIMEOUT, in_reactor


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


def test_a_stop_ends_without_the_answers_of_a_client_and_of_the_game(start, monkeypatch):
    monkeypatch.setattr(service_module, "FAREWELL_SECONDS", 0.1)
    monkeypatch.setattr(service_module, "GAME_SECONDS", 0.1)
    service = start()
    endless = Deferred()
    monkeypatch.setattr(service.game, "at_stop", lambda: endless)
    lines = []

    def observe(event):
        lines.append(eventAsText(event))

    globalLogPublisher.addObserver(observe)
    try:
        with tcp(service) as connection:
            connection.sendall(HANDSHAKE)
            read_until(connection, b"What is your name?")
            in_reactor(lambda: service.stopService().addTimeout(TIMEOUT, reactor))
            read_until(connection, b"\x03\xe9")  # close code 1001, which is not answered
    finally:
        globalLogPublisher.removeObserver(observe)
    log = "\n".join(lines)
    assert "1 players did not answer" in log
    assert "The game did not end within" in log


def test_every_hook_of_a_game_is_timed(start, monkeypatch, log_events):
    monkeypatch.setattr(EmbeddedSessionHandler, "slow_hook_seconds", 1e-9)  # no hook is as fast
    service = start()
    with connect(f"ws://127.0.0.1:{service.address.port}/ws") as client:
        greeting(client)
        client.send('["text",["Ada"],{}]')
        client.recv(TIMEOUT)
        client.send('["pong",[],{}]')
    in_reactor(lambda: service.stopService().addTimeout(TIMEOUT, reactor))
    slow = [event["hook"] for event in log_events if "milliseconds" in event]
    assert slow == [
        "Lobby.at_start",
        "Greeter.at_connect",
        "Lobby.at_text",
        "Lobby.at_login",
        "Lobby.at_command",
        "Lobby.at_disconnect",
        "Game.at_stop",
    ]


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
        type_line(client, "Ada")
        read(client, "Welcome")
        type_line(client, "who")
        read(client, "In the lobby")


class SlowDisk:
    """Writes of sessions that wait until the test lets them go on."""

    def __init__(self, monkeypatch):
        self.is_writing = threading.Event()
        self.go_on = threading.Event()
        write = SessionFile.write

        def wait_and_write(file, changes):
            if changes:  # none are a check that the file is there
                self.is_writing.set()
                assert self.go_on.wait(TIMEOUT)
            write(file, changes)

        monkeypatch.setattr(SessionFile, "write", wait_and_write)


@pytest.fixture
def slow_disk(monkeypatch):
    return SlowDisk(monkeypatch)


@contextmanager
def browser_of(service):
    """Give a websocket with a browser's cookie."""
    secret = new_secret()
    address = f"ws://127.0.0.1:{service.address.port}/ws?{key_of(secret)}&{secret}&test"
    with connect(address, additional_headers={"Cookie": f"mudwire={secret}"}) as client:
        assert "The lobby" in greeting(client)
        yield client


def type_line(client, line):
    client.send(json.dumps(["text", [line], {}]))


def read(client, part):
    """Read commands up to a text with this part; return the names of the commands."""
    names = []
    while True:
        name, args, _ = json.loads(client.recv(TIMEOUT))
        names.append(name)
        if args and part in str(args[0]):
            return names


def test_a_slow_disk_delays_only_the_login_that_waits_for_it(start, slow_disk, tmp_path):
    service = start(file=tmp_path / "sessions.sqlite3")
    with (
        browser_of(service) as ada,
        connect(f"ws://127.0.0.1:{service.address.port}/ws") as bea,
    ):
        greeting(bea)
        type_line(bea, "Bea")  # without a browser session, so that nothing is stored
        read(bea, "Welcome")
        type_line(ada, "Ada")
        assert slow_disk.is_writing.wait(TIMEOUT)
        type_line(ada, "say to early birds")
        type_line(bea, "say hello")
        assert read(bea, 'You say, "hello"') == ["prompt", "text", "text"]
        # What she typed waits in the kernel, where it has a bound.
        assert list(in_reactor(lambda: service.sessions._held).values()) == [[]]
        slow_disk.go_on.set()
        assert read(ada, "Welcome") == ["prompt", "browser_session", "logged_in", "text"]
        read(bea, "Ada</span> comes in.")
        read(bea, "to early birds")


def test_a_stop_waits_for_a_disk_for_a_known_time(start, slow_disk, tmp_path, monkeypatch):
    monkeypatch.setattr("mudwire.sessions.session_writer.CLOSE_SECONDS", 0.1)
    service = start(file=tmp_path / "sessions.sqlite3")
    with browser_of(service) as ada:
        type_line(ada, "Ada")
        assert slow_disk.is_writing.wait(TIMEOUT)
        in_reactor(lambda: service.stopService().addTimeout(TIMEOUT, reactor))
    slow_disk.go_on.set()


def test_a_player_who_leaves_during_the_login_is_not_announced(start, slow_disk, tmp_path):
    service = start(file=tmp_path / "sessions.sqlite3")
    with connect(f"ws://127.0.0.1:{service.address.port}/ws") as bea:
        greeting(bea)
        type_line(bea, "Bea")
        read(bea, "Welcome")
        with browser_of(service) as ada:
            type_line(ada, "Ada")
            assert slow_disk.is_writing.wait(TIMEOUT)
            [_, session] = service.game.connected
            in_reactor(session.disconnect)
        slow_disk.go_on.set()
        in_reactor(service.browser_sessions.close)
        type_line(bea, "who")
        assert read(bea, "In the lobby") == ["prompt", "text", "text"]


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
    twistd = "from twisted.scripts.twistd import run; run()"
    result = subprocess.run(
        [sys.executable, "-c", twistd, "-noy", "portal.tac"],
        cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Server Shut Down" in result.stdout
