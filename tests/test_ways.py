"""A command and a text in one native step, in steps, or through Autobahn: all the same."""

from __future__ import annotations

import json

import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from client_frames import BINARY, PING, TEXT, client_frame
from in_memory import HANDSHAKE, connected
from mudwire._native import (
    Codec,
    FrameCodec,
    TrafficStats,
    default_frame,
    receive_command,
    text_frame,
)
from mudwire.formats import WIRE_FORMATS, EvenniaV1Format
from mudwire.protocol import WebClientProtocol
from mudwire.session import Session


class Handler:
    """A session handler that writes down what it hears, and does what the command says."""

    def __init__(self):
        self.events = []

    def connect(self, session):
        session.sessid = 7

    def disconnect(self, session):
        self.events.append(("disconnect",))

    def sessions_from_csessid(self, csessid):
        return []

    def data_in(self, session, **commands):
        self.events.append((commands, str(session.trafficStats), session.state))
        [(name, (args, kwargs))] = commands.items()
        if not (isinstance(args, list) and isinstance(kwargs, dict)):
            return
        if name in ("text", "prompt", "default"):
            getattr(session, f"send_{name}")(*args, **kwargs)
        elif name == "quit":
            session.send_text("goodbye")
            session.disconnect(*args)
        elif name == "drop":
            session.dropConnection()
        elif name == "listen":
            session.on("message", self.heard)
        elif name == "track":
            session.setTrackTimings(True)
        elif name == "format":
            session.wire_format = WIRE_FORMATS["terminal.mudstandards.org"]
        elif name == "raise":
            raise LookupError(name)

    def heard(self, payload, is_binary):
        self.events.append(("heard", payload, is_binary))


class Direct(WebClientProtocol, Session):
    def _log_failure(self, error):
        self.sessionhandler.events.append(("failed", repr(error)))


class StepByStep(Direct):
    """The same with every step in Python."""

    def onMessage(self, payload, isBinary):
        super().onMessage(payload, isBinary)

    def data_in(self, **kwargs):
        super().data_in(**kwargs)

    def sendEncoded(self, data, is_binary=False):
        super().sendEncoded(data, is_binary)


class AutobahnsWay(StepByStep):
    """The same through Autobahn."""

    dataReceived = WebSocketServerProtocol.dataReceived
    sendMessage = WebSocketServerProtocol.sendMessage


def opened(protocol, **attributes):
    connection = connected(protocol, **attributes)
    connection.factory.sessionhandler = Handler()
    connection.dataReceived(HANDSHAKE)
    connection.transport.clear()
    return connection


def play(protocol, segments):
    """Feed a connection the segments and return all that was seen."""
    connection = opened(protocol)
    events = connection.sessionhandler.events
    seen = []
    for segment in segments:
        if connection.transport.disconnecting:
            break
        connection.dataReceived(segment)
        seen.append(
            (
                connection.transport.value(),
                connection.state,
                str(connection.trafficStats),
                connection.refused_messages,
            )
        )
    connection.connectionLost(Failure(ConnectionDone()))
    return seen, events


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda value: st.lists(value, max_size=3) | st.dictionaries(st.text(max_size=4), value),
    max_leaves=6,
)
texts = st.sampled_from(["hello", "|rred|n", "|lclook|ltLook|le", "www.a.com", "", "<b>&\u20ac"])
text_options = st.fixed_dictionaries(
    {},
    optional={
        "raw": st.booleans(),
        "nocolor": st.booleans(),
        "screenreader": st.booleans(),
        "send_prompt": st.booleans(),
    },
)
keywords = st.fixed_dictionaries(
    {},
    optional={
        "options": text_options | st.just(7),
        "type": st.just("look"),
        "protocol_flags": st.just({"NOCOLOR": True}),
    },
)
commands = st.one_of(
    st.tuples(st.sampled_from(["text", "prompt"]), st.lists(texts, max_size=2), keywords),
    st.tuples(
        st.just("default"),
        st.tuples(texts),
        st.dictionaries(texts | st.just("protocol_flags"), values),
    ),
    st.tuples(
        st.sampled_from(["quit", "drop", "listen", "track", "format", "raise", "unknown"]),
        st.just([]),
        st.just({}),
    ),
    st.tuples(st.sampled_from(["self", "session", "options", "websocket_close"]), values, values),
    st.tuples(st.text(max_size=8), values, values),
    values,
)
payloads = commands.map(lambda command: json.dumps(command).encode()) | st.binary(max_size=12)
frames = st.builds(client_frame, st.sampled_from([TEXT, TEXT, TEXT, BINARY, PING]), payloads)
streams = st.lists(frames, min_size=1, max_size=6).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(streams, st.lists(st.integers(0, 400), max_size=4).map(sorted))
def test_all_ways_are_the_same(stream, cuts):
    cuts = [min(cut, len(stream)) for cut in cuts]
    pairs = zip([0, *cuts], [*cuts, len(stream)], strict=True)
    segments = [stream[start:end] for start, end in pairs if start < end]
    seen = play(Direct, segments)
    assert seen == play(StepByStep, segments)
    assert seen == play(AutobahnsWay, segments)


