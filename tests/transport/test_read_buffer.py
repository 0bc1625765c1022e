"""A connection handles what its turn and its budget allow; the rest waits and nothing is lost."""

from __future__ import annotations

import zlib

import pytest
from autobahn.websocket.compress import PerMessageDeflateOfferAccept
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from client_frames import BINARY, CLOSE, CONT, PING, PONG, TEXT, client_frame
from fakes import HANDSHAKE, connected, opened, settle, timers
from mudwire.fast_path import FastConnection
from mudwire.metrics import METRICS
from mudwire.transport.connection import Connection

RATES = {
    "max_message_rate": 10,
    "max_message_burst": 20,
    "max_control_rate": 5,
    "max_control_burst": 10,
    "max_byte_rate": 10_000,
    "max_byte_burst": 50_000,
    "budget_timeout": 3,
}
A_TURN = 8
"""The messages and control frames of a connection that one turn handles."""


class Recorder:
    """Writes down the messages."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def onMessage(self, payload, isBinary):
        self.heard.append(payload)


class Fast(Recorder, FastConnection):
    pass


class Plain(Recorder, Connection):
    pass


both_paths = pytest.mark.parametrize("protocol", [Fast, Plain])


def texts(count):
    return b"".join(client_frame(TEXT, b"%d" % number) for number in range(count))


def numbers(count):
    return [b"%d" % number for number in range(count)]


def pass_time(connection, seconds):
    connection.factory.reactor.pump([0.05] * round(seconds / 0.05))


def is_paused(connection):
    return connection.transport.producerState == "paused"


@both_paths
def test_a_turn_handles_some_messages_and_the_rest_follows_in_order(protocol):
    connection = opened(protocol)
    connection.dataReceived(texts(30))
    assert connection.heard == numbers(A_TURN)
    assert is_paused(connection)
    settle(connection)
    assert connection.heard == numbers(30)
    assert not is_paused(connection)


@both_paths
def test_a_long_message_takes_several_turns(protocol):
    connection = opened(protocol)
    connection.dataReceived(client_frame(BINARY, b"x" * 60_000))
    assert connection.heard == []
    settle(connection)
    assert connection.heard == [b"x" * 60_000]


@both_paths
def test_what_arrives_while_bytes_wait_comes_behind_them(protocol):
    connection = opened(protocol)
    stream = texts(30)
    connection.dataReceived(stream[:155])
    connection.dataReceived(stream[155:])
    settle(connection)
    assert connection.heard == numbers(30)


@both_paths
def test_frames_behind_the_handshake_are_counted(protocol):
    connection = connected(protocol, **RATES)
    connection.dataReceived(HANDSHAKE + texts(30))
    assert connection.heard == numbers(A_TURN)
    settle(connection)
    assert connection.heard == numbers(30)


@both_paths
def test_connections_take_turns(protocol):
    order = []

    class Ordered(protocol):
        def onMessage(self, payload, isBinary):
            order.append(self)

    first = opened(Ordered)
    second = opened(Ordered)
    second.factory.reactor = first.factory.reactor
    first.dataReceived(texts(24))
    second.dataReceived(texts(24))
    settle(first)
    settle(second)
    assert (
        order == [first] * A_TURN + [second] * A_TURN + ([first] * A_TURN + [second] * A_TURN) * 2
    )


@both_paths
def test_a_client_over_its_rate_is_slowed_and_nothing_is_lost(protocol):
    connection = opened(protocol, **RATES)
    pauses = METRICS.pauses
    connection.dataReceived(texts(25))
    pass_time(connection, 0.05)
    assert connection.heard == numbers(20)
    assert is_paused(connection)
    assert METRICS.pauses > pauses
    pass_time(connection, 0.3)
    assert connection.heard == numbers(23)
    pass_time(connection, 0.3)
    assert connection.heard == numbers(25)
    assert not is_paused(connection)


@both_paths
@pytest.mark.parametrize(
    ("frame", "at_once"),
    [
        (client_frame(PING, b""), 10),
        (client_frame(PONG, b""), 10),
        (client_frame(TEXT, b""), 20),
        (client_frame(CONT, b"x", fin=False), 50_000 // (256 + 7)),
        (client_frame(BINARY, b"x" * 1000), 20),
    ],
    ids=["pings", "pongs", "empty messages", "fragments", "messages"],
)
def test_every_kind_of_frame_has_a_budget(protocol, frame, at_once):
    connection = opened(protocol, **RATES)
    if frame[0] == CONT:
        connection.dataReceived(client_frame(TEXT, b"x", fin=False))
    counted = []
    handle = connection.handle
    connection.handle = lambda data, offset, end: (
        counted.append(end - offset),
        handle(data, offset, end),
    )
    connection.dataReceived(frame * 1000)
    pass_time(connection, 0.05)
    handled = sum(counted)
    assert at_once * 0.9 <= handled / len(frame) <= at_once * 1.1


@both_paths
@pytest.mark.parametrize("cut", range(1, 12, 3))
def test_a_cut_anywhere_costs_the_same(protocol, cut):
    connection = opened(protocol, **{**RATES, "max_byte_rate": 0})
    stream = texts(25)
    for start in range(0, len(stream), cut):
        connection.dataReceived(stream[start : start + cut])
    pass_time(connection, 0.05)
    assert connection.heard == numbers(20)
    pass_time(connection, 0.6)
    assert connection.heard == numbers(25)


@both_paths
def test_a_client_that_stays_over_its_rate_is_closed(protocol):
    connection = opened(protocol, **RATES)
    cut = METRICS.over_budget
    connection.dataReceived(texts(1000))
    pass_time(connection, 2.9)
    assert connection.state == connection.STATE_OPEN
    pass_time(connection, 0.3)
    assert connection.state == connection.STATE_CLOSING
    reason = b"sent more than its rates allow for budget_timeout"
    assert connection.transport.value() == b"\x88\x33\x03\xf0" + reason
    assert METRICS.over_budget == cut + 1
    heard = len(connection.heard)
    assert heard == pytest.approx(20 + 30, abs=2)
    pass_time(connection, 5)
    assert len(connection.heard) == heard, "nothing is read any more"
    assert is_paused(connection)


@both_paths
def test_a_client_that_is_sometimes_over_its_rate_is_not_closed(protocol):
    connection = opened(protocol, **RATES)
    for _ in range(10):
        connection.dataReceived(texts(25))
        pass_time(connection, 4)
    assert connection.state == connection.STATE_OPEN
    assert connection.heard == numbers(25) * 10


@both_paths
def test_a_segment_counts_beside_its_bytes(protocol):
    connection = opened(protocol, **RATES)
    stream = client_frame(BINARY, b"x" * 1000)
    for start in range(len(stream)):
        connection.dataReceived(stream[start : start + 1])
    assert is_paused(connection)
    pass_time(connection, 60)
    assert connection.state == connection.STATE_OPEN
    assert connection.heard == [b"x" * 1000]


def test_a_flood_wakes_nobody_for_each_of_its_messages():
    connection = opened(Fast, **{**RATES, "max_message_rate": 100, "budget_timeout": 0})
    pauses = METRICS.pauses
    connection.dataReceived(texts(220))
    pass_time(connection, 3)
    assert len(connection.heard) == 220
    assert METRICS.pauses - pauses <= 25


def test_a_rate_of_0_is_off():
    connection = opened(Fast, max_message_rate=0, max_byte_rate=0, max_control_rate=0)
    connection.dataReceived(texts(5000))
    settle(connection)
    assert len(connection.heard) == 5000
    assert connection.factory.reactor.seconds() == 0


def test_a_share_of_0_percent_is_the_whole_budget():
    class Stranger(Fast):
        def _is_stranger(self):
            return True

    for percent, at_once in [(0, 20), (50, 10)]:
        connection = opened(Stranger, **RATES, stranger_percent=percent)
        connection.dataReceived(texts(25))
        pass_time(connection, 0.05)
        assert connection.heard == numbers(at_once)


@both_paths
def test_a_login_brings_the_whole_budget(protocol):
    class Player(protocol):
        is_new = True

        def _is_stranger(self):
            return self.is_new

    connection = opened(Player, **RATES, stranger_percent=50)
    connection.dataReceived(texts(10))
    settle(connection)
    assert connection.heard == numbers(10)
    pass_time(connection, 60)
    connection.is_new = False
    connection.dataReceived(texts(20))
    pass_time(connection, 0.05)
    assert connection.heard == numbers(10) + numbers(20)


@both_paths
def test_a_pause_is_no_missing_pong(protocol):
    with timers() as clock:
        connection = opened(
            protocol, autoPingInterval=1, autoPingTimeout=2, **{**RATES, "budget_timeout": 0}
        )
        connection.dataReceived(texts(100))
        clock.advance(1)
        assert connection.autoPingTimeoutCall
        clock.advance(2)
        assert connection.state == connection.STATE_OPEN
        pass_time(connection, 30)
        assert len(connection.heard) == 100
        assert not connection.autoPingTimeoutCall, "the messages were a sign of life"
        clock.advance(1)
        assert connection.autoPingTimeoutCall
        clock.advance(2)
        assert connection.state == connection.STATE_CLOSED


@both_paths
def test_what_was_received_before_the_end_is_handled(protocol):
    connection = opened(protocol)
    connection.dataReceived(texts(30))
    connection.connectionLost(Failure(ConnectionDone()))
    assert connection.heard == numbers(30)


@both_paths
def test_the_end_of_a_paused_connection_drops_what_is_over_its_budget(protocol):
    connection = opened(protocol, **RATES)
    connection.dataReceived(texts(30))
    pass_time(connection, 0.05)
    connection.connectionLost(Failure(ConnectionDone()))
    assert connection.heard == numbers(20)
    assert connection.factory.reactor.getDelayedCalls() == []


@both_paths
def test_a_close_frame_behind_messages_closes_after_them(protocol):
    connection = opened(protocol)
    connection.dataReceived(texts(12) + client_frame(CLOSE, b"\x03\xe8"))
    settle(connection)
    assert connection.heard == numbers(12)
    assert connection.transport.value() == b"\x88\x02\x03\xe8"


@both_paths
def test_nothing_is_read_behind_the_end_of_a_connection(protocol):
    class Dropping(protocol):
        def onMessage(self, payload, isBinary):
            super().onMessage(payload, isBinary)
            if payload == b"9":
                self.dropConnection(abort=True)

    connection = opened(Dropping)
    connection.dataReceived(texts(30))
    settle(connection)
    assert connection.heard == numbers(10)
    assert connection.read_buffer.waiting() == 0


def accept_deflate(offers):
    return PerMessageDeflateOfferAccept(offers[0])


def test_an_inflated_message_counts_with_all_its_bytes():
    connection = connected(Plain, **RATES, perMessageCompressionAccept=staticmethod(accept_deflate))
    offer = b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    connection.dataReceived(HANDSHAKE[:-2] + offer)
    compressor = zlib.compressobj(wbits=-15)
    packed = compressor.compress(b"x" * 40_000) + compressor.flush(zlib.Z_SYNC_FLUSH)
    frame = client_frame(TEXT, packed[:-4], reserved=4)
    connection.dataReceived(frame * 5)
    pass_time(connection, 0.05)
    assert [len(payload) for payload in connection.heard] == [40_000] * 2
    pass_time(connection, 4)
    assert [len(payload) for payload in connection.heard] == [40_000] * 3


def test_an_error_in_a_turn_is_logged_and_the_others_go_on(log_events):
    class Failing(Plain):
        def onMessage(self, payload, isBinary):
            super().onMessage(payload, isBinary)
            if payload == b"9":
                raise LookupError(payload)

    failing, other = opened(Failing), opened(Plain)
    other.factory.reactor = failing.factory.reactor
    failing.dataReceived(texts(16))
    other.dataReceived(texts(16))
    settle(other)
    assert other.heard == numbers(16)
    assert failing.transport.disconnecting
    assert any("failed in its turn" in event["log_format"] for event in log_events)


class Late(Plain):
    """An application that answers the handshake later."""

    def onConnect(self, request):
        self.answer = Deferred()
        return self.answer


def test_frames_before_a_late_answer_are_counted_behind_it():
    connection = connected(Late, **RATES)
    half = len(HANDSHAKE) // 2
    connection.dataReceived(HANDSHAKE[:half])
    assert not is_paused(connection)
    connection.dataReceived(HANDSHAKE[half:] + texts(5))
    connection.dataReceived(texts(30)[len(texts(5)) :])
    assert is_paused(connection)
    connection.answer.callback(None)
    assert connection.state == connection.STATE_OPEN
    pass_time(connection, 0.05)
    assert connection.heard == numbers(20)
    pass_time(connection, 2)
    assert connection.heard == numbers(30)


def test_a_late_answer_to_a_client_that_has_gone_opens_nothing():
    connection = connected(Late)
    connection.onOpen = lambda: pytest.fail("it is not open")
    connection.dataReceived(HANDSHAKE)
    connection.connectionLost(Failure(ConnectionDone()))
    connection.answer.callback(None)
    assert connection.state == connection.STATE_CLOSED


@both_paths
def test_an_end_that_the_client_makes_is_read_after_a_close_frame_in_a_late_turn(protocol):
    connection = opened(protocol)
    connection.dataReceived(texts(12) + client_frame(CLOSE, b"\x03\xe8") + b"more")
    assert is_paused(connection)
    resumed = []
    connection.transport.resumeProducing = lambda: resumed.append(connection.state)
    settle(connection)
    # Over TLS the client's answer to close_notify must be read.
    assert resumed == [connection.STATE_CLOSED]


@both_paths
def test_a_closed_connection_whose_client_does_not_read_is_cut(protocol):
    connection = opened(protocol, closeHandshakeTimeout=5)
    connection.dataReceived(client_frame(CLOSE, b"\x03\xe8"))
    aborted = []
    connection.transport.abortConnection = lambda: aborted.append(True)
    pass_time(connection, 4.9)
    assert aborted == []
    pass_time(connection, 0.2)
    assert aborted == [True]


@both_paths
def test_an_error_in_a_late_turn_handles_nothing_twice(protocol):
    class Failing(protocol):
        def onMessage(self, payload, isBinary):
            super().onMessage(payload, isBinary)
            if payload == b"9":
                raise SystemExit

    connection = opened(Failing)
    connection.dataReceived(texts(16))
    settle(connection)
    connection.connectionLost(Failure(ConnectionDone()))
    assert connection.heard == numbers(10)


@both_paths
def test_a_stop_and_a_pause_end_independently(protocol):
    connection = opened(protocol, **RATES)
    connection.dataReceived(texts(25))
    pass_time(connection, 0.05)
    connection.read_buffer.stop()
    pass_time(connection, 1)
    assert connection.heard == numbers(20)
    connection.read_buffer.go_on()
    connection.read_buffer.go_on()
    pass_time(connection, 0.05)
    assert connection.heard == numbers(25)
    assert not is_paused(connection)
    connection.read_buffer.stop()
    connection.dataReceived(texts(1))
    assert connection.heard == numbers(25)
    connection.read_buffer.go_on()
    pass_time(connection, 0.05)
    assert connection.heard == numbers(25) + numbers(1)
