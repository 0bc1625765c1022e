"""The honest players: their own process, on the attackers' core with the highest priority.

A player enters the lobby and sends numbered commands at times that are fixed beforehand. A round
trip is counted from the time when the command was due, so a stall is not hidden by the commands
that it delays. The command is ``prompt``, whose answer only this player sees: it goes through the
whole way of a message, and a websocket ping does not.
"""

from __future__ import annotations

import gc
import json
import math
import os
import re
import select
import ssl
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from client_frames import TEXT, client_frame
from hostile.target import letters

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from hostile.target import Target

PLAIN = b"\0\0\0\0"
"""The mask of the players' frames: the sink sends them back as they are, and they stay readable."""

NUMBER = re.compile(rb"#(\d{8})")

LATE_SECONDS = 2.0
"""How much longer the attack goes on while answers are missing."""

LAST_SECONDS = 10.0
"""How long the missing answers may take after the attack."""

ENTER_SECONDS = 15.0
"""How long a player may take to enter before the measurement."""


@dataclass(frozen=True)
class Plan:
    """What the honest players do.

    Attributes:
        players: How many they are.
        period: The seconds between two commands of a player; 0 for once only.
        lines: The commands that a player sends at once.
        note: The length of a text that a player says before each command, in bytes; 0 for none.
        one_address: Whether they are all behind one address.
        probe: ``command``; ``enter`` measures how long a new player takes to enter the lobby,
            ``connect`` how long a newcomer waits for an answer to the handshake, ``health`` the
            answers of ``/health``.

    """

    players: int = 1
    period: float = 0.02
    lines: int = 1
    note: int = 0
    one_address: bool = True
    probe: str = "command"


@dataclass
class Sample:
    """What the players saw in one measurement.

    Attributes:
        round_trips: Seconds; infinite for an answer that never came.
        cut: How the server ended connections of players: close code, HTTP status or ``cut``.
        answers: The HTTP statuses that newcomers got.

    """

    round_trips: list[float] = field(default_factory=list)
    cut: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)


class Frame(NamedTuple):
    """One frame of the server."""

    opcode: int
    payload: bytes


