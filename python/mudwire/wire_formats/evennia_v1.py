"""``v1.evennia.com``: ``["name", [args], {kwargs}]`` in text frames, text as HTML.

The format of Evennia's own webclient, and of a client that names no subprotocol.
"""

from mudwire._native import EvenniaV1Codec
from mudwire.wire_formats.base import WireFormat


class EvenniaV1Format(EvenniaV1Codec, WireFormat):
    """Commands as JSON arrays; the text of ``text`` and ``prompt`` is HTML.

    Incoming: an array of three or more that starts with a string, as UTF-8.
    Anything else is dropped, and so is JSON nested deeper than 128 levels.
    Outgoing: the options ``raw``, ``client_raw``, ``nocolor``, ``screenreader`` and
    ``send_prompt`` say how text is shown; what a session's flags ``RAW``, ``NOCOLOR``
    and ``SCREENREADER`` say counts where an option is absent.
    """

    name = "v1.evennia.com"
