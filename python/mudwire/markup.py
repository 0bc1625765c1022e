r"""Colour markup and ANSI, converted: Evennia's functions by their names and with their meaning.

They need no Evennia, no game and no portal::

    from mudwire import parse_html

    parse_html("|rred|n and \x1b[1;34mblue\x1b[0m")

``parse_bbcode``, ``parse_markdown`` and ``parse_spans`` write the same for Godot, for Discord and
for clients that draw for themselves; docs/formats.md shows them.

Every text converts. It may be a ``str``; a ``str`` subclass such as Evennia's ``ANSIString``,
whose ``clean()`` or ``raw()`` is taken; ``bytes``, read as UTF-8; ``None``, which is nothing; or
anything else, such as a lazy translation, of which ``str()`` is taken. Lone surrogates, which no
encoding can carry, become U+FFFD.
"""

from __future__ import annotations

from mudwire._native import (
    Dialect,
    parse_ansi,
    parse_bbcode,
    parse_html,
    parse_markdown,
    parse_spans,
    raw,
    strip_mxp,
    strip_raw_ansi,
    strip_unsafe_tokens,
)

__all__ = [
    "Dialect",
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


def strip_ansi(string: object, dialect: Dialect | None = None) -> str:
    """Remove markup, SGR sequences and links from a text.

    Args:
        string: The text; see the module for what it may be.
        dialect: The markup tokens; Evennia's stock ones by default.

    Returns:
        The text that is left, as Evennia's ``strip_ansi``.

    """
    return parse_ansi(string, strip_ansi=True, dialect=dialect)
