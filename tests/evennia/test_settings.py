"""A wrong setting is named when the class is loaded, which is when the Portal starts."""

from __future__ import annotations

import pytest
from harness.game import MUDWIRE, Game

LOAD = "import mudwire.evennia"


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ("WEBSOCKET_SUBPROTOCOLS = 7", "TypeError", "is 7, but must be a list of the names"),
        ("WEBSOCKET_SUBPROTOCOLS = [7]", "TypeError", "is [7], but must be a list of the names"),
        ("UPSTREAM_IPS = 7", "ImproperlyConfigured", "is 7, but must be a list of IP addresses"),
        ("UPSTREAM_IPS = ['localhost']", "ImproperlyConfigured", "'localhost' is not an upstream"),
        ("UPSTREAM_IPS = ['10.0.0.0/33']", "ImproperlyConfigured", "'10.0.0.0/33' is not an"),
        ("SCREENREADER_REGEX_STRIP = '('", "ImproperlyConfigured", "regular expression (missing )"),
        ("SCREENREADER_REGEX_STRIP = None", "ImproperlyConfigured", "is None, but must be a regular"),
        ("BASE_SESSION_CLASS = 'no.such.Class'", "ImproperlyConfigured", "path of a session class"),
        ("BASE_SESSION_CLASS = 'os.path.join'", "ImproperlyConfigured", "path of a session class"),
        ("SESSION_ENGINE = 'no.such.module'", "ImproperlyConfigured", "a module with a SessionStore"),
        ("SESSION_ENGINE = 'os'", "ImproperlyConfigured", "a module with a SessionStore"),
    ],
)
def test_a_wrong_setting(release, settings, error, says):
    ran = release.run_inside(LOAD, settings)
    assert ran.returncode == 1, ran.stdout
    last_line = ran.stdout.splitlines()[-1]
    assert error in last_line
    assert f"settings.{settings.split(' ')[0]}" in last_line
    assert says in last_line


@pytest.mark.parametrize(
    ("settings", "shows"),
    [
        ("", "None" ),
        ("WEBSOCKET_SUBPROTOCOLS = None", "None"),
        ("WEBSOCKET_SUBPROTOCOLS = 'v1.evennia.com'", "('v1.evennia.com',)"),
        ("WEBSOCKET_SUBPROTOCOLS = ['a', 'v1.evennia.com']", "('a', 'v1.evennia.com')"),
        ("WEBSOCKET_SUBPROTOCOLS = ()", "()"),
    ],
)
def test_subprotocols(release, settings, shows):
    ran = release.run_inside(
        "from mudwire.evennia import WebSocketClient as C; print(C.subprotocols)", settings
    )
    if not settings and release.has_wire_formats:
        shows = "('v1.evennia.com', 'json.mudstandards.org', 'gmcp.mudstandards.org', 'terminal.mudstandards.org')"
    assert ran.stdout.splitlines()[-1] == shows


@pytest.mark.parametrize(
    ("settings", "shows"),
    [
        ("UPSTREAM_IPS = '127.0.0.1'", "('127.0.0.1',)"),
        ("UPSTREAM_IPS = ['10.0.0.0/8', '::1']", "('10.0.0.0/8', '::1')"),
        ("UPSTREAM_IPS = []", "()"),
    ],
)
def test_upstream_ips(release, settings, shows):
    ran = release.run_inside(
        "from mudwire.evennia import WebSocketClient as C; print(C.upstream_ips)", settings
    )
    assert ran.stdout.splitlines()[-1] == shows


def test_the_screen_reader_expression(release):
    ran = release.run_inside(
        "from mudwire.evennia import WebSocketClient as C\n"
        "v1 = C.wire_formats['v1.evennia.com']\n"
        "print(v1.encode_text('|ra.\\nb-c', options={'screenreader': True}))",
        r"SCREENREADER_REGEX_STRIP = r'^b-|\..'",
    )
    assert ran.stdout.splitlines()[-1] == """(b'["text",["ac"],{}]', False)"""


def test_the_portal_does_not_start_and_says_why(release, template, tmp_path):
    game = Game.copy(release, template, tmp_path / "game", f"{MUDWIRE}UPSTREAM_IPS = ['here']\n")
    try:
        with pytest.raises(AssertionError):
            game.start()
        assert "settings.UPSTREAM_IPS: 'here' is not an upstream address" in game.log("portal")
    finally:
        game.stop()
