"""The same script gives the same messages in the stock game and in the game with mudwire."""

from __future__ import annotations

import json

import pytest
from harness.client import V1
from harness.game import SUPERUSER, without_clock

EVENING = [
    "look",
    "look me",
    "help",
    "help say",
    "who",
    "inventory",
    "say |rfire|n & <ice> |500hot|=m gray|[005 blue|n",
    "pose waves.",
    "color ansi",
    "color xterm256",
    pytest.param("option", marks=pytest.mark.evennia6),  # on 5 it shows the subprotocol too
    "option nocolor = True",
    "look",
    "option nocolor = False",
    "option screenreader = True",
    "help",
    "option screenreader = False",
    "nothing that there is",
    "say Übergröße 漢字 🎲 \u2028",
    "page admin = hello",
    "examine here",
    "ooc",
    "ic",
]

MESSAGES = [
    '"|rred|n |[500back|n |=m gray |#12ab34 true|n"',
    # Evennia removes links from typed text, so the game assembles this one from parts.
    '"|" "lclook|" "ltlook|" "le around, see https://example.com/a?b=1 now"',
    '"a\\tb\\r\\nc|/d|-e|_f"',
    '"x", options={"raw": True}',
    '"<b>|rx|n</b>", options={"raw": True, "client_raw": True}',
    '"|rx|n", options={"nocolor": True}',
    '"|rx|n +--- ~~", options={"screenreader": True}',
    '"|rx|n", options={"send_prompt": True}',
    'text=("|rx|n", {"type": "look", "n": [1, 2.5, None, True]})',
    'prompt="|gHP|n>"',
    'prompt=("|gHP|n>", {"options": {"nocolor": True}})',
    'vitals=(("hp", 7), {"max": {"hp": 9}})',
    'vitals="plain"',
    "vitals={'a': 'ü'}",
    "empty=((), {})",
    '"a", image="b", sound=[1, 2]',
]


@pytest.fixture(
    scope="module",
    params=[
        None,
        V1,
        pytest.param("json.mudstandards.org", marks=pytest.mark.evennia6),
        pytest.param("gmcp.mudstandards.org", marks=pytest.mark.evennia6),
        pytest.param("terminal.mudstandards.org", marks=pytest.mark.evennia6),
        "unknown.example.com",
    ],
    ids=str,
)
def pair(games, request):
    """A player in the stock game and one in mudwire's; both offer the same subprotocol."""
    offer = request.param and [request.param]
    with (
        games.stock.player(subprotocols=offer) as stock,
        games.mudwire.player(subprotocols=offer) as ours,
    ):
        assert ours.subprotocol == stock.subprotocol
        yield stock, ours


@pytest.mark.parametrize("line", EVENING)
def test_a_line_gives_the_same_messages(pair, line):
    stock, ours = (comparable(client, client.command(line)) for client in pair)
    assert ours == stock


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_of_the_game_is_the_same(pair, message):
    stock, ours = (comparable(client, client.command(f"py self.msg({message})")) for client in pair)
    assert ours == stock


def test_the_welcome_screen_and_a_wrong_login_are_the_same(games):
    stock, ours = (welcome(game) for game in games)
    assert ours == stock


def welcome(game):
    with game.connect() as client:
        messages = client.wait_for("connect")
        messages += client.command("help")
        return messages + client.command(f"connect {SUPERUSER[0]} wrong")


def comparable(client, messages):
    return [without_clock(value_of(client.subprotocol, message)) for message in messages]


def value_of(subprotocol, message):
    """Return the value of a message; two spellings of the same JSON have the same value."""
    if isinstance(message, str) and subprotocol == "gmcp.mudstandards.org":
        package, _, data = message.partition(" ")
        return [package, data and json.loads(data)]
    if isinstance(message, str) and subprotocol == "json.mudstandards.org":
        envelope = json.loads(message)
        if envelope["proto"] == "gmcp" and envelope["data"]:
            envelope["data"] = json.loads(envelope["data"])
        return envelope
    return message
