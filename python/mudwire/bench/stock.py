"""Evennia's own functions and codec, if Evennia is installed.

Besides ``mudwire.evennia``, only this module imports Evennia, and only in the call of ``stock``.
"""

from __future__ import annotations

import os
from contextlib import redirect_stdout
from importlib import import_module
from typing import Any, NamedTuple

__all__ = ["Stock", "stock"]


class Stock(NamedTuple):
    """The parts of Evennia that mudwire replaces."""

    version: str
    parse_html: Any
    parse_ansi: Any
    wire_format: Any
    """The codec of ``v1.evennia.com``; None before Evennia 6, which has no separate codecs."""


def stock() -> Stock | None:
    """Return Evennia's functions, or None if Evennia is not installed.

    The settings are those of DJANGO_SETTINGS_MODULE, or Evennia's defaults.
    """
    try:
        evennia = import_module("evennia")
    except ImportError:
        return None
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evennia.settings_default")
    import_module("django").setup()
    with redirect_stdout(None):  # it prints a warning about the database, which is not used here
        evennia._init()
    ansi = import_module("evennia.utils.ansi")
    text2html = import_module("evennia.utils.text2html")
    try:
        formats = import_module("evennia.server.portal.wire_formats").WIRE_FORMATS
    except ImportError:
        formats = {}
    return Stock(
        evennia.__version__.split(" ")[0],
        text2html.parse_html,
        ansi.parse_ansi,
        formats.get("v1.evennia.com"),
    )
