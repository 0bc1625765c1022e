"""The epoll group reads as the reactor would, and the cork sends at the end of an iteration."""

from __future__ import annotations

import select
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol
from twisted.internet.tcp import Server
from twisted.python.failure import Failure
from websockets.exceptions import ConnectionClosed
from zope.interface import implementer

from client_frames import TEXT, client_frame
from fakes import FakeReactor
from mudwire.transport.epoll_group import EpollGroup, _group_of
from mudwire.transport.write_buffer import WriteBuffer
from serving import TIMEOUT, in_reactor

ECHO = '["echo",["%s"],{}]'
STEPS = ("startReading", "stopReading", "startWriting", "stopWriting")


class Hearing(Protocol):
    """Keeps what it hears; raises what ``raises`` says, when it hears or ends."""

    def __init__(self):
        self.heard = b""
        self.end = None
        self.raises = {}

    def dataReceived(self, data):
        self.heard += data
        self.maybe_raise("dataReceived")

    def connectionLost(self, reason):
        self.end = reason
        self.maybe_raise("connectionLost")

    def maybe_raise(self, hook):
        if hook in self.raises:
            raise self.raises[hook]


@pytest.fixture
def connect():
    """Give a function that makes an adopted transport, and gives its client's socket too."""
    sockets = []

    def make(reactor, protocol=None, *, adopt=True):
        ours, theirs = socket.socketpair()
        sockets.extend([ours, theirs])
        protocol = protocol or Hearing()
        transport = Server(ours, protocol, ("127.0.0.1", 1), None, len(sockets), reactor)
        transport.connected = True
        if adopt:
            EpollGroup.adopt(transport)
        return transport, theirs

    yield make
    for each in sockets:
        each.close()
    _group_of.cache_clear()


def group_of(reactor):
    """Return the epoll group that a reactor reads."""
    return next(reader for reader in reactor.readers if isinstance(reader, EpollGroup))


def test_the_reactor_knows_one_descriptor_for_all_connections(connect):
    reactor = FakeReactor()
    (first, client), (second, neighbour) = connect(reactor), connect(reactor)
    assert reactor.readers == {group_of(reactor)}
    client.sendall(b"hello")
    neighbour.sendall(b"you")
    group_of(reactor).doRead()
    assert (first.protocol.heard, second.protocol.heard) == (b"hello", b"you")
    first.stopReading()
    second.stopReading()
    assert reactor.readers == set()


def test_a_paused_transport_is_not_read(connect):
    reactor = FakeReactor()
    (transport, client), _ = connect(reactor), connect(reactor)
    client.sendall(b"hello")
    transport.pauseProducing()
    group_of(reactor).doRead()
    assert transport.protocol.heard == b""
    transport.resumeProducing()
    group_of(reactor).doRead()
    assert transport.protocol.heard == b"hello"


def test_a_transport_that_its_neighbour_stops_in_the_same_iteration_is_not_read(connect):
    reactor = FakeReactor()
    pair = connect(reactor), connect(reactor)
    for (transport, client), (neighbour, _) in (pair, reversed(pair)):
        transport.protocol.dataReceived = lambda data, other=neighbour: other.stopReading()
        client.sendall(b"x")
    group_of(reactor).doRead()
    reading = [transport for transport, _ in pair if pair[0][0].reactor._group.holds(transport)]
    assert len(reading) == 1, "the first to be read stopped the other"


@pytest.fixture
def failures(monkeypatch):
    """Give the lines that the epoll group and the write buffers log as failures."""
    lines = []
    monkeypatch.setattr("mudwire.transport.epoll_group._log.failure", lines.append)
    monkeypatch.setattr("mudwire.transport.write_buffer._log.failure", lines.append)
    return lines


@pytest.mark.parametrize("error", [RuntimeError, SystemExit])
def test_an_end_or_a_failure_concerns_one_connection(connect, failures, error):
    reactor = FakeReactor()
    (closed, client), (failed, other), (fine, neighbour) = (connect(reactor) for _ in range(3))
    protocols = [transport.protocol for transport in (closed, failed, fine)]
    client.close()
    failed.protocol.raises["dataReceived"] = error()
    other.sendall(b"fail")
    neighbour.sendall(b"hello")
    group_of(reactor).doRead()
    assert [protocol.heard for protocol in protocols] == [b"", b"fail", b"hello"]
    ends = [protocol.end and protocol.end.type for protocol in protocols]
    assert ends == [ConnectionDone, error, None]
    assert len(failures) == 1


