"""The command line: ``mudwire serve`` and ``mudwire bench``.

Every option has an environment variable, which its help names; the option wins.
A wrong option ends with exit code 2, and what is wrong with the machine (a port
that is taken, a file that cannot be written) with 1; either in one line.

argparse reads it: two dozen options need no library of their own.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sqlite3
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import module_from_spec, spec_from_file_location
from ipaddress import ip_network
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from twisted.logger import LogLevel, eventAsText, formatTime, globalLogBeginner

from mudwire.bench.command import bench
from mudwire.browser_sessions import SqliteBrowserSessions
from mudwire.game import Game
from mudwire.limits import LIMITS
from mudwire.portal.service import PortalService
from mudwire.portal.websocket import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.logger import LogEvent

DEFAULT_LISTEN = "127.0.0.1:4008"
DEFAULT_GAME = "mudwire.portal.lobby:Lobby"
DEFAULT_SESSIONS = "mudwire.sqlite3"

_HOST_AND_PORT = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[^:=\[\]]+):)?(?P<port>\d+)")


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


class EnvironmentVariableError(Exception):
    """What is wrong with an environment variable, in one line."""


class NoGameError(ValueError):
    """Why there is no game at the place that was named."""


class StartError(Exception):
    """Why the portal cannot start, in one line."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        argv: The arguments; those of the process if None.

    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    sys.exit(arguments.run(arguments))


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
    serve_parser.set_defaults(run=serve)
    bench_parser = commands.add_parser(
        "bench",
        help="show what a message costs on this machine",
        description="Measure the conversion of text and commands on this machine, in seconds, and "
        "beside it Evennia's own, where Evennia is installed.",
    )
    bench_parser.add_argument(
        "--seconds",
        metavar="SECONDS",
        type=positive_seconds,
        default=0.2,
        help="how long each figure is measured [default: 0.2]",
    )
    bench_parser.set_defaults(run=compare)
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


def endpoint_of(text: str) -> str:
    """Return the Twisted endpoint of an address to listen on.

    Args:
        text: ``PORT``, ``HOST:PORT``, ``[IPv6]:PORT``, or an endpoint string such as
            ``unix:/run/mudwire.sock`` or ``ssl:443:privateKey=key.pem``.

    Returns:
        The endpoint as ``twisted.internet.endpoints.serverFromString`` takes it.

    Raises:
        ValueError: The port is none.

    """
    match = _HOST_AND_PORT.fullmatch(text)
    if match is None or match["host"] in ("tcp", "tcp6", "ssl", "unix", "systemd"):
        return text
    if int(match["port"]) > 65535:
        raise ValueError(f"port {match['port']} is not between 0 and 65535")
    host = (match["host"] or "127.0.0.1").strip("[]")
    kind = "tcp6" if ":" in host else "tcp"
    return f"{kind}:{match['port']}:interface={host.replace(':', chr(92) + ':')}"


def parse_listen(text: str) -> str:
    """Return an address to listen on, if ``endpoint_of`` takes it."""
    endpoint_of(text)
    return text


def load_game(text: str) -> type[Game]:
    """Return a game class by its place.

    Args:
        text: ``module:Class`` or ``path.py:Class``.

    Raises:
        NoGameError: There is no such file, module or class, it is no game, or it cannot be
            imported.

    """
    place, colon, name = text.rpartition(":")
    if not colon or not place or not name.isidentifier():
        raise NoGameError(f"{text!r} is not MODULE:CLASS or FILE.py:CLASS, as in mygame:MyGame")
    try:
        module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    except SyntaxError as error:
        raise NoGameError(f"{error.filename}, line {error.lineno}: {error.msg}") from None
    except NoGameError:
        raise
    except Exception as error:
        at = extract_tb(error.__traceback__)[-1]
        raise NoGameError(
            f"{place} cannot be imported: {type(error).__name__}: {error} "
            f"({at.filename}, line {at.lineno})"
        ) from None
    game = getattr(module, name, None)
    if game is None:
        raise NoGameError(f"{place} has no class {name}")
    if not (isinstance(game, type) and issubclass(game, Game)):
        raise NoGameError(f"{text} is not a subclass of mudwire.game.Game")
    missing = sorted(game.__abstractmethods__)
    if missing:
        raise NoGameError(f"{text} lacks {', '.join(missing)}")
    return game


def _load_module(name: str) -> Any:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise NoGameError(f"there is no module {error.name}") from None
        raise


def _load_file(path: Path) -> Any:
    if not path.is_file():
        raise NoGameError(f"there is no file {path}")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


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
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError(f"{error}; expected an address or a network, as in 10.0.0.0/8") from None
    return text


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


