"""WireFormat: what every wire format offers, and text as ANSI for those that want it so.

A method gets what the game handed to its session and gives a websocket
message, ``(payload, is_binary)``, or None if nothing is to be sent. The work is
one call into Rust; a subclass may override any of it in Python.
"""

from __future__ import annotations

from typing import ClassVar

from twisted.logger import Logger

from mudwire._native import Codec

_log = Logger()


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

    A subclass sets ``name``, the subprotocol's, and implements ``decode_incoming``
    and ``encode_default``. What it inherits sends text as ANSI in binary frames.

    """

    name: ClassVar[str]
    supports_oob: ClassVar[bool] = True
    """Whether the format carries commands other than text."""

    def warn(self, message: str) -> None:
        """Log, in one line, what of a message did not go out as it was meant."""
        _log.warn("{subprotocol}: {message}", subprotocol=self.name, message=message)
