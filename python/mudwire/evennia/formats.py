"""The wire formats of the game: those that Evennia has registered, mudwire's in place of its own.

Evennia 6 keeps a registry, to which a game may add formats when it likes, so it is looked up at
each connection. Evennia 5 has no subprotocols; there mudwire's four are all there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from mudwire.evennia.dialect import game_markup
from mudwire.evennia.settings import screenreader_strip
from mudwire.formats import WIRE_FORMATS, WireFormat

__all__ = ["game_formats"]

UPSTREAM = "evennia.server.portal.wire_formats"


def game_formats() -> Mapping[str, WireFormat]:
    """Return the codecs by subprotocol, with the markup and the settings of the game."""
    strip = screenreader_strip()
    dialect, to_ansi = game_markup()
    ours = {
        name: type(codec)(dialect=dialect, screenreader_strip=strip, to_ansi=to_ansi)
        for name, codec in WIRE_FORMATS.items()
    }
    try:
        upstream = import_module(UPSTREAM)
    except ModuleNotFoundError:
        return ours
    return RegisteredFormats(upstream.WIRE_FORMATS, ours)


class RegisteredFormats(Mapping[str, WireFormat]):
    """Evennia's registry as it is now, with a codec of mudwire for each that is Evennia's own."""

    def __init__(self, registered: Mapping[str, Any], ours: Mapping[str, WireFormat]) -> None:
        self._registered = registered
        self._ours = ours

    def __getitem__(self, name: str) -> WireFormat:
        codec: WireFormat = self._registered[name]
        if type(codec).__module__.startswith(f"{UPSTREAM}."):
            return self._ours.get(name, codec)
        return codec

    def __iter__(self) -> Iterator[str]:
        return iter(self._registered)

    def __len__(self) -> int:
        return len(self._registered)
