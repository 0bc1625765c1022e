"""The websocket webclient protocol of text games, in Rust.

The converters (``parse_html`` and its kin) need nothing else. The protocol and the standalone
client are loaded when they are asked for, and bring Twisted and Autobahn with them.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from mudwire import markup
from mudwire.markup import *  # noqa: F403 # its __all__ is the list of the converters

if TYPE_CHECKING:
    from mudwire.fast_path import WebClientProtocol
    from mudwire.game import Game
    from mudwire.portal import WebSocketClient
    from mudwire.sessions.session import Session

__all__ = [  # noqa: PLE0604 # names, from a list of names
    "Game",
    "Session",
    "WebClientProtocol",
    "WebSocketClient",
    "__version__",
    *markup.__all__,
]

__version__ = version("mudwire")

_HOMES = {
    "Game": "mudwire.game",
    "Session": "mudwire.sessions.session",
    "WebClientProtocol": "mudwire.fast_path",
    "WebSocketClient": "mudwire.portal",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'mudwire' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
