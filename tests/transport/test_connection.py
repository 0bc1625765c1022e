"""Options, and what an open connection keeps of its handshake."""

from __future__ import annotations

import re

import pytest
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet.task import Clock

from client_frames import TEXT, client_frame
from compatibility import differences
from fakes import HANDSHAKE, MemoryTransport, opened, settle, timers
from mudwire.limits import Limits
from mudwire.transport.autobahn_state import (
    AUTOBAHN_OPTIONS,
    DROPPED,
    DROPPED_HEADERS,
    DROPPED_IF_EMPTY,
    OPEN_DEFAULTS,
    REBUILT_LAZILY,
    SHARED,
)
from mudwire.transport.connection import Connection

REQUEST = HANDSHAKE.replace(b"GET / ", b"GET /ws?key&page=1&firefox ").replace(
    b"\r\n\r\n",
    b"\r\nCookie: a=b\r\nUser-Agent: test\r\nAccept-Encoding: gzip\r\n"
    b"Sec-WebSocket-Protocol: one, two\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n",
)


def connect(protocol, request=HANDSHAKE, **factory_options):
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = protocol
    factory.setProtocolOptions(**factory_options)
    connection = factory.buildProtocol(None)
    connection.makeConnection(MemoryTransport())
    connection.dataReceived(request)
    return connection


class Quiet(Connection):
    openHandshakeTimeout = 0
    autoPingInterval = 0


class Stock(WebSocketServerProtocol):
    openHandshakeTimeout = 0


def test_an_option_of_the_class_goes_before_one_of_the_factory():
    class Own(Quiet):
        tcpNoDelay = False
        closeHandshakeTimeout = 3

    connection = connect(Own, tcpNoDelay=True, closeHandshakeTimeout=9, autoFragmentSize=7)
    assert connection.tcpNoDelay is False
    assert connection.closeHandshakeTimeout == 3
    assert connection.autoFragmentSize == 7


def test_an_option_of_the_factory_goes_before_the_defaults():
    connection = connect(Quiet, closeHandshakeTimeout=9, webStatus=False)
    assert connection.closeHandshakeTimeout == 9
    assert connection.webStatus is False
    assert "webStatus" not in connect(Quiet).__dict__


def test_an_option_of_the_instance_goes_first():
    class Own(Quiet):
        def __init__(self):
            super().__init__()
            self.autoFragmentSize = 5

    assert connect(Own, autoFragmentSize=7).autoFragmentSize == 5


def test_every_other_option_has_autobahns_default():
    stock, ours = connect(Stock), connect(Quiet)
    for name in set(AUTOBAHN_OPTIONS) - set(vars(Connection)) - set(vars(Limits)):
        if not callable(AUTOBAHN_OPTIONS[name]):
            assert getattr(ours, name) == getattr(stock, name), name


@pytest.mark.parametrize("request_bytes", [HANDSHAKE, REQUEST])
def test_attributes_of_the_handshake_read_as_in_autobahn(request_bytes):
    stock, ours = connect(Stock, request_bytes), connect(Quiet, request_bytes)
    gone = DROPPED | {"http_headers"}
    for name in set(vars(stock)) - gone - set(AUTOBAHN_OPTIONS):
        if isinstance(getattr(stock, name), (bool, int, str, bytes, list, dict, type(None))):
            assert getattr(ours, name) == getattr(stock, name), name
        else:
            assert type(getattr(ours, name)) is type(getattr(stock, name)), name


def test_headers_that_say_something_of_the_player_stay():
    connection = connect(Quiet, REQUEST)
    assert connection.http_headers == {
        "host": "localhost",
        "cookie": "a=b",
        "user-agent": "test",
        "sec-websocket-protocol": "one, two",
    }


def test_the_documented_headers_are_those_that_go():
    (row,) = [row for row in differences() if row.what.startswith("`http_headers`")]
    documented = row.here.partition("alone: ")[2].partition(". ")[0]
    assert set(re.findall("`([a-z-]+)`", documented)) == DROPPED_HEADERS


def test_connections_share_equal_values():
    connection, another = connect(Quiet, REQUEST), connect(Quiet, REQUEST)
    assert another.http_headers["user-agent"] is connection.http_headers["user-agent"]
    for name in SHARED:
        assert getattr(another, name) is getattr(connection, name)
    other = connect(Quiet, REQUEST.replace(b"one, two", b"three"))
    assert other.websocket_protocols == ["three"]
    long = [connect(Quiet, REQUEST.replace(b"one", b"x" * 1000)) for _ in range(2)]
    assert long[0].websocket_protocols == long[1].websocket_protocols == ["x" * 1000, "two"]
    assert long[0].websocket_protocols is not long[1].websocket_protocols, "nobody else has it"


def test_an_open_connection_keeps_no_copies():
    connection = opened(Quiet)
    gone = DROPPED | REBUILT_LAZILY | DROPPED_IF_EMPTY | set(OPEN_DEFAULTS) | set(AUTOBAHN_OPTIONS)
    assert gone.isdisjoint(vars(connection))
    for name in OPEN_DEFAULTS:
        assert hasattr(connection, name)


def test_a_message_in_the_segment_of_the_handshake_is_heard():
    heard = []

    class Listening(Quiet):
        def onMessage(self, payload, isBinary):
            heard.append(payload)

    connection = connect(Listening, HANDSHAKE + client_frame(TEXT, b"one") + b"\x81")
    connection.dataReceived(client_frame(TEXT, b"two")[1:])
    connection.dataReceived(client_frame(TEXT, b"three"))
    assert heard == [b"one", b"two", b"three"]


def test_chopped_sending_keeps_the_order():
    with timers() as clock:
        connection = opened(Quiet)
        connection.sendFrame(opcode=1, payload=b"chopped", chopsize=2)
        connection.sendMessage(b"behind")
        while connection.send_queue:
            clock.advance(1)
        assert connection.transport.value() == b"\x81\x07chopped\x81\x06behind"
        clock.advance(1)
        connection.sendMessage(b"later")
        assert connection.transport.value().endswith(b"behind\x81\x05later")


def test_empty_fragments_count_towards_the_limit():
    connection = opened(Quiet)
    connection.max_message_bytes = 10_000
    connection.dataReceived(client_frame(TEXT, b"", fin=False))
    for _ in range(200):
        connection.dataReceived(client_frame(0, b"", fin=False))
    settle(connection)
    assert connection.wasMaxMessagePayloadSizeExceeded
