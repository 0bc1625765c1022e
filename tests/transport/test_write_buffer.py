"""The write buffer sends at once or corked, in order, loses nothing, and stops at a close."""

from __future__ import annotations

import socket

import pytest
from websockets.exceptions import ConnectionClosed

from client_frames import PING, client_frame
from fakes import FakeReactor, FakeSocket, transport_on
from mudwire.limits import LIMITS
from mudwire.transport.write_buffer import MAX_CORKED_BYTES, Cork, WriteBuffer
from serving import TIMEOUT, in_reactor


def test_bytes_leave_at_once_while_nothing_waits():
    fake = FakeSocket()
    transport = transport_on(fake)
    write_buffer = WriteBuffer(transport, 0)
    assert write_buffer.write(b"one")
    assert write_buffer.write(b"two")
    assert fake.sent == [b"one", b"two"]
    assert not transport.reactor.writers


@pytest.mark.parametrize("first", [0, 2, BlockingIOError(11, "would block")])
def test_bytes_that_the_socket_does_not_take_wait_in_order(first):
    fake = FakeSocket(first)
    transport = transport_on(fake)
    write_buffer = WriteBuffer(transport, 0)
    assert write_buffer.write(b"first")
    assert write_buffer.write(b"second")
    assert transport in transport.reactor.writers
    assert write_buffer.waiting() == len(b"firstsecond") - sum(map(len, fake.sent))
    transport.doWrite()
    assert b"".join(fake.sent) == b"firstsecond"
    assert write_buffer.waiting() == 0
    assert write_buffer.write(b"third")
    assert fake.sent[-1] == b"third"


def test_an_error_of_the_socket_is_left_to_the_reactor():
    transport = transport_on(FakeSocket(BrokenPipeError(32, "broken pipe"), OSError(32, "still")))
    assert WriteBuffer(transport, 0).write(b"lost")
    assert transport in transport.reactor.writers
    assert isinstance(transport.doWrite(), Exception)


@pytest.mark.parametrize(
    ("attribute", "value"), [("dataBuffer", b"waits"), ("_tempDataBuffer", [b"waits"])]
)
def test_nothing_passes_bytes_that_wait(attribute, value):
    fake = FakeSocket()
    transport = transport_on(fake)
    write_buffer = WriteBuffer(transport, 0)
    assert hasattr(transport, attribute), "Twisted renamed it"
    setattr(transport, attribute, value)
    assert write_buffer.write(b"data")
    assert fake.sent == []
    assert transport._tempDataBuffer[-1:] == [b"data"]


def test_bytes_written_after_loseConnection_leave_before_the_close_as_in_twisted():
    fake = FakeSocket()
    transport = transport_on(fake)
    write_buffer = WriteBuffer(transport, 0)
    transport.loseConnection()
    assert write_buffer.write(b"data")
    assert fake.sent == [b"data"]
    assert transport in transport.reactor.writers, "which closes it"


def test_nothing_is_sent_behind_the_end_of_writing():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        transport = transport_on(ours)
        transport.protocol = None
        write_buffer = WriteBuffer(transport, 0)
        transport.loseWriteConnection()
        transport.doWrite()
        assert transport._writeDisconnected
        assert write_buffer.write(b"data")
        assert transport._tempDataBuffer == []
        assert theirs.recv(10) == b""


def test_nothing_is_sent_behind_an_abort():
    fake = FakeSocket()
    transport = transport_on(fake)
    write_buffer = WriteBuffer(transport, 0)
    assert not transport._aborting, "Twisted renamed it"
    transport.abortConnection()
    assert transport._aborting
    assert write_buffer.write(b"data")
    assert fake.sent == []


def test_nothing_is_sent_when_the_connection_is_gone():
    fake = FakeSocket()
    transport = transport_on(fake)
    write_buffer = WriteBuffer(transport, 0)
    write_buffer.close()
    transport.connected = 0
    assert write_buffer.write(b"data")
    assert fake.sent == transport._tempDataBuffer == []


def test_a_pull_producer_is_asked_for_the_next_part():
    class Parts:
        left = 3

        def resumeProducing(self):
            self.left -= 1
            write_buffer.write(b"part")
            if not self.left:
                transport.unregisterProducer()

    fake = FakeSocket()
    transport = transport_on(fake)
    write_buffer = WriteBuffer(transport, 0)
    transport.registerProducer(Parts(), streaming=False)
    while transport in transport.reactor.writers:
        transport.doWrite()
    assert b"".join(fake.sent) == b"part" * 3


@pytest.fixture
def corked():
    """Give a reactor whose cork is on."""
    reactor = FakeReactor()
    reactor.cork = Cork()
    reactor.cork.is_on = True
    return reactor


