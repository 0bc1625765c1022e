"""Evennia's own functions and class, where Evennia can be imported.

Beside ``mudwire.evennia`` this is the one place that imports Evennia, and only when it is asked to.
"""

from __future__ import annotations

import os
from contextlib import redirect_stdout
from importlib import import_module
from typing import Any, NamedTuple

__all__ = ["Stock", "stock"]


class Stock(NamedTuple):
    """What mudwire takes the place of."""

    version: str
    parse_html: Any
    parse_ansi: Any
    wire_format: Any
    """Evennia's codec of ``v1.evennia.com``; None before Evennia 6, whose class has it inside."""


def stock() -> Stock | None:
    """Return Evennia's functions, with the settings of DJANGO_SETTINGS_MODULE or Evennia's own.

    Returns None where there is no Evennia.
    """
    try:
        evennia = import_module("evennia")
    except ImportError:
        return None
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evennia.settings_default")
    import_module("django").setup()
    with redirect_stdout(None):  # it speaks of a database, which nobody here needs
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
