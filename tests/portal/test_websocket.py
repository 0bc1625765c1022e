"""The checks of a handshake (origin, cookie and csessid), and what a login changes."""

from __future__ import annotations

import http.client
import json
import resource
import signal
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from mudwire.sessions.browser_store import key_of
from mudwire.sessions.session_file import SessionFile
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


# A login gives the browser another key.


def ask_session(portal, method, **headers):
    """Ask for the path of the browser session; return the response."""
    connection = http.client.HTTPConnection(portal.host, timeout=SECONDS)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, "/session", headers=names)
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


def token_of(player):
    """Wait for a token, and return it."""
    return player.next("browser_session")[1]["token"]


def test_a_planted_cookie_is_worth_nothing_after_the_login(portal):
    planter = Browser(portal)
    victim = Browser(portal, Cookie=planter.cookie)
    assert victim.csessid == planter.csessid
    with Player(portal, planter) as open_before, Player(portal, victim) as player:
        open_before.read("What is your name?")
        player.type("Eve")
        token = token_of(player)
        player.read("Welcome")
        # The login is done, and the page has not fetched its cookie yet.
        with Player(portal, planter) as late:
            late.read("What is your name?")
        victim.fetch_cookie(token)
        assert victim.cookie != planter.cookie
        assert victim.csessid not in (planter.csessid, key_of(planter.cookie))
        with Player(portal, planter) as late:
            late.read("What is your name?")
        # The connection that the planter holds open has not become the victim's.
        open_before.send("browser_session")
        open_before.type("Eve")
        told = []
        while not any("called Eve already" in text for text in told):
            name, args, _ = open_before.receive()
            assert name != "browser_session"
            told.append(args[0])
    with Player(portal, victim) as player:
        assert "Eve" in player.read("Welcome")


def test_the_new_csessid_needs_the_new_cookie(portal):
    planter = Browser(portal)
    victim = Browser(portal, Cookie=planter.cookie)
    with Player(portal, victim) as player:
        player.enter("Fay")
    for cookie in (planter.cookie, ""):
        with Player(portal, victim, Cookie=cookie) as thief:
            thief.read("What is your name?")


def test_the_new_cookie_is_hidden_from_scripts_and_other_sites(portal):
    browser = Browser(portal)
    with Player(portal, browser) as player:
        player.type("Gus")
        token = token_of(player)
        answer = ask_session(portal, "POST", Mudwire_Token=token, X_Forwarded_Proto="https")
    assert answer.status == 204
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-mudwire=")
    assert cookie.endswith("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure")
    assert token not in cookie


def test_a_token_works_once(portal):
    with Player(portal, Browser(portal)) as player:
        player.type("Hal")
        token = token_of(player)
        first = ask_session(portal, "POST", Mudwire_Token=token)
        second = ask_session(portal, "POST", Mudwire_Token=token)
    assert (first.status, second.status) == (204, 403)
    assert second.headers["Set-Cookie"] is None


@pytest.mark.parametrize("headers", [{}, {"Mudwire_Token": ""}, {"Mudwire_Token": "x" * 43}])
def test_without_a_token_there_is_no_cookie(portal, headers):
    answer = ask_session(portal, "POST", **headers)
    assert (answer.status, answer.headers["Set-Cookie"]) == (403, None)


def test_pages_of_other_sites_cannot_send_a_token(portal):
    """Their browsers ask first, because of the header."""
    answer = ask_session(
        portal,
        "OPTIONS",
        Origin="https://evil.example",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="mudwire-token",
    )
    assert answer.status == 405
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_page_whose_answer_was_lost_asks_for_another_token(portal):
    browser = Browser(portal)
    with Player(portal, browser) as player:
        player.type("Ida")
        lost = token_of(player)
        assert ask_session(portal, "POST", Mudwire_Token=lost).status == 204
        player.send("browser_session")
        unused = token_of(player)
        player.send("browser_session")
        token = token_of(player)
        assert ask_session(portal, "POST", Mudwire_Token=unused).status == 403
        browser.fetch_cookie(token)
    with Player(portal, browser) as player:
        assert "Ida" in player.read("Welcome")


