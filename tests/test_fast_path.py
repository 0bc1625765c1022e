"""The fast path of messages and the plain path give the same, and overrides are called."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from client_frames import BINARY, PING, TEXT, client_frame
from fakes import RecordingHandler, opened, settle
from mudwire import WebClientProtocol
from mudwire._native import (
    Budget,
    Codec,
    Intake,
    TrafficStats,
    default_frame,
    receive_command,
    text_frame,
)
from mudwire.formats import WIRE_FORMATS, EvenniaV1Format
from mudwire.protocol import PlainWebClientProtocol
from mudwire.sessions.session import Session


class ObeyingHandler(RecordingHandler):
    """A session handler that writes down what it hears, and does what the command says."""

    def data_in(self, session, **commands):
        self.events.put((commands, str(session.trafficStats), session.state))
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
        self.events.put(("heard", payload, is_binary))

    def taken_events(self):
        """Return the events so far, without the sessions, and forget them."""
        events = []
        while not self.events.empty():
            events.append(tuple(part for part in self.events.get() if not is_session(part)))
        return events


def is_session(part):
    return isinstance(part, PlainWebClientProtocol)


class LoggingFailures:
    def _log_failure(self, error):
        self.sessionhandler.events.put(("failed", repr(error)))


class Fast(LoggingFailures, WebClientProtocol, Session):
    """A message in one native call."""


class FastFrames(Fast):
    """Frames natively, every other step in Python."""

    def onMessage(self, payload, isBinary):
        super().onMessage(payload, isBinary)

    def data_in(self, **kwargs):
        super().data_in(**kwargs)

    def sendEncoded(self, data, is_binary=False):
        super().sendEncoded(data, is_binary)


class Plain(LoggingFailures, PlainWebClientProtocol, Session):
    """Every step in Python, frames through Autobahn."""


def play(protocol, segments):
    """Feed a connection the segments and return all that was seen."""
    handler = ObeyingHandler()
    connection = opened(protocol, handler)
    seen = []
    for segment in segments:
        if connection.transport.disconnecting:
            break
        connection.dataReceived(segment)
        settle(connection)
        seen.append(
            (
                connection.transport.value(),
                connection.state,
                str(connection.trafficStats),
                connection.refused_messages,
            )
        )
    connection.connectionLost(Failure(ConnectionDone()))
    return seen, handler.taken_events()


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
def test_fast_and_plain_path_give_the_same(stream, cuts):
    cuts = [min(cut, len(stream)) for cut in cuts]
    pairs = zip([0, *cuts], [*cuts, len(stream)], strict=True)
    segments = [stream[start:end] for start, end in pairs if start < end]
    seen = play(Fast, segments)
    assert seen == play(FastFrames, segments)
    assert seen == play(Plain, segments)


LOOK = client_frame(TEXT, b'["text",["look"],{}]')


def test_without_overrides_a_message_takes_one_native_call(monkeypatch):
    connection = opened(Fast, ObeyingHandler())
    for step in ("onMessage", "data_in", "sendEncoded", "sendMessage"):
        monkeypatch.setattr(Fast, step, None)
    connection.dataReceived(LOOK)
    assert connection.transport.value() == b'\x81\x14["text",["look"],{}]'
    connection.send_prompt(">")
    connection.send_default("vitals", hp=1)
    assert connection.transport.value().endswith(
        b'\x81\x16["prompt",["&gt;"],{}]\x81\x16["vitals",[],{"hp":1}]'
    )


@pytest.mark.parametrize("message", [b"{}", b"[1,[],{}]", b'["self",[],{}]'])
def test_a_refused_command_is_read_once_and_counted_once(monkeypatch, message):
    connection = opened(Fast, ObeyingHandler())
    monkeypatch.setattr(Fast, "onMessage", None)
    connection.dataReceived(client_frame(TEXT, message))
    assert connection.refused_messages == 1
    assert connection.trafficStats.incomingWebSocketMessages == 1
    assert connection.sessionhandler.taken_events() == [("connect",)]


@pytest.mark.parametrize("name", [name for name in WIRE_FORMATS if name != EvenniaV1Format.name])
def test_the_native_steps_refuse_other_formats(name):
    codec, stats = WIRE_FORMATS[name], TrafficStats()
    intake = Intake(Budget(*[(0, 0)] * 3), 0)
    for step in (
        lambda: receive_command(100, stats, intake, codec, LOOK, frozenset(), None, None),
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
    connection = opened(overriding(Fast, hook, calls), ObeyingHandler())
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
    connection = opened(Fast, ObeyingHandler(), wire_formats={name: wire_format})
    connection.dataReceived(LOOK)
    connection.send_prompt(">")
    connection.send_default("vitals", hp=1)
    assert connection.transport.value() == (
        b'\x81\x14["text",["look"],{}]\x81\x16["prompt",["&gt;"],{}]\x81\x16["vitals",[],{"hp":1}]'
    )
    assert set(calls) == {hook}


@pytest.mark.parametrize("protocol", [Fast, Plain])
def test_an_override_of_is_blank_line_is_called(protocol):
    class Lenient(EvenniaV1Format):
        def is_blank_line(self, payload, is_binary):
            return payload == b"{}"

    connection = opened(protocol, ObeyingHandler(), wire_formats={Lenient.name: Lenient()})
    connection.dataReceived(client_frame(TEXT, b"{}"))
    assert connection.refused_messages == 0
    connection.dataReceived(client_frame(TEXT, b"{"))
    assert connection.refused_messages == 1


@pytest.mark.parametrize("protocol", [Fast, FastFrames, Plain])
def test_the_wire_format_logs_a_keyword_that_cannot_go_out(protocol):
    lines = []

    class Logging(EvenniaV1Format):
        def warn(self, message):
            lines.append(message)

    connection = opened(protocol, ObeyingHandler(), wire_formats={Logging.name: Logging()})
    connection.send_text("hi", protocol_flags={})
    connection.send_prompt("hi", protocol_flags={})
    connection.send_default("vitals", protocol_flags={})
    assert lines == ["a command went out without its keyword protocol_flags"] * 3


def test_a_wire_format_of_the_class_is_used():
    terminal = WIRE_FORMATS["terminal.mudstandards.org"]
    connection = opened(
        Fast, ObeyingHandler(), wire_format=terminal, onConnect=lambda self, request: None
    )
    connection.dataReceived(client_frame(TEXT, b"look"))
    assert connection.transport.value() == b"\x82\x08look\x1b[0m"


def test_a_wire_format_without_a_dict_is_used():
    class Bare(Codec):
        __slots__ = ()
        native_format = "evennia_v1"
        name = "v1.evennia.com"
        supports_oob = True

    connection = opened(Fast, ObeyingHandler(), wire_formats={Bare.name: Bare()})
    connection.dataReceived(LOOK)
    assert connection.transport.value() == b'\x81\x14["text",["look"],{}]'


def test_an_override_that_onOpen_puts_into_the_instance_is_called():
    calls = []

    class Own(Fast):
        def onOpen(self):
            super().onOpen()
            self.sendEncoded = lambda *message: calls.append(message)

    connection = opened(Own, ObeyingHandler())
    connection.dataReceived(LOOK)
    assert calls == [(b'["text",["look"],{}]', False)]


def test_a_long_command_takes_python_steps(monkeypatch):
    heard = []
    monkeypatch.setattr(
        ObeyingHandler, "data_in", lambda self, session, **kwargs: heard.append(kwargs)
    )
    connection = opened(Fast, ObeyingHandler())
    for size in (100, 500, 1000, 100_000):
        command = {"text": [["x" * size], {}]}
        frame = client_frame(TEXT, json.dumps(["text", *command["text"]]).encode())
        connection.dataReceived(frame)
        settle(connection)
        assert heard.pop() == command


def test_a_session_that_ended_hears_nothing_more():
    connection = opened(Fast, ObeyingHandler())
    handler = connection.sessionhandler
    connection.dataReceived(client_frame(TEXT, b'["quit",[],{}]'))
    assert handler.taken_events()
    connection.state = connection.STATE_OPEN  # as if the close frame had not been sent yet
    connection.dataReceived(LOOK)
    assert handler.taken_events() == []


def test_a_wire_format_that_changes_later_is_used():
    connection = opened(Fast, ObeyingHandler())
    connection.dataReceived(client_frame(TEXT, b'["format",[],{}]'))
    connection.dataReceived(client_frame(TEXT, b"look"))
    assert connection.sessionhandler.taken_events()[-1][0] == {"text": [["look"], {}]}
    assert connection.transport.value() == b"\x82\x08look\x1b[0m"
    connection.wire_format = WIRE_FORMATS["v1.evennia.com"]
    connection.transport.clear()
    connection.dataReceived(LOOK)
    assert connection.transport.value() == b'\x81\x14["text",["look"],{}]'


@pytest.mark.parametrize("protocol", [Fast, FastFrames, Plain])
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
    connection = opened(protocol, ObeyingHandler())
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
