"""The protocol class on transports in memory, against Autobahn's own way of the same frames."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.tcp import Server

from mudwire.protocol import WebClientProtocol
from mudwire.session import Session

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from client_frames import TEXT, client_frame
from in_memory import HANDSHAKE

CONNECTIONS = 50
MESSAGES = 20


class Socket:
    """Takes everything and remembers the last."""

    def send(self, data):
        self.last = data
        return len(data)

    def setsockopt(self, *option):
        pass


class Transport(Server):
    """Twisted's own transport, on a socket that is none; what is queued goes at once."""

    def __init__(self):
        self.socket = Socket()
        self.connected = 1
        self.client = ("127.0.0.1", 1)
        self._tempDataBuffer = []
        self._tempDataLen = 0

    def getPeer(self):
        return IPv4Address("TCP", *self.client)

    getHost = getPeer

    def startWriting(self):
        self.doWrite()

    def stopWriting(self):
        pass


class Handler(dict):
    """Answers each command with a line."""

    def connect(self, session):
        session.sessid = len(self) + 1
        self[session.sessid] = session

    def data_in(self, session, **kwargs):
        session.send_text(kwargs["text"][0][0])


class Native(WebClientProtocol, Session):
    """The class as it is."""

    openHandshakeTimeout = autoPingInterval = 0


class AutobahnsWay(Native):
    """The same without the native way of frames."""

    dataReceived = WebSocketServerProtocol.dataReceived
    sendMessage = WebSocketServerProtocol.sendMessage


@pytest.fixture(params=[Native, AutobahnsWay], ids=["native", "autobahns_way"])
def connections(request, monkeypatch):
    """Give open connections of one class."""
    monkeypatch.setattr("mudwire.outbox.Server", Transport)
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = request.param
    factory.sessionhandler = Handler()
    connections = []
    for _ in range(CONNECTIONS):
        connection = factory.buildProtocol(None)
        connection.makeConnection(Transport())
        connection.dataReceived(HANDSHAKE)
        connections.append(connection)
    return connections


def last_sent(connection):
    return connection.transport.socket.last


@pytest.mark.benchmark(group="a command in, a line out")
def test_closed_loop(benchmark, connections):
    segments = [
        client_frame(TEXT, json.dumps(["text", [f"look {n}"], {}]).encode())
        for n in range(MESSAGES)
    ]

    def loop():
        for segment in segments:
            for connection in connections:
                connection.dataReceived(segment)

    loop()
    answer = f'["text",["look {MESSAGES - 1}"],{{}}]'.encode()
    assert last_sent(connections[-1]) == bytes([0x81, len(answer)]) + answer
    benchmark(loop)


@pytest.mark.benchmark(group="onMessage")
def test_on_message(benchmark, connections):
    payloads = [json.dumps(["text", [f"look {n}"], {}]).encode() for n in range(MESSAGES)]

    def loop():
        for payload in payloads:
            for connection in connections:
                connection.onMessage(payload, False)

    loop()
    assert b'"look 19"' in last_sent(connections[0])
    benchmark(loop)


@pytest.mark.benchmark(group="send_*")
@pytest.mark.parametrize("method", ["send_text", "send_prompt", "send_default"])
def test_sending(benchmark, connections, method):
    lines = [f"Line {n} for you." for n in range(MESSAGES)]

    def loop():
        for line in lines:
            for connection in connections:
                getattr(connection, method)(line)

    loop()
    assert b"Line 19" in last_sent(connections[0])
    benchmark(loop)


@pytest.mark.benchmark(group="handshake")
@pytest.mark.parametrize("protocol", [Native, WebSocketServerProtocol])
def test_handshake(benchmark, protocol):
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = type("Protocol", (protocol,), {"openHandshakeTimeout": 0})
    factory.sessionhandler = Handler()

    def handshake():
        connection = factory.buildProtocol(None)
        connection.makeConnection(Transport())
        connection.dataReceived(HANDSHAKE)
        return connection

    assert handshake().state == WebSocketServerProtocol.STATE_OPEN
    benchmark(handshake)
