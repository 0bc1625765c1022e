"""Ordinary play in a real game. The stock game passes these tests too."""

from __future__ import annotations

import asyncio
import json

import pytest
from harness.browser_session import WebsiteVisit
from harness.client import PATIENCE, texts
from harness.game import PLAYERS, SUPERUSER
from websockets.asyncio.client import connect


def test_a_new_connection_gets_the_welcome_screen(game):
    with game.connect() as client:
        [name, [text], kwargs] = client.wait_for("connect")[-1]
    assert (name, kwargs) == ("text", {})
    assert '<span class="color-010">game</span>' in text


def test_logging_in_shows_the_room(game):
    with game.connect() as client:
        messages = client.log_in(*SUPERUSER)
    assert ["logged_in", [], {"options": {}}] in messages
    assert any("Limbo" in text for text in texts(messages))


def test_a_wrong_password_is_refused(game):
    with game.connect() as client:
        client.wait_for("connect")
        messages = client.command(f"connect {SUPERUSER[0]} wrong")
    assert "incorrect" in texts(messages)[0]


def test_two_players_talk(game):
    with game.player("anna") as anna, game.player("bert") as bert:
        anna.settle()
        [said] = [
            text for text in texts(anna.command("say |rgood|n <b>evening</b>")) if "say" in text
        ]
        [heard] = [text for text in texts(bert.settle()) if "says" in text]
    assert "You say" in said
    assert "anna" in heard
    assert "&lt;b&gt;evening&lt;/b&gt;" in heard


def test_a_prompt_is_sent_as_a_prompt_command(game):
    with game.player() as admin:
        messages = admin.command('py self.msg(prompt="|rHP|n>")')
    assert ["prompt", ['<span class="color-009">HP</span>&gt;'], {}] in messages


def test_out_of_band_commands_are_answered(game):
    with game.player() as admin:
        admin.send("get_value", name="location")
        admin.send("echo", "a", 2, None, deep={"er": [1.5, "ü"]})
        messages = admin.settle()
    assert ["get_value", [], {"name": "location", "value": "Limbo"}] in strip_options(messages)
    assert "Echo returns: ['a', '2', 'None'], {'deep': {'er': [1.5, 'ü']}}" in texts(messages)


def test_a_game_sends_its_own_commands(game):
    with game.player() as admin:
        messages = admin.command('py self.msg(vitals=(("hp", 7), {"max": {"hp": 9}}))')
    assert ["vitals", ["hp", 7], {"max": {"hp": 9}}] in strip_options(messages)


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        ("raw", "|rred|n &lt;i&gt; +--- ~"),
        ("nocolor", "red &lt;i&gt; +--- ~"),
        ("screenreader", "red &lt;i&gt;  ~"),
    ],
)
def test_an_option_of_the_client_changes_its_text(game, option, shown):
    with game.player() as admin:
        admin.send("client_options", **{option: True})
        messages = admin.command('py self.msg("|rred|n <i> +--- ~")')
        admin.send("client_options", **{option: False})
        coloured = admin.command('py self.msg("|rred|n <i> +--- ~")')
    assert shown in texts(messages)
    assert '<span class="color-009">red</span> &lt;i&gt; +--- ~' in texts(coloured)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"raw": True}, "|rred|n &lt;i&gt;"),
        ({"raw": True, "client_raw": True}, "|rred|n <i>"),
        ({"nocolor": True}, "red &lt;i&gt;"),
        ({"client_raw": True}, '<span class="color-009">red</span> &lt;i&gt;'),
    ],
)
def test_an_option_of_one_message_changes_its_text(game, options, shown):
    with game.player() as admin:
        messages = admin.command(f'py self.msg(text=("|rred|n <i>", {{}}), options={options!r})')
    assert shown in texts(messages)


def test_a_reload_keeps_the_session(game):
    with game.player("cora") as cora, game.player() as admin:
        admin.type("reload")
        cora.wait_for("restart")
        cora.wait_for("restarted")
        messages = cora.command("look")
    assert any("Limbo" in text for text in texts(messages))


def test_the_website_logs_the_webclient_in(game):
    visit = WebsiteVisit(game.web_url)
    visit.log_in("anna", PLAYERS["anna"])
    with game.connect(f"?{visit.csessid()}&7&firefox") as client:
        messages = client.wait_for("Limbo")
        account = client.command("py 1") and client.command("who")
    assert any(name == "logged_in" for name, _, _ in messages)
    assert any("anna" in text for text in texts(account))


def test_a_page_reload_logs_in_again(game):
    visit = WebsiteVisit(game.web_url)
    visit.log_in("bert", PLAYERS["bert"])
    query = f"?{visit.csessid()}&7&firefox"
    with game.connect(query) as old:
        old.wait_for("Limbo")
        with game.connect(query) as new:
            new.wait_for("Limbo")
            assert any("bert" in text for text in texts(new.command("who")))


def test_quitting_logs_the_browser_out(game):
    visit = WebsiteVisit(game.web_url)
    visit.log_in("cora", PLAYERS["cora"])
    query = f"?{visit.csessid()}&7&firefox"
    with game.connect(query) as client:
        client.wait_for("Limbo")
        client.type("quit")
        assert client.wait_for_close() == 1000
    with game.connect(query) as client:
        assert "connect" in texts(client.wait_for("connect"))[-1]


def test_the_address_of_a_player_behind_a_proxy_is_known(game):
    headers = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    with game.player(**headers) as admin:
        messages = admin.command("py self.sessions.get()[0].address")
    assert "198.51.100.7" in texts(messages)


def test_websocket_close_ends_the_connection(game):
    with game.connect() as client:
        client.wait_for("connect")
        client.send("websocket_close")
        assert client.wait_for_close() == 1000


def test_two_hundred_players_connect_at_once(game):
    async def visit() -> list:
        async with connect(game.websocket_url + "?&1&pytest", compression=None) as websocket:
            while True:
                name, args, _ = json.loads(await websocket.recv())
                if name == "text" and "connect" in args[0]:
                    return args[0]

    async def all_of_them() -> list:
        async with asyncio.timeout(PATIENCE):
            return await asyncio.gather(*(visit() for _ in range(200)))

    assert len(set(asyncio.run(all_of_them()))) == 1


def strip_options(messages: list) -> list:
    """Remove the options of a message, which Evennia adds to the keywords of a command."""
    for _, _, kwargs in messages:
        kwargs.pop("options", None)
    return messages


def test_who_types_too_fast_is_warned(game):
    with game.connect() as client:
        client.wait_for("connect")
        for _ in range(95):
            client.type("help")
        client.wait_for("You entered commands too fast")
