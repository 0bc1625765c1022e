"""Behaviour that differs from the stock game; docs/compatibility.md has upstream's answers."""

from __future__ import annotations

import pytest
from harness.browser_session import WebsiteVisit
from harness.client import V1, text_of, texts
from harness.game import PLAYERS

SUBPROTOCOLS = (V1, "json.mudstandards.org", "gmcp.mudstandards.org", "terminal.mudstandards.org")

NO_COMMANDS = [
    "",
    "no JSON",
    "[",
    "[]",
    "{}",
    "null",
    '"text"',
    '["text"]',
    '["text", ["look"]]',
    '[1, ["look"], {}]',
    '[["text"], ["look"], {}]',
    "[" * 100_000,
    '["text", [' + "9" * 100_000 + "], {}]",
    '["self", [], {}]',
    '["session", [], {}]',
    '["options", [], {}]',
    b"\xff\xfe",
]


@pytest.mark.parametrize("message", NO_COMMANDS, ids=lambda message: repr(message[:20]))
def test_a_message_without_a_command_is_dropped(ours, message):
    with ours.player("anna") as anna:
        anna.websocket.send(message)
        assert any("Limbo" in text for text in texts(anna.command("look")))


def test_a_command_with_any_json_passes(ours):
    with ours.player("anna") as anna:
        anna.websocket.send('["echo", 7, "no kwargs"]')
        anna.websocket.send('["text", {"look": 1}, []]')
        assert any("Limbo" in text for text in texts(anna.command("look")))


def test_bad_utf8_ends_only_that_connection(ours):
    with ours.player("anna") as anna, ours.player("bert") as bert:
        bert.websocket.send(b"\xff", text=True)
        assert bert.wait_for_close() == 1007
        assert any("Limbo" in text for text in texts(anna.command("look")))


def test_a_message_over_the_limit_ends_only_that_connection(ours):
    with ours.player("anna") as anna, ours.player("bert") as bert:
        bert.websocket.send("x" * (1024 * 1024 + 1))
        assert bert.wait_for_close() == 1009
        assert any("Limbo" in text for text in texts(anna.command("look")))


@pytest.mark.parametrize("subprotocol", SUBPROTOCOLS)
def test_every_release_of_evennia_speaks_every_subprotocol(ours, subprotocol):
    with ours.connect(subprotocols=[subprotocol]) as client:
        assert client.websocket.subprotocol == subprotocol
        messages = client.log_in("anna", PLAYERS["anna"])
    assert any("Limbo" in text_of(message) for message in messages)


def test_a_csessid_of_false_gets_the_login_screen(ours):
    with ours.connect("?false&1&pytest") as client:
        assert "connect" in texts(client.wait_for("connect"))[-1]


def test_a_new_connection_continues_a_lost_session(ours):
    visit = WebsiteVisit(ours.web_url)
    visit.log_in("cora", PLAYERS["cora"])
    query = f"?{visit.csessid()}&1&pytest"
    with ours.connect(query) as lost, ours.player() as admin:
        lost.wait_for("Limbo")
        before = sessions_of("cora", admin)
        lost.websocket.socket.close()
        with ours.connect(query) as back:
            back.settle()
            assert sessions_of("cora", admin) == before


def test_a_deleted_account_gets_the_login_screen(ours):
    with ours.player() as admin:
        admin.command("py self.account.create(username='dora', password='dora-5Zq8-tY')")
        visit = WebsiteVisit(ours.web_url)
        visit.log_in("dora", "dora-5Zq8-tY")
        query = f"?{visit.csessid()}&1&pytest"
        admin.command("py evennia.search_account('dora')[0].delete()")
    with ours.connect(query) as client:
        assert "Welcome to" in texts(client.wait_for("connect"))[-1]


def sessions_of(name, admin):
    """Return the numbers of a player's sessions, as the Server shows them."""
    search = f"[s.sessid for s in evennia.search_account({name!r})[0].sessions.all()]"
    return texts(admin.command(f"py {search}"))[-1]
