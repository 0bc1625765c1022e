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
from typing import TYPE_CHECKING, Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet import reactor
from twisted.internet.protocol import Protocol
from twisted.internet.stdio import StandardIO

from mudwire.fast_path import FastConnection, FastPath
from mudwire.limits import LIMITS
from mudwire.transport.connection import Connection

if TYPE_CHECKING:
    from mudwire._native import FrameCodec

COUNTED: Counter[str] = Counter()
"""What all connections have done."""


class Echo:
    """Sends each message back, and counts it."""

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        COUNTED["messages"] += 1
        self.sendMessage(payload, isBinary)  # type: ignore[attr-defined]


class CountingFrames:
    """A frame codec that counts the frames that it reads and writes.

    The fast connection calls it in place of its own codec. An override of a step of Autobahn
    could not count, because it turns the fast path off.
    """

    def __init__(self, frames: FrameCodec) -> None:
        self.frames = frames

    def read(self, *arguments: Any) -> tuple[bytes, bool, int] | None:
        frame = self.frames.read(*arguments)
        COUNTED["read natively"] += frame is not None
        return frame

    def write(self, *arguments: Any) -> bytes:
        COUNTED["written natively"] += 1
        return self.frames.write(*arguments)


class AutobahnEcho(Echo, WebSocketServerProtocol):
    """Autobahn's own class."""


class PlainEcho(Echo, Connection):
    """The plain path."""


class FastEcho(Echo, FastConnection):
    """The fast path."""

    def _fast_path_now(self) -> FastPath | None:
        fast_path = super()._fast_path_now()
        return fast_path and FastPath(CountingFrames(fast_path.frames))  # type: ignore[arg-type]


SUBJECTS = {"Autobahn": AutobahnEcho, "plain path": PlainEcho, "fast path": FastEcho}


class StopAtEnd(Protocol):
    """Stops the server when its standard input ends."""

    def connectionLost(self, reason: Any = None) -> None:
        print(json.dumps(COUNTED), flush=True)
        reactor.stop()


def serve(subject: str, *, stock_limits: bool) -> None:
    """Run the server until its standard input ends."""
    factory = WebSocketServerFactory()
    limits = {} if stock_limits else {limit.attribute: 0 for limit in LIMITS.values()}
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