def test_a_failure_at_the_end_of_a_connection_leaves_the_others_alone(connect, failures):
    reactor = FakeReactor()
    (failing, client), (fine, neighbour) = connect(reactor), connect(reactor)
    failing.protocol.raises["connectionLost"] = RuntimeError()
    client.close()
    neighbour.sendall(b"hello")
    group_of(reactor).doRead()
    assert fine.protocol.heard == b"hello"
    assert reactor.readers == {group_of(reactor)}
    newcomer, client = connect(reactor)
    client.sendall(b"hello")
    group_of(reactor).doRead()
    assert newcomer.protocol.heard == b"hello"
    assert len(failures) == 1


def test_a_reactor_that_disconnects_everything_ends_all_connections(connect, failures):
    reactor = FakeReactor()
    protocols = [connect(reactor)[0].protocol for _ in range(3)]
    protocols[1].raises["connectionLost"] = SystemExit()
    group_of(reactor).connectionLost(Failure(ConnectionLost()))
    assert [protocol.end.type for protocol in protocols] == [ConnectionLost] * 3
    assert reactor.readers == reactor.writers == set()
    assert len(failures) == 1


def test_a_reactor_that_lost_its_readers_gets_the_group_again(connect):
    reactor = FakeReactor()
    connect(reactor)
    group = group_of(reactor)
    reactor.readers.clear()
    connect(reactor)
    assert group_of(reactor) is group


def test_a_client_that_closes_its_writing_half_is_noticed_once(connect):
    @implementer(IHalfCloseableProtocol)
    class HalfCloseable(Hearing):
        def __init__(self):
            super().__init__()
            self.calls = []

        def readConnectionLost(self):
            self.calls.append("read")

        def writeConnectionLost(self):
            self.calls.append("write")

    reactor = FakeReactor()
    transport, client = connect(reactor, HalfCloseable())
    connect(reactor)
    client.shutdown(socket.SHUT_WR)
    group_of(reactor).doRead()
    group_of(reactor).doRead()
    transport.startWriting()
    transport.stopWriting()
    group_of(reactor).doRead()
    assert transport.protocol.calls == ["read"]
    assert transport.protocol.end is None


def test_a_transport_that_the_reactor_stopped_reading_is_not_read_again(connect):
    reactor = FakeReactor()
    transport, _ = connect(reactor)
    transport.startWriting()
    assert transport in reactor.readers
    reactor.readers.discard(transport)  # as the reactor does when there is nothing more to read
    transport.stopWriting()
    assert not transport.reactor._group.holds(transport)


@pytest.mark.parametrize("state", ["paused", "writing", "closing", "lost", "adopted"])
def test_adoption_keeps_the_state_of_a_transport(connect, state):
    reactor = FakeReactor()
    connect(reactor)
    transport, _ = connect(reactor, adopt=False)
    if state == "paused":
        transport.pauseProducing()
    elif state == "writing":
        transport.write(b"data")
    elif state == "closing":
        transport.loseConnection()
    elif state == "lost":
        transport.connectionLost(Failure(ConnectionLost()))
    else:
        EpollGroup.adopt(transport)
    seen = transport.reactor
    EpollGroup.adopt(transport)
    group = group_of(reactor)
    assert group.holds(transport) is (state == "adopted")
    assert (transport in reactor.readers) is (state == "writing")
    assert (transport in reactor.writers) is (state in ("writing", "closing"))
    assert (transport.reactor is seen) is (state in ("closing", "lost", "adopted"))


def repeating(write_buffer, times):
    """Return a ``dataReceived`` that writes the same back, so many times."""

    def data_received(data):
        for _ in range(times):
            write_buffer.write(data)

    return data_received


def test_an_iteration_sends_once_to_each_client(connect):
    reactor = FakeReactor()
    all_sends = []
    for transport, client in [connect(reactor) for _ in range(3)]:
        write_buffer = WriteBuffer(transport, 0)
        transport.protocol.dataReceived = repeating(write_buffer, times=3)
        client.sendall(b"x")
        sends = []
        write_buffer._send = lambda data, sends=sends: sends.append(data) or len(data)
        all_sends.append(sends)
    group_of(reactor).doRead()
    assert all_sends == [[b"xxx"]] * 3


