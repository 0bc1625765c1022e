"""The markup of the game, read from the parser of the installed Evennia.

Evennia compiles its ``ANSIParser`` from the maps of its version, the ``COLOR_*`` settings and the
contrib ``color_markups``. If a ``Dialect`` cannot express these tables, or if the game replaced the
parser, the game's parser converts the markup to ANSI first, and Rust converts the ANSI.
"""

from __future__ import annotations

import re
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

from evennia.utils import ansi, logger, text2html

from mudwire.markup import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["dialect_of", "game_markup"]

_METHODS = (
    "parse_ansi",
    "strip_mxp",
    "strip_raw_codes",
    "sub_ansi",
    "sub_brightbg",
    "sub_xterm256",
)


@cache
def game_markup() -> tuple[Dialect, Callable[[str, bool], str] | None]:
    """Return the dialect of the game, and a function to call before it or None.

    The function is None if the dialect expresses all of the game's markup. Otherwise the function
    converts markup to ANSI with the game's own parser, the dialect has no markup, and the reason
    is logged. The result is cached.
    """
    try:
        return dialect_of(upstream_parser()), None
    except ValueError as reason:
        logger.log_warn(
            f"mudwire: this game's markup goes through its own parser, which is slower: {reason}"
        )
        return Dialect.ansi_only(), _to_ansi


def _to_ansi(text: str, truecolor: bool) -> str:
    ansi_text: str = text2html.parse_ansi(text, xterm256=True, mxp=True, truecolor=truecolor)
    return ansi_text


def upstream_parser() -> Any:
    """Return the parser that Evennia's conversion to HTML uses.

    Raises ValueError if the game replaced the function that calls the parser.
    """
    function = text2html.parse_ansi
    if function.__module__ != ansi.__name__:
        raise ValueError(f"parse_ansi is that of {function.__module__}")
    return signature(function).parameters["parser"].default


def dialect_of(parser: Any) -> Dialect:
    """Compile the dialect of a parser.

    Raises ValueError with the reason if a dialect cannot express what the parser does.
    """
    if not is_stock_parser(parser):
        raise ValueError("the parser is not the ANSIParser of Evennia")
    for compiled, expected in _compiled(parser):
        if compiled.pattern != expected:
            raise ValueError(f"the parser matches {compiled.pattern!r}, not {expected!r}")
    return Dialect(
        ansi_map=list(parser.ansi_map_dict.items()),
        bright_backgrounds=list(parser.ansi_xterm256_bright_bg_map_dict.items()),
        xterm256_fg=list(parser.xterm256_fg),
        xterm256_bg=list(parser.xterm256_bg),
        gray_fg=list(parser.xterm256_gfg),
        gray_bg=list(parser.xterm256_gbg),
        hex_colors=hasattr(ansi, "hex_sub"),
    )


def is_stock_parser(parser: Any) -> bool:
    """Tell whether a parser is Evennia's own, without replaced methods or attributes."""
    return (
        type(parser) is ansi.ANSIParser
        and not vars(parser)
        and all(getattr(ansi.ANSIParser, name).__module__ == ansi.__name__ for name in _METHODS)
    )


def _compiled(parser: Any) -> list[tuple[re.Pattern[str], str]]:
    """Return the patterns of the parser, each with the pattern that its tables compile to."""
    ansi_map, bright = parser.ansi_map, parser.ansi_xterm256_bright_bg_map
    return [
        (parser.ansi_sub, "|".join(re.escape(token) for token, _ in ansi_map)),
        (parser.brightbg_sub, "|".join(rf"(?<!\|){re.escape(token)}" for token, _ in bright)),
        (parser.xterm256_fg_sub, "|".join(parser.xterm256_fg)),
        (parser.xterm256_bg_sub, "|".join(parser.xterm256_bg)),
        (parser.xterm256_gfg_sub, "|".join(parser.xterm256_gfg)),
        (parser.xterm256_gbg_sub, "|".join(parser.xterm256_gbg)),
        (parser.mxp_sub, r"\|lc(.*?)\|lt(.*?)\|le"),
        (parser.mxp_url_sub, r"\|lu(.*?)\|lt(.*?)\|le"),
        (parser.ansi_regex, r"\033\[[0-9;]+m"),
    ]
