"""The wire formats of the game: Evennia's registry, with mudwire's formats in place of its own.

A game may add formats to the registry of Evennia 6 at any time, so each connection looks them up
there. Evennia 5 has no subprotocols; with it, the formats are mudwire's four.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import chain
from typing import Any

from mudwire.evennia.dialect import game_markup
from mudwire.evennia.settings import screenreader_strip
from mudwire.formats import WIRE_FORMATS, WireFormat

__all__ = ["game_formats"]

UPSTREAM = "evennia.server.portal.wire_formats"


def game_formats() -> Mapping[str, WireFormat]:
    """Return the codecs of the game by subprotocol, with its markup and its settings."""
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
    """A view of Evennia's registry that replaces each codec of Evennia by mudwire's.

    A format of mudwire that Evennia does not have comes first.
    """

    def __init__(self, registered: Mapping[str, Any], ours: Mapping[str, WireFormat]) -> None:
        self._registered = registered
        self._ours = ours
        self._additional = {name: ours[name] for name in ours if name not in registered}

    def __getitem__(self, name: str) -> WireFormat:
        if name in self._additional:
            return self._additional[name]
        codec: WireFormat = self._registered[name]
        if type(codec).__module__.startswith(f"{UPSTREAM}."):
            return self._ours.get(name, codec)
        return codec

    def __iter__(self) -> Iterator[str]:
        return chain(self._additional, self._registered)

    def __len__(self) -> int:
        return len(self._additional) + len(self._registered)
