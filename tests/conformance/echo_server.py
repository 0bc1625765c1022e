"""An echo server for the cases: one class for each subject, on a free port of loopback.

python echo_server.py SUBJECT [--stock-limits]

It prints its port and the versions of its packages as a line of JSON. When its standard input
ends, it prints the counters of all connections as a second line, and stops.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from importlib.metadata import version
from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet import reactor
from twisted.internet.protocol import Protocol
from twisted.internet.stdio import StandardIO

from mudwire import fast_path
from mudwire.fast_path import BINARY, TEXT, FastConnection
from mudwire.limits import LIMITS
from mudwire.transport.connection import Connection
from mudwire.transport.read_buffer import ReadBuffer

RATES = ("max_byte_rate", "max_message_rate", "max_control_rate")
"""Limits that the cases exceed by design; off in every run."""

COUNTED: Counter[str] = Counter()
"""What all connections have done."""


class Echo:
    """Sends each message back, and counts it."""

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        COUNTED["messages"] += 1
        self.sendMessage(payload, isBinary)  # type: ignore[attr-defined]


class CountingReadBuffer(ReadBuffer):
    """A read buffer that counts the messages that it reads.

    An override of a step of Autobahn could not count, because it turns the fast path off.
    """

    def read(self, *arguments: Any) -> tuple[int, bytes | None, int] | None:
        found = super().read(*arguments)
        COUNTED["read natively"] += found is not None and found[0] in (TEXT, BINARY)
        return found


def counting_data_frame(*arguments: Any) -> bytes:
    """Write a data frame, and count it."""
    COUNTED["written natively"] += 1
    return fast_path_data_frame(*arguments)


fast_path_data_frame = fast_path.data_frame
fast_path.data_frame = counting_data_frame


class AutobahnEcho(Echo, WebSocketServerProtocol):
    """Autobahn's own class."""


class PlainEcho(Echo, Connection):
    """The plain path."""


class FastEcho(Echo, FastConnection):
    """The fast path."""

    def _connectionMade(self) -> None:
        super()._connectionMade()
        self.read_buffer = CountingReadBuffer(self)


SUBJECTS = {"Autobahn": AutobahnEcho, "plain path": PlainEcho, "fast path": FastEcho}


class StopAtEnd(Protocol):
    """Stops the server when its standard input ends."""

    def connectionLost(self, reason: Any = None) -> None:
        print(json.dumps(COUNTED), flush=True)
        reactor.stop()


def serve(subject: str, *, stock_limits: bool) -> None:
    """Run the server until its standard input ends."""
    factory = WebSocketServerFactory()
    off = RATES if stock_limits else LIMITS
    limits = {LIMITS[name].attribute: 0 for name in off}
    factory.setProtocolOptions(failByDrop=False)  # as ours: a close code for who breaks a rule
    factory.protocol = type("Subject", (SUBJECTS[subject],), limits)
    port = reactor.listenTCP(0, factory, interface="127.0.0.1").getHost().port
    versions = {name: version(name) for name in ("autobahn", "twisted")}
    print(json.dumps({"port": port, "versions": versions}), flush=True)
    StandardIO(StopAtEnd())
    reactor.run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("--stock-limits", action="store_true")
    arguments = parser.parse_args()
    serve(arguments.subject, stock_limits=arguments.stock_limits)
