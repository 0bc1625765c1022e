"""The inbox: reads in the reactor's place, as the reactor would, and lets go where it must."""

from __future__ import annotations

import select
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableProtocol, IReactorFDSet
from twisted.internet.protocol import Protocol
from twisted.internet.tcp import Server
from twisted.python.failure import Failure
from websockets.exceptions import ConnectionClosed
from zope.interface import implementer

from client_frames import TEXT, client_frame
from mudwire.transport.epoll_group import Inbox, _inbox_of
from mudwire.transport.write_buffer import Outbox
from serving import TIMEOUT, in_reactor

ECHO = '["echo",["%s"],{}]'
STEPS = ("startReading", "stopReading", "startWriting", "stopWriting")


@implementer(IReactorFDSet)
class FakeReactor:
    """Knows who wants to be read and written."""

    def __init__(self):
        self.readers = set()
        self.writers = set()

    def addReader(self, reader):
        self.readers.add(reader)

    def removeReader(self, reader):
        self.readers.discard(reader)

    def addWriter(self, writer):
        self.writers.add(writer)

    def removeWriter(self, writer):
        self.writers.discard(writer)

    def getReaders(self):
        return list(self.readers)

    def getWriters(self):
        return list(self.writers)

    def callLater(self, seconds, function, *args):
        pass


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
            Inbox.adopt(transport)
        return transport, theirs

    yield make
    for each in sockets:
        each.close()
    _inbox_of.cache_clear()


def inbox_of(reactor):
    """Return the inbox that a reactor reads."""
    return next(reader for reader in reactor.readers if isinstance(reader, Inbox))


def test_the_reactor_knows_one_descriptor_for_all(connect):
    reactor = FakeReactor()
    (first, client), (second, neighbour) = connect(reactor), connect(reactor)
    assert reactor.readers == {inbox_of(reactor)}
    client.sendall(b"hello")
    neighbour.sendall(b"you")
    inbox_of(reactor).doRead()
    assert (first.protocol.heard, second.protocol.heard) == (b"hello", b"you")
    first.stopReading()
    second.stopReading()
    assert reactor.readers == set()


def test_a_transport_that_does_not_read_is_not_read(connect):
    reactor = FakeReactor()
    (transport, client), _ = connect(reactor), connect(reactor)
    client.sendall(b"hello")
    transport.pauseProducing()
    inbox_of(reactor).doRead()
    assert transport.protocol.heard == b""
    transport.resumeProducing()
    inbox_of(reactor).doRead()
    assert transport.protocol.heard == b"hello"


def test_a_transport_that_is_stopped_by_its_neighbour_in_a_turn_is_not_read(connect):
    reactor = FakeReactor()
    pair = connect(reactor), connect(reactor)
    for (transport, client), (neighbour, _) in (pair, reversed(pair)):
        transport.protocol.dataReceived = lambda data, other=neighbour: other.stopReading()
        client.sendall(b"x")
    inbox_of(reactor).doRead()
    reading = [transport for transport, _ in pair if pair[0][0].reactor._inbox.holds(transport)]
    assert len(reading) == 1, "whoever came first stopped the other"


@pytest.fixture
def failures(monkeypatch):
    """Give the lines that the inbox and the outbox log as failures."""
    lines = []
    monkeypatch.setattr("mudwire.transport.epoll_group._log.failure", lines.append)
    monkeypatch.setattr("mudwire.transport.write_buffer._log.failure", lines.append)
    return lines


@pytest.mark.parametrize("error", [RuntimeError, SystemExit])
def test_the_end_and_a_failure_are_those_of_one_connection(connect, failures, error):
    reactor = FakeReactor()
    (closed, client), (failed, other), (fine, neighbour) = (connect(reactor) for _ in range(3))
    protocols = [transport.protocol for transport in (closed, failed, fine)]
    client.close()
    failed.protocol.raises["dataReceived"] = error()
    other.sendall(b"fail")
    neighbour.sendall(b"hello")
    inbox_of(reactor).doRead()
    assert [protocol.heard for protocol in protocols] == [b"", b"fail", b"hello"]
    ends = [protocol.end and protocol.end.type for protocol in protocols]
    assert ends == [ConnectionDone, error, None]
    assert len(failures) == 1


