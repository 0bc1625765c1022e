"""The one place where the bytes of all connections come in.

Twisted's reactor finds, guards and names in the log each descriptor for itself, with ten
calls of Python: a quarter of what an echo costs that is written at once. Here the
connections of a reactor wait in an epoll of their own, which the reactor knows as one
descriptor (epoll(7): a set may hold a set). What is ready is then read in one turn of the
reactor, and a busy server pays for the turn, not for each connection. ``benches/e2e``
measures what this gains.

A transport stays Twisted's: what it asks of its reactor about reading and writing passes here
(``IReactorFDSet``), everything else goes to the reactor. Where there is no epoll, or another
transport than plain TCP, the reactor reads as ever.

A descriptor is never in both sets: a connection that waits to be written is the reactor's,
for reading too. Otherwise the end of a connection, found here, could leave an event of the
reactor's behind, for whoever gets the same descriptor next.
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

import select
from functools import cache
from typing import Any

from twisted.internet.interfaces import IReactorFDSet
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from twisted.internet.tcp import Server
from twisted.logger import Logger
from twisted.python.failure import Failure

from mudwire.transport.write_buffer import TURN

__all__ = ["Inbox"]

MOST_IN_A_TURN = 256
"""How many connections are read before the reactor looks after everything else."""

_log = Logger(namespace="mudwire")


class Inbox:
    """The connections of one reactor that wait for bytes; to it an ``IReadDescriptor``.

    Args:
        reactor: The reactor whose connections they are (``IReactorFDSet``).

    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._epoll = select.epoll()
        self._poll = self._epoll.poll
        self._transports: dict[int, Any] = {}
        self._seen_by_transports = _Reactor(reactor, self)

    @staticmethod
    def adopt(transport: Any) -> None:
        """Read a transport from now on, in its reactor's place, if that is possible.

        Args:
            transport: Any transport; adopted is Twisted's plain TCP, open and not closing.

        """
        if not _may_be_adopted(transport):
            return
        reactor = transport.reactor
        inbox = _inbox_of(reactor)
        reads = transport in reactor.getReaders()
        writes = transport in reactor.getWriters()
        transport.stopReading()
        transport.stopWriting()
        transport.reactor = inbox._seen_by_transports
        if reads:
            transport.startReading()
        if writes:
            transport.startWriting()

    def holds(self, transport: Any) -> bool:
        """Return whether a transport is read here."""
        return self._transports.get(transport.fileno()) is transport

    def add(self, transport: Any) -> None:
        """Wait for bytes of a transport."""
        if not self.holds(transport):
            fd = transport.fileno()
            self._epoll.register(fd, select.EPOLLIN)
            self._transports[fd] = transport
            self._reactor.addReader(self)

    def remove(self, transport: Any) -> None:
        """Wait no more for bytes of a transport."""
        if not self.holds(transport):
            return
        fd = transport.fileno()
        self._epoll.unregister(fd)
        del self._transports[fd]
        if not self._transports:
            self._reactor.removeReader(self)

    def doRead(self) -> None:
        """Let each transport read that has something, or is at its end."""
        ready = self._transports.get
        TURN.is_on = True
        try:
            for fd, _ in self._poll(0, MOST_IN_A_TURN):
                transport = ready(fd)
                if transport is None:
                    continue  # taken out in this very turn
                try:
                    end = transport.doRead()
                except BaseException as error:  # whatever it is, it ends this one, as in Twisted
                    _log.failure("A connection failed while it was read")
                    end = error
                if end is not None:
                    self._end(transport, end)
        finally:
            TURN.end()

    def _end(self, transport: Any, why: BaseException) -> None:
        """Tell a transport that there is nothing more to read."""
        try:
            transport.stopReading()
            if why is CONNECTION_DONE:  # perhaps the client only stopped writing
                transport.readConnectionLost(Failure(why))
            else:
                transport.connectionLost(Failure(why))
        except BaseException:  # and nobody else
            _log.failure("A connection failed when it ended")

    def connectionLost(self, reason: Failure) -> None:
        """Hear that the reactor ends all that it knows of, and pass it on."""
        for transport in list(self._transports.values()):
            self._end(transport, reason.value or CONNECTION_LOST)

    def fileno(self) -> int:
        """Return the descriptor of the set."""
        return self._epoll.fileno()

    def logPrefix(self) -> str:
        """Return what the log calls it."""
        return "mudwire"


def _may_be_adopted(transport: Any) -> bool:
    if type(transport) is not Server or getattr(transport, "TLS", False):
        return False
    known = IReactorFDSet.providedBy(transport.reactor) and hasattr(select, "epoll")
    adopted = isinstance(transport.reactor, _Reactor)
    return known and not adopted and bool(transport.connected) and not transport.disconnecting


@cache
def _inbox_of(reactor: Any) -> Inbox:
    return Inbox(reactor)


class _Reactor:
    """A reactor, as the transports see it that an inbox reads."""

    def __init__(self, reactor: Any, inbox: Inbox) -> None:
        self._reactor = reactor
        self._inbox = inbox
        self._writing: set[Any] = set()
        self._read_by_reactor: set[Any] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def addReader(self, transport: Any) -> None:
        if transport in self._writing:
            self._read_by_reactor.add(transport)
            self._reactor.addReader(transport)
        else:
            self._inbox.add(transport)

    def removeReader(self, transport: Any) -> None:
        if transport in self._read_by_reactor:
            self._read_by_reactor.remove(transport)
            self._reactor.removeReader(transport)
        else:
            self._inbox.remove(transport)

    def addWriter(self, transport: Any) -> None:
        if transport not in self._writing:
            reads = self._inbox.holds(transport)
            self.removeReader(transport)
            self._writing.add(transport)
            if reads:
                self.addReader(transport)
        self._reactor.addWriter(transport)

    def removeWriter(self, transport: Any) -> None:
        self._reactor.removeWriter(transport)
        if transport in self._writing:
            # The reactor itself lets go of one that has nothing more to read.
            reads = transport in self._read_by_reactor and transport in self._reactor.getReaders()
            self.removeReader(transport)
            self._writing.remove(transport)
            if reads:
                self.addReader(transport)
