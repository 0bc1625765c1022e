"""What a received byte costs, whichever way the bytes are cut: ``python benches/cuts.py --write``.

Each shape is about a megabyte of frames on the wire. mudwire's fast path, its plain path and
Autobahn alone read it, in memory, with limits out of reach. The CPU time is the least of some
rounds, in which the three take turns.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from out_of_reach import with_limits_out_of_reach
from twisted.internet.task import Clock

from client_frames import BINARY, CONT, PING, TEXT, client_frame
from fakes import HANDSHAKE, MemoryTransport, settle
from mudwire.fast_path import FastConnection
from mudwire.transport.connection import Connection
from mudwire.transport.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN = "<!-- python benches/cuts.py --write -->\n"
END = "<!-- end -->\n"

SIZE = 1 << 20
ROUNDS = 5
SEGMENT = 64 * 1024


def fragments(size: int) -> bytes:
    """Return messages of 64 KiB in fragments of a size."""
    count = 65_536 // size
    first, last = client_frame(BINARY, b"x" * size, fin=False), client_frame(CONT, b"x" * size)
    return first + client_frame(CONT, b"x" * size, fin=False) * (count - 2) + last


LONG = client_frame(BINARY, b"x" * 65_536)
CHAT = client_frame(TEXT, b'["text",["say Hello there 000007"],{}]')
SHAPES: dict[str, tuple[bytes, int]] = {
    "messages of 64 KiB, in segments of 64 KiB": (LONG, SEGMENT),
    "messages of 64 KiB, in segments of 1,400 bytes": (LONG, 1400),
    "messages of 64 KiB, in fragments of 1,000 bytes": (fragments(1000), SEGMENT),
    "messages of 64 KiB, in fragments of 1 byte": (fragments(1), SEGMENT),
    "commands, one a segment": (CHAT, len(CHAT)),
    "commands, in segments of 64 KiB": (CHAT, SEGMENT),
    "commands, in segments of 7 bytes": (CHAT, 7),
    "pings of 125 bytes": (client_frame(PING, b"x" * 125), SEGMENT),
    "empty pings": (client_frame(PING, b""), SEGMENT),
}
"""Name -> the frames that are repeated, and the bytes of a segment."""


class Silent:
    """Hears messages, and says nothing."""

    max_message_bytes = 0  # a message of 64 KiB in fragments of one byte counts as four megabytes

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        pass


READERS: dict[str, type] = {
    "fast path": type("Fast", (Silent, FastConnection), {}),
    "plain path": type("Plain", (Silent, Connection), {}),
    "Autobahn": type("Autobahn", (Silent, WebSocketServerProtocol), {}),
}


def seconds(reader: type, segments: list[bytes]) -> float:
    """Return the CPU time that a reader takes for segments."""
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = with_limits_out_of_reach(reader)
    Turns.of(factory.reactor).at_once = float("inf")
    connection: Any = factory.buildProtocol(None)
    connection.makeConnection(MemoryTransport())
    connection.dataReceived(HANDSHAKE)
    waits: Callable[[Any], None] = settle if isinstance(connection, Connection) else lambda _: None
    began = process_time()
    for segment in segments:
        connection.dataReceived(segment)
        waits(connection)
    took = process_time() - began
    assert connection.state == connection.STATE_OPEN
    assert connection.trafficStats.incomingOctetsWireLevel == sum(map(len, segments))
    return took


def nanoseconds(frames: bytes, size: int) -> dict[str, float]:
    """Return what a byte on the wire costs each reader."""
    stream = frames * max(1, SIZE // len(frames))
    segments = [stream[start : start + size] for start in range(0, len(stream), size)]
    best = dict.fromkeys(READERS, float("inf"))
    for _ in range(ROUNDS):
        for name, reader in READERS.items():
            best[name] = min(best[name], seconds(reader, segments))
    return {name: took / len(stream) * 1e9 for name, took in best.items()}


def table() -> str:
    """Return the table in Markdown."""
    rows = [
        "| what a client sends | fast path, ns/byte | of Autobahn | plain path | of Autobahn |",
        "|---|---|---|---|---|",
    ]
    for name, (frames, size) in SHAPES.items():
        cost = nanoseconds(frames, size)
        fast, plain, autobahn = (cost[reader] for reader in READERS)
        rows.append(
            f"| {name} | {fast:,.1f} | {fast / autobahn:.2f} "
            f"| {plain:,.1f} | {plain / autobahn:.2f} |"
        )
    return "\n".join([*rows, ""])


def main() -> None:
    made = table()
    print(made, end="")
    if sys.argv[1:] == ["--write"]:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, _, tail = rest.partition(END)
        PAGE.write_text(head + BEGIN + made + END + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
