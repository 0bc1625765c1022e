"""Rust behind the methods of Evennia's own parsers, for the whole game.

``install`` replaces methods of Evennia's two parser classes. So telnet, ssh and ``ANSIString`` use
Rust too, and every module that imported the functions or the parsers before. A parser that a game
derived or changed keeps its own methods.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from evennia.utils import ansi, text2html

from mudwire import markup
from mudwire.evennia.dialect import game_markup

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["install", "uninstall"]

_replaced: dict[tuple[type, str], Callable[..., Any]] = {}


def install() -> None:
    """Put Rust behind the methods of Evennia's ``ANSIParser`` and ``TextToHTMLparser``.

    Call it in ``start_plugin_services`` (Portal) and in ``at_server_init`` (Server). The answers
    stay the same, except for the differences in docs/compatibility.md. A second call changes
    nothing. If the game's markup needs its own parser, only the methods that read no colour markup
    are replaced, and the log says so.
    """
    if _replaced:
        return
    dialect, to_ansi = game_markup()
    _exchange(ansi.ANSIParser, "strip_raw_codes", markup.strip_raw_ansi)
    _exchange(ansi.ANSIParser, "strip_mxp", markup.strip_mxp)
    _exchange(ansi.ANSIParser, "strip_unsafe_tokens", markup.strip_unsafe_tokens)
    if to_ansi is None:
        _exchange(ansi.ANSIParser, "parse_ansi", partial(markup.parse_ansi, dialect=dialect))
        _exchange(text2html.TextToHTMLparser, "parse", partial(markup.parse_html, dialect=dialect))


def uninstall() -> None:
    """Give Evennia's parsers their own methods back."""
    for (parser, name), method in _replaced.items():
        setattr(parser, name, method)
    _replaced.clear()


def _exchange(parser: type, name: str, function: Callable[..., Any]) -> None:
    """Replace a method of ``parser`` by ``function``, except for derived or changed parsers."""
    original = getattr(parser, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.__class__ is parser and not self.__dict__:
            return function(*args, **kwargs)
        return original(self, *args, **kwargs)

    _replaced[parser, name] = original
    setattr(parser, name, method)
