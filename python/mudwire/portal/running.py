"""Run the portal as a process: start, signals, log, exit code."""

from __future__ import annotations

import re
import signal
import sqlite3
import sys
from typing import TYPE_CHECKING, Any

from twisted.logger import LogLevel, eventAsText, formatTime, globalLogBeginner

from mudwire.portal.service import PortalService
from mudwire.sessions.browser_store import SqliteBrowserSessions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.logger import LogEvent

    from mudwire.game import Game

_HOST_AND_PORT = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[^:=\[\]]+):)?(?P<port>\d+)")
_EXPECTED = "PORT, HOST:PORT or a Twisted endpoint string such as unix:/run/mudwire.sock"


class StartError(Exception):
    """The reason why the portal cannot start, in one line."""


class AddressError(ValueError):
    """The reason why a text is no address to listen on, in one line."""


def endpoint_of(text: str) -> str:
    """Return the Twisted endpoint of an address to listen on.

    Args:
        text: ``PORT``, ``HOST:PORT``, ``[IPv6]:PORT``, or an endpoint string such as
            ``unix:/run/mudwire.sock`` or ``ssl:443:privateKey=key.pem``.

    Returns:
        The endpoint in the form that ``twisted.internet.endpoints.serverFromString`` reads.

    Raises:
        AddressError: The port is missing or above 65535.

    """
    match = _HOST_AND_PORT.fullmatch(text)
    if match is None and (":" not in text or text.endswith("]")):
        raise AddressError(f"{text!r} is not HOST:PORT, the port is missing; expected {_EXPECTED}")
    if match is None or match["host"] in ("tcp", "tcp6", "ssl", "unix", "systemd"):
        return text
    if int(match["port"]) > 65535:
        raise AddressError(f"port {match['port']} is not between 0 and 65535")
    host = (match["host"] or "127.0.0.1").strip("[]")
    kind = "tcp6" if ":" in host else "tcp"
    return f"{kind}:{match['port']}:interface={host.replace(':', chr(92) + ':')}"


def run(
    game: type[Game],
    listen: str,
    *,
    sessions: str,
    origins: Sequence[str],
    proxies: Sequence[str],
    options: Mapping[str, Any],
    http_limits: Mapping[str, float],
    verbose: bool,
) -> int:
    """Run a portal until a signal stops it.

    Args:
        game: The class of the game.
        listen: The address to listen on, in a form that ``endpoint_of`` reads.
        sessions: The SQLite file of the browser sessions, or ``:memory:``.
        origins: The origins whose pages may connect besides the portal's own.
        proxies: The addresses and networks of the proxies whose ``X-Forwarded-For`` is believed.
        options: Class attributes for the websocket protocol.
        http_limits: The limits of HTTP alone, by their attributes.
        verbose: Whether the log holds debug lines.

    Returns:
        The exit code.

    Raises:
        AddressError: ``listen`` is no address.

    """
    _log_to_stderr(verbose)
    from twisted.internet import reactor as the_reactor  # noqa: PLC0415 # importing it installs it

    reactor: Any = the_reactor  # mypy cannot read its interface
    try:
        portal = PortalService(
            _make_game(game),
            _endpoint(listen, reactor),
            sessions=_open_sessions(sessions),
            origins=origins,
            proxies=proxies,
            options=options,
            http_limits=http_limits,
        )
    except StartError as error:
        return _fail(error)
    failure: list[StartError] = []

    def give_up(error: StartError) -> None:
        failure.append(error)
        reactor.stop()

    reactor.callWhenRunning(_stop_on_signals, reactor)
    reactor.callWhenRunning(_start, portal, listen, give_up)
    reactor.addSystemEventTrigger("before", "shutdown", portal.stopService)
    reactor.run()
    return _fail(failure[0]) if failure else 0


def _fail(error: StartError) -> int:
    print(f"mudwire: {error}", file=sys.stderr)
    return 1


def _make_game(game: type[Game]) -> Game:
    try:
        return game()
    except Exception as error:
        raise StartError(f"the game cannot be made: {type(error).__name__}: {error}") from error


def _open_sessions(path: str) -> SqliteBrowserSessions:
    try:
        return SqliteBrowserSessions(path)
    except (OSError, sqlite3.Error) as error:
        reason = _reason(error)
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            reason = "another process uses it"
        raise StartError(
            f"cannot keep browser sessions in {path}: {reason}; "
            "choose another file with --sessions, or :memory:"
        ) from None


def _endpoint(description: str, reactor: Any) -> Any:
    from twisted.internet.endpoints import serverFromString  # noqa: PLC0415 # loads plugins

    try:
        return serverFromString(  # type: ignore[no-untyped-call] # Twisted is typed in parts
            reactor, endpoint_of(description)
        )
    except ModuleNotFoundError as error:
        raise StartError(
            f"cannot listen on {description!r}: {error}; install mudwire with the extra 'tls'"
        ) from None
    except (TypeError, ValueError) as error:
        raise AddressError(f"{description!r}: {error}; expected {_EXPECTED}") from None
    except Exception as error:  # each endpoint parser has errors of its own
        raise StartError(f"cannot listen on {description!r}: {error}") from None


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
    """Return the URL of a portal for a browser on this machine.

    Args:
        address: The ``IAddress`` that the portal listens on. ``0.0.0.0`` and ``::`` become
            ``localhost``.

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
            signal.signal(name, signal.SIG_DFL)  # a second signal kills the process
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