LOOK = client_frame(TEXT, b'["text",["look"],{}]')


def test_where_nothing_is_overridden_a_command_and_a_text_take_one_step(monkeypatch):
    connection = opened(Direct)
    for step in ("onMessage", "data_in", "sendEncoded", "sendMessage"):
        monkeypatch.setattr(Direct, step, None)
    connection.dataReceived(LOOK)
    assert connection.transport.value() == b'\x81\x14["text",["look"],{}]'
    connection.send_prompt(">")
    connection.send_default("vitals", hp=1)
    assert connection.transport.value().endswith(
        b'\x81\x16["prompt",["&gt;"],{}]\x81\x16["vitals",[],{"hp":1}]'
    )


@pytest.mark.parametrize("message", [b"{}", b"[1,[],{}]", b'["self",[],{}]'])
def test_a_refused_command_is_read_once_and_counted_once(monkeypatch, message):
    connection = opened(Direct)
    monkeypatch.setattr(Direct, "onMessage", None)
    connection.dataReceived(client_frame(TEXT, message))
    assert connection.refused_messages == 1
    assert connection.trafficStats.incomingWebSocketMessages == 1
    assert connection.sessionhandler.events == []


@pytest.mark.parametrize("name", [name for name in WIRE_FORMATS if name != EvenniaV1Format.name])
def test_the_native_steps_refuse_other_formats(name):
    codec, stats = WIRE_FORMATS[name], TrafficStats()
    for step in (
        lambda: receive_command(FrameCodec(100), stats, codec, LOOK, frozenset(), None, None),
        lambda: text_frame(stats, codec, ("hi",), {}, None, False),
        lambda: default_frame(stats, codec, "vitals", (), {}),
    ):
        with pytest.raises(TypeError, match="needs a codec of the native format 'evennia_v1'"):
            step()
    assert stats.outgoingWebSocketMessages == stats.incomingWebSocketMessages == 0


def overriding(cls, hook, calls):
    """Return a subclass with an override of a hook that writes down its calls."""

    def override(self, *args, **kwargs):
        calls.append(hook)
        return getattr(cls, hook)(self, *args, **kwargs)

    return type(cls.__name__, (cls,), {hook: override})


@pytest.mark.parametrize("hook", ["onMessage", "data_in", "sendEncoded", "sendMessage"])
def test_an_override_of_the_protocol_is_called(hook):
    calls = []
    connection = opened(overriding(Direct, hook, calls))
    connection.dataReceived(LOOK)
    assert connection.transport.value() == b'\x81\x14["text",["look"],{}]'
    assert calls == [hook]


@pytest.mark.parametrize(
    "hook", ["decode_incoming", "encode_text", "encode_prompt", "encode_default"]
)
def test_an_override_of_the_wire_format_is_called(hook):
    calls = []
    name = "v1.evennia.com"
    wire_format = overriding(EvenniaV1Format, hook, calls)()
    connection = opened(Direct, wire_formats={name: wire_format})
    connection.dataReceived(LOOK)
    connection.send_prompt(">")
    connection.send_default("vitals", hp=1)
    assert connection.transport.value() == (
        b'\x81\x14["text",["look"],{}]\x81\x16["prompt",["&gt;"],{}]\x81\x16["vitals",[],{"hp":1}]'
    )
    assert set(calls) == {hook}


