"""A connection of a websocket server has a place, and keeps to the limits of its address."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress

import pytest
from twisted.logger import LogLevel
from websockets.exceptions import ConnectionClosed, InvalidStatus

from mudwire import WebClientProtocol
from mudwire.limits import LIMITS
from mudwire.protocol import PlainWebClientProtocol
from mudwire.transport import admission as admission_module
from mudwire.transport.admission import BURST_SECONDS
from mudwire.transport.listener import BACKLOG, Listener
from serving import TIMEOUT, Session, SlowClock, in_reactor

PROTOCOLS = [PlainWebClientProtocol, WebClientProtocol]


@pytest.fixture
def clients():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def connect(clients):
    """Give a function that connects from an address and returns the client and its session."""

    def connect(server, address="127.0.0.1", **options):
        client = clients.enter_context(
            server.connect(source_address=(address, 0), proxy=None, **options)
        )
        return client, server.session()

    return connect


def refusal(server, address="127.0.0.1", **options):
    """Return the status of a refused handshake and its reason."""
    with pytest.raises(InvalidStatus) as refused:
        server.connect(source_address=(address, 0), proxy=None, **options).__enter__()
    response = refused.value.response
    return response.status_code, response.reason_phrase


def refused_by(name):
    return LIMITS[name].close_code, LIMITS[name].log


def from_client(address):
    return {"additional_headers": {"X-Forwarded-For": address}}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_newcomer_gets_the_place_of_the_stranger_who_came_first(serve, connect, protocol):
    server = serve(bases=(protocol, Session), max_connections=2)
    first, first_session = connect(server, "127.0.0.2")
    second, _ = connect(server, "127.0.0.2")
    third, _ = connect(server, "127.0.0.3")
    assert server.handler.next("disconnect") is first_session
    with pytest.raises(ConnectionClosed):
        first.recv(TIMEOUT)
    for client in (second, third):
        assert client.ping().wait(TIMEOUT)
    lines = server.logged()
    assert [line for line in lines if "All places are taken: " in line]
    assert [line for line in lines if "its place is for a newcomer" in line]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("login", ["by the game", "from the browser", "unheard"])
def test_a_player_keeps_the_place_and_the_newcomer_gets_503(serve, connect, protocol, login):
    server = serve(bases=(protocol, Session), max_connections=1)
    query = ""
    if login == "from the browser":
        server.browsers["key"] = {"webclient_authenticated_uid": 7}
        query = "/?key&page&firefox"
    client, session = connect(server, path=query or "/")
    if login != "from the browser":
        session.uid, session.logged_in = 7, True
    if login == "by the game":
        in_reactor(session.at_login)
    assert refusal(server) == refused_by("max_connections")
    assert client.ping().wait(TIMEOUT)
    assert in_reactor(session.admission.count_players) == 1
    assert [line for line in server.logged(LogLevel.info) if "all of them are players" in line]


def test_an_address_gets_429_over_max_connections_per_address(serve, connect):
    server = serve(max_connections_per_address=2)
    first, _ = connect(server, "127.0.0.2")
    connect(server, "127.0.0.2")
    assert refusal(server, "127.0.0.2") == refused_by("max_connections_per_address")
    connect(server, "127.0.0.3")
    first.close()
    server.handler.next("disconnect")
    connect(server, "127.0.0.2")


def test_behind_a_proxy_the_client_is_counted_and_the_proxy_is_not(serve, connect):
    server = serve(max_connections_per_address=1, upstream_ips=["127.0.0.1"])
    for _ in range(3):
        connect(server)
    connect(server, **from_client("192.0.2.1"))
    connect(server, **from_client("192.0.2.2"))
    assert refusal(server, **from_client("192.0.2.2")) == refused_by("max_connections_per_address")
    connect(server, **from_client("2001:db8::1"))
    connect(server, **from_client("2001:db8:0:1::1"))
    assert refusal(server, **from_client("2001:db8::2")) == refused_by(
        "max_connections_per_address"
    )
    assert refusal(server, **from_client("::ffff:192.0.2.1"))[0] == 429
    # Who is no proxy cannot choose an address.
    connect(server, "127.0.0.2", **from_client("192.0.2.3"))
    assert refusal(server, "127.0.0.2", **from_client("192.0.2.4"))[0] == 429


def test_an_address_gets_429_over_max_handshake_rate(serve, connect):
    server = serve(max_handshake_rate=1)
    clock = server.factory.reactor = SlowClock()
    for _ in range(BURST_SECONDS):
        connect(server, "127.0.0.2")[0].close()
        server.handler.next("disconnect")
    assert refusal(server, "127.0.0.2") == refused_by("max_handshake_rate")
    connect(server, "127.0.0.3")
    in_reactor(clock.advance, 1)
    connect(server, "127.0.0.2")
    assert [line for line in server.logged(LogLevel.info) if "UPSTREAM_IPS" in line]


def test_an_address_that_connects_again_and_again_is_cut_without_an_answer(serve, connect):
    server = serve(max_handshake_rate=1)
    server.factory.reactor = SlowClock()
    for _ in range(100):
        with socket.create_connection(server.address, TIMEOUT, ("127.0.0.2", 0)):
            pass
    with (
        suppress(ConnectionResetError),  # it may end before the client knows that it began
        socket.create_connection(server.address, TIMEOUT, ("127.0.0.2", 0)) as client,
    ):
        assert ends_without_an_answer(client)
    connect(server, "127.0.0.3")


def ends_without_an_answer(client):
    try:
        return client.recv(100) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("count", [50, 24], ids=["50 players", "two dozen tabs"])
def test_a_crowd_of_one_address_may_come_at_once(serve, connect, count):
    server = serve()
    clients = [connect(server, "127.0.0.2")[0] for _ in range(count)]
    for client in clients:
        assert client.ping().wait(TIMEOUT)


def test_silent_connections_give_way_to_newcomers(serve, connect, monkeypatch):
    monkeypatch.setattr(admission_module, "descriptor_limit", lambda: 60)
    server = serve()
    stranger, session = connect(server)
    with ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(socket.create_connection(server.address, TIMEOUT, ("127.0.0.2", 0)))
        client, _ = connect(server)
        for one in (client, stranger):
            assert one.ping().wait(TIMEOUT)
        assert in_reactor(session.admission.count) == session.admission.max_connections == 36


def test_the_queue_of_the_port_is_longer_from_the_first_connection_on(serve, connect):
    server = serve()
    connect(server)
    listener = server.port.socket
    assert isinstance(listener, Listener)
    connect(server)
    assert server.port.socket is listener
    with ExitStack() as stack:

        def fill():
            """Connect while the reactor stands still: all must find a place in the queue."""
            for _ in range(200):
                stack.enter_context(socket.create_connection(server.address, 0.9))

        assert BACKLOG > 200
        in_reactor(fill)


def test_who_has_left_has_no_place(serve, connect):
    server = serve(login_timeout=100)
    client, session = connect(server)
    admission = session.admission
    assert in_reactor(admission.count) == 1
    with socket.create_connection(server.address, TIMEOUT) as other:
        other.sendall(b"GET / HTTP/9\r\n\r\n")
        assert other.recv(1000).startswith(b"HTTP/1.1 505 ")
        assert other.recv(1) == b""
    assert refusal(server, subprotocols=["x"], additional_headers={"Cookie": "x" * 20_000})
    client.close()
    server.handler.next("disconnect")
    in_reactor(lambda: None)
    assert in_reactor(admission.count) == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_session_that_does_not_log_in_is_closed_with_1008(serve, connect, protocol):
    server = serve(bases=(protocol, Session), login_timeout=300)
    clock = server.factory.reactor = SlowClock()
    client, session = connect(server)
    player, player_session = connect(server)
    player_session.uid, player_session.logged_in = 7, True
    in_reactor(player_session.at_login)
    in_reactor(clock.advance, 299)
    assert client.ping().wait(TIMEOUT)
    in_reactor(clock.advance, 1)
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(TIMEOUT)
    limit = LIMITS["login_timeout"]
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (limit.close_code, limit.log)
    assert server.handler.next("disconnect") is session
    in_reactor(clock.advance, 1000)
    assert player.ping().wait(TIMEOUT)
    lines = server.logged(LogLevel.info)
    assert f"{session.peer}: {limit.log}" in lines