def test_a_failure_when_the_cork_sends_ends_one_connection(connect, failures):
    class Failing(WriteBuffer):
        def flush(self):
            raise SystemExit

    reactor = FakeReactor()
    pairs = [connect(reactor) for _ in range(3)]
    for (transport, client), write_buffer_class in zip(
        pairs, (WriteBuffer, Failing, WriteBuffer), strict=True
    ):
        write_buffer = write_buffer_class(transport, 0)
        transport.protocol.dataReceived = repeating(write_buffer, times=1)
        client.sendall(b"x")
    group_of(reactor).doRead()
    assert pairs[0][1].recv(10) == pairs[2][1].recv(10) == b"x"
    assert pairs[1][0]._aborting
    assert len(failures) == 1


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_a_descriptor_is_in_one_set_and_reads_and_writes_as_in_twisted(steps):
    plain, adopted = FakeReactor(), FakeReactor()
    one, other = socket.socketpair()
    with one, other:
        by_reactor = Server(one, Hearing(), ("127.0.0.1", 1), None, 1, plain)
        by_group = Server(other, Hearing(), ("127.0.0.1", 1), None, 2, adopted)
        EpollGroup.adopt(by_group)
        group = by_group.reactor._group
        for step in steps:
            getattr(by_reactor, step)()
            getattr(by_group, step)()
            reads = by_group in adopted.readers
            writes = by_group in adopted.writers
            assert not (group.holds(by_group) and (reads or writes))
            assert writes is (by_reactor in plain.writers)
            assert (reads or group.holds(by_group)) is (by_reactor in plain.readers)
        by_group.stopWriting()
        by_group.stopReading()


def test_only_plain_tcp_on_a_reactor_of_descriptors_is_adopted(connect):
    class OtherServer(Server):
        pass

    ours, theirs = socket.socketpair()
    with ours, theirs:
        other = OtherServer(ours, Hearing(), ("127.0.0.1", 1), None, 1, FakeReactor())
        reactor = other.reactor
        EpollGroup.adopt(other)
        assert other.reactor is reactor
        assert reactor.readers == {other}


def test_without_epoll_the_reactor_reads(connect, monkeypatch):
    monkeypatch.delattr(select, "epoll")
    reactor = FakeReactor()
    transport, _ = connect(reactor)
    assert transport.reactor is reactor
    assert reactor.readers == {transport}


def test_a_slow_reader_is_heard_meanwhile_and_afterwards(server):
    with server.connect(max_queue=1) as client:
        session = server.session()
        while not in_reactor(session.write_buffer.waiting):
            in_reactor(session.sendEncoded, b"x" * 100_000)
        client.socket.sendall(client_frame(TEXT, (ECHO % "meanwhile").encode()))
        assert server.handler.next("data_in") == {"echo": [["meanwhile"], {}]}
        while (text := client.recv(TIMEOUT))[0] == "x":
            pass
        assert "meanwhile" in text
        assert in_reactor(session.write_buffer.waiting) == 0
        client.send(ECHO % "afterwards")
        assert "afterwards" in client.recv(TIMEOUT)
        assert in_reactor(session.transport.reactor._group.holds, session.transport)


def test_the_answers_of_an_iteration_come_in_order(server):
    with server.connect() as client:
        server.session()
        frames = [client_frame(TEXT, (ECHO % number).encode()) for number in range(50)]
        client.socket.sendall(b"".join(frames))
        for number in range(50):
            assert client.recv(TIMEOUT) == f'["text",["{number}"],{{}}]'


@pytest.mark.parametrize("method", ["disconnect", "dropConnection"])
def test_the_last_text_before_a_disconnect_arrives(server, method):
    def say_and_go(session, **kwargs):
        session.send_text("goodbye")
        if method == "disconnect":
            session.disconnect("gone")
        else:
            session.dropConnection(abort=True)

    server.handler.data_in = say_and_go
    with server.connect() as client:
        server.session()
        client.send(ECHO % "quit")
        assert "goodbye" in client.recv(TIMEOUT)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(TIMEOUT)
        if method == "disconnect":
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1000, "gone")


def test_chopped_frames_keep_their_place(server):
    def speak(session, **kwargs):
        session.sendMessage(b"one")
        session.sendFrame(opcode=1, payload=b"two", chopsize=2)
        session.sendMessage(b"three")

    server.handler.data_in = speak
    with server.connect() as client:
        server.session()
        client.send(ECHO % "speak")
        assert [client.recv(TIMEOUT) for _ in range(3)] == ["one", "two", "three"]
