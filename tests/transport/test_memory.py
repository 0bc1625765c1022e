"""A connection that has ended is freed at once, without the garbage collector."""

from __future__ import annotations

import gc
import socket
import struct
import weakref
from contextlib import contextmanager

import pytest
from autobahn.websocket.types import ConnectionDeny
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from client_frames import CLOSE, CONT, PING, TEXT, client_frame
from fakes import HANDSHAKE, RecordingHandler, connected, opened, timers
from mudwire import WebClientProtocol
from mudwire.protocol import PlainWebClientProtocol
from serving import TIMEOUT, Session, SlowClock, in_reactor

PROTOCOLS = [PlainWebClientProtocol, WebClientProtocol]


@contextmanager
def no_collector():
    """Switch the garbage collector off, so that only reference counts free anything."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def lose(connection, error=ConnectionDone):
    """End a connection in memory, and return a weak reference to it."""
    connection.connectionLost(Failure(error()))
    if connection.sessionhandler is not None:
        connection.sessionhandler.events.queue.clear()
    return weakref.ref(connection)


def half_a_message(connection):
    connection.dataReceived(client_frame(TEXT, b"x" * 1000, fin=False))
    connection.dataReceived(client_frame(CONT, b"x" * 1000)[:500])
    connection.dataReceived(client_frame(PING, b"x")[:3])


def clean_close(connection):
    connection.dataReceived(client_frame(CLOSE, b"\x03\xe8"))
    assert connection.wasClean


def unanswered_close(connection):
    connection.sendClose(1000)
    assert connection.closeHandshakeTimeoutCall is not None


def abort(connection):
    connection.dropConnection(abort=True)


def chops(connection):
    connection.sendFrame(opcode=1, payload=b"chopped", chopsize=2)


def broken_rule(connection):
    connection.dataReceived(b"\xff" * 20)
    assert connection.failedByMe


def nothing(connection):
    pass


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "before",
    [nothing, half_a_message, clean_close, unanswered_close, abort, chops, broken_rule],
)
def test_an_ended_connection_is_freed(protocol, before):
    concrete = type("Concrete", (protocol, Session), {"unclean_close_grace": 0})
    with timers() as clock, no_collector():
        connection = opened(concrete, RecordingHandler())
        before(connection)
        ended = lose(connection)
        if before is chops:
            clock.advance(1)  # the chop that waits for its turn holds the connection
        del connection
        assert ended() is None


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "request_bytes",
    [HANDSHAKE[:-2], b"GET / HTTP/9\r\n\r\n", HANDSHAKE.replace(b"localhost", b"refused")],
)
def test_a_connection_without_a_handshake_is_freed(protocol, request_bytes):
    class Refusing(protocol, Session):
        def onConnect(self, request):
            if request.host == "refused":
                raise ConnectionDeny(ConnectionDeny.FORBIDDEN, "not here")
            return super().onConnect(request)

    with timers(), no_collector():
        connection = connected(Refusing)
        connection.dataReceived(request_bytes)
        ended = lose(connection, ConnectionLost)
        del connection
        assert ended() is None


def test_what_tells_of_the_end_stays():
    connection = opened(type("Concrete", (WebClientProtocol, Session), {}), RecordingHandler())
    heard = []
    connection.is_closed.addCallback(heard.append)
    clean_close(connection)
    lose(connection)
    assert heard == [connection]
    assert (connection.wasClean, connection.remoteCloseCode) == (True, 1000)
    assert connection.state == connection.STATE_CLOSED
    for _ in range(2):
        assert isinstance(connection.is_closed, Deferred)
        assert connection.is_closed.result is connection
    connection.sendEncoded(b"nobody reads this")
    assert connection.send_queue is not None


def test_an_ended_connection_that_somebody_keeps_has_no_buffers():
    with timers():
        connection = opened(type("Concrete", (WebClientProtocol, Session), {}), RecordingHandler())
        half_a_message(connection)
        lose(connection)
    assert not connection.data
    assert not connection.message_data
    assert not connection.frame_data


# On sockets.


def half_a_message_on_the_socket(client, session):
    client.socket.sendall(client_frame(TEXT, b"x" * 100_000, fin=False))
    client.socket.sendall(client_frame(CONT, b"x" * 100_000)[:50_000])


def unread_output(client, session):
    # The library stops reading at a limit of its own. Then the buffers of the sockets fill.
    in_reactor(lambda: [session.sendEncoded(b"x" * 100_000) for _ in range(200)])
    assert in_reactor(session.write_buffer.waiting) > 0


def abort_on_the_server(client, session):
    in_reactor(session.dropConnection, abort=True)


def nothing_on_the_socket(client, session):
    pass


def lost(client, session):
    client.socket.shutdown(socket.SHUT_RDWR)


def reset(client, session):
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close_socket()


def closed(client, session):
    client.close()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("before", "end"),
    [
        (nothing_on_the_socket, closed),
        (nothing_on_the_socket, abort_on_the_server),
        (half_a_message_on_the_socket, lost),
        (half_a_message_on_the_socket, closed),
        (unread_output, lost),
        (unread_output, reset),
        (unread_output, abort_on_the_server),
    ],
)
def test_an_ended_connection_of_a_socket_is_freed(serve, protocol, before, end):
    server = serve(bases=(protocol, Session), max_queue_bytes=0)
    with no_collector(), server.connect() as client:
        session = server.session()
        transport = weakref.ref(session.transport)
        before(client, session)
        end(client, session)
        assert server.handler.next("disconnect") is session
        ended = weakref.ref(session)
        del session
        in_reactor(lambda: None)  # the iteration that told of the end is over
        assert ended() is None
        assert transport() is None


def test_a_connection_of_a_socket_with_a_failed_handshake_is_freed(serve):
    made = []

    class Listed(WebClientProtocol, Session):
        def _connectionMade(self):
            super()._connectionMade()
            made.append(weakref.ref(self))

    server = serve(bases=(Listed,))
    with no_collector():
        with socket.create_connection(server.address, TIMEOUT) as client:
            client.sendall(b"GET / HTTP/9\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 505 ")
            assert client.recv(1000) == b""
        in_reactor(lambda: None)
        (ended,) = made
        assert ended() is None


def test_a_lost_session_that_waits_for_its_player_holds_no_unread_output(serve):
    server = serve(max_queue_bytes=0)
    server.browsers["key"] = {"webclient_authenticated_uid": 7}
    clock = server.factory.reactor = SlowClock()
    with server.connect("/?key&page&firefox") as client:
        session = server.session()
        unread_output(client, session)
        client.socket.shutdown(socket.SHUT_RDWR)
        in_reactor(lambda: session.is_closed)
        assert in_reactor(session.write_buffer.waiting) == 0
        in_reactor(clock.advance, session.unclean_close_grace)
