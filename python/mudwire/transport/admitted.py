"""AdmittedConnection: a connection that needs a place of its server's admission."""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autobahn.websocket.types import ConnectionDeny

from mudwire.limits import LIMITS
from mudwire.quiet_log import QuietLog
from mudwire.transport.admission import Admission
from mudwire.transport.connection import OPEN, Connection
from mudwire.transport.listener import Listener
from mudwire.transport.upstreams import Upstreams

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AdmittedConnection"]

CLOSED: int = Connection.STATE_CLOSED
POLICY_VIOLATION: int = Connection.CLOSE_STATUS_CODE_POLICY_VIOLATION
TOO_MANY_REQUESTS = 429  # RFC 6585, section 4

_log = QuietLog("mudwire")


class AdmittedConnection(Connection):
    """A connection that has a place, keeps to the limits of its address, and logs in in time.

    The admission is the factory's ``admission``. A factory of Autobahn's class has none until its
    first connection, which makes one.
    """

    upstream_ips: Iterable[str] = ()
    """The addresses and networks of the proxies whose X-Forwarded-For is believed."""

    logged_in: bool = False

    @property
    def admission(self) -> Admission:
        """The places of the server of this connection."""
        factory = self.factory
        admission: Admission | None = getattr(factory, "admission", None)
        if admission is None:
            admission = factory.admission = Admission(type(self), factory.reactor)
        return admission

    def _connectionMade(self) -> None:
        """Begin, with a place at the door."""
        super()._connectionMade()
        admission, network = self.admission, self._network()
        port = getattr(self.transport, "server", None)
        Listener.adopt(port, admission)
        admission.enter(self, network)
        # A connection that HTTP hands over was counted when it was accepted.
        is_new = getattr(port, "factory", None) is self.factory
        if is_new and not admission.may_connect(network):
            self._cut("connects too often")

    def _connectionLost(self, reason: Any) -> None:
        """Give the place back, and end."""
        try:
            super()._connectionLost(reason)
        finally:
            self.admission.leave(self)

    def _admit(self) -> None:
        """Let the connection in, in its handshake; raise ConnectionDeny if a limit forbids it."""
        if self.factory is None:
            return  # without a server, as in a game's own tests, there are no places
        network = self._network()
        limit = self.admission.admit(self, network)
        if limit is None:
            return
        _log.info(
            "{network}: {event}. If this is your proxy, name it (--proxy, UPSTREAM_IPS)"
            if limit.close_code == TOO_MANY_REQUESTS
            else "{network}: {event}, and all of them are players",
            network=network,
            event=limit.log,
        )
        raise ConnectionDeny(limit.close_code, limit.log)

    def _recognise(self) -> None:
        """Become a player, who keeps the place."""
        if self.factory is not None:
            self.admission.recognise(self)

    def _client_address(self) -> str | None:
        client = getattr(self.transport, "client", None)
        peer = client[0] if client else None
        headers = getattr(self, "http_headers", {})
        return self._upstreams.client_address(peer, headers.get("x-forwarded-for"))

    def _network(self) -> str | None:
        return self._upstreams.network_of(self._client_address())

    @property
    def _upstreams(self) -> Upstreams:
        return Upstreams.of(*self.upstream_ips)

    def evict(self) -> None:
        """Cut the connection at once; a close frame could wait for a client that does not read."""
        self._cut("its place is for a newcomer, and it is not logged in")

    def _cut(self, reason: str) -> None:
        if self.state == CLOSED:  # but its transport waits for the client
            self.transport.abortConnection()
        else:
            self.wasNotCleanReason = reason
            self.dropConnection(abort=True)

    def end_late_login(self) -> None:
        """Close with 1008: the session is not logged in within ``login_timeout``."""
        event = LIMITS["login_timeout"].log
        _log.info("{peer}: {event}", peer=self.peer, event=event)
        if self.state == OPEN:
            self._fail_connection(POLICY_VIOLATION, event)
