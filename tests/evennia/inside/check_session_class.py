"""The class as a game uses it: its bases, its names, its subclasses and its wire formats."""

import json

import evennia
import pytest
from evennia.server.portal.webclient import WebSocketClient as Stock
from evennia.server.session import Session

from fakes import connected
from mudwire.evennia import WebSocketClient


def names(owner, prefix=""):
    return {name for name in dir(owner) if name.startswith(prefix) and not name.startswith("_")}


def test_the_class_has_the_send_methods_of_upstream():
    ours, stock = connected(WebSocketClient), connected(Stock)
    assert names(ours, "send_") == names(stock, "send_")


def test_the_class_has_all_public_names_of_upstream():
    assert names(Stock) <= names(WebSocketClient)


def test_the_class_derives_from_the_session_class_of_the_game():
    assert issubclass(WebSocketClient, Session)
    assert WebSocketClient.get_sync_data is Session.get_sync_data


def test_a_subclass_may_override_send_text():
    """The Godot contrib does this."""

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
def test_a_registered_format_of_the_game_is_used():
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
def test_a_derived_format_of_the_game_is_used():
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
