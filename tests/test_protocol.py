"""The webclient protocol over real loopback connections."""

from __future__ import annotations

import json
import socket
from collections import Counter

import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol
from twisted.logger import LogLevel
from websockets.exceptions import ConnectionClosed

from client_frames import BINARY, CLOSE, CONT, PING, TEXT, client_frame
from mudwire import WebClientProtocol
from serving import TIMEOUT, Session, SlowClock, in_reactor

LOOK = '["text",["look"],{}]'
LOOK_IN = {"text": [["look"], {}]}


def raw(client):
    """Return the client's socket, to send bytes that a client library does not send."""
    return client.socket


# Commands and messages.


def test_a_command_reaches_the_handler_and_text_reaches_the_client(server):
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
def test_messages_of_every_length_arrive_whole(server, size):
    text = "x" * size
    with server.connect(max_size=None) as client:
        client.send(json.dumps(["echo", [text], {}]))
        server.session()
        assert server.handler.next("data_in") == {"echo": [[text], {}]}
        assert json.loads(client.recv(TIMEOUT))[1] == [text]


def test_a_message_may_arrive_byte_by_byte(server):
    with server.connect() as client:
        server.session()
        raw(client).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in client_frame(TEXT, LOOK.encode()):
            raw(client).send(bytes([byte]))
        assert server.handler.next("data_in") == LOOK_IN


def test_many_messages_may_arrive_in_one_segment(server):
    with server.connect() as client:
        server.session()
        frames = [client_frame(TEXT, f'["text",["{n}"],{{}}]'.encode()) for n in range(100)]
        raw(client).send(b"".join(frames))
        for n in range(100):
            assert server.handler.next("data_in") == {"text": [[str(n)], {}]}


def test_a_message_may_arrive_in_fragments_around_a_ping(server):
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
def test_a_message_without_a_command_is_counted_and_dropped(server, message):
    before = Counter(server.protocol.refused)
    with server.connect() as client:
        session = server.session()
        client.send(message)
        client.send(LOOK)
        assert server.handler.next("data_in") == LOOK_IN
        assert session.refused_messages == 1
        assert (server.protocol.refused - before).total() == 1
    assert server.logged() == []


@pytest.mark.parametrize(
    ("subprotocol", "blank", "nonsense"),
    [
        ("terminal.mudstandards.org", ["", " \r\n", b"\n"], [b"\xff"]),
        ("gmcp.mudstandards.org", [b"", b"\r\n", b"\xc2\xa0\t"], ["", " ", b"\xff"]),
        (
            "json.mudstandards.org",
            [b"", b"\r\n", '{"proto":"text","id":"","data":""}', '{"proto":"text"}'],
            ["", " ", "{}", '{"proto":""}', '{"proto":"gmcp","data":""}', b"\xff"],
        ),
    ],
)
def test_a_blank_line_is_dropped_and_not_counted_as_refused(server, subprotocol, blank, nonsense):
    before = Counter(server.protocol.refused)
    with server.connect(subprotocols=[subprotocol]) as client:
        session = server.session()
        for message in [*blank, *nonsense, b"look"]:
            client.send(message)
        assert server.handler.next("data_in") == LOOK_IN
        assert session.refused_messages == len(nonsense)
        assert server.protocol.refused - before == Counter({"no command": len(nonsense)})
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


def test_a_session_that_cannot_be_made_is_logged_and_closed(server):
    server.handler.fails = {"connect"}
    with server.connect() as client:
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(TIMEOUT)
        assert closed.value.rcvd.code == 1011
    server.handler.next("disconnect")
    assert "could not be made" in server.logged()[0]
    server.handler.fails = set()
    with server.connect() as client:
        server.session()


# Bad frames.


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
def test_a_bad_frame_ends_only_its_connection_with_the_right_code(serve, frame, code):
    # In some cases the client's close frame is not read.
    server = serve(closeHandshakeTimeout=0.3, stranger_percent=0)
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


# Subprotocols.


