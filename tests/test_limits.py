"""Each limit has the attribute and the effect of the table, and the log names it."""

from __future__ import annotations

import socket
from contextlib import contextmanager

import pytest
from autobahn.websocket.compress import PerMessageDeflateOfferAccept
from twisted.logger import formatEvent, globalLogPublisher
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fakes import HANDSHAKE, connected, opened, timers
from mudwire.formats import WIRE_FORMATS
from mudwire.limits import FIXED_LIMITS, HTTP_LIMITS, LIMITS, HttpLimits, Limits
from mudwire.portal.channel import PortalChannel
from mudwire.transport.connection import Connection
from serving import TIMEOUT, in_reactor


def test_each_limit_is_an_attribute_of_the_protocol():
    assert set(Limits.__annotations__) == {limit.attribute for limit in LIMITS.values()}
    for name, limit in LIMITS.items():
        assert limit.name == name
        assert getattr(Connection, limit.attribute) == limit.default


def test_each_limit_of_http_is_an_attribute_of_the_channel_alone():
    assert set(HttpLimits.__annotations__) == {limit.attribute for limit in HTTP_LIMITS.values()}
    assert not set(HTTP_LIMITS) & set(LIMITS)
    for name, limit in HTTP_LIMITS.items():
        assert limit.name == name
        assert getattr(PortalChannel, limit.attribute) == limit.default
        assert not hasattr(Connection, limit.attribute)


def test_all_limits_except_times_are_whole_numbers():
    limits = {**LIMITS, **HTTP_LIMITS}
    assert {name for name, limit in limits.items() if limit.whole} == {
        "max_connections",
        "max_connections_per_address",
        "max_handshake_rate",
        "max_handshake_bytes",
        "max_message_bytes",
        "max_queue_bytes",
        "max_held_bytes",
        "max_byte_rate",
        "max_byte_burst",
        "max_message_rate",
        "max_message_burst",
        "max_control_rate",
        "max_control_burst",
        "stranger_percent",
        "max_pipelined_requests",
    }
    given = [limit for limit in limits.values() if limit.default is not None]
    assert all(type(limit.default) is int for limit in given if limit.whole)


def test_a_limit_without_a_number_says_where_its_value_comes_from():
    limits = {**LIMITS, **HTTP_LIMITS}
    assert {name for name, limit in limits.items() if limit.auto} == {
        name for name, limit in limits.items() if limit.default is None
    }


@pytest.mark.parametrize(
    ("name", "value_of_size"),
    [
        # The outer array of the command is a level, too.
        ("max_json_depth", lambda size: "[" * (size - 1) + "]" * (size - 1)),
        ("max_integer_digits", lambda size: "9" * size),
    ],
)
def test_a_fixed_limit_is_the_largest_value_that_is_read(name, value_of_size):
    decode = WIRE_FORMATS["v1.evennia.com"].decode_incoming
    limit = FIXED_LIMITS[name].value
    assert decode(f'["text",{value_of_size(limit)},{{}}]'.encode(), False)
    assert decode(f'["text",{value_of_size(limit + 1)},{{}}]'.encode(), False) is None


def logged_limit(server, name):
    return [line for line in server.logged() if LIMITS[name].log in line]


def test_a_header_over_max_handshake_bytes_gets_431(serve):
    server = serve(max_handshake_bytes=500)
    with socket.create_connection(server.address, TIMEOUT) as client:
        client.sendall(b"GET / HTTP/1.1\r\nCookie: " + b"x" * 500)
        assert client.recv(1000).startswith(b"HTTP/1.1 431 ")
    with server.connect(additional_headers={"Cookie": "x" * 100}):
        server.session()
    with pytest.raises(InvalidStatus) as refused:
        server.connect(additional_headers={"Cookie": "x" * 500}).__enter__()
    assert refused.value.response.status_code == 431


@pytest.mark.parametrize("limit", [2, 2.0, 0, 0.0, 1e30, float("inf")])
def test_a_message_over_max_message_bytes_gets_1009(serve, limit):
    server = serve(max_message_bytes=limit)
    with server.connect() as client:
        session = server.session()
        client.send("{}")
        assert client.ping().wait(TIMEOUT)
        client.send("{} ")
        if limit == 2:
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(TIMEOUT)
            assert closed.value.rcvd.code == LIMITS["max_message_bytes"].close_code
            assert logged_limit(server, "max_message_bytes")
        else:
            assert client.ping().wait(TIMEOUT)
        assert session.refused_messages == (1 if limit == 2 else 2)


def accept_compression(offers):
    return PerMessageDeflateOfferAccept(offers[0])


def test_max_message_bytes_counts_decompressed_bytes(serve):
    server = serve(
        max_message_bytes=1000, perMessageCompressionAccept=staticmethod(accept_compression)
    )
    with server.connect() as client:
        assert client.protocol.extensions
        session = server.session()
        client.send("[" + " " * 900)
        assert client.ping().wait(TIMEOUT)
        assert session.refused_messages == 1
        in_reactor(session.send_text, "x" * 2000)
        assert len(client.recv(TIMEOUT)) > 2000
        client.send("[" + " " * 1000)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(TIMEOUT)
        assert closed.value.rcvd.code == 1009
        assert session.refused_messages == 1


def test_max_message_bytes_does_not_limit_outgoing_messages(serve):
    server = serve(max_message_bytes=2)
    with server.connect() as client:
        in_reactor(server.session().sendEncoded, b"long")
        assert client.recv(TIMEOUT) == "long"


@contextmanager
def logged_lines():
    """Give the lines that are logged during the block."""
    lines = []

    def observe(event):
        lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)
    try:
        yield lines
    finally:
        globalLogPublisher.removeObserver(observe)


def wait(connection):
    pass


def ping(connection):
    assert connection.transport.value()[:1] == b"\x89"


def close(connection):
    connection.sendClose(1000)


@pytest.mark.parametrize(
    ("name", "start", "before"),
    [
        ("open_handshake_timeout", connected, wait),
        ("ping_timeout", opened, ping),
        ("close_handshake_timeout", opened, close),
    ],
)
def test_a_timeout_closes_the_connection_and_is_logged(name, start, before):
    limit = LIMITS[name]
    with timers() as clock, logged_lines() as lines:
        connection = start(Connection, autoPingInterval=3, **{limit.attribute: 7})
        if name == "ping_timeout":
            clock.advance(3)
        before(connection)
        clock.advance(5)
        assert not connection.transport.disconnecting
        clock.advance(2)
        assert connection.transport.disconnecting
        assert any(limit.log in line for line in lines)


@pytest.mark.parametrize("name", ["open_handshake_timeout", "ping_interval", "ping_timeout"])
def test_a_timeout_of_0_is_off(name):
    with timers() as clock:
        connection = connected(Connection, **{LIMITS[name].attribute: 0})
        if name != "open_handshake_timeout":
            connection.dataReceived(HANDSHAKE)
        clock.advance(1000)
        assert not connection.transport.disconnecting
