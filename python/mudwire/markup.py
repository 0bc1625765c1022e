r"""Colour markup and ANSI, converted: Evennia's functions by their names and with their meaning.

They need no Evennia, no game and no portal::

    from mudwire import parse_html

    parse_html("|rred|n and \x1b[1;34mblue\x1b[0m")

``parse_bbcode``, ``parse_markdown`` and ``parse_spans`` write the same for Godot, for Discord and
for clients that draw for themselves; docs/output_formats.md shows them.

Every text converts. It may be a ``str``; a ``str`` subclass such as Evennia's ``ANSIString``,
whose ``clean()`` or ``raw()`` is taken; ``bytes``, read as UTF-8; ``None``, which is nothing; or
anything else, such as a lazy translation, of which ``str()`` is taken. Lone surrogates, which no
encoding can carry, become U+FFFD.
"""

from __future__ import annotations

from mudwire._native import (
    Dialect,
    convert,
    parse_ansi,
    parse_html,
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


def parse_bbcode(string: object, strip_ansi: bool = False, dialect: Dialect | None = None) -> str:
    """Convert colour markup and ANSI to the BBCode of Godot 4's ``RichTextLabel``.

    The tags are ``color``, ``bgcolor``, ``u``, ``i``, ``s``, ``pulse`` for blinking text, and
    ``url``. The value of a ``url`` is the address of a link, or ``send cmd=`` and its command. A
    bracket of the text opens no tag. A command with ``]``, a line end or both kinds of quotes is
    percent-encoded: ``uri_decode()`` gives it.

    Args:
        string: The text; see the module for what it may be.
        strip_ansi: Leave the colours out.
        dialect: The markup tokens; Evennia's stock ones by default.

    Returns:
        The BBCode, with the tags of Evennia's contrib ``godotwebsocket``
        (``text2bbcode.parse_to_bbcode``).

    """
    return convert("bbcode", string, strip_ansi, dialect)


def parse_markdown(string: object, strip_ansi: bool = False, dialect: Dialect | None = None) -> str:
    """Convert colour markup and ANSI to Markdown in Discord's flavour.

    SGR 1 (Evennia's bright colours), underline, italic and strike become ``**``, ``__``, ``*`` and
    ``~~``; colours vanish. The text itself is escaped, so that Discord reads no formatting in it,
    and a zero-width space follows each ``@``. Links of ``http`` and ``https`` are links, other
    addresses follow their label in parentheses, and commands leave their label.

    Args:
        string: The text; see the module for what it may be.
        strip_ansi: Leave the emphasis out.
        dialect: The markup tokens; Evennia's stock ones by default.

    Returns:
        The Markdown, as Discord's help page "Markdown Text 101" describes it. Discord takes 2000
        characters in a message.

    """
    return convert("markdown", string, strip_ansi, dialect)