class Upper:
    """A game's own wire format."""

    name = "upper.example.org"
    supports_oob = False

    def decode_incoming(self, payload, is_binary, protocol_flags=None):
        return {payload.decode(): [[], {}]}

    def encode_text(self, text, protocol_flags=None, **kwargs):
        return (text.upper().encode(), True)

    encode_prompt = encode_default = encode_text


FORMATS = {**WebClientProtocol.wire_formats, "upper.example.org": Upper()}


@pytest.mark.parametrize(
    ("subprotocols", "offer", "chosen", "spoken"),
    [
        (None, None, None, "v1.evennia.com"),
        (None, ["upper.example.org"], "upper.example.org", "upper.example.org"),
        (
            ["upper.example.org", "v1.evennia.com"],
            ["v1.evennia.com", "upper.example.org"],
            *["upper.example.org"] * 2,
        ),
        (["v1.evennia.com"], ["upper.example.org"], None, "v1.evennia.com"),
        (["upper.example.org"], None, None, "v1.evennia.com"),
        (["unknown.example.org"], ["unknown.example.org"], None, "v1.evennia.com"),
    ],
)
def test_the_first_offered_subprotocol_of_the_servers_list_is_chosen(
    serve, subprotocols, offer, chosen, spoken
):
    server = serve(wire_formats=FORMATS, subprotocols=subprotocols)
    with server.connect(subprotocols=offer) as client:
        session = server.session()
        assert client.subprotocol == chosen
        assert session.wire_format is FORMATS[spoken]
        assert session.protocol_flags["OOB"] is FORMATS[spoken].supports_oob
    assert len(server.logged()) == bool(offer and not chosen)


def test_a_wire_format_of_the_game_is_used(serve):
    server = serve(wire_formats=FORMATS)
    with server.connect(subprotocols=["upper.example.org"]) as client:
        session = server.session()
        client.send("look")
        assert server.handler.next("data_in") == {"look": [[], {}]}
        in_reactor(session.send_text, "hi")
        assert client.recv(TIMEOUT) == b"HI"


def test_without_wire_formats_the_connection_is_closed(serve):
    server = serve(wire_formats={})
    with server.connect() as client, pytest.raises(ConnectionClosed) as closed:
        client.recv(TIMEOUT)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1000, "No wire formats available")


def test_the_flags_are_those_of_upstream(server):
    with server.connect("/?key&page&firefox"):
        session = server.session()
    assert session.protocol_flags == {
        "NOCOLOR": False,
        "CLIENTNAME": "Evennia Webclient (websocket:firefox [v1.evennia.com])",
        "UTF-8": True,
        "OOB": True,
        "TRUECOLOR": True,
        "XTERM256": True,
        "ANSI": True,
        "ISTYPING": True,
    }
    assert session.protocol_key == "websocket"


# Browser sessions.


@pytest.mark.parametrize(
    ("path", "csessid", "page_id", "browser"),
    [
        ("/", None, None, ""),
        ("/?&", "", None, ""),
        ("/?key", "key", None, ""),
        ("/?key&firefox", "key", None, "firefox"),
        ("/?key&page&fire&fox", "key", "page", "fire&fox"),
        ("/?&page&firefox", "", "page", "firefox"),
        ("/?false&page&firefox", None, "page", "firefox"),
    ],
)
def test_the_query_names_the_browser_session_the_page_and_the_browser(
    server, path, csessid, page_id, browser
):
    with server.connect(path):
        session = server.session()
        assert (session.csessid, session.page_id, session.browserstr) == (csessid, page_id, browser)
        assert not session.logged_in


def logged_in(server, key="key", nonce=0):
    server.browsers[key] = {
        "webclient_authenticated_uid": 7,
        "webclient_authenticated_nonce": nonce,
    }


def test_the_login_of_the_browser_session_logs_the_player_in(server):
    logged_in(server, nonce=3)
    with server.connect("/?key&page&firefox"):
        session = server.session()
        assert (session.uid, session.logged_in, session.nonce) == (7, True, 3)


def test_a_login_is_stored_and_a_close_deletes_it(server):
    with server.connect("/?key&page&firefox"):
        session = server.session()
        session.uid = 7
        in_reactor(session.at_login)
        assert server.browsers["key"] == {"webclient_authenticated_uid": 7}
    assert server.handler.next("disconnect") is session
    assert server.browsers["key"]["webclient_authenticated_uid"] is None


