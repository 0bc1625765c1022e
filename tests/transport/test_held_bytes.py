"""What all clients make the process hold has one limit; those who hold most are cut."""

from __future__ import annotations

import pytest
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from client_frames import BINARY, CONT, client_frame
from fakes import FakeReactor, FakeSocket, connected, opened, transport_on
from mudwire.fast_path import FastConnection
from mudwire.metrics import METRICS
from mudwire.transport.connection import Connection
from mudwire.transport.held_bytes import HELD_BYTES, HeldBytes


class Holder:
    def __init__(self, name, size):
        self.name = name
        self.size = size
        self.is_cut = False

    def held_bytes(self):
        return self.size

    def cut(self):
        self.is_cut = True
        self.size = 0
        return self.name


def told(held, sizes, limit):
    holders = [Holder(str(number), size) for number, size in enumerate(sizes)]
    for holder in holders:
        held.tell(holder, holder.size, limit)
    return holders


def test_the_largest_are_cut_until_it_is_well_below_the_limit(log_events):
    shed = METRICS.shed
    holders = told(HeldBytes(), [10, 500, 30, 400, 20, 100], limit=1000)
    assert [holder.is_cut for holder in holders] == [False, True, False, False, False, False]
    assert METRICS.shed == shed + 1
    assert METRICS.held_bytes == 560
    assert [event["size"] for event in log_events if "size" in event] == [500]


def test_below_the_limit_nobody_is_cut():
    assert not any(holder.is_cut for holder in told(HeldBytes(), [500, 500], limit=1000))
    assert not any(holder.is_cut for holder in told(HeldBytes(), [500] * 9, limit=0))


def test_who_has_shrunk_without_telling_is_asked_again():
    held = HeldBytes()
    first, second = told(held, [600, 300], limit=1000)
    first.size = 100
    third = Holder("third", 400)
    held.tell(third, 400, 1000)
    assert not any(holder.is_cut for holder in (first, second, third))
    assert METRICS.held_bytes == 800


def test_a_holder_that_ends_because_another_was_cut_is_not_cut():
    held = HeldBytes()
    first, second = told(held, [600, 300], limit=1000)

    def cut():
        held.tell(second, 0, 0)
        return "first"

    first.cut = cut
    held.tell(Holder("third", 200), 200, 1000)
    assert not second.is_cut
    assert METRICS.held_bytes == 200


@pytest.fixture(autouse=True)
def nothing_held():
    yield
    HELD_BYTES.__init__()


@pytest.mark.parametrize("protocol", [FastConnection, Connection])
def test_half_read_messages_count(protocol):
    crowd = [opened(protocol, max_held_bytes=50_000) for _ in range(8)]
    for size, connection in enumerate(crowd, start=7):
        frame = client_frame(BINARY, b"x" * size * 1000, fin=False)
        connection.dataReceived(frame[: 100 + size])
        connection.dataReceived(frame[100 + size :])
    states = [connection.state == connection.STATE_OPEN for connection in crowd]
    assert 4 <= sum(states) < 8
    survivors = [connection for connection in crowd if connection.state == connection.STATE_OPEN]
    assert sum(connection.held_bytes() for connection in survivors) <= 50_000
    for connection in survivors:
        connection.dataReceived(client_frame(CONT, b""))
        assert connection.held_bytes() == 0


@pytest.mark.parametrize("protocol", [FastConnection, Connection])
def test_an_announced_length_does_not_count(protocol):
    connection = opened(protocol)
    connection.dataReceived(client_frame(BINARY, b"x" * 10, announced=500_000))
    assert connection.held_bytes() < 200


def test_unread_output_counts():
    connection = connected(Connection, max_held_bytes=10_000)
    connection.write_buffer = connection.write_buffer_class(
        transport_on(FakeSocket(*[0] * 9), FakeReactor()), 0, connection.tell_held
    )
    connection.write_buffer.write(b"x" * 9_000)
    assert connection.state != connection.STATE_CLOSED
    assert METRICS.held_bytes >= 9_000
    connection.write_buffer.write(b"x" * 2_000)
    assert connection.state == connection.STATE_CLOSED


def test_a_request_that_is_not_complete_counts():
    connection = connected(Connection)
    connection.dataReceived(b"GET / HTTP/1.1\r\nX: " + b"x" * 3000)
    assert METRICS.held_bytes >= 3000
    connection.connectionLost(Failure(ConnectionDone()))
    assert METRICS.held_bytes == 0