def test_a_page_that_lost_its_connection_can_still_use_its_token(portal):
    browser = Browser(portal)
    with Player(portal, browser) as player:
        player.type("Jo")
        token = token_of(player)
    browser.fetch_cookie(token)
    with Player(portal, browser) as player:
        assert "Jo" in player.read("Welcome")


def test_other_tabs_stay_connected_and_come_back_as_the_player(portal):
    browser = Browser(portal)
    with Player(portal, browser, "one") as other_tab, Player(portal, browser, "two") as tab:
        tab.enter("Kim")
        with Player(portal, browser, "three") as third_tab:
            third_tab.read("Welcome")
            tab.type("say both")
            third_tab.read('You say, "both"')
        other_tab.type("Kimberley")
        other_tab.read("Welcome")
    browser.csessid = Browser(portal, Cookie=browser.cookie).csessid
    with Player(portal, browser) as tab:
        assert "Kim" in tab.read("Welcome")


def test_a_client_without_a_browser_session_gets_no_token(portal):
    with Player(portal) as player:
        player.type("Lee", "who")
        seen = []
        while "In the lobby" not in str(seen[-1:]):
            name, args, _ = player.receive()
            assert name in ("text", "prompt", "logged_in")
            seen += args


LOGIN_GAME = """
from mudwire.game import Game

class Names(Game):
    def at_connect(self, session):
        session.msg(f"You are {session.uid}.")

    def at_text(self, session, text):
        session.log_in(text)
        session.msg(f"{session.uid} is being logged in.")

    def at_login(self, session):
        session.msg(f"{session.uid} is logged in.")
"""


@pytest.fixture
def names_portal(run_portal, tmp_path):
    """Give a portal with a file, and a game that logs players in as whatever they type."""
    (tmp_path / "names.py").write_text(LOGIN_GAME)
    file = tmp_path / "sessions.sqlite3"
    one_address = ("--max-connections-per-address", "off", "--max-handshake-rate", "off")
    game = f"{tmp_path / 'names.py'}:Names"
    return run_portal("--game", game, "--sessions", str(file), *one_address)


def test_at_login_is_called_after_the_hook_that_logs_in(names_portal):
    for browser in (None, Browser(names_portal)):
        with Player(names_portal, browser) as player:
            player.type("Ada", "Bea")
            texts = [player.next("text")[0][0] for _ in range(5)]
        assert texts[1:] == [
            "Ada is being logged in.",
            "Ada is logged in.",
            "Bea is being logged in.",
            "Bea is logged in.",
        ]


def test_a_login_as_another_player_changes_the_key_and_one_as_the_same_does_not(names_portal):
    browser = Browser(names_portal)
    with Player(names_portal, browser) as player:
        player.type("Ada")
        browser.fetch_cookie(token_of(player))
    ada = Browser(names_portal, Cookie=browser.cookie)
    with Player(names_portal, browser) as player:
        player.read("You are Ada.")
        player.type("Ada")
        player.read("Ada is logged in.")
        with Player(names_portal, ada, "other") as other_tab:
            other_tab.read("You are Ada.")
        player.type("Bea")
        browser.fetch_cookie(token_of(player))
    for known, uid in ((browser, "Bea"), (ada, None)):
        with Player(names_portal, known) as player:
            player.read(f"You are {uid}.")


def test_neither_secrets_nor_tokens_are_logged(run_portal):
    portal = run_portal("--verbose")
    browser = Browser(portal)
    secrets = [browser.cookie.partition("=")[2]]
    with Player(portal, browser) as player:
        player.type("Ada")
        secrets.append(token_of(player))
        browser.fetch_cookie(secrets[-1])
        secrets.append(browser.cookie.partition("=")[2])
        player.type("quit")
        assert player.close_code() == 1000
    assert portal.stop() == 0
    log = portal.rest_of_log()
    assert "POST /session 204" in log
    assert not [secret for secret in secrets if secret in log]