def test_a_close_keeps_the_login_of_a_newer_page(server):
    logged_in(server)
    with server.connect("/?key&page&firefox"):
        session = server.session()
        logged_in(server, nonce=1)
    assert server.handler.next("disconnect") is session
    assert server.browsers["key"]["webclient_authenticated_uid"] == 7


def test_an_unreachable_store_is_logged_and_gives_no_login(server):
    logged_in(server)
    server.browsers.away = True
    with server.connect("/?key&page&firefox"):
        session = server.session()
        assert not session.logged_in
        in_reactor(session.at_login)
    assert server.handler.next("disconnect") is session
    assert [line.split(" of ")[0] for line in server.logged()] == ["The browser session"] * 3


def test_websocket_close_ends_the_session(server):
    with server.connect("/?key&page&firefox") as client:
        session = server.session()
        client.send('["websocket_close",[],{}]')
        assert server.handler.next("disconnect") is session
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(TIMEOUT)
        assert closed.value.rcvd.code == 1000


# The end of a session.


def lose(client):
    """Cut the connection without a close frame."""
    raw(client).shutdown(socket.SHUT_RDWR)


def wait_for_loss(session):
    """Wait until the server has noticed the loss."""

    def loss():
        return session.is_closed

    in_reactor(loss)


def test_a_lost_session_is_resumed_by_the_same_browser(server):
    logged_in(server)
    clock = server.factory.reactor = SlowClock()
    with server.connect("/?key&page&firefox") as client:
        old = server.session()
        lose(client)
        wait_for_loss(old)
    with server.connect("/?key&other&firefox"):
        assert server.handler.next("disconnect") is old
        new = server.session()
        assert new.sessid == old.sessid
        clock.advance(old.unclean_close_grace)
        in_reactor(old.disconnect)
        assert server.handler[new.sessid] is new
    assert server.handler.next("disconnect") is new
    assert server.handler.events.empty()


def test_each_page_continues_its_own_lost_session(server):
    logged_in(server)
    server.factory.reactor = SlowClock()
    with server.connect("/?key&one&firefox") as one, server.connect("/?key&two&firefox") as two:
        old = {page: server.session() for page in ("one", "two")}
        lose(one)
        lose(two)
        for session in old.values():
            wait_for_loss(session)
    with server.connect("/?key&one&firefox"):
        assert server.handler.next("disconnect") is old["one"]
        assert server.session().sessid == old["one"].sessid
        with server.connect("/?key&two&firefox"):
            assert server.handler.next("disconnect") is old["two"]
            assert server.session().sessid == old["two"].sessid


def test_a_page_continues_its_session_before_the_loss_is_noticed(server):
    logged_in(server)
    with server.connect("/?key&page&firefox") as client, server.connect("/?key&page&firefox"):
        old = server.session()
        assert server.handler.next("disconnect") is old
        assert server.session().sessid == old.sessid
        with pytest.raises(ConnectionClosed):
            client.recv(TIMEOUT)


def test_another_tab_of_the_browser_has_its_own_session(server):
    logged_in(server)
    with server.connect("/?key&one&firefox"), server.connect("/?key&two&firefox"):
        one, two = server.session(), server.session()
        assert one.sessid != two.sessid


def test_a_lost_session_ends_after_the_grace_and_keeps_the_login(server):
    logged_in(server)
    clock = server.factory.reactor = SlowClock()
    with server.connect("/?key&page&firefox") as client:
        session = server.session()
        lose(client)
        wait_for_loss(session)
    in_reactor(session.send_text, "nobody reads this")
    in_reactor(clock.advance, session.unclean_close_grace - 1)
    assert server.handler.events.empty()
    in_reactor(clock.advance, 1)
    assert server.handler.next("disconnect") is session
    assert server.browsers["key"]["webclient_authenticated_uid"] == 7
    assert any("unclean_close_grace" in line for line in server.logged(LogLevel.info))


