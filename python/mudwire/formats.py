"""The wire formats: the codecs of the websocket subprotocols, and their registry.

A wire format converts between the commands of the game, ``name(*args, **kwargs)``, and websocket
messages, ``(payload, is_binary)``. Its methods get what the game handed to its session, and return
a message, or None if nothing is to be sent. The work is one call into Rust; a subclass may override
any method in Python. The constructor takes what is special to a game: its markup, and what screen
readers leave out.
"""

from __future__ import annotations

from typing import ClassVar

from mudwire._native import Codec, decode_gmcp, encode_gmcp
from mudwire.quiet_log import QuietLog

__all__ = [
    "WIRE_FORMATS",
    "EvenniaV1Format",
    "GmcpStandardFormat",
    "JsonStandardFormat",
    "TerminalFormat",
    "WireFormat",
    "decode_gmcp",
    "encode_gmcp",
]

_log = QuietLog(__name__)


class WireFormat(Codec):
    """Codec of one websocket subprotocol (RFC 6455, section 1.9).

    Args:
        dialect: The game's markup; None for Evennia's stock markup.
        screenreader_strip: What is taken out of text for screen readers, after its
            colours: a compiled regular expression, or its source, which then gets
            the flags DOTALL and MULTILINE; Evennia's setting
            ``SCREENREADER_REGEX_STRIP``. Without it drawn lines are taken out, as is
            Evennia's default; an empty expression takes out nothing.
        to_ansi: For a game whose markup fits no ``Dialect``: a function of a text and of
            whether 24-bit colours may stay in it, that turns markup into ANSI. After it
            only raw ANSI sequences and links are read.

    A format of a game's own sets ``name``, the subprotocol's, and implements
    ``decode_incoming`` and ``encode_default``. It inherits these:

    * ``encode_text`` sends text as ANSI in a binary message: UTF-8 with SGR sequences of 256
      colours (ECMA-48, section 8.3.117), ended by a reset. Further arguments and keywords are
      not sent.
    * ``encode_prompt`` calls ``encode_text`` with the option ``send_prompt``.
    * ``is_blank_line`` takes a message of blanks, binary or text, for an Enter.

    A subclass of one of the formats below keeps that format's logic, also under another ``name``.

    """

    name: ClassVar[str]
    supports_oob: ClassVar[bool] = True
    """Whether the format carries commands other than text."""
    native_format: ClassVar[str | None] = None
    """The format in Rust whose logic an instance gets when it is made; None for a game's own.

    The classes below set it; a format of a game's own leaves it alone.
    """

    def warn(self, message: str) -> None:
        """Log, in one line, what of a message did not go out as it was meant."""
        _log.warn("{subprotocol}: {message}", subprotocol=self.name, message=message)


class EvenniaV1Format(WireFormat):
    """``v1.evennia.com``: ``["name", [args], {kwargs}]`` in text messages, text as HTML.

    The format of Evennia's own webclient, ``evennia.js``, and of a client that names no
    subprotocol.

    Incoming, binary and text alike: JSON (RFC 8259) as UTF-8, read with the meaning of Python's
    ``json``: an array of three or more that starts with a string. Anything else is dropped, and
    so is JSON that nests deeper than ``MAX_JSON_DEPTH`` or holds an integer of more than
    ``MAX_INTEGER_DIGITS`` digits, both of ``mudwire._native``. An Enter is a command here,
    ``["text",[""],{}]``, so no other message counts as a blank line.

    Outgoing: JSON as UTF-8. The text of ``text``, and of ``prompt``, which has the option
    ``send_prompt``, is HTML as ``mudwire.parse_html`` makes it. Further arguments and keywords go
    along.
    """

    name = "v1.evennia.com"
    native_format = "evennia_v1"


class GmcpStandardFormat(WireFormat):
    """``gmcp.mudstandards.org``: text in binary messages, GMCP in text messages.

    A GMCP message is ``Package.Name json``. Commands map to package names as in Evennia:
    ``char_vitals`` is ``Char.Vitals``, ``ping`` is ``Core.Ping``, and a few have names of their
    own (``get_value`` is ``Char.Value.Get``).

    Incoming: a line of the player without the blanks around it, or a GMCP message. Data that is
    not JSON is one string. A message without a name, or with JSON that nests too deep, is dropped.

    Outgoing: text and prompts as ANSI, as of ``WireFormat``. The arguments of another command are
    an array, a single one stands alone; its keywords, but for ``options``, are an object.

    Standard: https://mudstandards.org/websocket/
    """

    name = "gmcp.mudstandards.org"
    native_format = "gmcp"


class JsonStandardFormat(WireFormat):
    """``json.mudstandards.org``: text in binary messages, JSON envelopes in text messages.

    An envelope is ``{"proto": "...", "id": "...", "data": "..."}``. ``proto`` is ``gmcp`` (``id``
    is the package, ``data`` its JSON), ``text``, ``prompt`` (outgoing), ``websocket_close``
    (incoming), or one of the game's own, whose ``id``, else ``proto``, names the command.

    Incoming: a line of the player without the blanks around it, or an envelope. An envelope of
    an empty text is a blank line.

    Outgoing: text as ANSI, as of ``WireFormat``; a prompt as ANSI in an envelope of its own;
    another command as GMCP in an envelope, as of ``GmcpStandardFormat``.

    Standard: https://mudstandards.org/websocket/
    """

    name = "json.mudstandards.org"
    native_format = "json_envelope"


class TerminalFormat(WireFormat):
    """``terminal.mudstandards.org``: lines of UTF-8 text with ANSI, and nothing else.

    Incoming, binary and text alike: a line of the player without the blanks around it.

    Outgoing: text and prompts as ANSI, as of ``WireFormat``. Other commands are not sent.

    Standard: https://mudstandards.org/websocket/
    """

    name = "terminal.mudstandards.org"
    supports_oob = False
    native_format = "terminal"


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
