"""Each limit is where the table says, does what it says, and says so in the log."""

from __future__ import annotations

import socket

import pytest
from mudwire.connection import Connection
from mudwire.limits import LIMITS, Limits
from serving import TIMEOUT, in_reactor
from websockets.exceptions import ConnectionClosed, InvalidStatus


def test_each_limit_is_an_attribute_of_the_protocol():
    assert set(Limits.__annotations__) == {limit.attribute for limit in LIMITS.values()}
    for name, limit in LIMITS.items():
        assert limit.name == name
        assert getattr(Connection, limit.attribute) == limit.default


def logged_limit(server, name):
    return [line for line in server.logged() if LIMITS[name].log in line]


def test_max_handshake_bytes(serve):
    server = serve(max_handshake_bytes=500)
    with socket.create_connection(server.address, TIMEOUT) as client:
        client.sendall(b"GET / HTTP/1.1\r\nCookie: " + b"x" * 500)
        assert client.recv(1000).startswith(b"HTTP/1.1 431 ")
    with server.connect(additional_headers={"Cookie": "x" * 100}):
        server.session()
    with pytest.raises(InvalidStatus) as refused:
        server.connect(additional_headers={"Cookie": "x" * 500}).__enter__()
    assert refused.value.response.status_code == 431


def test_open_handshake_timeout(serve):
    server = serve(openHandshakeTimeout=0.1)
    with socket.create_connection(server.address, TIMEOUT) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(1000)
    assert logged_limit(server, "open_handshake_timeout")


def test_max_connections(serve):
    server = serve(maxConnections=1)
    with server.connect(), pytest.raises(InvalidStatus) as refused:
        server.connect().__enter__()
    assert refused.value.response.status_code == LIMITS["max_connections"].close_code


@pytest.mark.parametrize("limit", [2, 0])
def test_max_message_bytes(serve, limit):
    server = serve(max_message_bytes=limit)
    with server.connect() as client:
        session = server.session()
        client.send("{}")
        assert client.ping().wait(TIMEOUT)
        client.send("{} ")
        if limit:
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(TIMEOUT)
            assert closed.value.rcvd.code == LIMITS["max_message_bytes"].close_code
            assert logged_limit(server, "max_message_bytes")
        else:
            assert client.ping().wait(TIMEOUT)
        assert session.refused_messages == (1 if limit else 2)


def test_a_message_going_out_may_be_longer_than_one_coming_in(serve):
    server = serve(max_message_bytes=2)
    with server.connect() as client:
        in_reactor(server.session().sendEncoded, b"long")
        assert client.recv(TIMEOUT) == "long"


def test_ping_interval_and_timeout(serve):
    server = serve(autoPingInterval=0.1, autoPingTimeout=0.1)
    with server.connect() as client:
        session = server.session()
        client.protocol.receive_data = lambda data: None  # a client that does not answer
        assert server.handler.next("disconnect") is session
    assert logged_limit(server, "ping_timeout")


def test_close_handshake_timeout(serve):
    server = serve(closeHandshakeTimeout=0.1)
    with server.connect() as client:
        session = server.session()
        client.protocol.receive_data = lambda data: None
        in_reactor(session.disconnect)
        in_reactor(lambda: session.is_closed)
    assert logged_limit(server, "close_handshake_timeout")
