"""The command line: ``mudwire serve`` and ``mudwire bench``.

Every option of ``serve`` has an environment variable, which the help names; a given option
overrides it. Each error is one line. A wrong option ends with exit code 2; a fault of the machine
(a port in use, a file that cannot be written) ends with exit code 1.

argparse is enough for two dozen options.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn

from mudwire.bench.command import bench
from mudwire.limits import HTTP_LIMITS, LIMITS
from mudwire.portal.options import (
    HTTP_LIMIT_OPTIONS,
    LIMIT_OPTIONS,
    OPTIONS,
    EnvironmentVariableError,
)
from mudwire.portal.running import AddressError, run

if TYPE_CHECKING:
    from collections.abc import Sequence


class Parser(argparse.ArgumentParser):
    """A parser that prints each error in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the error and the command for help, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        argv: The arguments; the arguments of the process if None.

    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    sys.exit(arguments.command(arguments))


def serve(parser: Parser, arguments: argparse.Namespace) -> int:
    """Run the portal until a signal stops it.

    Args:
        parser: The parser that reports a wrong option and exits.
        arguments: The parsed command line.

    Returns:
        The exit code.

    """
    try:
        values = {
            option.dest: option.value_in(arguments)
            for option in (*OPTIONS, *LIMIT_OPTIONS, *HTTP_LIMIT_OPTIONS)
        }
        return run(
            values["game"],
            values["listen"],
            sessions=values["sessions"],
            origins=values["origin"],
            proxies=values["proxy"],
            options={
                LIMITS[option.dest].attribute: values[option.dest] for option in LIMIT_OPTIONS
            },
            http_limits={limit.attribute: values[name] for name, limit in HTTP_LIMITS.items()},
            verbose=values["verbose"],
        )
    except EnvironmentVariableError as error:
        parser.error(str(error))
    except AddressError as error:
        given = hasattr(arguments, "listen")
        source = "argument --listen" if given else "environment variable MUDWIRE_LISTEN"
        parser.error(f"{source}: {error}")


def compare(arguments: argparse.Namespace) -> int:
    """Print the times of mudwire on this machine, and Evennia's if it is installed.

    Args:
        arguments: The parsed command line.

    Returns:
        The exit code.

    """
    for line in bench(arguments.seconds):
        print(line, flush=True)
    return 0


def parse_seconds(text: str) -> float:
    """Return a time in seconds.

    Args:
        text: A number above 0 and at most 60.

    Raises:
        argparse.ArgumentTypeError: The text is no such number.

    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds up to 60")
    return seconds


def _parser() -> Parser:
    parser = Parser(prog="mudwire", description="The websocket webclient of text games, in Rust.")
    parser.add_argument("--version", action="version", version=f"mudwire {version('mudwire')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve_parser = commands.add_parser(
        "serve",
        help="run the portal: the page, its websocket and a game on one port",
        description="Run the portal: the page at /, its websocket at /ws and a game behind\n"
        "them, on one port. Without options it runs the lobby, a room where\n"
        "people talk, for browsers of this machine.",
        epilog="Examples:\n"
        "  mudwire serve                                    the lobby, http://127.0.0.1:4008/\n"
        "  mudwire serve --game mygame.py:MyGame            your own game\n"
        "  mudwire serve --listen 0.0.0.0:4008              for all who can reach the machine\n"
        "  mudwire serve --listen unix:/run/mudwire.sock    behind nginx or Caddy\n"
        "\nCtrl-C or SIGTERM stops the portal: clients get close code 1001 and\n"
        "reconnect later. The portal waits 5 seconds for their answers, 10 seconds\n"
        "for the game and 5 seconds for the file of sessions. A second signal\n"
        "kills the process.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for option in OPTIONS:
        option.add_to(serve_parser)
    limits = serve_parser.add_argument_group("limits", "0 or off switches one off.")
    for option in (*LIMIT_OPTIONS, *HTTP_LIMIT_OPTIONS):
        option.add_to(limits)
    serve_parser.set_defaults(command=partial(serve, serve_parser))
    bench_parser = commands.add_parser(
        "bench",
        help="measure the conversion of text and commands on this machine",
        description="Measure how long the conversion of text and commands takes on this machine, "
        "and compare it with Evennia's if Evennia is installed.",
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
