"""An HTTP connection of the portal keeps its limits."""

from __future__ import annotations

import socket
from collections import Counter
from contextlib import contextmanager
from threading import Event

import pytest
from twisted.internet import reactor
from twisted.logger import formatEvent, globalLogPublisher

from in_process import HANDSHAKE, HEALTH, deadlines, ends, read_until, tcp
from mudwire.limits import FIXED_LIMITS, HTTP_LIMITS
from mudwire.portal.channel import PortalChannel
from serving import TIMEOUT, in_reactor

# The time and the header of a request.


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


# Pipelined requests.

NOWHERE = HEALTH.replace(b"/health", b"/nowhere")


@contextmanager
def iterations(service):
    """Give the number of the reactor's iteration in which each request is answered."""
    answered = []
    number = 0
    counts = True

    def count():
        nonlocal number
        number += 1
        if counts:
            reactor.callLater(0, count)

    in_reactor(count)
    service.site.log = lambda request: answered.append(number)
    yield answered
    counts = False


@pytest.mark.parametrize("limit", [1, 3, HTTP_LIMITS["max_pipelined_requests"].default])
def test_a_turn_answers_at_most_max_pipelined_requests(start, limit, monkeypatch):
    monkeypatch.setattr("mudwire.transport.turns.TURN_SECONDS", 1e-9)  # one turn in an iteration
    service = start(http_limits={"max_pipelined_requests": limit})
    with iterations(service) as answered, tcp(service) as connection:
        connection.sendall((HEALTH + NOWHERE) * 10 + HEALTH.replace(b"/health", b"/ws"))
        received = read_until(connection, b"HTTP/1.1 426 ")
    codes = [line.split()[1] for line in received.splitlines() if line.startswith(b"HTTP/1.1")]
    assert codes == [b"200", b"404"] * 10 + [b"426"]
    assert len(answered) == 21
    assert max(Counter(answered).values()) <= limit


def test_max_pipelined_requests_can_be_switched_off(start):
    service = start(http_limits={"max_pipelined_requests": 0})
    with iterations(service) as answered, tcp(service) as connection:
        connection.sendall(HEALTH * 20 + NOWHERE)
        read_until(connection, b"HTTP/1.1 404 ")
    assert max(Counter(answered).values()) > HTTP_LIMITS["max_pipelined_requests"].default


def test_a_handshake_behind_pipelined_requests_waits_its_turn(start):
    with tcp(start()) as connection:
        connection.sendall(HEALTH * 10 + HANDSHAKE)
        received = read_until(connection, b"What is your name?")
        assert received.count(b"HTTP/1.1 200 ") == 10
        assert received.count(b"HTTP/1.1 101 ") == 1
        connection.sendall(b'\x81\x93\0\0\0\0["text",["Ada"],{}]')
        read_until(connection, b"Welcome, ")


def test_a_body_between_pipelined_requests_is_discarded(start):
    post = b"POST / HTTP/1.1\r\nHost: game\r\nContent-Length: 40000\r\n\r\n" + HEALTH * 2000
    post = post[: post.index(b"\r\n\r\n") + 4 + 40000]
    with tcp(start()) as connection:
        connection.sendall(post * 10 + NOWHERE)
        received = read_until(connection, b"HTTP/1.1 404 ")
    assert received.count(b"HTTP/1.1 405 ") == 10
    assert received.count(b"HTTP/1.1 200 ") == 0


# Output that a client does not read.


class Watched:
    """Small socket buffers, and the events of the connection that a test waits for."""

    def __init__(self):
        self.paused = Event()
        self.lost = Event()
        self.channels = []

    def attributes(self, **limits):
        """Return class attributes for the channel, with these limits."""

        def begin(channel):
            channel.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            self.channels.append(channel)
            PortalChannel.connectionMade(channel)

        def pause(channel):
            PortalChannel.pauseProducing(channel)
            self.paused.set()

        def lose(channel, reason):
            PortalChannel.connectionLost(channel, reason)
            self.lost.set()

        hooks = {"connectionMade": begin, "pauseProducing": pause, "connectionLost": lose}
        return {**hooks, **limits}


@contextmanager
def connected(service):
    """Give a client socket whose receive buffer is small."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(TIMEOUT)
        connection.connect(("127.0.0.1", service.address.port))
        yield connection


PAGE = b"GET / HTTP/1.1\r\nHost: game\r\n\r\n"
PAGES = PAGE * 400 + PAGE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
"""Requests that fit into the socket buffers; their answers do not."""


def waiting_bytes(transport):
    """Return the bytes of output that wait in a Twisted transport."""
    return len(transport.dataBuffer) - transport.offset + transport._tempDataLen


def test_a_client_that_does_not_read_is_neither_read_nor_answered(start):
    watched = Watched()
    service = start(openHandshakeTimeout=0, http_limits=watched.attributes(unread_answer_timeout=0))
    answered = []
    service.site.log = answered.append
    with connected(service) as connection:
        connection.sendall(PAGES)
        assert watched.paused.wait(TIMEOUT)
        transport = watched.channels[0].transport
        count = in_reactor(lambda: len(answered))
        answer = 4096  # more than the page and its header
        waiting = in_reactor(waiting_bytes, transport)
        assert waiting <= FIXED_LIMITS["max_http_output_bytes"].value + answer
        for _ in range(20):
            assert transport not in in_reactor(reactor.getReaders)
        assert len(answered) == count
        with tcp(service) as other:
            other.sendall(HEALTH)
            read_until(other, b"ok\n")
        # A client that reads at last gets all its answers.
        assert count_pages(connection) == 401


def count_pages(connection):
    """Read pages to the end of the connection and return their number."""
    received = bytearray()
    while part := connection.recv(1 << 20):
        received += part
    return received.count(b"</html>")


@pytest.mark.parametrize("deadline", [0, 0.1], ids=["reads on", "closes"])
def test_a_client_that_does_not_read_is_cut_and_the_log_says_so(start, deadline):
    watched = Watched()
    lines = []

    def observe(event):
        lines.append(formatEvent(event))

    service = start(
        openHandshakeTimeout=deadline, http_limits=watched.attributes(unread_answer_timeout=0.2)
    )
    globalLogPublisher.addObserver(observe)
    try:
        with connected(service) as connection:
            connection.sendall(PAGES)
            assert watched.lost.wait(TIMEOUT)
            assert ends(connection)
    finally:
        globalLogPublisher.removeObserver(observe)
    assert [line for line in lines if HTTP_LIMITS["unread_answer_timeout"].log in line]
    assert not in_reactor(pending)


def pending():
    return [call for call in reactor.getDelayedCalls() if "PortalChannel" in str(call)]


def test_a_closed_connection_leaves_no_timer(start):
    service = start()
    with tcp(service) as connection:
        connection.sendall(HEALTH.replace(b"1.1", b"1.0"))
        read_until(connection, b"ok\n")
        assert connection.recv(1) == b""
    assert not in_reactor(pending)


def test_a_body_in_chunks_is_refused_and_not_read(start):
    head = b"POST / HTTP/1.1\r\nHost: game\r\nTransfer-Encoding: chunked\r\n\r\n"
    with tcp(start()) as connection:
        connection.sendall(head + b"1\r\nx\r\n" * 10_000)
        assert connection.recv(4096).startswith(b"HTTP/1.1 411 ")
