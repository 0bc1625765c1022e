"""A player's evening in a real game. The stock game passes these too: the tests are right."""

from __future__ import annotations

import asyncio
import json

import pytest
from harness.browser_session import WebsiteVisit
from harness.client import PATIENCE, texts
from harness.game import PLAYERS, SUPERUSER
from websockets.asyncio.client import connect


def test_the_welcome_screen_comes_unasked(game):
    with game.connect() as client:
        [name, [text], kwargs] = client.wait_for("connect")[-1]
    assert (name, kwargs) == ("text", {})
    assert '<span class="color-010">game</span>' in text


def test_logging_in_shows_the_room(game):
    with game.connect() as client:
        frames = client.log_in(*SUPERUSER)
    assert ["logged_in", [], {"options": {}}] in frames
    assert any("Limbo" in text for text in texts(frames))


def test_a_wrong_password_lets_nobody_in(game):
    with game.connect() as client:
        client.wait_for("connect")
        frames = client.command(f"connect {SUPERUSER[0]} wrong")
    assert "incorrect" in texts(frames)[0]


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


def test_a_prompt_is_a_command_of_its_own(game):
    with game.player() as admin:
        frames = admin.command('py self.msg(prompt="|rHP|n>")')
    assert ["prompt", ['<span class="color-009">HP</span>&gt;'], {}] in frames


def test_commands_out_of_band_go_both_ways(game):
    with game.player() as admin:
        admin.send("get_value", name="location")
        admin.send("echo", "a", 2, None, deep={"er": [1.5, "ü"]})
        frames = admin.settle()
    assert ["get_value", [], {"name": "location", "value": "Limbo"}] in strip_options(frames)
    assert "Echo returns: ['a', '2', 'None'], {'deep': {'er': [1.5, 'ü']}}" in texts(frames)


def test_a_game_sends_commands_of_its_own(game):
    with game.player() as admin:
        frames = admin.command('py self.msg(vitals=(("hp", 7), {"max": {"hp": 9}}))')
    assert ["vitals", ["hp", 7], {"max": {"hp": 9}}] in strip_options(frames)


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        ("raw", "|rred|n &lt;i&gt; +--- ~"),
        ("nocolor", "red &lt;i&gt; +--- ~"),
        ("screenreader", "red &lt;i&gt;  ~"),
    ],
)
def test_an_option_of_the_client(game, option, shown):
    with game.player() as admin:
        admin.send("client_options", **{option: True})
        frames = admin.command('py self.msg("|rred|n <i> +--- ~")')
        admin.send("client_options", **{option: False})
        coloured = admin.command('py self.msg("|rred|n <i> +--- ~")')
    assert shown in texts(frames)
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
def test_an_option_of_one_message(game, options, shown):
    with game.player() as admin:
        frames = admin.command(f'py self.msg(text=("|rred|n <i>", {{}}), options={options!r})')
    assert shown in texts(frames)


def test_a_reload_keeps_the_session(game):
    with game.player("cora") as cora, game.player() as admin:
        admin.type("reload")
        cora.wait_for("restart")
        cora.wait_for("restarted")
        frames = cora.command("look")
    assert any("Limbo" in text for text in texts(frames))


def test_the_website_logs_the_webclient_in(game):
    visit = WebsiteVisit(game.web_url)
    visit.log_in("anna", PLAYERS["anna"])
    with game.connect(f"?{visit.csessid()}&7&firefox") as client:
        frames = client.wait_for("Limbo")
        account = client.command("py 1") and client.command("who")
    assert any(name == "logged_in" for name, _, _ in frames)
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


def test_a_deleted_account_gets_the_login_screen(game):
    with game.player() as admin:
        admin.command("py self.account.create(username='dora', password='dora-5Zq8-tY')")
        visit = WebsiteVisit(game.web_url)
        visit.log_in("dora", "dora-5Zq8-tY")
        query = f"?{visit.csessid()}&1&pytest"
        admin.command("py evennia.search_account('dora')[0].delete()")
    with game.connect(query) as client:
        assert "Welcome to" in texts(client.wait_for("connect"))[-1]


def test_the_address_behind_a_proxy(game):
    headers = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    with game.player(**headers) as admin:
        frames = admin.command("py self.sessions.get()[0].address")
    assert "198.51.100.7" in texts(frames)


def test_websocket_close_ends_the_connection(game):
    with game.connect() as client:
        client.wait_for("connect")
        client.send("websocket_close")
        assert client.wait_for_close() == 1000


def test_two_hundred_players_at_once(game):
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


def strip_options(frames: list) -> list:
    """Evennia adds the options of a message to what a command carries."""
    for _, _, kwargs in frames:
        kwargs.pop("options", None)
    return frames