def positive_seconds(text: str) -> float:
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


def serve(arguments: argparse.Namespace) -> int:
    """Run the portal until a signal stops it.

    Args:
        arguments: What the parser read.

    Returns:
        The exit code.

    """
    _log_to_stderr(arguments.verbose)
    # Imported late: the first import of the reactor installs it.
    from twisted.internet import reactor as the_reactor  # noqa: PLC0415

    reactor: Any = the_reactor  # mypy cannot read its interface
    try:
        portal = _make_portal(arguments, reactor)
    except StartError as error:
        return _fail(error)
    failure: list[StartError] = []

    def give_up(error: StartError) -> None:
        failure.append(error)
        reactor.stop()

    reactor.callWhenRunning(_stop_on_signals, reactor)
    reactor.callWhenRunning(_start, portal, arguments.listen, give_up)
    reactor.addSystemEventTrigger("before", "shutdown", portal.stopService)
    reactor.run()
    return _fail(failure[0]) if failure else 0


def _fail(error: StartError) -> int:
    print(f"mudwire: {error}", file=sys.stderr)
    return 1


def _make_portal(arguments: argparse.Namespace, reactor: Any) -> PortalService:
    try:
        sessions = SqliteBrowserSessions(arguments.sessions)
    except (OSError, sqlite3.Error) as error:
        raise StartError(
            f"cannot keep browser sessions in {arguments.sessions}: {_reason(error)}; "
            "choose another file with --sessions, or :memory:"
        ) from None
    try:
        game = arguments.game()
    except Exception as error:
        raise StartError(f"the game cannot be made: {type(error).__name__}: {error}") from error
    return PortalService(
        game,
        _endpoint(arguments.listen, reactor),
        sessions=sessions,
        origins=arguments.origin,
        proxies=arguments.proxy,
        options={
            LIMITS[option.dest].attribute: getattr(arguments, option.dest)
            for option in LIMIT_OPTIONS
        },
    )


def _endpoint(description: str, reactor: Any) -> Any:
    from twisted.internet.endpoints import serverFromString  # noqa: PLC0415 # loads plugins

    try:
        return serverFromString(  # type: ignore[no-untyped-call] # Twisted is typed in parts
            reactor, endpoint_of(description)
        )
    except ModuleNotFoundError as error:
        raise StartError(
            f"cannot listen on {description!r}: {error}; pip install 'mudwire[tls]' brings it"
        ) from None
    except Exception as error:  # each endpoint parser has errors of its own
        raise StartError(
            f"cannot listen on {description!r}: {error}; "
            "expected PORT, HOST:PORT or a Twisted endpoint string"
        ) from None


def _start(portal: PortalService, listen: str, give_up: Callable[[StartError], None]) -> None:
    try:
        portal.startService()
    except Exception as error:
        portal.log.failure("The game did not start")
        give_up(StartError(f"the game did not start: {type(error).__name__}: {error}"))
        return
    portal.listening.addCallbacks(
        lambda _: portal.log.info("The game is at {url}", url=url_of(portal.address)),
        lambda failure: give_up(StartError(f"cannot listen on {listen}: {_reason(failure.value)}")),
    )


def _reason(error: BaseException) -> str:
    cause = getattr(error, "socketError", error)
    return getattr(cause, "strerror", None) or str(cause)


def url_of(address: Any) -> str:
    """Return where a browser finds a portal that listens on an address.

    Args:
        address: What the port listens on; ``0.0.0.0`` and ``::`` become ``localhost``.

    """
    host = getattr(address, "host", None)
    if host is None:
        return str(address)
    if host in ("0.0.0.0", "::"):  # noqa: S104 # a comparison
        host = "localhost"
    elif ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{address.port}/"


def _stop_on_signals(reactor: Any) -> None:
    def stop(_number: int, _frame: Any) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_DFL)  # a second one kills
        reactor.callFromThread(reactor.stop)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)


def _log_to_stderr(verbose: bool) -> None:
    def observer(event: LogEvent) -> None:
        level = event["log_level"]
        ours = event.get("log_namespace", "").startswith("mudwire")
        if level >= (LogLevel.debug if verbose else LogLevel.info if ours else LogLevel.warn):
            when = formatTime(event["log_time"], "%Y-%m-%d %H:%M:%S")
            text = eventAsText(event, includeTimestamp=False, includeSystem=False)
            sys.stderr.write(f"{when} {level.name:<5} {text}\n")
            sys.stderr.flush()

    globalLogBeginner.beginLoggingTo(
        [observer],  # type: ignore[list-item] # any callable is an ILogObserver
        redirectStandardIO=False,
    )