def test_a_failure_at_the_end_of_a_connection_is_nobody_elses(connect, failures):
    reactor = FakeReactor()
    (failing, client), (fine, neighbour) = connect(reactor), connect(reactor)
    failing.protocol.raises["connectionLost"] = RuntimeError()
    client.close()
    neighbour.sendall(b"hello")
    inbox_of(reactor).doRead()
    assert fine.protocol.heard == b"hello"
    assert reactor.readers == {inbox_of(reactor)}
    newcomer, client = connect(reactor)
    client.sendall(b"hello")
    inbox_of(reactor).doRead()
    assert newcomer.protocol.heard == b"hello"
    assert len(failures) == 1


def test_the_reactors_end_is_the_end_of_all(connect, failures):
    reactor = FakeReactor()
    protocols = [connect(reactor)[0].protocol for _ in range(3)]
    protocols[1].raises["connectionLost"] = SystemExit()
    inbox_of(reactor).connectionLost(Failure(ConnectionLost()))
    assert [protocol.end.type for protocol in protocols] == [ConnectionLost] * 3
    assert reactor.readers == reactor.writers == set()
    assert len(failures) == 1


def test_a_reactor_that_forgot_all_is_told_again(connect):
    reactor = FakeReactor()
    connect(reactor)
    inbox = inbox_of(reactor)
    reactor.readers.clear()
    connect(reactor)
    assert inbox_of(reactor) is inbox


def test_a_client_that_stops_writing_is_told_once(connect):
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
    inbox_of(reactor).doRead()
    inbox_of(reactor).doRead()
    transport.startWriting()
    transport.stopWriting()
    inbox_of(reactor).doRead()
    assert transport.protocol.calls == ["read"]
    assert transport.protocol.end is None


def test_what_the_reactor_reads_no_more_is_not_read_again(connect):
    reactor = FakeReactor()
    transport, _ = connect(reactor)
    transport.startWriting()
    assert transport in reactor.readers
    reactor.readers.discard(transport)  # as it does at the end of what there is to read
    transport.stopWriting()
    assert not transport.reactor._inbox.holds(transport)


@pytest.mark.parametrize("state", ["paused", "writing", "closing", "lost", "adopted"])
def test_a_transport_is_adopted_in_the_state_that_it_is_in(connect, state):
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
        Inbox.adopt(transport)
    seen = transport.reactor
    Inbox.adopt(transport)
    inbox = inbox_of(reactor)
    assert inbox.holds(transport) is (state == "adopted")
    assert (transport in reactor.readers) is (state == "writing")
    assert (transport in reactor.writers) is (state in ("writing", "closing"))
    assert (transport.reactor is seen) is (state in ("closing", "lost", "adopted"))


def repeating(outbox, times):
    """Return a ``dataReceived`` that writes the same back, so many times."""

    def data_received(data):
        for _ in range(times):
            outbox.write(data)

    return data_received


def test_one_turn_sends_one_piece_to_each(connect):
    reactor = FakeReactor()
    all_sends = []
    for transport, client in [connect(reactor) for _ in range(3)]:
        outbox = Outbox(transport, 0)
        transport.protocol.dataReceived = repeating(outbox, times=3)
        client.sendall(b"x")
        sends = []
        outbox._send = lambda data, sends=sends: sends.append(data) or len(data)
        all_sends.append(sends)
    inbox_of(reactor).doRead()
    assert all_sends == [[b"xxx"]] * 3


