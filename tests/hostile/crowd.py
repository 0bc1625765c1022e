"""The attackers of one attack: non-blocking sockets in one process.

An attacker follows a script, which is a generator of steps. A step is one of these:

* bytes: send them;
* a number: wait so many seconds;
* ``Await``: wait until the server has sent these bytes;
* ``Step.CONNECT``: drop the present connection, if there is one, and connect anew;
* ``Step.GO``: wait until the attack begins;
* ``Step.DEAF``: read nothing from now on.

An attacker at the end of its script stays connected and silent. One whose connection the server
ends notes the close code, or the HTTP status, and begins its script anew a moment later.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from hostile.target import letters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from hostile.attacks import Attack
    from hostile.target import Target

CHUNK = 64 * 1024
"""The bytes of one ``send``, and how long the bytes of a flood are made."""

RETURN_SECONDS = 0.1
"""How soon an attacker comes back whose connection was ended."""

OPENING_SECONDS = 5.0
"""How long the attack waits for attackers that are not connected yet."""

READ, WRITE = select.EPOLLIN, select.EPOLLOUT


class Step(Enum):
    """The steps of a script that have no value."""

    CONNECT = auto()
    GO = auto()
    DEAF = auto()


@dataclass(frozen=True)
class Await:
    """The step that waits for bytes of the server."""

    marker: bytes


@dataclass
class Deeds:
    """What one attacker did.

    Attributes:
        sent: The bytes that the kernel took since the attack began.
        connections: The connections since the attack began.
        ends: How often the server ended a connection, by close code or HTTP status; ``reset`` and
            ``closed`` without either, ``refused`` if it did not begin.

    """

    sent: int = 0
    connections: int = 0
    ends: Counter[str] = field(default_factory=Counter)


@dataclass
class Report:
    """What the crowd did: the deeds of each attacker, and how many seconds the attack took."""

    seconds: float
    deeds: list[Deeds]


def filled(unit: bytes) -> bytes:
    """Return a unit of a flood, repeated up to the size of a ``send``."""
    return unit * max(1, CHUNK // max(1, len(unit)))


def close_code(tail: bytes) -> int | None:
    """Return the code of the close frame that ends the server's bytes; None without one."""
    for length in range(2, 126):
        start = len(tail) - length - 2
        if start < 0:
            break
        if tail[start] == 0x88 and tail[start + 1] == length:
            return int.from_bytes(tail[start + 2 : start + 4], "big")
    return None


class Attacker:
    """One attacker, at its own address or behind the proxy."""

    def __init__(self, number: int, crowd: Crowd) -> None:
        self.number = number
        self.target = crowd.target
        self.attack = crowd.attack
        self.blob = crowd.blob
        self.deeds = Deeds()
        self.wakes_at: float | None = None
        self.waits_for_go = False
        self._crowd = crowd
        self._socket: socket.socket | None = None
        self._steps: Iterator[bytes | float | Await | Step] = iter(())
        self._names = 0

    def new_name(self) -> str:
        """Return a name that no player has."""
        self._names += 1
        return f"Foe{letters(self.number)}-{letters(self._names)}"

    # The script.

    def begin(self) -> None:
        """Begin the script."""
        self._steps = self.attack.script(self)
        self.advance()

    def advance(self) -> None:
        """Take the next step, and those behind it that take no time."""
        self.wakes_at = None
        self.waits_for_go = False
        while (step := next(self._steps, None)) is not None:
            if step is Step.DEAF:
                self._deaf = True
            elif step is Step.GO:
                if not self._crowd.going:
                    self.waits_for_go = True
                    break
            elif step is Step.CONNECT:
                self._connect()
                return
            elif isinstance(step, Await):
                self._awaited = step.marker
                if not self._has_come():
                    break
            elif isinstance(step, float):
                self.wakes_at = time.perf_counter() + step
                break
            else:
                self._unsent = memoryview(step)
                self._watch(WRITE)
                return
        self._watch(0)

    # The connection.

    def _connect(self) -> None:
        self._note_refusal()
        self.drop()
        self._tail = self._head = b""
        self._awaited: bytes | None = None
        self._unsent = memoryview(b"")
        self._deaf = False
        self._connecting = True
        self._mask = WRITE
        try:
            self._socket = self.target.socket(self.number)
        except OSError:  # no free port, which the next connection of the script may find
            self.wakes_at = time.perf_counter() + RETURN_SECONDS
            return
        self._fd = self._socket.fileno()
        self._crowd.watch(self._fd, WRITE, self)
        if self._crowd.going:
            self.deeds.connections += 1

    def _connected(self) -> None:
        error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._end("refused")
            return
        if self.target.tls is not None and not self.attack.raw_tcp:
            if not isinstance(self._socket, ssl.SSLSocket):
                self._socket = self.target.tls.wrap_socket(
                    self._socket, do_handshake_on_connect=False, server_hostname="localhost"
                )
            self._socket.do_handshake()
        self._connecting = False
        self.advance()

    def drop(self) -> None:
        """Cut the connection at once (RST), so that the port is free."""
        if self._socket is None:
            return
        self._crowd.forget(self._fd)
        try:
            linger = b"\x01\0\0\0\0\0\0\0"
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        except OSError:
            pass  # the server was faster
        self._socket.close()
        self._socket = None

    def _end(self, otherwise: str) -> None:
        """Note that the server ended the connection, and come back a moment later."""
        if not self._note_refusal():
            code = close_code(self._tail)
            self.deeds.ends[otherwise if code is None else str(code)] += 1
        self.drop()
        self._steps = self._return()
        self.advance()

    def _return(self) -> Iterator[bytes | float | Await | Step]:
        yield RETURN_SECONDS
        yield from self.attack.script(self)

    def _note_refusal(self) -> bool:
        if self._socket is None or not self._head.startswith(b"HTTP/1.1 "):
            return False
        status = self._head[9:12].decode("latin-1")
        self._head = b""
        if status in ("101", "200"):
            return False
        self.deeds.ends[status] += 1
        return True

    def note_the_end(self) -> None:
        """Look for what the server said last, when the attack is over."""
        if self._socket is None or self._connecting:
            return
        ends = self.deeds.ends.total()
        try:
            for _ in range(1024):
                self._read()
                if self._socket is None:
                    break
        except OSError as error:
            if not isinstance(error, (BlockingIOError, ssl.SSLWantReadError)):
                self._end("reset")
        if self.deeds.ends.total() == ends and not self._note_refusal():
            code = close_code(self._tail)
            if code is not None:
                self.deeds.ends[str(code)] += 1
        self.drop()

    # The socket.

    def handle(self, events: int) -> None:
        """Do what the socket is ready for."""
        try:
            if self._connecting:
                self._connected()
            elif events & READ and not self._deaf:
                self._read()
            elif events & WRITE:
                self._write()
            elif events & (select.EPOLLERR | select.EPOLLHUP):
                self._end("reset")
        except (BlockingIOError, ssl.SSLWantWriteError):
            self._watch(WRITE)
        except ssl.SSLWantReadError:
            self._watch(0)
        except ssl.SSLError:
            self._end("TLS error")
        except OSError:
            self._end("reset")

    def _write(self) -> None:
        sent = self._socket.send(self._unsent[:CHUNK])
        if self._crowd.going:
            self.deeds.sent += sent
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self.advance()

    def _read(self) -> None:
        data = self._socket.recv(4 * CHUNK)
        if not data:
            self._end("closed")
            return
        if len(self._head) < 16:
            self._head += data[:16]
        self._tail = (self._tail + data)[-512:] if self._awaited is None else self._tail + data
        if self._awaited is not None and self._has_come():
            self.advance()

    def _has_come(self) -> bool:
        before, found, after = self._tail.partition(self._awaited)
        if found:
            self._awaited, self._tail = None, after
        else:
            self._tail = before[-CHUNK:]
        return bool(found)

    def _watch(self, mask: int) -> None:
        if self._socket is None:
            return
        mask |= 0 if self._deaf else READ
        if mask != self._mask:
            self._mask = mask
            self._crowd.change(self._fd, mask)


