"""The webclient protocol over real loopback connections."""

from __future__ import annotations

import json
import socket
from collections import Counter

import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol
from client_frames import BINARY, CLOSE, CONT, PING, TEXT, client_frame
from serving import TIMEOUT, BrowserSessions, Session, in_reactor
from twisted.internet.task import Clock
from twisted.logger import LogLevel
from websockets.exceptions import ConnectionClosed

from mudwire.protocol import WebClientProtocol

LOOK = '["text",["look"],{}]'
LOOK_IN = {"text": [["look"], {}]}


def raw(client):
    """The client's socket, for bytes that no client library sends."""
    return client.socket


# commands and messages


def test_a_command_reaches_the_handler_and_text_the_client(server):
    with server.connect() as client:
        session = server.session()
        client.send(LOOK)
        assert server.handler.next("data_in") == LOOK_IN
        in_reactor(session.send_text, "hi", "more", type="look")
        assert json.loads(client.recv(TIMEOUT)) == ["text", ["hi", "more"], {"type": "look"}]
        in_reactor(session.send_prompt, ">")
        assert json.loads(client.recv(TIMEOUT)) == ["prompt", ["&gt;"], {}]
        in_reactor(session.send_default, "room", 1, exits=2)
        assert json.loads(client.recv(TIMEOUT)) == ["room", [1], {"exits": 2}]
        in_reactor(session.sendLine, "a line")
        assert client.recv(TIMEOUT) == "a line"
        in_reactor(session.sendEncoded, b"\xff", True)
        assert client.recv(TIMEOUT) == b"\xff"
    assert server.handler.next("disconnect") is session
    assert server.logged() == []


@pytest.mark.parametrize("size", [0, 1, 125, 126, 0xFFFF, 0x10000, 300_000])
def test_messages_of_every_length_pass_whole(server, size):
    text = "x" * size
    with server.connect(max_size=None) as client:
        client.send(json.dumps(["echo", [text], {}]))
        server.session()
        assert server.handler.next("data_in") == {"echo": [[text], {}]}
        assert json.loads(client.recv(TIMEOUT))[1] == [text]


def test_a_message_comes_byte_by_byte(server):
    with server.connect() as client:
        server.session()
        raw(client).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in client_frame(TEXT, LOOK.encode()):
            raw(client).send(bytes([byte]))
        assert server.handler.next("data_in") == LOOK_IN


def test_many_messages_come_in_one_segment(server):
    with server.connect() as client:
        server.session()
        frames = [client_frame(TEXT, f'["text",["{n}"],{{}}]'.encode()) for n in range(100)]
        raw(client).send(b"".join(frames))
        for n in range(100):
            assert server.handler.next("data_in") == {"text": [[str(n)], {}]}


def test_a_message_comes_in_fragments_around_a_ping(server):
    with server.connect() as client:
        server.session()
        head, tail = LOOK.encode()[:5], LOOK.encode()[5:]
        raw(client).send(
            client_frame(TEXT, head, fin=False)
            + client_frame(PING, b"?")
            + client_frame(CONT, tail)
            + client_frame(TEXT, LOOK.encode())
        )
        assert server.handler.next("data_in") == LOOK_IN
        assert server.handler.next("data_in") == LOOK_IN


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "null",
        "[]",
        '["text"]',
        '["text",[]]',
        "[1,[],{}]",
        '{"text":[]}',
        b"\xff\xfe",
        '["self",[],{}]',
        '["session",[],{}]',
        '["options",[],{}]',
    ],
)
def test_what_is_no_command_is_counted_and_dropped(server, message):
    before = Counter(server.protocol.refused)
    with server.connect() as client:
        session = server.session()
        client.send(message)
        client.send(LOOK)
        assert server.handler.next("data_in") == LOOK_IN
        assert session.refused_messages == 1
        assert (server.protocol.refused - before).total() == 1
    assert server.logged() == []


def test_a_hook_that_raises_is_logged_and_the_connection_goes_on(server):
    server.handler.fails = {"data_in"}
    with server.connect() as client:
        server.session()
        client.send(LOOK)
        client.ping().wait(TIMEOUT)
        server.handler.fails = set()
        client.send(LOOK)
        assert server.handler.next("data_in") == LOOK_IN
    (line,) = server.logged()
    assert "could not be handled" in line
    (event,) = [event for event in server.log if event["log_level"] is LogLevel.critical]
    assert event["log_failure"].check(RuntimeError)


# bad frames


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param(client_frame(TEXT, b"{}", key=None), 1002, id="unmasked"),
        pytest.param(client_frame(TEXT, b"{}", reserved=4), 1002, id="reserved bit"),
        pytest.param(client_frame(CONT, b"{}"), 1002, id="continuation of nothing"),
        pytest.param(client_frame(PING, b"", fin=False), 1002, id="fragmented control frame"),
        pytest.param(
            client_frame(TEXT, b"{}", fin=False) + client_frame(TEXT, b"{}"),
            1002,
            id="no continuation",
        ),
        pytest.param(b"\x83\x80\0\0\0\0", 1002, id="reserved data opcode"),
        pytest.param(b"\x8b\x80\0\0\0\0", 1002, id="reserved control opcode"),
        pytest.param(b"\x89\xfe\0\x7e\0\0\0\0", 1002, id="long control frame"),
        pytest.param(b"\x81\xfe\0\x01\0\0\0\0x", 1002, id="length not the shortest"),
        pytest.param(b"\x81\xff" + b"\xff" * 8 + b"\0\0\0\0x", 1002, id="length over 63 bits"),
        pytest.param(b"\x88\x81\0\0\0\0x", 1002, id="close frame with one byte"),
        pytest.param(client_frame(CLOSE, b"\x03\xee"), 1002, id="reserved close code"),
        pytest.param(client_frame(CLOSE, b"\x03\xe8\xff"), 1007, id="close reason not UTF-8"),
        pytest.param(client_frame(TEXT, b"\xff"), 1007, id="text not UTF-8"),
        pytest.param(client_frame(TEXT, b"\xf0\x9f"), 1007, id="text ends in a character"),
        pytest.param(b"\x81\xfe\xff\xff\0\0\0\0\xff", 1007, id="part of a text not UTF-8"),
        pytest.param(b"\x82\xff\0\0\0\0\0\x10\0\x01\0\0\0\0", 1009, id="too long"),
        pytest.param(
            client_frame(BINARY, b"x" * 0x80000, fin=False) + b"\0\xff\0\0\0\0\0\x08\0\x01\0\0\0\0",
            1009,
            id="too long together",
        ),
    ],
)
def test_a_bad_frame_ends_its_own_connection_with_the_right_code(server, frame, code):
    with server.connect() as neighbour, server.connect() as client:
        sessions = [server.session(), server.session()]
        raw(client).sendall(client_frame(TEXT, LOOK.encode()) + frame)
        assert server.handler.next("data_in") == LOOK_IN
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(TIMEOUT)
        assert closed.value.rcvd.code == code
        assert server.handler.next("disconnect") is sessions[1]
        neighbour.send(LOOK)
        assert server.handler.next("data_in") == LOOK_IN
    assert not any("Traceback" in line for line in server.logged())
