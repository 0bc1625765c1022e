"""Frames on the fast path and through Autobahn give the same."""

from __future__ import annotations

import pytest
from autobahn.exception import Disconnected
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from client_frames import BINARY, CLOSE, CONT, PING, PONG, TEXT, client_frame
from fakes import opened, settle, timers
from mudwire._native import Budget, Intake, TrafficStats, data_frame
from mudwire.fast_path import FastConnection
from mudwire.transport.connection import Connection

ENDLESS = Budget((0, 0), (0, 0), (0, 0))


class Recorder:
    """Writes down what it hears, and does what some messages say."""

    autoPingInterval = 20
    autoPingTimeout = 10

    def __init__(self):
        super().__init__()
        self.events = []

    def onMessage(self, payload, isBinary):
        self.events.append(("message", payload, isBinary, str(self.trafficStats)))
        if payload == b"echo":
            self.sendMessage(payload, isBinary)
        elif payload == b"close":
            self.sendClose(1000, "asked to")
        elif payload == b"drop":
            self.dropConnection()
        elif payload == b"listen":
            self.on("message", self.heard)
        elif payload == b"track":
            self.setTrackTimings(True)
        elif payload == b"raise":
            raise LookupError(payload)

    def heard(self, payload, is_binary):
        self.events.append(("heard", payload, is_binary))

    def onPing(self, payload):
        self.events.append(("ping", payload))
        super().onPing(payload)

    def onPong(self, payload):
        self.events.append(("pong", payload))

    def onClose(self, wasClean, code, reason):
        self.events.append(("close", wasClean, code, reason))

    def sendPing(self, payload=None):
        self.events.append(("sent a ping",))  # its payload is random


class Fast(Recorder, FastConnection):
    """Reads and writes simple frames natively."""


class Plain(Recorder, Connection):
    """Reads and writes all frames through Autobahn."""


def observed(connection):
    """Return everything that can be observed of a connection."""
    return {
        "events": connection.events,
        "sent": connection.transport.value(),
        "disconnecting": connection.transport.disconnecting,
        "stats": str(connection.trafficStats),
        "awaits pong": bool(connection.autoPingTimeoutCall),
        **{
            name: getattr(connection, name)
            for name in (
                "state",
                "wasClean",
                "failedByMe",
                "closedByMe",
                "droppedByMe",
                "wasNotCleanReason",
                "wasMaxMessagePayloadSizeExceeded",
                "wasServingFlashSocketPolicyFile",
                "localCloseCode",
                "localCloseReason",
                "remoteCloseCode",
                "remoteCloseReason",
            )
        },
    }


payloads = st.one_of(
    st.sampled_from([b"", b"echo", b"close", b"drop", b"listen", b"track", b"raise"]),
    st.text(max_size=200).map(str.encode),
    st.binary(max_size=200),
    st.integers(120, 130).map(lambda size: b"x" * size),
    st.integers(0xFFFE, 0x10001).map(lambda size: b"y" * size),
)
keys = st.binary(min_size=4, max_size=4)
plain = st.builds(client_frame, st.sampled_from([TEXT, BINARY]), payloads, key=keys)
control = st.builds(client_frame, st.sampled_from([PING, PONG]), st.binary(max_size=125), key=keys)
closing = st.builds(
    lambda code, reason: client_frame(CLOSE, code.to_bytes(2, "big") + reason),
    st.sampled_from([1000, 1001, 1005, 3000]),
    st.sampled_from([b"", b"bye", b"\xff"]),
)
fragmented = st.builds(
    lambda opcode, parts: b"".join(
        client_frame(opcode if i == 0 else CONT, part, fin=i == len(parts) - 1)
        for i, part in enumerate(parts)
    ),
    st.sampled_from([TEXT, BINARY]),
    st.lists(st.text(max_size=20).map(str.encode), min_size=2, max_size=4),
)
anything = st.builds(
    client_frame,
    st.integers(0, 15),
    payloads,
    fin=st.booleans(),
    reserved=st.integers(0, 7),
    key=st.none() | keys,
)
large = st.builds(
    lambda opcode, size, end, key: client_frame(opcode, b"z" * size + end, key=key),
    st.sampled_from([TEXT, BINARY]),
    st.integers(0, 70_000),
    st.sampled_from([b"", b"\xff", "\u20ac".encode(), "\u20ac".encode()[:2]]),
    keys,
)
announced = st.builds(
    lambda opcode, payload, size, fin: client_frame(
        opcode, payload, announced=size, length_bytes=8, fin=fin
    ),
    st.sampled_from([CONT, TEXT, BINARY, PING]),
    st.binary(max_size=20),
    st.sampled_from([0x10000, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1]),
    st.booleans(),
)
long_lengths = st.one_of(
    st.builds(
        lambda opcode, payload, length_bytes: client_frame(
            opcode, payload, length_bytes=length_bytes
        ),
        st.sampled_from([CONT, TEXT, BINARY, PING, CLOSE]),
        st.sampled_from([b"", b"echo", b"x" * 125, b"x" * 126]),
        st.sampled_from([2, 8]),
    ),
    st.just(client_frame(BINARY, b"x" * 0xFFFF, length_bytes=8)),
)
"""A length in more bytes than it needs (RFC 6455, section 5.2)."""
streams = st.lists(
    st.one_of(
        *[plain] * 3,
        *(fragmented, control, anything, closing, large, announced, long_lengths),
        st.binary(max_size=20),
    ),
    min_size=1,
    max_size=8,
).map(b"".join)
options = st.fixed_dictionaries(
    {},
    optional={
        "max_message_bytes": st.sampled_from([0, 100, 0x10000]),
        "maxMessagePayloadSize": st.just(150),
        "maxFramePayloadSize": st.just(150),
        "autoFragmentSize": st.just(3),
        "utf8validateIncoming": st.booleans(),
        "requireMaskedClientFrames": st.booleans(),
        "applyMask": st.booleans(),
        "maskServerFrames": st.just(False),
        "echoCloseCodeReason": st.booleans(),
        "failByDrop": st.booleans(),
        "logFrames": st.booleans(),
        "logOctets": st.booleans(),
        "trackTimings": st.booleans(),
    },
)