def test_a_cork_sends_once_when_it_is_removed(corked):
    fakes = [FakeSocket(), FakeSocket()]
    write_buffers = [WriteBuffer(transport_on(fake, corked), 0) for fake in fakes]
    for write_buffer in write_buffers * 2:
        assert write_buffer.write(b"frame")
    assert [write_buffer.waiting() for write_buffer in write_buffers] == [10, 10]
    assert [fake.sent for fake in fakes] == [[], []]
    corked.cork.uncork()
    assert [fake.sent for fake in fakes] == [[b"frameframe"], [b"frameframe"]]
    assert write_buffers[0].write(b"at once")
    assert fakes[0].sent[-1] == b"at once"


def test_a_cork_holds_no_more_than_its_limit(corked):
    fake = FakeSocket()
    write_buffer = WriteBuffer(transport_on(fake, corked), 0)
    long = b"x" * MAX_CORKED_BYTES
    sent = []
    for data in (b"first", long, b"last"):
        assert write_buffer.write(data)
        sent.append(list(fake.sent))
    assert sent == [[], [b"first"], [b"first", long]]
    corked.cork.uncork()
    assert fake.sent == [b"first", long, b"last"]


def test_bytes_that_the_socket_does_not_take_from_a_cork_wait(corked):
    fake = FakeSocket(3)
    transport = transport_on(fake, corked)
    write_buffer = WriteBuffer(transport, 0)
    assert write_buffer.write(b"first")
    corked.cork.uncork()
    assert write_buffer.write(b"second")
    transport.doWrite()
    assert b"".join(fake.sent) == b"firstsecond"


def test_corked_bytes_leave_before_later_ones(corked):
    fake = FakeSocket(0)
    transport = transport_on(fake, corked)
    write_buffer = WriteBuffer(transport, 0)
    write_buffer.write(b"one")
    write_buffer.flush()
    write_buffer.write(b"two")
    corked.cork.uncork()
    write_buffer.write(b"three")
    while transport in transport.reactor.writers:
        transport.doWrite()
    assert b"".join(fake.sent) == b"onetwothree"


def test_a_connection_that_ends_while_corked_sends_nothing_more(corked):
    fakes = [FakeSocket(), FakeSocket()]
    lost, aborted = (WriteBuffer(transport_on(fake, corked), 0) for fake in fakes)
    assert lost.write(b"data")
    assert aborted.write(b"data")
    lost.close()
    lost._transport.connected = 0
    aborted._transport.abortConnection()
    corked.cork.uncork()
    assert [fake.sent for fake in fakes] == [[], []]


class OtherTransport:
    """Any other transport, such as that of TLS."""

    def __init__(self, inner=None):
        self.transport = inner
        self.written = []

    def write(self, data):
        self.written.append(data)


def test_any_other_transport_is_written_through_twisted():
    transport = OtherTransport()
    assert WriteBuffer(transport, 1).write(b"data")
    assert WriteBuffer(transport, 1).write(b"more")
    assert transport.written == [b"data", b"more"]


def test_bytes_that_wait_inside_a_wrapped_transport_count():
    inner = transport_on(FakeSocket(0))
    inner.write(b"waits")
    assert WriteBuffer(OtherTransport(inner), 5).write(b"data")
    assert not WriteBuffer(OtherTransport(inner), 4).write(b"data")


def test_more_than_the_limit_does_not_wait():
    fake = FakeSocket(0)
    transport = transport_on(fake)
    write_buffer = WriteBuffer(transport, 3)
    assert write_buffer.write(b"long"), "one message may be longer than the limit"
    assert not write_buffer.write(b"x")
    assert write_buffer.waiting() == 4


def fill(session):
    """Send until the kernel takes no more, and return how many messages that were."""
    count = 0
    while not session.write_buffer.waiting():
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
        assert in_reactor(session.write_buffer.waiting) == 0
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
            return session.write_buffer.waiting()

        assert in_reactor(overflow) < 400_000
        assert server.handler.next("disconnect") is session
        with pytest.raises(ConnectionClosed):
            list(client)
    assert any(LIMITS["max_queue_bytes"].log in line for line in server.logged())


def test_unread_pongs_count_too(serve):
    server = serve(max_queue_bytes=1000)
    with server.connect(max_queue=1) as client:
        session = server.session()
        in_reactor(fill, session)
        client.socket.sendall(client_frame(PING, b"x" * 125) * 100)
        assert server.handler.next("disconnect") is session


def test_a_write_buffer_of_ones_own_sees_each_frame(serve):
    class Remembering(WriteBuffer):
        __slots__ = ("last",)

        def write(self, data):
            self.last = data
            return super().write(data)

    server = serve(write_buffer_class=Remembering)
    with server.connect() as client:
        session = server.session()
        in_reactor(session.sendEncoded, b"hi")
        assert client.recv(TIMEOUT) == "hi"
        assert session.write_buffer.last == b"\x81\x02hi"
