"""The class as a game sees it: what it is derived from, what it has, what a game may derive."""

import json

import evennia
import pytest
from evennia.server.portal.webclient import WebSocketClient as Stock
from evennia.server.session import Session

from fakes import connected
from mudwire.evennia import WebSocketClient


def names(owner, prefix=""):
    return {name for name in dir(owner) if name.startswith(prefix) and not name.startswith("_")}


def test_its_wire_names_are_upstreams():
    ours, stock = connected(WebSocketClient), connected(Stock)
    assert names(ours, "send_") == names(stock, "send_")


def test_it_has_all_that_upstream_has():
    assert names(Stock) <= names(WebSocketClient)


def test_it_is_the_session_class_of_the_game():
    assert issubclass(WebSocketClient, Session)
    assert WebSocketClient.get_sync_data is Session.get_sync_data


def test_a_class_that_overrides_send_text():
    """As the Godot contrib does."""

    class BbcodeClient(WebSocketClient):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.protocol_key = "bbcode/websocket"

        def send_text(self, *args, **kwargs):
            kwargs.pop("options", None)
            self.sendLine(json.dumps(["text", [f"[b]{args[0]}[/b]"], kwargs]))

    sent = []
    client = BbcodeClient()
    client.sendMessage = lambda payload, *_: sent.append(payload)
    client.send_text("x", options={"raw": True})
    assert client.protocol_key == "bbcode/websocket"
    assert sent == [b'["text", ["[b]x[/b]"], {}]']


@pytest.mark.skipif(evennia.__version__ < "6", reason="Evennia 5 has no registry")
def test_a_format_that_the_game_registers_is_found():
    from evennia.server.portal.wire_formats import WIRE_FORMATS, WireFormat

    class MorseFormat(WireFormat):
        name = "morse.example.com"

    WIRE_FORMATS[MorseFormat.name] = morse = MorseFormat()
    try:
        assert WebSocketClient.wire_formats[MorseFormat.name] is morse
        assert list(WebSocketClient.wire_formats)[-1] == MorseFormat.name
    finally:
        del WIRE_FORMATS[MorseFormat.name]


@pytest.mark.skipif(evennia.__version__ < "6", reason="Evennia 5 has no formats")
def test_a_format_that_the_game_derives_is_kept():
    from evennia.server.portal.wire_formats import WIRE_FORMATS, EvenniaV1Format

    class QuietFormat(EvenniaV1Format):
        pass

    stock = WIRE_FORMATS[QuietFormat.name]
    WIRE_FORMATS[QuietFormat.name] = quiet = QuietFormat()
    try:
        assert WebSocketClient.wire_formats[QuietFormat.name] is quiet
    finally:
        WIRE_FORMATS[QuietFormat.name] = stock
    assert WebSocketClient.wire_formats[QuietFormat.name] is not stock
