"""The codecs of the websocket subprotocols, and their registry.

Each subprotocol is one class of one module. A class converts between the
commands of the game, ``name(*args, **kwargs)``, and websocket messages,
``(payload, is_binary)``; what is special to a game (its markup, what screen
readers should not read) is given to its constructor.
"""

from mudwire.wire_formats.base import WireFormat
from mudwire.wire_formats.evennia_v1 import EvenniaV1Format
from mudwire.wire_formats.gmcp_mudstandards import GmcpStandardFormat
from mudwire.wire_formats.json_mudstandards import JsonStandardFormat
from mudwire.wire_formats.terminal_mudstandards import TerminalFormat

__all__ = [
    "WIRE_FORMATS",
    "EvenniaV1Format",
    "GmcpStandardFormat",
    "JsonStandardFormat",
    "TerminalFormat",
    "WireFormat",
]

WIRE_FORMATS: dict[str, WireFormat] = {
    codec.name: codec
    for codec in (
        JsonStandardFormat(),
        GmcpStandardFormat(),
        TerminalFormat(),
        EvenniaV1Format(),
    )
}
"""Subprotocol name -> codec, in the order in which the server prefers them."""
