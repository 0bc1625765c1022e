"""The wire formats of the game: those that Evennia has registered, mudwire's in place of its own.

Evennia 6 keeps a registry, to which a game may add formats when it likes, so it is looked up at each
connection. Evennia 5 has no subprotocols; there mudwire's four are all there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mudwire.evennia.dialect import game_markup
from mudwire.evennia.settings import screenreader_strip
from mudwire.wire_formats import WIRE_FORMATS, WireFormat

try:
    from evennia.server.portal import wire_formats as upstream
except ImportError:
    upstream = None

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["game_formats"]


def game_formats() -> Mapping[str, WireFormat]:
    """Return the codecs by subprotocol, with the markup and the settings of the game."""
    dialect, to_ansi = game_markup()
    strip = screenreader_strip()
    ours = {
        name: type(codec)(dialect=dialect, screenreader_strip=strip, to_ansi=to_ansi)
        for name, codec in WIRE_FORMATS.items()
    }
    return ours if upstream is None else RegisteredFormats(upstream.WIRE_FORMATS, ours)


class RegisteredFormats(Mapping[str, WireFormat]):
    """Evennia's registry as it is now, with a codec of mudwire for each that is Evennia's own."""

    def __init__(
        self, registered: Mapping[str, Any], ours: Mapping[str, WireFormat]
    ) -> None:
        self._registered = registered
        self._ours = ours

    def __getitem__(self, name: str) -> WireFormat:
        codec = self._registered[name]
        if type(codec).__module__.startswith(f"{upstream.__name__}."):
            return self._ours.get(name, codec)
        return codec

    def __iter__(self) -> Iterator[str]:
        return iter(self._registered)

    def __len__(self) -> int:
        return len(self._registered)
