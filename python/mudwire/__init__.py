"""The websocket webclient protocol of text games, in Rust.

The converters (``parse_html`` and its kin) need nothing else. The protocol and the standalone
client are loaded when they are asked for, and bring Twisted and Autobahn with them.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from mudwire.markup import (
    Dialect,
    parse_ansi,
    parse_bbcode,
    parse_html,
    parse_markdown,
    parse_spans,
    raw,
    strip_ansi,
    strip_mxp,
    strip_raw_ansi,
    strip_unsafe_tokens,
)

if TYPE_CHECKING:
    from mudwire.fast_path import WebClientProtocol
    from mudwire.game import Game
    from mudwire.portal import WebSocketClient
    from mudwire.sessions.session import Session

__all__ = [
    "Dialect",
    "Game",
    "Session",
    "WebClientProtocol",
    "WebSocketClient",
    "__version__",
    "parse_ansi",
    "parse_bbcode",
    "parse_html",
    "parse_markdown",
    "parse_spans",
    "raw",
    "strip_ansi",
    "strip_mxp",
    "strip_raw_ansi",
    "strip_unsafe_tokens",
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
