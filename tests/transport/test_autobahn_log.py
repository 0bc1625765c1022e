"""What a client makes Autobahn log is escaped, cut and limited."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogLevel, formatEvent

from client_frames import TEXT, client_frame
from fakes import HANDSHAKE, connected, opened, timers
from mudwire.quiet_log import SUMMARY_SECONDS, LogLimiter
from mudwire.transport.autobahn_log import autobahn_log
from mudwire.transport.connection import Connection

HOSTILE = b"\x1b[2J" + "\u202e".encode() + b"x" * 15_000


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"GET /" + HOSTILE + b" HTTP/1.1 more\r\n\r\n", id="request line"),
        pytest.param(b"GET / " + HOSTILE + b"\r\n\r\n", id="version"),
        pytest.param(HANDSHAKE.replace(b"localhost", b"a:" + HOSTILE), id="port"),
        pytest.param(HANDSHAKE.replace(b"websocket", HOSTILE, 1), id="upgrade"),
        pytest.param(HANDSHAKE.replace(b"Version: 13", b"Version: " + HOSTILE), id="version"),
        pytest.param(HANDSHAKE[:-2] + b"Origin: " + HOSTILE + b"\r\n\r\n", id="origin"),
    ],
)
def test_lines_of_a_failed_handshake_are_escaped_and_cut(log_events, request_bytes):
    connection = connected(Connection, max_handshake_bytes=0)
    connection.dataReceived(request_bytes)
    lines = [formatEvent(event) for event in log_events]
    assert any("failing WebSocket opening handshake" in line for line in lines)
    assert all(line.isprintable() and len(line) < 400 for line in lines)


def test_dropped_connections_are_logged_at_a_rate(log_events):
    clock = Clock()

    class Limited(Connection):
        log = autobahn_log(LogLimiter(clock))

    for _ in range(100):
        connected(Limited).dataReceived(b"GET / HTTP/9\r\n\r\n")
    assert len(log_events) == 20
    clock.advance(SUMMARY_SECONDS)
    assert sorted(formatEvent(event)[:13] for event in log_events[20:]) == ["and 90 more: "] * 2


def test_the_end_of_a_connection_at_a_ping_timeout_is_no_warning(log_events):
    with timers() as clock:
        connection = opened(Connection, autoPingInterval=3, autoPingTimeout=7)
        clock.advance(3)
        clock.advance(7)
        assert connection.transport.disconnecting
    assert [event["log_level"] for event in log_events] == [LogLevel.info]
    assert "ping timeout" in formatEvent(log_events[0])


def test_an_error_of_onconnect_is_logged_once_with_its_traceback(log_events):
    class Failing(Connection):
        def onConnect(self, request):
            raise ValueError(request.headers["host"] + "\x1b")

    connected(Failing).dataReceived(HANDSHAKE)
    (failed,) = [event for event in log_events if "log_failure" in event]
    traceback = failed["log_failure"].getTraceback()
    assert "in onConnect\n" in traceback
    assert traceback.endswith("ValueError: localhost\\x1b\n")
    assert not any("Traceback" in formatEvent(event) for event in log_events if event is not failed)


def test_an_error_of_a_listener_is_logged_with_its_traceback(log_events):
    def listener(*_args, **_kwargs):
        message = "the listener fails"
        raise RuntimeError(message)

    connection = opened(Connection)
    connection.on("message", listener)
    connection.dataReceived(client_frame(TEXT, b"hi"))
    (event,) = log_events
    assert event["log_failure"].check(RuntimeError)
    assert formatEvent(event) == "Firing signal 'message' failed"


def test_debug_lines_are_off_as_in_autobahn(log_events):
    opened(Connection).log.debug("never written")
    assert log_events == []
