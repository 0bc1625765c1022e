"""The Python examples of docs/evennia.md run, and do what the page says."""

import json
import re
from pathlib import Path

import pytest
from evennia.utils import ansi

import mudwire.evennia

PAGE = Path(__file__).parents[3] / "docs" / "evennia.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def names_in_block_with(part):
    [block] = [block for block in BLOCKS if part in block]
    names = {}
    exec(block, names)
    return names


def test_limits_are_changed_in_a_subclass():
    client = names_in_block_with("unclean_close_grace")["GameClient"]()
    assert client.max_message_bytes == 65536
    assert client.unclean_close_grace == 120


def test_the_godot_client_sends_bbcode():
    client = names_in_block_with("bbcode")["GodotWebSocketClient"]()
    client.protocol_flags = {}
    sent = []
    client.sendMessage = lambda payload, *_: sent.append(json.loads(payload))
    client.send_text("|rred|n", options={"send_prompt": True})
    client.send_text(None)
    [[name, [text], kwargs]] = sent
    assert (name, kwargs) == ("prompt", {})
    assert "[color=" in text


@pytest.mark.parametrize("hook", ["start_plugin_services", "at_server_init"])
def test_the_hooks_install(hook):
    stock = ansi.ANSIParser.parse_ansi
    function = names_in_block_with(f"def {hook}")[hook]
    function(*[None] * function.__code__.co_argcount)
    try:
        assert ansi.ANSIParser.parse_ansi is not stock
    finally:
        mudwire.evennia.uninstall()
    assert ansi.ANSIParser.parse_ansi is stock
