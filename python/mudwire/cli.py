"""The command line: ``mudwire serve`` and ``mudwire bench``.

Every option has an environment variable, which its help names; the option wins.
A wrong option ends with exit code 2, and what is wrong with the machine (a port
that is taken, a file that cannot be written) with 1; either in one line.

argparse reads it: two dozen options need no library of their own.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from mudwire.bench.command import bench
from mudwire.limits import LIMITS
from mudwire.portal.loading import load_game
from mudwire.portal.running import endpoint_of, run
from mudwire.portal.websocket import WebSocketClient
from mudwire.upstreams import Upstreams

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DEFAULT_LISTEN = "127.0.0.1:4008"
DEFAULT_GAME = "mudwire.portal.lobby:Lobby"
DEFAULT_SESSIONS = "mudwire.sqlite3"


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


class EnvironmentVariableError(Exception):
    """What is wrong with an environment variable, in one line."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        argv: The arguments; those of the process if None.

    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    sys.exit(arguments.command(arguments))


def serve(arguments: argparse.Namespace) -> int:
    """Run the portal until a signal stops it.

    Args:
        arguments: What the parser read.

    Returns:
        The exit code.

    """
    return run(
        arguments.game,
        arguments.listen,
        sessions=arguments.sessions,
        origins=arguments.origin,
        proxies=arguments.proxy,
        options={
            LIMITS[option.dest].attribute: getattr(arguments, option.dest)
            for option in LIMIT_OPTIONS
        },
        verbose=arguments.verbose,
    )


def compare(arguments: argparse.Namespace) -> int:
    """Print what a message costs here, and in Evennia where there is one.

    Args:
        arguments: What the parser read.

    Returns:
        The exit code.

    """
    for line in bench(arguments.seconds):
        print(line, flush=True)
    return 0


def _parser() -> Parser:
    parser = Parser(prog="mudwire", description="The websocket webclient of text games, in Rust.")
    parser.add_argument("--version", action="version", version=f"mudwire {version('mudwire')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve_parser = commands.add_parser(
        "serve",
        help="run the portal: the page, its websocket and a game on one port",
        description="Run the portal: the page at /, its websocket at /ws and a game behind "
        "them, on one port. Without options it runs the lobby, a room where people talk, "
        "for browsers of this machine.",
        epilog="Examples:\n"
        "  mudwire serve                                    the lobby, http://127.0.0.1:4008/\n"
        "  mudwire serve --game mygame.py:MyGame            your own game\n"
        "  mudwire serve --listen 0.0.0.0:4008              for everybody who can reach it\n"
        "  mudwire serve --listen unix:/run/mudwire.sock    behind nginx or Caddy\n"
        "\nCtrl-C or SIGTERM stops it: clients are told to come back (close code 1001). "
        "A second one kills it.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    limits = serve_parser.add_argument_group(
        "limits", "Each protects something; 0 switches it off."
    )
    try:
        for option in OPTIONS:
            option.add_to(serve_parser)
        for option in LIMIT_OPTIONS:
            option.add_to(limits)
    except EnvironmentVariableError as error:
        serve_parser.error(str(error))
    serve_parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="log requests, connections and what was dropped",
    )
    serve_parser.set_defaults(command=serve)
    bench_parser = commands.add_parser(
        "bench",
        help="show what a message costs on this machine",
        description="Measure the conversion of text and commands on this machine, in seconds, and "
        "beside it Evennia's own, where Evennia is installed.",
    )
    bench_parser.add_argument(
        "--seconds",
        metavar="SECONDS",
        type=parse_seconds,
        default=0.2,
        help="how long each figure is measured [default: 0.2]",
    )
    bench_parser.set_defaults(command=compare)
    return parser


@dataclass(frozen=True)
class Option:
    """An option that may come from the environment as well.

    Attributes:
        name: Its name, without dashes; the variable is ``MUDWIRE_<NAME>``.
        metavar: What its value is.
        help: One sentence.
        default: What it is when neither gives it, as text.
        parse: Makes the value of its text, or raises ValueError with what was expected.
        many: Whether it may be given several times; in the environment, separated by commas.

    """

    name: str
    metavar: str
    help: str
    default: str
    parse: Callable[[str], Any]
    many: bool = False

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return f"MUDWIRE_{self.dest.upper()}"

    @property
    def dest(self) -> str:
        """Name of the value among the parsed arguments."""
        return self.name.replace("-", "_")

    def add_to(self, parser: argparse._ActionsContainer) -> None:
        """Add the option to a parser or a group, with its default from the environment.

        Raises:
            EnvironmentVariableError: The variable's value is wrong.

        """
        text = os.environ.get(self.variable)
        try:
            default = self._parse_all(self.default if text is None else text)
        except ValueError as error:
            raise EnvironmentVariableError(
                f"environment variable {self.variable}: {error}"
            ) from None
        shown = f"default: {self.default}; " if self.default else ""
        parser.add_argument(
            f"--{self.name}",
            metavar=self.metavar,
            type=self._parse_argument,
            default=default,
            action=_Replace if self.many else "store",
            help=f"{self.help} [{shown}{self.variable}]".replace("%", "%%"),
        )

    def _parse_all(self, text: str) -> Any:
        if not self.many:
            return self.parse(text)
        return [self.parse(part.strip()) for part in text.split(",") if part.strip()]

    def _parse_argument(self, text: str) -> Any:
        try:
            return self.parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None


class _Replace(argparse.Action):
    """Collects the values of a repeated option; the first one replaces the default."""

    def __call__(
        self, _parser: Any, namespace: Any, values: Any, _option_string: str | None = None
    ) -> None:
        given = getattr(namespace, f"_{self.dest}", None)
        if given is None:
            given = []
            setattr(namespace, f"_{self.dest}", given)
            setattr(namespace, self.dest, given)
        given.append(values)


def parse_listen(text: str) -> str:
    """Return an address to listen on, if ``endpoint_of`` takes it."""
    endpoint_of(text)
    return text


def parse_origin(text: str) -> str:
    """Return an origin (RFC 6454, section 6.2), or ``*``.

    Args:
        text: ``https://example.com``, without a path, or ``*``.

    Raises:
        ValueError: It is neither.

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
        ValueError: It is neither.

    """
    Upstreams([text])
    return text


def parse_seconds(text: str) -> float:
    """Return a time in seconds.

    Args:
        text: A number above 0, and at most 60.

    Raises:
        argparse.ArgumentTypeError: It is none.

    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds up to 60")
    return seconds


def parse_limit(text: str) -> float:
    """Return a limit.

    Args:
        text: A number that is not negative.

    Raises:
        ValueError: It is none.

    """
    try:
        number: float = int(text) if text.isdecimal() else float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise ValueError(f"{text!r} is not a number from 0")
    return number


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
)


LIMIT_OPTIONS = tuple(
    Option(
        limit.name.replace("_", "-"),
        limit.unit.upper(),
        f"protects {limit.protects}",
        str(limit.default),
        parse_limit,
    )
    for limit in LIMITS.values()
    if limit.attribute not in vars(WebSocketClient)
)
"""The limits of the connection, but for those that the standalone leaf has settled."""
