"""The checks of a handshake: origin, cookie and csessid."""

from __future__ import annotations

import http.client

import pytest

from playing import SECONDS, Browser, Player

HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
}


def status_for(portal, origin, host=None):
    connection = http.client.HTTPConnection(portal.host, timeout=SECONDS)
    try:
        headers = {**HANDSHAKE, "Origin": origin, "Host": host or portal.host}
        connection.request("GET", "/ws", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_pages_of_the_portal_may_connect(portal):
    assert status_for(portal, f"http://{portal.host}") == 101
    # A proxy ends TLS and passes the host name on.
    assert status_for(portal, "https://game.example", host="game.example") == 101


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1.evil.example"]
)
def test_pages_of_other_sites_may_not_connect(portal, origin):
    assert status_for(portal, origin) == 403


def test_an_invalid_origin_is_a_bad_request(portal):
    assert status_for(portal, "http://[") == 400


def test_pages_of_an_allowed_origin_may_connect(run_portal):
    portal = run_portal("--origin", "https://friend.example", "--origin", "https://B.example:444/")
    assert status_for(portal, "https://friend.example") == 101
    assert status_for(portal, "https://b.example:444") == 101
    assert status_for(portal, "https://b.example") == 403
    assert status_for(portal, f"http://{portal.host}") == 101
    anybody = run_portal(environment={"MUDWIRE_ORIGIN": "*"})
    assert status_for(anybody, "https://evil.example") == 101


def test_a_program_without_an_origin_may_connect(portal):
    with Player(portal) as player:
        player.read("What is your name?")


def test_a_browser_comes_back_logged_in(portal):
    browser = Browser(portal)
    with Player(portal, browser) as player:
        player.enter("Ada")
    with Player(portal, browser) as player:
        assert "Ada" in player.read("Welcome")


def test_the_csessid_without_the_cookie_is_no_login(portal):
    browser = Browser(portal)
    with Player(portal, browser) as player:
        player.enter("Cyd")
    with Player(portal, browser, Cookie=Browser(portal).cookie) as thief:
        thief.read("What is your name?")
    with Player(portal, browser, Cookie="") as thief:
        thief.read("What is your name?")


def test_a_restart_keeps_the_login(run_portal, tmp_path):
    arguments = ("--sessions", str(tmp_path / "sessions.sqlite3"))
    portal = run_portal(*arguments)
    browser = Browser(portal)
    with Player(portal, browser) as player:
        player.enter("Ada")
        assert portal.stop() == 0
    with Player(run_portal(*arguments), browser) as player:
        assert "Ada" in player.read("Welcome")


def test_quitting_logs_the_browser_out(portal):
    browser = Browser(portal)
    with Player(portal, browser) as player:
        player.enter("Dot").type("quit")
        assert player.close_code() == 1000
    with Player(portal, browser) as player:
        player.read("What is your name?")


def test_the_address_of_a_proxys_client_is_logged(run_portal):
    portal = run_portal("--proxy", "127.0.0.0/8", "--verbose")
    with Player(portal, X_Forwarded_For="192.0.2.7") as player:
        player.type("Ada")
        portal.log_line(r"192\.0\.2\.7")