class FrameReader:
    """Reads whole frames from the server's bytes, however they are cut.

    The sink sends masked frames back, whose mask is ``PLAIN``.
    """

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take received bytes; yield the frames that are complete."""
        self._data += data
        start = 0
        while (end := self._end_of(start)) is not None:
            first, payload_start = self._data[start], self._payload_start(start)
            yield Frame(first & 15, bytes(self._data[payload_start:end]))
            start = end
        del self._data[:start]

    def _payload_start(self, start: int) -> int:
        second = self._data[start + 1]
        extended = {126: 2, 127: 8}.get(second & 127, 0)
        return start + 2 + extended + (4 if second & 128 else 0)

    def _end_of(self, start: int) -> int | None:
        if len(self._data) < start + 2:
            return None
        payload_start = self._payload_start(start)
        if len(self._data) < payload_start:
            return None
        length = self._data[start + 1] & 127
        if length >= 126:
            length = int.from_bytes(self._data[start + 2 : start + (4 if length == 126 else 10)])
        end = payload_start + length
        return end if end <= len(self._data) else None


class Client:
    """An honest client's connection. A subclass says what it sends and what answers it."""

    def __init__(self, number: int, place: Place) -> None:
        self.number = number
        self.place = place
        self.cut: str | None = None
        self.due: dict[int, float] = {}
        self._unsent = bytearray()
        self._head: bytes | None = b""
        self._frames = FrameReader()
        self.began = time.perf_counter()
        address = 0 if place.plan.one_address else number
        self.socket: socket.socket | None = place.target.socket(address)
        self._connecting = True
        self._address = address
        self._fd = self.socket.fileno()
        place.epoll.register(self._fd, select.EPOLLOUT)
        place.clients[self._fd] = self

    @property
    def is_in(self) -> bool:
        """Whether the client may send commands."""
        return self._head is None

    def send(self, data: bytes) -> None:
        """Send now, or when the socket has room."""
        self._unsent += data
        if self.socket is not None and not self._connecting:
            self._write()

    def handle(self, events: int) -> None:
        """Do what the socket is ready for."""
        try:
            if self._connecting:
                self._connected()
            elif events & select.EPOLLIN:
                self._read()
            elif events & select.EPOLLOUT:
                self._write()
            else:
                self.end("cut")
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            self.end("cut")

    def _connected(self) -> None:
        if self.place.target.tls is not None:
            self.socket.settimeout(ENTER_SECONDS)
            self.socket = self.place.target.tls.wrap_socket(
                self.socket, server_hostname="localhost"
            )
            self.socket.setblocking(False)
        self._connecting = False
        self._unsent[:0] = self.opening(self._address)
        self._write()

    def opening(self, address: int) -> bytes:
        """Return the first bytes; the sink sends back what comes behind them."""
        return self.place.target.opening(address, User_Agent="honest")

    def _write(self) -> None:
        with suppress(OSError):  # full: epoll says when there is room; cut: reading says so
            while self._unsent:
                del self._unsent[: self.socket.send(self._unsent)]
        self.place.epoll.modify(self._fd, select.EPOLLIN | (select.EPOLLOUT if self._unsent else 0))

    def _read(self) -> None:
        data = self.socket.recv(1 << 18)
        now = time.perf_counter()
        if not data:
            self.end("cut")
            return
        if self._head is not None:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            status = head[9:12].decode("latin-1")
            self.place.sample.answers[status] += 1
            if status != "101":
                self.end(status)
                return
            self._head = None
            self.at_upgrade(now)
        self.at_data(data, now)

    def at_upgrade(self, now: float) -> None:
        """Hear that the handshake is done."""

    def at_data(self, data: bytes, now: float) -> None:
        """Read frames."""
        for opcode, payload in self._frames.feed(data):
            if opcode == 8:
                self.end(str(int.from_bytes(payload[:2])) if payload else "cut")
                return
            self.at_message(payload, now)

    def at_message(self, payload: bytes, now: float) -> None:
        """Read a message."""

    def answered(self, number: int, now: float) -> None:
        """Note that a command was answered."""
        due = self.due.pop(number, None)
        if due is not None:
            self.place.sample.round_trips.append(now - due)

    def end(self, why: str) -> None:
        """Note that the server ended the connection."""
        if self.socket is None:
            return
        self.cut = why
        self.place.sample.cut[why] += 1
        self.leave()

    def leave(self) -> None:
        """Close the connection."""
        if self.socket is not None:
            self.place.epoll.unregister(self._fd)
            del self.place.clients[self._fd]
            self.socket.close()
            self.socket = None