# The file of sessions.


def uids_in(path):
    """Return the players whose logins are in a file that no process uses."""
    file = SessionFile(path)
    try:
        rows = file.read(0, 1000)
    finally:
        file.close()
    return {json.loads(data)["webclient_authenticated_uid"] for _, data in rows.values()}


LOGINS = 200


@pytest.mark.parametrize("waited_for", [1, LOGINS])
def test_every_login_that_was_announced_survives_a_kill(names_portal, tmp_path, waited_for):
    names = [f"Player{number}" for number in range(LOGINS)]
    players = [Player(names_portal, Browser(names_portal)) for _ in names]
    announced = set()
    try:
        for player, name in zip(players, names, strict=True):
            player.type(name)
        for player, name in zip(players[:waited_for], names, strict=False):
            player.read(f"{name} is logged in.")
            announced.add(name)
        assert names_portal.stop(signal.SIGKILL) == -signal.SIGKILL
        # The others were announced if that has still arrived.
        for player, name in zip(players, names, strict=True):
            with suppress(ConnectionClosed):
                player.read(f"{name} is logged in.")
                announced.add(name)
    finally:
        for player in players:
            player.close()
    assert len(announced) >= waited_for
    assert announced <= uids_in(tmp_path / "sessions.sqlite3")


def test_a_login_whose_cookie_was_fetched_survives_a_kill(run_portal, tmp_path):
    arguments = ("--sessions", str(tmp_path / "sessions.sqlite3"))
    portal = run_portal(*arguments)
    browser = Browser(portal)
    with Player(portal, browser) as player:
        player.enter("Ada")
        portal.stop(signal.SIGKILL)
    with Player(run_portal(*arguments), browser) as player:
        assert "Ada" in player.read("Welcome")


def test_a_login_during_a_full_disk_goes_on_and_is_stored_later(run_portal, tmp_path):
    """A bound on the size of files makes every write to the file fail, as a full disk does."""
    path = tmp_path / "sessions.sqlite3"
    portal = run_portal("--sessions", str(path))
    process = portal.process.pid
    _, unlimited = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (1, unlimited))
    with Player(portal, Browser(portal)) as ada, Player(portal, Browser(portal)) as bea:
        ada.enter("Ada")
        portal.log_line(r"sessions\.sqlite3 cannot be written: ")
        bea.enter("Bea")
        resource.prlimit(process, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        portal.log_line(r"sessions\.sqlite3 is written again")
        portal.stop(signal.SIGKILL)
    assert uids_in(path) == {"Ada", "Bea"}


def test_a_file_that_vanishes_is_written_anew(run_portal, tmp_path):
    path = tmp_path / "sessions.sqlite3"
    portal = run_portal("--sessions", str(path))
    with Player(portal, Browser(portal)) as ada, Player(portal, Browser(portal)) as bea:
        ada.enter("Ada")
        path.unlink()
        bea.enter("Bea")
        portal.stop(signal.SIGKILL)
    assert uids_in(path) == {"Ada", "Bea"}
    log = portal.rest_of_log()
    assert log.count("cannot be written: it was removed") == log.count("is written again") == 1


def test_quitting_deletes_the_row(run_portal, tmp_path):
    path = tmp_path / "sessions.sqlite3"
    portal = run_portal("--sessions", str(path))
    with Player(portal, Browser(portal)) as ada, Player(portal, Browser(portal)) as bea:
        ada.enter("Ada")
        bea.enter("Bea").type("quit")
        assert bea.close_code() == 1000
        assert portal.stop() == 0
    assert uids_in(path) == {"Ada"}