def test_a_lost_session_that_the_game_disconnects_is_logged_out(server):
    logged_in(server)
    clock = server.factory.reactor = SlowClock()
    with server.connect("/?key&page&firefox") as client:
        session = server.session()
        lose(client)
        wait_for_loss(session)
    in_reactor(session.disconnect, "Idle too long")
    assert server.handler.next("disconnect") is session
    assert server.browsers["key"]["webclient_authenticated_uid"] is None
    in_reactor(clock.advance, 0)  # the connection has arrived
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize("path", ["/", "/?key&page&firefox"])
def test_a_lost_session_that_nobody_can_resume_ends_at_once(server, path):
    with server.connect(path) as client:
        session = server.session()
        lose(client)
        assert server.handler.next("disconnect") is session


@pytest.mark.parametrize(
    ("payload", "uid"),
    [
        pytest.param((1000).to_bytes(2, "big"), None, id="1000"),
        pytest.param((1001).to_bytes(2, "big"), None, id="1001"),
        pytest.param(b"", 7, id="no code"),
    ],
)
def test_a_close_frame_ends_the_session_at_once_and_without_a_code_keeps_the_login(
    server, payload, uid
):
    logged_in(server)
    with server.connect("/?key&page&firefox") as client:
        session = server.session()
        raw(client).send(client_frame(CLOSE, payload))
        assert server.handler.next("disconnect") is session
    assert server.browsers["key"]["webclient_authenticated_uid"] == uid


@pytest.mark.parametrize("first", ["disconnect", "onClose"])
def test_a_session_ends_once_in_any_order_of_calls(server, first):
    with server.connect():
        session = server.session()

        def end():
            for call in (first, "disconnect", "onClose", "onClose", "disconnect"):
                if call == "disconnect":
                    session.disconnect("again")
                else:
                    session.onClose(True, 1000, "again")

        in_reactor(end)
        assert server.handler.next("disconnect") is session
    assert server.handler.events.empty()
    assert server.logged() == []


def test_a_successor_with_the_same_number_is_not_disconnected(server):
    with server.connect():
        session = server.session()
        successor = server.handler[session.sessid] = object()
        in_reactor(session.disconnect)
        assert server.handler.pop(session.sessid) is successor
    assert server.handler.events.empty()


def test_a_handler_that_keeps_a_disconnected_session_is_called_again_at_the_close(server):
    # Evennia's disconnect_all keeps each session in the table until its loop ends.
    with server.connect() as client:
        session = server.session()

        def disconnect_all():
            server.handler.pop = lambda *_: None
            for each in server.handler.values():
                each.disconnect()
            del server.handler.pop

        in_reactor(disconnect_all)
        with pytest.raises(ConnectionClosed):
            client.recv(TIMEOUT)
    assert server.handler.next("disconnect") is session
    assert server.handler.next("disconnect") is session
    assert server.handler == {}


def test_an_error_of_the_handler_at_disconnect_is_logged(server):
    server.handler.fails = {"disconnect"}
    with server.connect():
        session = server.session()
    assert server.handler.next("disconnect") is session
    wait_for_loss(session)
    (line,) = server.logged()
    assert "failed to disconnect" in line


@pytest.mark.parametrize("reason", [None, "Bye", "x" * 200, "\ud800", 7])
def test_the_reason_reaches_the_client_in_the_close_frame(server, reason):
    with server.connect() as client:
        session = server.session()
        in_reactor(session.disconnect, reason)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(TIMEOUT)
        assert closed.value.rcvd.code == 1000
        said = "" if reason is None else str(reason).replace("\ud800", "?")[:123]
        assert closed.value.rcvd.reason == said


def test_a_closing_connection_sends_nothing_and_raises_nothing(server):
    with server.connect() as client:
        session = server.session()

        def close_and_send():
            session.disconnect()
            session.send_text("late")
            session.send_prompt("late")
            session.send_default("late")
            session.sendLine("late")
            session.sendEncoded(b"late")

        in_reactor(close_and_send)
        with pytest.raises(ConnectionClosed):
            client.recv(TIMEOUT)
    assert server.logged() == []