class Player(Client):
    """A player in the lobby who sends numbered commands."""

    _entered = False

    @property
    def is_in(self) -> bool:
        return self._entered

    def command(self, line: str) -> bytes:
        """Return the frame of a line that the player types."""
        return client_frame(TEXT, json.dumps(["text", [line], {}]).encode(), key=PLAIN)

    def moment(self, due: float) -> None:
        """Send what is due: the note, and the commands in one piece."""
        plan, frames = self.place.plan, []
        for _ in range(plan.lines):
            if plan.note:
                frames.append(self.command("say " + "note " * (plan.note // 5)))
            number = self.place.next_number()
            self.due[number] = due
            frames.append(self.command(f"prompt #{number:08}"))
        self.send(b"".join(frames))

    def at_message(self, payload: bytes, now: float) -> None:
        if self._entered:
            for match in NUMBER.finditer(payload):
                self.answered(int(match[1]), now)
        elif b"Welcome" in payload:
            self._entered = True
            self.answered(-1, now)
        elif b"your name" in payload:
            self.send(self.command("Honest" + letters(self.number)))


class Newcomer(Client):
    """A client that leaves as soon as its handshake is answered."""

    def __init__(self, number: int, place: Place) -> None:
        super().__init__(number, place)
        self.due[0] = self.began

    def at_upgrade(self, now: float) -> None:
        self.answered(0, now)
        self.leave()

    def end(self, why: str) -> None:
        if why != "cut":  # refused, which is an answer
            self.answered(0, time.perf_counter())
        super().end(why)


class Monitor(Client):
    """A client that asks for ``/health`` on one connection."""

    def opening(self, address: int) -> bytes:
        self._head = None
        return b""

    def moment(self, due: float) -> None:
        """Send a request."""
        number = self.place.next_number()
        self.due[number] = due
        self.send(self.place.target.request(0, "/health"))

    def at_data(self, data: bytes, now: float) -> None:
        for _ in range(data.count(b"\r\n\r\n")):
            if self.due:
                self.answered(next(iter(self.due)), now)


class Place:
    """All honest clients, and the loop that drives them.

    Args:
        plan: What they do.
        target: The server.
        orders: The instrument's end.

    """

    def __init__(self, plan: Plan, target: Target, orders: Connection) -> None:
        self.plan = plan
        self.target = target
        self.epoll = select.epoll()
        self.clients: dict[int, Client] = {}
        self.sample = Sample()
        self._orders = orders
        self._players: list[Client] = []
        self._number = 0

    def next_number(self) -> int:
        """Return a number that no command has."""
        self._number += 1
        return self._number

    def run(self) -> None:
        """Enter, and measure as often as the instrument asks; each order is a time in seconds."""
        if self.plan.probe in ("command", "health"):
            kind = Player if self.plan.probe == "command" else Monitor
            self._players = [kind(number, self) for number in range(self.plan.players)]
            self._until(
                time.perf_counter() + ENTER_SECONDS,
                lambda: all(one.is_in or one.cut for one in self._players),
            )
        self._orders.send("ready")
        while (seconds := self._order()) is not None:
            self._orders.send(self._measure(seconds))
        for client in list(self.clients.values()):
            client.leave()
        self.epoll.close()

    def _order(self) -> float | None:
        while not self._orders.poll():
            self._turn(time.perf_counter() + 0.02)
        return self._orders.recv()

    def _measure(self, seconds: float) -> Sample:
        self.sample = Sample(cut=Counter(one.cut for one in self._players if one.cut))
        begin = time.perf_counter() + 0.005
        if self.plan.probe == "enter":
            self._players = [Player(number, self) for number in range(self.plan.players)]
            for player in self._players:
                player.due[-1] = player.began
        for due, player in self._moments(begin, seconds):
            while (now := time.perf_counter()) < due:
                self._turn(due)
            if player is None:
                self._players.append(Newcomer(0, self))
            elif player.socket is not None:
                player.moment(due)
        self._until(begin + seconds, lambda: False)
        now = time.perf_counter()
        self._until(now + LATE_SECONDS, self._all_answered)
        self._orders.send("over")
        self._until(time.perf_counter() + LAST_SECONDS, self._all_answered)
        missing = sum(len(one.due) for one in self._players)
        self.sample.round_trips += [math.inf] * missing
        for one in self._players:
            one.due.clear()
        return self.sample

    def _moments(self, begin: float, seconds: float) -> Iterator[tuple[float, Client | None]]:
        """Yield when which player sends, in the order of time; None for a newcomer."""
        if self.plan.probe == "enter":
            return
        players = self._players if self.plan.probe != "connect" else [None]
        rounds = max(1, int(seconds / self.plan.period)) if self.plan.period else 1
        for number in range(rounds * len(players)):
            due = begin + number * self.plan.period / len(players)
            yield due, players[number % len(players)]

    def _all_answered(self) -> bool:
        return not any(one.due and one.socket is not None for one in self._players)

    def _until(self, end: float, done: Callable[[], bool]) -> None:
        while time.perf_counter() < end and not done():
            self._turn(min(end, time.perf_counter() + 0.05))

    def _turn(self, until: float) -> None:
        # The timeout of epoll has whole milliseconds, which is too coarse for the times here.
        timeout = max(until - time.perf_counter(), 0)
        ready, _, _ = select.select([self.epoll, self._orders], [], [], timeout)
        if self.epoll in ready:
            for fd, events in self.epoll.poll(0):
                if client := self.clients.get(fd):
                    client.handle(events)


def run(plan: Plan, target: Target, orders: Connection) -> None:
    """Be the honest players' process: go before everything else on this core, if permitted."""
    orders.send(raise_priority())
    gc.disable()  # a collection would be a pause of the player's own
    Place(plan, target, orders).run()


def raise_priority() -> str:
    """Raise the priority of this process as far as is permitted; return how far."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError:
        pass
    else:
        return "SCHED_FIFO"
    try:
        return f"nice {os.nice(-10)}"
    except OSError:
        return "no raised priority, because it is not permitted"
