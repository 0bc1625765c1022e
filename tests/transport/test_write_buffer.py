"""The outbox: at once where nothing waits, in order, nothing lost, never after a close."""

from __future__ import annotations

import socket

import pytest
from twisted.internet.tcp import Server
from websockets.exceptions import ConnectionClosed

from client_frames import PING, client_frame
from mudwire.limits import LIMITS
from mudwire.transport.write_buffer import MOST_HELD, TURN, Outbox
from serving import TIMEOUT, in_reactor


class FakeSocket:
    """A socket that takes as many bytes a time as it is told, or fails."""

    def __init__(self, *takes):
        self.takes = list(takes)
        self.sent = []

    def send(self, data):
        take = self.takes.pop(0) if self.takes else len(data)
        if isinstance(take, OSError):
            raise take
        self.sent.append(data[:take])
        return len(data[:take])


class FakeReactor:
    """Knows which descriptors want to be written."""

    def __init__(self):
        self.writers = set()

    def addWriter(self, descriptor):
        self.writers.add(descriptor)

    def removeWriter(self, descriptor):
        self.writers.discard(descriptor)

    def removeReader(self, descriptor):
        pass

    def callLater(self, seconds, function, *args):
        pass


def transport_on(fake_socket):
    """Return a real transport of Twisted on a socket that is none."""
    transport = Server.__new__(Server)
    transport.socket = fake_socket
    transport.reactor = FakeReactor()
    transport.connected = 1
    transport._tempDataBuffer = []
    transport._tempDataLen = 0
    return transport


def test_bytes_leave_at_once_where_nothing_waits():
    fake = FakeSocket()
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    assert outbox.write(b"one")
    assert outbox.write(b"two")
    assert fake.sent == [b"one", b"two"]
    assert not transport.reactor.writers


@pytest.mark.parametrize("first", [0, 2, BlockingIOError(11, "would block")])
def test_what_the_socket_does_not_take_waits_and_the_rest_behind_it(first):
    fake = FakeSocket(first)
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    assert outbox.write(b"first")
    assert outbox.write(b"second")
    assert transport in transport.reactor.writers
    assert outbox.waiting() == len(b"firstsecond") - sum(map(len, fake.sent))
    transport.doWrite()
    assert b"".join(fake.sent) == b"firstsecond"
    assert outbox.waiting() == 0
    assert outbox.write(b"third")
    assert fake.sent[-1] == b"third"


def test_an_error_of_the_socket_is_left_to_the_reactor():
    transport = transport_on(FakeSocket(BrokenPipeError(32, "broken pipe"), OSError(32, "still")))
    assert Outbox(transport, 0).write(b"lost")
    assert transport in transport.reactor.writers
    assert isinstance(transport.doWrite(), Exception)


@pytest.mark.parametrize(
    ("attribute", "value"), [("dataBuffer", b"waits"), ("_tempDataBuffer", [b"waits"])]
)
def test_nothing_goes_past_bytes_that_wait(attribute, value):
    fake = FakeSocket()
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    assert hasattr(transport, attribute), "Twisted renamed it"
    setattr(transport, attribute, value)
    assert outbox.write(b"data")
    assert fake.sent == []
    assert transport._tempDataBuffer[-1:] == [b"data"]


def test_what_is_written_behind_a_close_leaves_before_it_as_in_twisted():
    fake = FakeSocket()
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    transport.loseConnection()
    assert outbox.write(b"data")
    assert fake.sent == [b"data"]
    assert transport in transport.reactor.writers, "which closes it"


def test_nothing_is_sent_behind_the_end_of_writing():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        transport = transport_on(ours)
        transport.protocol = None
        outbox = Outbox(transport, 0)
        transport.loseWriteConnection()
        transport.doWrite()
        assert transport._writeDisconnected
        assert outbox.write(b"data")
        assert transport._tempDataBuffer == []
        assert theirs.recv(10) == b""


def test_nothing_is_sent_behind_an_abort():
    fake = FakeSocket()
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    assert not transport._aborting, "Twisted renamed it"
    transport.abortConnection()
    assert transport._aborting
    assert outbox.write(b"data")
    assert fake.sent == []


def test_nothing_is_sent_when_the_connection_is_gone():
    fake = FakeSocket()
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    outbox.close()
    transport.connected = 0
    assert outbox.write(b"data")
    assert fake.sent == transport._tempDataBuffer == []


def test_a_pull_producer_is_asked_for_the_next_part():
    class Parts:
        left = 3

        def resumeProducing(self):
            self.left -= 1
            outbox.write(b"part")
            if not self.left:
                transport.unregisterProducer()

    fake = FakeSocket()
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    transport.registerProducer(Parts(), streaming=False)
    while transport in transport.reactor.writers:
        transport.doWrite()
    assert b"".join(fake.sent) == b"part" * 3


@pytest.fixture
def turn():
    """A turn of the inbox, in which bytes are held."""
    TURN.is_on = True
    yield TURN
    TURN.end()