def test_what_cannot_be_sent_at_the_end_of_a_turn_is_nobody_elses(connect, failures):
    class Failing(Outbox):
        def flush(self):
            raise SystemExit

    reactor = FakeReactor()
    pairs = [connect(reactor) for _ in range(3)]
    for (transport, client), outbox_class in zip(pairs, (Outbox, Failing, Outbox), strict=True):
        outbox = outbox_class(transport, 0)
        transport.protocol.dataReceived = repeating(outbox, times=1)
        client.sendall(b"x")
    inbox_of(reactor).doRead()
    assert pairs[0][1].recv(10) == pairs[2][1].recv(10) == b"x"
    assert pairs[1][0]._aborting
    assert len(failures) == 1


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_a_descriptor_is_in_one_set_and_read_or_written_as_in_the_reactors(steps):
    plain, adopted = FakeReactor(), FakeReactor()
    one, other = socket.socketpair()
    with one, other:
        by_reactor = Server(one, Hearing(), ("127.0.0.1", 1), None, 1, plain)
        by_inbox = Server(other, Hearing(), ("127.0.0.1", 1), None, 2, adopted)
        Inbox.adopt(by_inbox)
        inbox = by_inbox.reactor._inbox
        for step in steps:
            getattr(by_reactor, step)()
            getattr(by_inbox, step)()
            reads = by_inbox in adopted.readers
            writes = by_inbox in adopted.writers
            assert not (inbox.holds(by_inbox) and (reads or writes))
            assert writes is (by_reactor in plain.writers)
            assert (reads or inbox.holds(by_inbox)) is (by_reactor in plain.readers)
        by_inbox.stopWriting()
        by_inbox.stopReading()


def test_only_plain_tcp_on_a_reactor_of_descriptors_is_adopted(connect):
    class OtherServer(Server):
        pass

    ours, theirs = socket.socketpair()
    with ours, theirs:
        other = OtherServer(ours, Hearing(), ("127.0.0.1", 1), None, 1, FakeReactor())
        reactor = other.reactor
        Inbox.adopt(other)
        assert other.reactor is reactor
        assert reactor.readers == {other}


def test_without_epoll_the_reactor_reads(connect, monkeypatch):
    monkeypatch.delattr(select, "epoll")
    reactor = FakeReactor()
    transport, _ = connect(reactor)
    assert transport.reactor is reactor
    assert reactor.readers == {transport}


def test_a_client_that_reads_slowly_is_heard_meanwhile_and_afterwards(server):
    with server.connect(max_queue=1) as client:
        session = server.session()
        while not in_reactor(session.outbox.waiting):
            in_reactor(session.sendEncoded, b"x" * 100_000)
        client.socket.sendall(client_frame(TEXT, (ECHO % "meanwhile").encode()))
        assert server.handler.next("data_in") == {"echo": [["meanwhile"], {}]}
        while (text := client.recv(TIMEOUT))[0] == "x":
            pass
        assert "meanwhile" in text
        assert in_reactor(session.outbox.waiting) == 0
        client.send(ECHO % "afterwards")
        assert "afterwards" in client.recv(TIMEOUT)
        assert in_reactor(session.transport.reactor._inbox.holds, session.transport)


def test_two_answers_of_a_turn_come_in_order(server):
    with server.connect() as client:
        server.session()
        frames = [client_frame(TEXT, (ECHO % number).encode()) for number in range(50)]
        client.socket.sendall(b"".join(frames))
        for number in range(50):
            assert client.recv(TIMEOUT) == f'["text",["{number}"],{{}}]'


@pytest.mark.parametrize("way", ["disconnect", "dropConnection"])
def test_a_session_that_ends_in_its_own_turn_gets_its_last_words(server, way):
    def say_and_go(session, **kwargs):
        session.send_text("goodbye")
        if way == "disconnect":
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
        if way == "disconnect":
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1000, "gone")


def test_what_autobahn_sends_in_chops_keeps_its_place(server):
    def speak(session, **kwargs):
        session.sendMessage(b"one")
        session.sendFrame(opcode=1, payload=b"two", chopsize=2)
        session.sendMessage(b"three")

    server.handler.data_in = speak
    with server.connect() as client:
        server.session()
        client.send(ECHO % "speak")
        assert [client.recv(TIMEOUT) for _ in range(3)] == ["one", "two", "three"]
