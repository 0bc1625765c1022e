"""``gmcp.mudstandards.org``: text in binary frames, GMCP messages in text frames.

A GMCP message is ``Package.Name json``. Commands map to package names as in
Evennia: ``char_vitals`` is ``Char.Vitals``, ``ping`` is ``Core.Ping``, and a few
have names of their own (``get_value`` is ``Char.Value.Get``).
Standard: https://mudstandards.org/websocket/
"""

from mudwire._native import GmcpCodec, decode_gmcp, encode_gmcp
from mudwire.wire_formats.base import WireFormat

__all__ = ["GmcpStandardFormat", "decode_gmcp", "encode_gmcp"]


class GmcpStandardFormat(GmcpCodec, WireFormat):
    """Text as ANSI in binary frames, other commands as GMCP in text frames."""

    name = "gmcp.mudstandards.org"