def test_a_wire_format_of_the_class_is_used():
    terminal = WIRE_FORMATS["terminal.mudstandards.org"]
    connection = opened(Direct, wire_format=terminal, onConnect=lambda self, request: None)
    connection.dataReceived(client_frame(TEXT, b"look"))
    assert connection.transport.value() == b"\x82\x08look\x1b[0m"


def test_a_wire_format_without_a_dict_is_used():
    class Bare(Codec):
        __slots__ = ()
        native_format = "evennia_v1"
        name = "v1.evennia.com"
        supports_oob = True

    connection = opened(Direct, wire_formats={Bare.name: Bare()})
    connection.dataReceived(LOOK)
    assert connection.transport.value() == b'\x81\x14["text",["look"],{}]'


def test_an_override_that_the_connection_gets_when_it_opens_is_called():
    calls = []

    class Own(Direct):
        def onOpen(self):
            super().onOpen()
            self.sendEncoded = lambda *message: calls.append(message)

    connection = opened(Own)
    connection.dataReceived(LOOK)
    assert calls == [(b'["text",["look"],{}]', False)]


def test_a_long_command_goes_step_by_step(monkeypatch):
    heard = []
    monkeypatch.setattr(Handler, "data_in", lambda self, session, **kwargs: heard.append(kwargs))
    connection = opened(Direct)
    for size in (100, 500, 1000, 100_000):
        command = {"text": [["x" * size], {}]}
        connection.dataReceived(client_frame(TEXT, json.dumps(["text", *command["text"]]).encode()))
        assert heard.pop() == command


def test_a_session_that_ended_hears_nothing_more():
    connection = opened(Direct)
    events = connection.sessionhandler.events
    connection.dataReceived(client_frame(TEXT, b'["quit",[],{}]'))
    events.clear()
    connection.state = connection.STATE_OPEN  # the close frame is still under way
    connection.dataReceived(LOOK)
    assert events == []


def test_a_wire_format_that_is_changed_later_is_used():
    connection = opened(Direct)
    connection.dataReceived(client_frame(TEXT, b'["format",[],{}]'))
    connection.dataReceived(client_frame(TEXT, b"look"))
    assert connection.sessionhandler.events[-1][0] == {"text": [["look"], {}]}
    assert connection.transport.value() == b"\x82\x08look\x1b[0m"
    connection.wire_format = WIRE_FORMATS["v1.evennia.com"]
    connection.transport.clear()
    connection.dataReceived(LOOK)
    assert connection.transport.value() == b'\x81\x14["text",["look"],{}]'


@pytest.mark.parametrize("protocol", [Direct, StepByStep])
@pytest.mark.parametrize(
    ("subprotocol", "text", "command"),
    [
        ("v1.evennia.com", b'["text",["hi"],{"type":"look"}]', b'["vitals",[],{"hp":1}]'),
        ("gmcp.mudstandards.org", b"hi\x1b[0m", b'Core.Vitals {"hp":1}'),
        (
            "json.mudstandards.org",
            b"hi\x1b[0m",
            b'{"proto":"gmcp","id":"Core.Vitals","data":"{\\"hp\\":1}"}',
        ),
        ("terminal.mudstandards.org", b"hi\x1b[0m", b""),
    ],
)
def test_a_command_goes_out_without_its_keyword_protocol_flags(
    protocol, subprotocol, text, command
):
    connection = opened(protocol)
    connection.wire_format = WIRE_FORMATS[subprotocol]
    keywords = {"protocol_flags": {"NOCOLOR": True}}
    connection.send_text("hi", type="look", **keywords)
    assert connection.transport.value()[2:] == text
    connection.transport.clear()
    connection.send_prompt("hi", **keywords)
    assert b"hi" in connection.transport.value()
    connection.transport.clear()
    connection.send_default("vitals", hp=1, **keywords)
    assert connection.transport.value()[2:] == command
    assert keywords == {"protocol_flags": {"NOCOLOR": True}}