def play(protocol, options, segments):
    """Feed a connection the segments, each with the seconds before it; return all that was seen."""
    with timers() as clock:
        connection = opened(protocol, **options)
        steps = []
        for pause, segment in segments:
            clock.advance(pause)
            if connection.transport.disconnecting:
                break
            try:
                connection.dataReceived(segment)
                settle(connection)
            except (LookupError, Disconnected) as error:
                steps.append(repr(error))
                break
            steps.append(observed(connection))
        connection.connectionLost(Failure(ConnectionDone()))
        return [*steps, observed(connection)]


def test_an_answer_after_a_close_in_the_same_segment_raises_in_both_paths():
    stream = client_frame(TEXT, b"close") + client_frame(TEXT, b"echo")
    seen = play(Fast, {}, [(0, stream)])
    assert seen == play(Plain, {}, [(0, stream)])
    assert "Disconnected" in seen[0]


@pytest.mark.parametrize("is_binary", [0, 1, None, "yes"])
def test_arguments_of_a_wrong_type_are_autobahns_business(is_binary):
    def sent(protocol):
        connection = opened(protocol)
        try:
            connection.sendMessage(b"x", is_binary)
        except AssertionError:
            return "refused"
        return connection.transport.value()

    assert sent(Fast) == sent(Plain)


@pytest.mark.parametrize("limit", [-1, -0.5])
@pytest.mark.parametrize("protocol", [Fast, Plain])
def test_a_negative_limit_is_off(protocol, limit):
    connection = opened(protocol, max_message_bytes=limit)
    connection.dataReceived(client_frame(TEXT, b"echo"))
    assert connection.transport.value() == b"\x81\x04echo"


@settings(max_examples=300, deadline=None)
@given(st.data(), streams, options)
def test_fast_and_plain_path_read_the_same_frames(data, stream, options):
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=6).map(sorted))
    segments = [
        (data.draw(st.sampled_from([0, 0, 25])), stream[start:end])
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        if start < end
    ]
    assert play(Fast, options, segments) == play(Plain, options, segments)


def test_simple_frames_take_the_fast_path(monkeypatch):
    connection = opened(Fast)
    monkeypatch.setattr(connection, "consumeData", None)
    monkeypatch.setattr(connection, "sendFrame", None)
    connection.dataReceived(client_frame(TEXT, b"echo") * 3)
    assert connection.transport.value() == b"\x81\x04echo" * 3


@pytest.mark.parametrize(
    "hook",
    [
        "consumeData",
        "onFrameBegin",
        "onFrameEnd",
        "onMessageBegin",
        "onMessageFrameBegin",
        "onMessageFrameData",
        "onMessageFrameEnd",
        "onMessageEnd",
        "sendFrame",
        "sendData",
    ],
)
def test_an_override_of_a_step_of_autobahn_is_called(hook):
    calls = []

    def override(self, *args, **kwargs):
        calls.append(hook)
        return getattr(FastConnection, hook)(self, *args, **kwargs)

    connection = opened(Fast, **{hook: override})
    calls.clear()
    connection.dataReceived(client_frame(TEXT, b"echo"))
    assert connection.transport.value() == b"\x81\x04echo"
    assert calls


@given(keys, st.binary(max_size=300), st.booleans(), st.binary(max_size=5), st.binary(max_size=5))
def test_a_frame_is_read_where_it_starts(key, payload, is_binary, before, behind):
    if not is_binary:
        payload = payload.hex().encode()
    opcode = BINARY if is_binary else TEXT
    frame = client_frame(opcode, payload, key=key)
    data = before + frame + behind
    start, end = len(before), len(before) + len(frame)

    def read(end, limit):
        return Intake(ENDLESS, 0).read(limit, TrafficStats(), data, start, end, False)

    assert read(len(data), len(payload)) == (opcode, payload, end)
    assert read(end, len(payload)) == (opcode, payload, end)
    assert read(end - 1, len(payload)) is None
    if payload:
        assert read(end, len(payload) - 1) == (CLOSE, None, start)


def test_no_frame_is_read_behind_the_end():
    for data, offset, end in [(b"", 0, 0), (b"abc", 4, 3), (b"abc", 0, 4)]:
        assert Intake(ENDLESS, 0).read(100, TrafficStats(), data, offset, end, False) is None
    assert Intake(ENDLESS, 0).admit(b"abc", 4, 100) == 4


@given(payloads, st.booleans())
def test_a_frame_is_written_as_autobahn_writes_it(payload, is_binary):
    connection = opened(Plain)
    connection.sendMessage(payload, is_binary)
    assert data_frame(TrafficStats(), payload, is_binary) == connection.transport.value()
