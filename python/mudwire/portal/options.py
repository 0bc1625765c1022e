"""The options of ``mudwire serve``: one table for the parser, the environment and the help."""

from __future__ import annotations

import argparse
import os
from argparse import SUPPRESS
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mudwire.limits import HTTP_LIMITS, LIMITS, Limit
from mudwire.portal.loading import load_game
from mudwire.portal.running import endpoint_of
from mudwire.portal.websocket import WebSocketClient
from mudwire.transport.upstreams import Upstreams

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_LISTEN = "127.0.0.1:4008"
DEFAULT_GAME = "mudwire.portal.lobby:Lobby"
DEFAULT_SESSIONS = "mudwire.sqlite3"


class EnvironmentVariableError(Exception):
    """An environment variable has a wrong value; the message is one line."""


@dataclass(frozen=True)
class Option:
    """An option of the command line with an environment variable.

    Attributes:
        name: The name without the leading dashes; the variable is ``MUDWIRE_<NAME>``.
        metavar: The placeholder of the value in the help.
        help: The description in the help, one sentence.
        default: The default value as text; empty for an option without one.
        parse: Converts the text to the value. Raises ValueError, and the message says what was
            expected.
        many: Whether the option may be given several times; the variable separates the values
            by commas.
        switch: Whether the option stands without a value on the command line, and means ``on``.
        short: The letter of the short form; empty for none.

    """

    name: str
    metavar: str
    help: str
    default: str
    parse: Callable[[str], Any]
    many: bool = False
    switch: bool = False
    short: str = ""

    @property
    def variable(self) -> str:
        """The name of the environment variable."""
        return f"MUDWIRE_{self.dest.upper()}"

    @property
    def dest(self) -> str:
        """The name of the value among the parsed arguments."""
        return self.name.replace("-", "_")

    @property
    def origin(self) -> str:
        """The default and the variable, as the help shows them."""
        return (
            f"[default: {self.default}; {self.variable}]" if self.default else f"[{self.variable}]"
        )

    def add_to(self, parser: argparse._ActionsContainer) -> None:
        """Add the option to a parser or a group; an option that is not given leaves no value."""
        names = [f"-{self.short}"] if self.short else []
        names.append(f"--{self.name}")
        text = f"{self.help} {self.origin}".replace("%", "%%")
        if self.switch:
            parser.add_argument(*names, action="store_true", default=SUPPRESS, help=text)
        else:
            parser.add_argument(
                *names,
                metavar=self.metavar,
                type=self._parse_argument,
                action="append" if self.many else "store",
                default=SUPPRESS,
                help=text,
            )

    def value_in(self, arguments: argparse.Namespace) -> Any:
        """Return the value from the command line, else from the environment, else the default.

        Args:
            arguments: The parsed command line.

        Raises:
            EnvironmentVariableError: The value comes from the environment and is wrong.

        """
        if hasattr(arguments, self.dest):
            return getattr(arguments, self.dest)
        text = os.environ.get(self.variable)
        if not text:
            return self._parse_all(self.default)
        try:
            return self._parse_all(text)
        except ValueError as error:
            raise EnvironmentVariableError(
                f"environment variable {self.variable}: {error}"
            ) from None

    def _parse_all(self, text: str) -> Any:
        if not self.many:
            return self.parse(text)
        return [self.parse(part.strip()) for part in text.split(",") if part.strip()]

    def _parse_argument(self, text: str) -> Any:
        try:
            return self.parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None


def parse_listen(text: str) -> str:
    """Return an address to listen on; raise the AddressError of ``endpoint_of`` for a wrong one."""
    endpoint_of(text)
    return text


def parse_origin(text: str) -> str:
    """Return an origin (RFC 6454, section 6.2), or ``*``.

    Args:
        text: ``https://example.com``, without a path, or ``*``.

    Raises:
        ValueError: The text is neither.

    """
    parts = urlsplit(text)
    origin = f"{parts.scheme}://{parts.netloc}"
    if text != "*" and (text.rstrip("/") != origin or not parts.scheme or not parts.netloc):
        raise ValueError(f"{text!r} is not an origin such as https://example.com, nor *")
    return text.rstrip("/").lower()


def parse_proxy(text: str) -> str:
    """Return an address or a network.

    Args:
        text: ``127.0.0.1``, ``10.0.0.0/8``, ``::1``.

    Raises:
        ValueError: The text is neither.

    """
    Upstreams([text])
    return text


def parse_switch(text: str) -> bool:
    """Return whether something is on.

    Args:
        text: ``on`` or ``1``, ``off`` or ``0``.

    Raises:
        ValueError: The text is none of these.

    """
    switches = {"on": True, "1": True, "off": False, "0": False}
    if text.lower() not in switches:
        raise ValueError(f"{text!r} is neither on (or 1) nor off (or 0)")
    return switches[text.lower()]


def parse_limit(text: str, *, whole: bool, auto: bool = False) -> float | None:
    """Return a limit.

    Args:
        text: A number that is not negative, or ``off`` for 0.
        whole: Whether the limit is a whole number; then an int is returned.
        auto: Whether the text may also be ``auto``; then None is returned.

    Raises:
        ValueError: The text is no such number.

    """
    if auto and text == "auto":
        return None
    try:
        number = 0.0 if text == "off" else float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf") or (whole and not number.is_integer()):
        kind = "whole number" if whole else "number"
        words = "off or auto" if auto else "off"
        raise ValueError(f"{text!r} is not a {kind} from 0, nor {words}")
    return int(number) if whole else number


OPTIONS = (
    Option(
        "listen",
        "ADDRESS",
        "where to listen: PORT, HOST:PORT or a Twisted endpoint string; port 0 takes a free one",
        DEFAULT_LISTEN,
        parse_listen,
    ),
    Option(
        "game",
        "MODULE:CLASS",
        "the game to run, a subclass of mudwire.game.Game; FILE.py:CLASS works too",
        DEFAULT_GAME,
        load_game,
    ),
    Option(
        "sessions",
        "FILE",
        "SQLite file that remembers which browsers are logged in; :memory: forgets at the end",
        DEFAULT_SESSIONS,
        str,
    ),
    Option(
        "origin",
        "URL",
        "another site whose pages may connect, as in https://example.com, or * for any; "
        "may be given again",
        "",
        parse_origin,
        many=True,
    ),
    Option(
        "proxy",
        "ADDRESS",
        "address or network of a proxy whose X-Forwarded-For is believed; may be given again",
        "",
        parse_proxy,
        many=True,
    ),
    Option(
        "verbose",
        "",
        "log requests, connections and dropped messages",
        "off",
        parse_switch,
        switch=True,
        short="v",
    ),
)


def _limit_option(limit: Limit) -> Option:
    return Option(
        limit.name.replace("_", "-"),
        limit.unit.partition(" ")[0].upper(),
        f"{limit.what}; protects {limit.protects}"
        + (f"; auto: {limit.auto}" if limit.auto else ""),
        "auto" if limit.default is None else str(limit.default or "off"),
        partial(parse_limit, whole=limit.whole, auto=limit.default is None),
    )


LIMIT_OPTIONS = tuple(
    _limit_option(limit)
    for limit in LIMITS.values()
    if limit.attribute not in vars(WebSocketClient)
)
"""The limits of the connection, except those that ``WebSocketClient`` itself sets."""

HTTP_LIMIT_OPTIONS = tuple(_limit_option(limit) for limit in HTTP_LIMITS.values())
"""The limits of HTTP alone."""
