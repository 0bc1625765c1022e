"""The settings of the game that the webclient reads.

Each function reads one setting. A wrong setting raises an error, which stops the Portal; the
message names the setting, its value and the expected kind of value.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from evennia.utils.utils import class_from_module

from mudwire.transport.upstreams import Upstreams

__all__ = [
    "base_session_class",
    "screenreader_strip",
    "session_store",
    "subprotocols",
    "upstream_ips",
]


def base_session_class() -> type:
    """Return the class of ``BASE_SESSION_CLASS``, the base class of all connections of a game."""
    try:
        found = class_from_module(settings.BASE_SESSION_CLASS)
    except (AttributeError, ImportError, TypeError) as error:
        raise _wrong("BASE_SESSION_CLASS", "the path of a session class") from error
    if not isinstance(found, type):
        raise _wrong("BASE_SESSION_CLASS", "the path of a session class")
    return found


def session_store() -> type:
    """Return the store of browser sessions in the module that ``SESSION_ENGINE`` names."""
    try:
        store: type = import_module(settings.SESSION_ENGINE).SessionStore
    except (AttributeError, ImportError, TypeError) as error:
        expected = "the path of a module with a SessionStore, as django.contrib.sessions has"
        raise _wrong("SESSION_ENGINE", expected) from error
    return store


def upstream_ips() -> tuple[str, ...]:
    """Return ``UPSTREAM_IPS``: the addresses and networks of the proxies before the game."""
    try:
        addresses = _strings("UPSTREAM_IPS", "a list of IP addresses and networks")
        Upstreams(addresses)
    except (TypeError, ValueError) as error:
        raise ImproperlyConfigured(f"settings.UPSTREAM_IPS: {error}") from error
    return addresses


def subprotocols() -> tuple[str, ...] | None:
    """Return ``WEBSOCKET_SUBPROTOCOLS``, the preferred first; None, which means all, if not set.

    Raises TypeError, as upstream does, if it is neither a string nor a list of strings.
    """
    if getattr(settings, "WEBSOCKET_SUBPROTOCOLS", None) is None:
        return None
    return _strings("WEBSOCKET_SUBPROTOCOLS", "a list of the names of subprotocols")


def screenreader_strip() -> re.Pattern[str]:
    """Return ``SCREENREADER_REGEX_STRIP``; its matches are removed from text for screen readers."""
    try:
        return re.compile(settings.SCREENREADER_REGEX_STRIP, re.DOTALL | re.MULTILINE)
    except (TypeError, re.error) as error:
        expected = f"a regular expression ({error})"
        raise _wrong("SCREENREADER_REGEX_STRIP", expected) from error


def _strings(name: str, expected: str) -> tuple[str, ...]:
    """Read a setting that is a list of strings; a single string is read as a list of one."""
    value = getattr(settings, name)
    if isinstance(value, str):
        return (value,)
    try:
        strings = tuple(value)
    except TypeError:
        strings = (None,)
    if not all(isinstance(string, str) for string in strings):
        raise TypeError(f"settings.{name} is {value!r}, but must be {expected}")
    return strings


def _wrong(name: str, expected: str) -> ImproperlyConfigured:
    value: Any = getattr(settings, name)
    return ImproperlyConfigured(f"settings.{name} is {value!r}, but must be {expected}")