def test_a_message_after_the_end_of_the_session_is_dropped(server):
    with server.connect() as client:
        session = server.session()
        raw(client).send(
            client_frame(TEXT, b'["websocket_close",[],{}]') + client_frame(TEXT, LOOK.encode())
        )
        assert server.handler.next("disconnect") is session
        with pytest.raises(ConnectionClosed):
            client.recv(TIMEOUT)
    assert server.handler.events.empty()


def test_a_connection_lost_in_the_handshake_logs_nothing(server):
    with socket.create_connection(server.address, TIMEOUT) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n")
    with server.connect():
        server.session()
    assert server.logged() == []


# The client's address.


@pytest.mark.parametrize(
    ("upstreams", "header", "address"),
    [
        ([], "9.9.9.9", "127.0.0.1"),
        (["127.0.0.1"], None, "127.0.0.1"),
        (["127.0.0.1"], "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (["127.0.0.0/8", "10.0.0.0/8"], "6.6.6.6, 9.9.9.9, 10.1.2.3", "9.9.9.9"),
    ],
)
def test_the_address_is_the_client_behind_the_proxies(serve, upstreams, header, address):
    server = serve(upstream_ips=upstreams)
    with server.connect(additional_headers={"X-Forwarded-For": header} if header else {}):
        assert server.session().address == address


# The class.


def test_send_methods_are_those_of_upstream(server):
    # A handler calls send_<name> for a command <name>, so another method of that form would be
    # called for a command. Autobahn's instances also have send_state and send_queue.
    upstream = {"send_text", "send_prompt", "send_default", "send_state", "send_queue"}
    with server.connect():
        session = server.session()
        assert {name for name in dir(session) if name.startswith("send_")} == upstream


def test_only_the_known_names_override_names_of_autobahn():
    # peer_transport is in the class of old versions only.
    overridden = {
        "__init__",
        "_connectionLost",
        "_connectionMade",
        "_onMessageBegin",
        "_onMessageFrameBegin",
        "_onMessageFrameData",
        "_onOpen",
        "_sendAutoPing",
        "CONFIG_ATTRS",
        "dataReceived",
        "dropConnection",
        "log",
        "on",
        "onAutoPingTimeout",
        "onClose",
        "onConnect",
        "onMessage",
        "onOpen",
        "sendData",
        "sendMessage",
        "setTrackTimings",
        "succeedHandshake",
    }
    ours = {
        name
        for base in WebClientProtocol.__mro__
        if base.__module__ in ("mudwire.fast_path", "mudwire.protocol")
        or base.__name__ in ("BrowserLogin", "Connection")
        for name in vars(base)
        if name == "__init__" or not name.startswith("__")
    }
    assert ours & set(dir(WebSocketServerProtocol)) - {"peer_transport"} == overridden


@pytest.mark.parametrize(
    "hook",
    [
        "data_in",
        "onMessage",
        "sendEncoded",
        "sendMessage",
        "send_text",
        "sendData",
        "sendFrame",
        "onMessageBegin",
        "onMessageFrameData",
    ],
)
def test_an_override_is_called(serve, hook):
    calls = []

    class Own(WebClientProtocol):
        pass

    def override(self, *args, **kwargs):
        calls.append(hook)
        return getattr(super(Own, self), hook)(*args, **kwargs)

    setattr(Own, hook, override)
    server = serve(bases=(Own, Session))
    with server.connect() as client:
        server.session()
        calls.clear()
        client.send('["echo",["hi"],{}]')
        assert json.loads(client.recv(TIMEOUT))[1] == ["hi"]
        assert calls


def test_a_typical_subclass_of_a_game_works(serve):
    class Godot(WebClientProtocol):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.protocol_key = "godotclient/websocket"

        def send_text(self, *args, **kwargs):
            self.sendLine(json.dumps(["text", [f"[b]{args[0]}[/b]"], {}]))

    server = serve(bases=(Godot, Session))
    with server.connect() as client:
        in_reactor(server.session().send_text, "hi")
        assert json.loads(client.recv(TIMEOUT)) == ["text", ["[b]hi[/b]"], {}]
