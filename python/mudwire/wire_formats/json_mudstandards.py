"""``json.mudstandards.org``: text in binary frames, JSON envelopes in text frames.

An envelope is ``{"proto": "...", "id": "...", "data": "..."}``. ``proto`` is
``gmcp`` (``id`` is the package, ``data`` its JSON), ``text``, ``prompt`` (outgoing),
``websocket_close`` (incoming), or one of the game's own, whose ``id`` names the command.
Standard: https://mudstandards.org/websocket/
"""

from mudwire._native import JsonCodec
from mudwire.wire_formats.base import WireFormat


class JsonStandardFormat(JsonCodec, WireFormat):
    """Text as ANSI in binary frames, prompts and other commands in envelopes."""

    name = "json.mudstandards.org"
