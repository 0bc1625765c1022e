"""The embedded application's session and session handler."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogLevel, formatEvent

from mudwire.game import Game
from mudwire.limits import Limits
from mudwire.portal import WebSocketClient
from mudwire.quiet_log import SHARED
from mudwire.sessions.handler import EmbeddedSessionHandler
from mudwire.sessions.session import Session


class Recorder(Game):
    """A game that records its calls; ``fails`` names the hooks that raise."""

    def __init__(self):
        self.heard = []
        self.fails = set()
        hooks = ("start", "connect", "login", "text", "command", "disconnect")
        self.takes = dict.fromkeys(hooks, 0.0)
        self.clock = Clock()

    def hear(self, hook, *what):
        self.heard.append((hook, *what))
        self.clock.advance(self.takes[hook])
        if hook in self.fails:
            raise RuntimeError(f"{hook} fails")

    def at_start(self):
        self.hear("start")

    def at_connect(self, session):
        self.hear("connect", session)

    def at_text(self, session, text):
        self.hear("text", session, text)

    def at_command(self, session, name, args, kwargs):
        self.hear("command", session, name, args, kwargs)

    def at_login(self, session):
        self.hear("login", session)

    def at_disconnect(self, session):
        self.hear("disconnect", session)


class RecordingSession(Limits, Session):
    """A session that records its messages and refusals."""

    def __init__(self, handler):
        self.sent = []
        self.refused = Counter()
        self.init_session("websocket", "192.0.2.1", handler)

    def refuse(self, reason):
        self.refused[reason] += 1

    def send_text(self, *args, **kwargs):
        self.sent.append(("text", args, kwargs))

    def send_default(self, cmdname, *args, **kwargs):
        self.sent.append((cmdname, args, kwargs))


@pytest.fixture
def game():
    return Recorder()


@pytest.fixture
def handler(game):
    return EmbeddedSessionHandler(game)


@pytest.fixture
def session(handler):
    session = RecordingSession(handler)
    handler.connect(session)
    return session


def failures(log):
    return [event for event in log if event["log_level"] >= LogLevel.critical]


# Sessions.


def test_a_session_begins_with_evennias_flags(handler):
    session = RecordingSession(handler)
    assert session.protocol_flags == {
        "ENCODING": "utf-8",
        "SCREENREADER": False,
        "INPUTDEBUG": False,
        "RAW": False,
        "NOCOLOR": False,
        "LOCALECHO": False,
    }
    assert (session.sessid, session.uid, session.logged_in) == (0, None, False)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"text": "hi"}, ("text", ("hi",), {})),
        ({"prompt": ">"}, ("prompt", (">",), {})),
        ({"room": {"exits": 3}}, ("room", (), {"exits": 3})),
        ({"dice": (1, 6)}, ("dice", (1, 6), {})),
        ({"text": "hi", "options": {"raw": True}}, ("text", ("hi",), {"options": {"raw": True}})),
        ({"text": ""}, ("text", ("",), {})),
    ],
)
def test_msg_sends_commands(session, given, sent):
    session.msg(**given)
    assert session.sent == [sent]


def test_msg_sends_text_before_other_commands(session):
    session.msg("hi", prompt=">", room={})
    assert [name for name, *_ in session.sent] == ["text", "prompt", "room"]


def test_log_in_remembers_the_account(session):
    hooks = []
    session.at_login = lambda: hooks.append(session.uid)
    session.log_in(7)
    assert (session.uid, session.uname, session.logged_in, hooks) == (7, "7", True, [7])


def test_the_client_hears_of_a_login_that_is_stored(handler, session):
    session.log_in("Ada")
    assert session.sent == []
    handler.logged_in(session)
    assert session.sent == [("logged_in", (), {})]


def test_the_client_hears_that_its_browser_is_logged_in_before_the_game_speaks(game, handler):
    session = RecordingSession(handler)
    session.logged_in = True
    game.at_connect = lambda session: session.msg("Welcome.")
    handler.connect(session)
    assert session.sent == [("logged_in", (), {}), ("text", ("Welcome.",), {})]


def test_no_attribute_of_a_session_hides_an_attribute_of_the_protocol():
    """A concrete class derives from both, so their names must differ."""
    shared = {"at_login", "disconnect"}
    ours = {name for name in vars(Session) if not name.startswith("__")} - shared
    theirs = {
        name
        for base in WebSocketClient.__mro__
        if base not in (WebSocketClient, Session)
        for name in vars(base)
    }
    assert not ours & theirs


# The handler.


def test_sessions_are_numbered_and_shown_to_the_game(game, handler):
    first, second = RecordingSession(handler), RecordingSession(handler)
    handler.connect(first)
    handler.connect(second)
    assert first.sessid != second.sessid
    assert game.heard == [("connect", first), ("connect", second)]
    assert list(handler) == [first, second]


def test_a_session_is_disconnected_once_and_by_identity(game, handler, session):
    impostor = RecordingSession(handler)
    impostor.sessid = session.sessid
    handler.disconnect(impostor)
    assert handler.count() == 1
    handler.disconnect(session)
    handler.disconnect(session)
    assert game.heard[1:] == [("disconnect", session)]


def test_a_resumed_session_keeps_its_number(handler, session):
    handler.disconnect(session)
    successor = RecordingSession(handler)
    successor.sessid = session.sessid
    handler.connect(successor)
    assert successor.sessid == session.sessid


def test_commands_reach_the_game(game, handler, session):
    handler.data_in(session, text=[["look", "more"], {}], pong=[[1], {"a": 2}])
    assert game.heard[1:] == [
        ("text", session, "look"),
        ("command", session, "pong", [1], {"a": 2}),
    ]


@pytest.mark.parametrize("value", [["look", {}], [["look"], []], [None, None], [[], {}], [[7], {}]])
def test_a_command_of_the_wrong_types_is_refused_and_counted(game, handler, session, value):
    handler.data_in(session, text=value)
    assert game.heard[1:] == []
    assert session.refused == {"wrong arguments": 1}


def type_line(handler, session, line):
    handler.data_in(session, text=[[line], {}])


def test_commands_during_a_login_come_after_it(game, handler, session):
    game.heard.clear()
    handler.hold(session)
    type_line(handler, session, "one")
    handler.data_in(session, text=[["two"], {}], pong=[[], {}])
    assert game.heard == []
    handler.logged_in(session)
    type_line(handler, session, "three")
    assert [heard[0] for heard in game.heard] == ["login", "text", "text", "command", "text"]
    assert [heard[2] for heard in game.heard[1:]] == ["one", "two", "pong", "three"]


def test_a_login_holds_only_the_commands_of_its_own_session(game, handler, session):
    other = RecordingSession(handler)
    handler.connect(other)
    handler.hold(session)
    type_line(handler, other, "hi")
    assert game.heard[-1] == ("text", other, "hi")


def test_a_held_command_that_logs_in_again_holds_those_after_it(game, handler, session):
    handler.hold(session)
    for line in ("one", "two", "three"):
        type_line(handler, session, line)
    game.at_text = lambda session, line: (game.hear("text", line), handler.hold(session))
    game.heard.clear()
    handler.logged_in(session)
    assert game.heard == [("login", session), ("text", "one")]
    handler.logged_in(session)
    handler.logged_in(session)
    assert [heard[1] for heard in game.heard[1:]] == ["one", session, "two", session, "three"]


def test_a_session_that_ends_during_its_login_is_not_heard_of_again(game, handler, session):
    handler.hold(session)
    type_line(handler, session, "one")
    handler.disconnect(session)
    handler.logged_in(session)
    handler.hold(session)
    assert game.heard[1:] == [("disconnect", session)]
    assert handler._held == {}


def test_a_held_command_that_ends_the_session_is_the_last(game, handler, session):
    handler.hold(session)
    type_line(handler, session, "one")
    type_line(handler, session, "two")
    game.at_text = lambda session, line: (game.hear("text", line), handler.disconnect(session))
    handler.logged_in(session)
    assert [heard[0] for heard in game.heard[1:]] == ["login", "text", "disconnect"]


def test_the_page_asks_for_a_token_and_the_game_does_not_hear_of_it(game, handler, session):
    asked = []
    session.offer_cookie = lambda: asked.append(session)
    handler.data_in(session, browser_session=[[], {}])
    assert asked == [session]
    assert [heard[0] for heard in game.heard] == ["connect"]


def test_an_error_of_the_game_is_logged_and_other_players_go_on(game, handler, session, log_events):
    game.fails = {"text", "command", "disconnect"}
    handler.data_in(session, text=[["look"], {}], pong=[[], {}])
    assert len(failures(log_events)) == 2
    assert [args for _, args, _ in session.sent] == [
        ("|rSomething went wrong in the game; it has been noted.|n",)
    ] * 2
    neighbour = RecordingSession(handler)
    handler.connect(neighbour)
    handler.disconnect(session)
    assert list(handler) == [neighbour]


# Slow hooks.


@pytest.fixture
def slow(game, monkeypatch):
    """Give a function that makes hooks take time, in seconds of a fake clock."""
    monkeypatch.setattr(time, "monotonic", game.clock.seconds)
    SHARED.reset()  # its rates are measured by this clock

    def slow(seconds, *hooks):
        game.takes.update(dict.fromkeys(hooks, seconds))

    return slow


def call_all(game, handler):
    handler.timed(game.at_start)
    session = RecordingSession(handler)
    handler.connect(session)
    handler.data_in(session, text=[["look"], {}], pong=[[], {}])
    handler.disconnect(session)
    return session.sessid


HOOKS = ("start", "connect", "text", "command", "disconnect")


@pytest.mark.parametrize("fails", [False, True])
def test_a_hook_that_blocks_is_logged_with_its_name(game, handler, slow, log_events, fails):
    slow(0.25, *HOOKS)
    game.fails = {"connect", "text", "command", "disconnect"} if fails else set()
    sessid = call_all(game, handler)
    lines = [formatEvent(event) for event in log_events if event["log_level"] is LogLevel.warn]
    assert lines == [
        "Recorder.at_start blocked all players for 250 ms",
        *(
            f"Recorder.at_{hook} blocked all players for 250 ms, for session {sessid}"
            for hook in HOOKS[1:]
        ),
    ]


@pytest.mark.parametrize("takes", [(0.25, 0.25), (0.0, 0.1), (30.0, 60.0), (30.0, 0)])
def test_a_hook_within_the_limit_is_not_logged(game, handler, slow, log_events, takes):
    seconds, handler.slow_hook_seconds = takes
    slow(seconds, *HOOKS)
    call_all(game, handler)
    assert [event for event in log_events if event["log_level"] >= LogLevel.warn] == []
    assert len(game.heard) == len(HOOKS)


def test_a_slow_hook_that_raises_is_logged_and_raises_outside_of_a_session(
    game, handler, slow, log_events
):
    slow(1, "start")
    game.fails = {"start"}
    with pytest.raises(RuntimeError, match="start fails"):
        handler.timed(game.at_start)
    assert [formatEvent(event) for event in log_events] == [
        "Recorder.at_start blocked all players for 1000 ms"
    ]


# Sending.


def test_a_send_that_raises_is_logged_and_the_other_commands_go_out(handler, session, log_events):
    handler.data_out(session, text=((), {}), bad=((), {"cmdname": 1}), room=((1,), {}))
    assert session.sent == [("text", (), {}), ("room", (1,), {})]
    assert len(failures(log_events)) == 1


def test_sessions_are_found_by_their_csessid(handler, session):
    other = RecordingSession(handler)
    handler.connect(other)
    session.csessid = "key"
    assert handler.sessions_from_csessid("key") == [session]


def test_when_empty_fires_after_the_last_session(handler, session):
    fired = []
    handler.when_empty().addCallback(fired.append)
    assert fired == []
    handler.disconnect(session)
    assert fired == [None]
    handler.when_empty().addCallback(fired.append)
    assert fired == [None, None]
