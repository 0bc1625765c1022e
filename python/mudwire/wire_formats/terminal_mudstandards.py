"""``terminal.mudstandards.org``: lines of UTF-8 text with ANSI, and nothing else.

Standard: https://mudstandards.org/websocket/
"""

from mudwire._native import TerminalCodec
from mudwire.wire_formats.base import WireFormat


class TerminalFormat(TerminalCodec, WireFormat):
    """Text as ANSI in binary frames; other commands are not sent."""

    name = "terminal.mudstandards.org"
    supports_oob = False