class Crowd:
    """All attackers, and the loop that drives them.

    Args:
        attack: What they do.
        target: The server.
        orders: The instrument's end is told when all are connected, and says when to go and when
            to stop.

    """

    def __init__(self, attack: Attack, target: Target, orders: Connection) -> None:
        self.attack = attack
        self.target = target
        self.blob = filled(attack.blob(target))
        self.going = False
        self._orders = orders
        self._epoll = select.epoll()
        self._by_fd: dict[int, Attacker] = {}
        self.attackers = [Attacker(1 + number, self) for number in range(attack.attackers)]

    def watch(self, fd: int, mask: int, attacker: Attacker) -> None:
        """Call the attacker when its new socket is ready."""
        self._by_fd[fd] = attacker
        self._epoll.register(fd, mask)

    def change(self, fd: int, mask: int) -> None:
        """Wait for other events of a socket."""
        self._epoll.modify(fd, mask)

    def forget(self, fd: int) -> None:
        """Watch a socket no more."""
        del self._by_fd[fd]
        self._epoll.unregister(fd)

    def run(self) -> None:
        """Connect, attack, report."""
        self._epoll.register(self._orders.fileno(), READ)
        for attacker in self.attackers:
            attacker.begin()
        patience = time.perf_counter() + OPENING_SECONDS
        while time.perf_counter() < patience and not all(
            attacker.waits_for_go for attacker in self.attackers
        ):
            self._turn()
        self._orders.send("ready")
        while not self._orders.poll():
            self._turn()
        self._orders.recv()
        began = time.perf_counter()
        self.going = True
        for attacker in self.attackers:
            if attacker.waits_for_go:
                attacker.advance()
        while not self._orders.poll():
            self._turn()
        seconds = time.perf_counter() - began
        for attacker in self.attackers:
            attacker.note_the_end()
        self._epoll.close()
        self._orders.send(Report(seconds, [attacker.deeds for attacker in self.attackers]))

    def _turn(self) -> None:
        now = time.perf_counter()
        wakes_at = min(
            (one.wakes_at for one in self.attackers if one.wakes_at is not None),
            default=now + 0.05,
        )
        for fd, events in self._epoll.poll(min(max(wakes_at - now, 0), 0.05)):
            if attacker := self._by_fd.get(fd):
                attacker.handle(events)
        now = time.perf_counter()
        for attacker in self.attackers:
            if attacker.wakes_at is not None and attacker.wakes_at <= now:
                attacker.advance()


def run(attack: Attack, target: Target, orders: Connection) -> None:
    """Be the attackers' process."""
    Crowd(attack, target, orders).run()