def test_what_a_turn_says_leaves_in_one_piece_at_its_end(turn):
    fakes = [FakeSocket(), FakeSocket()]
    outboxes = [Outbox(transport_on(fake), 0) for fake in fakes]
    for outbox in outboxes * 2:
        assert outbox.write(b"frame")
    assert [outbox.waiting() for outbox in outboxes] == [10, 10]
    assert [fake.sent for fake in fakes] == [[], []]
    turn.end()
    assert [fake.sent for fake in fakes] == [[b"frameframe"], [b"frameframe"]]
    assert outboxes[0].write(b"at once")
    assert fakes[0].sent[-1] == b"at once"


def test_a_turn_does_not_hold_more_than_its_limit(turn):
    fake = FakeSocket()
    outbox = Outbox(transport_on(fake), 0)
    long = b"x" * MOST_HELD
    sent = []
    for data in (b"first", long, b"last"):
        assert outbox.write(data)
        sent.append(list(fake.sent))
    assert sent == [[], [b"first"], [b"first", long]]
    turn.end()
    assert fake.sent == [b"first", long, b"last"]


def test_what_the_socket_does_not_take_at_the_end_of_a_turn_waits(turn):
    fake = FakeSocket(3)
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    assert outbox.write(b"first")
    turn.end()
    assert outbox.write(b"second")
    transport.doWrite()
    assert b"".join(fake.sent) == b"firstsecond"


def test_what_is_held_leaves_before_what_goes_the_ordinary_way(turn):
    fake = FakeSocket(0)
    transport = transport_on(fake)
    outbox = Outbox(transport, 0)
    outbox.write(b"one")
    outbox.flush()
    outbox.write(b"two")
    turn.end()
    outbox.write(b"three")
    while transport in transport.reactor.writers:
        transport.doWrite()
    assert b"".join(fake.sent) == b"onetwothree"


def test_a_connection_that_ends_in_the_turn_sends_nothing_more(turn):
    fakes = [FakeSocket(), FakeSocket()]
    lost, aborted = (Outbox(transport_on(fake), 0) for fake in fakes)
    assert lost.write(b"data")
    assert aborted.write(b"data")
    lost.close()
    lost._transport.connected = 0
    aborted._transport.abortConnection()
    turn.end()
    assert [fake.sent for fake in fakes] == [[], []]


class OtherTransport:
    """Any other transport, such as that of TLS."""

    def __init__(self, inner=None):
        self.transport = inner
        self.written = []

    def write(self, data):
        self.written.append(data)


def test_any_other_transport_is_written_the_ordinary_way():
    transport = OtherTransport()
    assert Outbox(transport, 1).write(b"data")
    assert Outbox(transport, 1).write(b"more")
    assert transport.written == [b"data", b"more"]


def test_what_waits_inside_a_wrapped_transport_counts():
    inner = transport_on(FakeSocket(0))
    inner.write(b"waits")
    assert Outbox(OtherTransport(inner), 5).write(b"data")
    assert not Outbox(OtherTransport(inner), 4).write(b"data")


def test_more_than_the_limit_does_not_wait():
    fake = FakeSocket(0)
    transport = transport_on(fake)
    outbox = Outbox(transport, 3)
    assert outbox.write(b"long"), "one message may be longer than the limit"
    assert not outbox.write(b"x")
    assert outbox.waiting() == 4


def fill(session):
    """Send until the kernel takes no more, and return how many messages that were."""
    count = 0
    while not session.outbox.waiting():
        session.sendEncoded(b"%08d" % count + b"x" * 100_000)
        count += 1
    return count


def test_a_slow_reader_gets_everything_in_order(server):
    with server.connect(max_queue=1) as client:
        session = server.session()
        count = in_reactor(fill, session)
        in_reactor(session.sendEncoded, b"last")
        for number in range(count):
            assert int(client.recv(TIMEOUT)[:8]) == number
        assert client.recv(TIMEOUT) == "last"
        assert in_reactor(session.outbox.waiting) == 0
        in_reactor(session.sendEncoded, b"at once again")
        assert client.recv(TIMEOUT) == "at once again"


def test_a_client_that_does_not_read_is_cut_off_and_the_log_says_so(serve):
    server = serve(max_queue_bytes=150_000)
    with server.connect(max_queue=1) as client:
        session = server.session()

        def overflow():
            fill(session)
            for _ in range(10):
                session.sendEncoded(b"x" * 100_000)
            return session.outbox.waiting()

        assert in_reactor(overflow) < 400_000
        assert server.handler.next("disconnect") is session
        with pytest.raises(ConnectionClosed):
            list(client)
    assert any(LIMITS["max_queue_bytes"].log in line for line in server.logged())


def test_pongs_that_nobody_reads_count_too(serve):
    server = serve(max_queue_bytes=1000)
    with server.connect(max_queue=1) as client:
        session = server.session()
        in_reactor(fill, session)
        client.socket.sendall(client_frame(PING, b"x" * 125) * 100)
        assert server.handler.next("disconnect") is session


def test_a_later_feature_can_see_what_leaves(serve):
    class Remembering(Outbox):
        __slots__ = ("last",)

        def write(self, data):
            self.last = data
            return super().write(data)

    server = serve(outbox_class=Remembering)
    with server.connect() as client:
        session = server.session()
        in_reactor(session.sendEncoded, b"hi")
        assert client.recv(TIMEOUT) == "hi"
        assert session.outbox.last == b"\x81\x02hi"
