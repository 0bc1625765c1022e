"""Listener: a listening socket whose new connections wait while descriptors are short.

The queue of the kernel is made longer than Twisted's, because a client whose connection finds no
place in it tries again only after a second, and all players of a restarted game come at once.

Without a free descriptor, Twisted accepts all new connections on a reserved one and closes them,
and says so where nobody looks. A listener leaves them in the kernel's queue instead, says once
what is wrong, and asks for a descriptor. It pauses the port meanwhile: a listening socket stays
readable, and the reactor would call it without end.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from twisted.internet.tcp import Port

from mudwire.quiet_log import QuietLog
from mudwire.transport.admission import Episode
from mudwire.transport.turns import Turns

if TYPE_CHECKING:
    from mudwire.transport.admission import Admission

__all__ = ["Listener"]

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""The errors of accept(2) that say that the process or the machine has no more to give."""

BACKLOG = 1024
"""Connections that may wait in the kernel's queue, at least (listen(2))."""

PAUSE_SECONDS = 1
"""Seconds until the next try to accept, if nobody gave a descriptor up."""

ACCEPT_SECONDS = 0.0001
"""The time of an iteration that a new connection takes, about."""

_log = QuietLog("mudwire")


class Listener:
    """The socket of a port, in place of the socket itself.

    Args:
        port: A listening port of Twisted.
        admission: The places of its connections.

    """

    def __init__(self, port: Any, admission: Admission) -> None:
        self._port = port
        self._socket = port.socket
        self._admission = admission
        self._turns = Turns.of(port.reactor)
        self._has_waited = False
        self._shortage = Episode(port.reactor.seconds)
        if port.backlog is not None:  # a socket of systemd has what its unit says
            self._socket.listen(max(port.backlog, BACKLOG))

    @staticmethod
    def adopt(port: Any, admission: Admission) -> None:
        """Put a listener in the place of the socket of a port, if that is possible.

        Args:
            port: Any port, or None. Adopted is Twisted's own, for TCP, TLS and Unix sockets.
            admission: The places of its connections.

        """
        if isinstance(port, Port) and port.connected and not isinstance(port.socket, Listener):
            port.socket = Listener(port, admission)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the socket."""
        return getattr(self._socket, name)

    def accept(self) -> Any:
        """Accept a connection.

        Returns:
            Its socket and its address.

        Raises:
            OSError: As accept(2) has it; that nothing waits (EAGAIN), if new ones must wait.

        """
        # EAGAIN lets the connection wait in the kernel until a later iteration of the reactor.
        if not self._turns.has_time:
            raise BlockingIOError(errno.EAGAIN, "it is the turn of others")
        if not self._admission.may_accept:
            raise BlockingIOError(errno.EAGAIN, "all places are taken")
        try:
            accepted = self._socket.accept()
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
            self._pause(error)
            raise BlockingIOError(errno.EAGAIN, "there are no descriptors") from error
        self._has_waited = False
        self._turns.spend(ACCEPT_SECONDS)
        return accepted

    def _pause(self, error: OSError) -> None:
        if self._shortage.begins():
            _log.error(
                "New connections wait: {error}. There are {connections} connections, and the "
                "limit of file descriptors is {descriptors}. Raise it (ulimit -n, LimitNOFILE= "
                "of systemd), or lower max_connections",
                error=error.strerror,
                connections=self._admission.count(),
                descriptors=self._admission.descriptors,
            )
        room = self._admission.make_room(has_waited=self._has_waited)
        self._has_waited = self._has_waited or not room
        self._port.stopReading()
        self._port.reactor.callLater(0 if room else PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        if self._port.connected and not self._port.disconnecting:
            self._port.startReading()
