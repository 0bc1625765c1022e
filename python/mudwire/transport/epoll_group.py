"""EpollGroup: reads all ready connections of a reactor in one iteration of it.

Twisted's reactor finds, guards and names in the log each readable descriptor for itself, with
ten calls of Python: a quarter of the cost of an echo. An epoll group puts the connections into
an epoll set of their own, which the reactor knows as one descriptor (epoll(7): a set may hold
another set). The group then reads everything that is ready in one call of the reactor, and a
busy server pays for the iteration instead of for each connection. ``benches/e2e`` measures the
gain.

A transport stays Twisted's. It sees a reactor whose methods for reading and writing
(``IReactorFDSet``) lead to the group; every other attribute is the reactor's. Without epoll, or
for any transport but plain TCP, the reactor reads as usual.

A descriptor is never in both sets. A connection that waits to write belongs to the reactor for
reading too. Otherwise the end of a connection, found by the group, could leave an event of the
reactor behind for the next connection with the same descriptor.
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

import select
from functools import cache
from time import perf_counter
from typing import Any

from twisted.internet.interfaces import IReactorFDSet
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.tcp import Server
from twisted.python.failure import Failure

from mudwire.metrics import METRICS
from mudwire.quiet_log import QuietLog
from mudwire.transport.turns import TURN_SECONDS
from mudwire.transport.write_buffer import Cork

__all__ = ["EpollGroup"]

MAX_READS = 256
"""Connections that are looked at in one call of epoll."""

_log = QuietLog("mudwire")


class EpollGroup:
    """The connections of one reactor that wait for bytes; an ``IReadDescriptor`` of the reactor.

    Args:
        reactor: The reactor that the connections belong to (``IReactorFDSet``).

    """

    def __init__(self, reactor: Any) -> None:
        self.cork = Cork()
        self._reactor = reactor
        self._epoll = select.epoll()
        self._poll = self._epoll.poll
        self._transports: dict[int, Any] = {}
        self._ready: list[tuple[int, int]] = []
        self._seen_by_transports = _Reactor(reactor, self)

    @staticmethod
    def adopt(transport: Any) -> None:
        """Read a transport from now on in place of its reactor, if that is possible.

        Args:
            transport: Any transport. Adopted is Twisted's plain TCP, open and not closing.

        """
        if not _may_be_adopted(transport):
            return
        reactor = transport.reactor
        group = _group_of(reactor)
        reads = transport in reactor.getReaders()
        writes = transport in reactor.getWriters()
        transport.stopReading()
        transport.stopWriting()
        transport.reactor = group._seen_by_transports
        if reads:
            transport.startReading()
        if writes:
            transport.startWriting()

    def holds(self, transport: Any) -> bool:
        """Return whether the group reads a transport."""
        return self._transports.get(transport.fileno()) is transport

    def add(self, transport: Any) -> None:
        """Wait for bytes of a transport."""
        if not self.holds(transport):
            fd = transport.fileno()
            self._epoll.register(fd, select.EPOLLIN)
            self._transports[fd] = transport
            self._reactor.addReader(self)

    def remove(self, transport: Any) -> None:
        """Stop waiting for bytes of a transport."""
        if not self.holds(transport):
            return
        fd = transport.fileno()
        self._epoll.unregister(fd)
        del self._transports[fd]
        if not self._transports:
            self._reactor.removeReader(self)

    def doRead(self) -> None:
        """Let each transport read that has bytes or is at its end; the cork is on meanwhile.

        After ``TURN_SECONDS`` the reactor has its turn again. The transports that are left then
        come first in the next iteration.
        """
        transport_of = self._transports.get
        began = now = perf_counter()
        ready = self._ready or self._poll(0, MAX_READS)
        read = 0
        self.cork.is_on = True
        try:
            for fd, _ in ready:
                read += 1
                transport = transport_of(fd)
                if transport is None:
                    continue  # an earlier one removed it
                try:
                    end = transport.doRead()
                except BaseException as error:  # any error ends this connection, as in Twisted
                    _log.failure("A connection failed while it was read")
                    end = error
                if end is not None:
                    self._end(transport, end)
                now = perf_counter()
                if now - began > TURN_SECONDS:
                    break
        finally:
            self._ready = ready[read:]
            self.cork.uncork()
            METRICS.count_turn(perf_counter() - began)

    def _end(self, transport: Any, why: BaseException) -> None:
        """Tell a transport that there is nothing more to read."""
        try:
            transport.stopReading()
            if why is CONNECTION_DONE:  # the client may have closed its writing half only
                transport.readConnectionLost(Failure(why))
            else:
                transport.connectionLost(Failure(why))
        except BaseException:  # the other connections go on
            _log.failure("A connection failed when it ended")

    def connectionLost(self, reason: Failure) -> None:
        """End all connections, because the reactor disconnects everything."""
        assert reason.value is not None
        for transport in list(self._transports.values()):
            self._end(transport, reason.value)

    def fileno(self) -> int:
        """Return the descriptor of the epoll set."""
        return self._epoll.fileno()

    def logPrefix(self) -> str:
        """Return the name of the group in Twisted's log."""
        return "mudwire"


def _may_be_adopted(transport: Any) -> bool:
    if type(transport) is not Server or getattr(transport, "TLS", False):
        return False
    known = IReactorFDSet.providedBy(transport.reactor) and hasattr(select, "epoll")
    adopted = isinstance(transport.reactor, _Reactor)
    return known and not adopted and bool(transport.connected) and not transport.disconnecting


@cache
def _group_of(reactor: Any) -> EpollGroup:
    return EpollGroup(reactor)


class _Reactor:
    """A reactor as the transports of an epoll group see it."""

    def __init__(self, reactor: Any, group: EpollGroup) -> None:
        self._reactor = reactor
        self._group = group
        self.cork = group.cork
        self._writing: set[Any] = set()
        self._read_by_reactor: set[Any] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def addReader(self, transport: Any) -> None:
        if transport in self._writing:
            self._read_by_reactor.add(transport)
            self._reactor.addReader(transport)
        else:
            self._group.add(transport)

    def removeReader(self, transport: Any) -> None:
        if transport in self._read_by_reactor:
            self._read_by_reactor.remove(transport)
            self._reactor.removeReader(transport)
        else:
            self._group.remove(transport)

    def addWriter(self, transport: Any) -> None:
        if transport not in self._writing:
            reads = self._group.holds(transport)
            self.removeReader(transport)
            self._writing.add(transport)
            if reads:
                self.addReader(transport)
        self._reactor.addWriter(transport)

    def removeWriter(self, transport: Any) -> None:
        self._reactor.removeWriter(transport)
        if transport in self._writing:
            # The reactor itself removes a reader that is at its end.
            reads = transport in self._read_by_reactor and transport in self._reactor.getReaders()
            self.removeReader(transport)
            self._writing.remove(transport)
            if reads:
                self.addReader(transport)
