"""Admission: which connections have a place, and who gives one up.

The rules:

* A connection waits at the door until its websocket handshake is done. Then it is a stranger, and
  a player from the login on. A player never loses the place, and nobody loses it before the
  reactor has read what they sent first.
* Places have a bound, because each takes a file descriptor. The door has a few of its own. Where
  all are taken, a newcomer at the door gets the place of another one there, and a newcomer in its
  handshake that of a stranger. So a crowd of silent connections locks nobody out.
* The place of the longest wait is taken. Of the first ``CANDIDATES`` it is the one whose address
  has the most such connections, so a crowd of one address gives up its own places first.
* What a stranger sends does not count as a sign of life: a crowd could send something, too.
* A network is what a limit for each address counts: an IPv4 address, or a /64 of IPv6, of which
  one customer has at least one. A connection without a network, such as one of a trusted proxy
  that names no client, is not counted, and stands alone among the candidates.
* Memory has a bound: only connections, and networks that have used their handshakes, are known.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from mudwire.limits import LIMITS
from mudwire.quiet_log import QuietLog

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment] # mypy knows it as a module

if TYPE_CHECKING:
    from collections.abc import Callable

    from mudwire.limits import Limit, Limits

__all__ = ["Admission", "Episode", "Queue", "Rates", "descriptor_limit", "kept_back"]

MIN_KEPT_BACK = 48
"""File descriptors that are kept back from websockets, at least; it is an eighth of many."""

CANDIDATES = 64
"""Of how many longest waits one gives its place up."""

BURST_SECONDS = 10
"""For how many seconds the handshakes of a network may come at once, after a pause."""

CONNECTIONS_PER_HANDSHAKE = 10
"""How many times ``max_handshake_rate`` a network may connect: a browser does so for each file."""

MAX_NETWORKS = 10_000
"""Networks whose rates are remembered; the one that made nothing for longest is forgotten."""

MAX_EVICTED = 8
"""Evicted connections that may hold their descriptors still, before accepting waits."""

EPISODE_SECONDS = 60
"""Seconds without trouble after which the next trouble is logged again."""

MIN_SWEEP_SECONDS = 1
"""Seconds between two looks for strangers who have not logged in, at least."""

_log = QuietLog("mudwire")


class Visitor(Protocol):
    """A connection, as the admission sees it; compared and hashed by identity."""

    def evict(self) -> None:
        """Close the connection at once: another one gets its place."""


class Queue:
    """Connections in the order of their arrival, each with its network or None."""

    def __init__(self) -> None:
        self._networks: dict[Any, str | None] = {}
        self._counts: dict[str, int] = {}

    def __len__(self) -> int:
        """Return the number of connections."""
        return len(self._networks)

    def __contains__(self, connection: object) -> bool:
        """Return whether a connection is here."""
        return connection in self._networks

    def add(self, connection: Any, network: str | None) -> None:
        """Add a connection at the end; one that is there already moves there."""
        self.remove(connection)
        self._networks[connection] = network
        if network is not None:
            self._counts[network] = self._counts.get(network, 0) + 1

    def remove(self, connection: Any) -> bool:
        """Remove a connection; return whether it was there."""
        if connection not in self._networks:
            return False
        network = self._networks.pop(connection)
        if network is not None:
            self._counts[network] -= 1
            if not self._counts[network]:
                del self._counts[network]
        return True

    def network(self, connection: Any) -> str | None:
        """Return the network of a connection that is there."""
        return self._networks[connection]

    def count(self, network: str | None) -> int:
        """Return the number of connections of a network; 1 for None."""
        return 1 if network is None else self._counts.get(network, 0)

    def first(self) -> list[Any]:
        """Return the ``CANDIDATES`` that arrived first."""
        return list(islice(self._networks, CANDIDATES))

    def candidate(self) -> Any | None:
        """Return the first of the candidates whose network has the most connections here."""
        return max(self.first(), key=lambda one: self.count(self._networks[one]), default=None)


class Episode:
    """Trouble that goes on: it is logged when it begins.

    Args:
        seconds: Tells the time, in seconds.

    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._latest: float | None = None

    def begins(self) -> bool:
        """Note the trouble; return whether there was none for ``EPISODE_SECONDS``."""
        before, self._latest = self._latest, self._seconds()
        return before is None or self._latest - before > EPISODE_SECONDS


class Rates:
    """How many handshakes, or connections, each network has made lately.

    A network is known by the time at which it may make those of ``BURST_SECONDS`` at once again
    (the generic cell rate algorithm, ITU-T I.371). It is forgotten from then on.

    Args:
        seconds: Tells the time, in seconds.

    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._rested: dict[str, float] = {}

    def __len__(self) -> int:
        """Return the number of networks that are remembered."""
        return len(self._rested)

    def take(self, network: str, rate: float) -> bool:
        """Count one, if the network may make one.

        Args:
            network: The network.
            rate: How many a network may make in a second.

        Returns:
            Whether it may. One over the rate is not counted.

        """
        now = self._seconds()
        for old in list(islice(self._rested, 2)):
            if self._rested[old] <= now:
                del self._rested[old]
        before = max(self._rested.pop(network, now), now)
        after = before + 1 / rate
        # The comparison allows for rounding: a hundredth of one.
        may = after - now <= BURST_SECONDS + 0.01 / rate
        self._rested[network] = after if may else before
        if len(self._rested) > MAX_NETWORKS:
            del self._rested[next(iter(self._rested))]
        return may


class Admission:
    """The places of one listening server.

    Args:
        limits: The class with the limits.
        clock: The reactor of the connections, or another ``IReactorTime``.
        descriptors: The limit of file descriptors; 0 for none.

    """

    def __init__(self, limits: type[Limits], clock: Any, descriptors: int | None = None) -> None:
        self._limits = limits
        self._clock = clock
        self.descriptors = descriptor_limit() if descriptors is None else descriptors
        self._arriving: dict[Any, str | None] = {}
        self._arrival_is_due = False
        self._at_the_door = Queue()
        self._strangers = Queue()
        self._players = Queue()
        self._since: dict[Any, float] = {}
        self._evicted: set[Any] = set()
        self._handshakes = Rates(clock.seconds)
        self._connections = Rates(clock.seconds)
        self._sweep: Any = None

        self._crowd = Episode(clock.seconds)

        kept = kept_back(self.descriptors)
        self._door_places = kept // 2
        fits = self.descriptors and max(1, self.descriptors - kept)
        wanted = limits.max_connections
        self.max_websockets = fits if wanted is None else wanted
        self.max_connections = (fits + self._door_places) if fits and wanted != 0 else 0
        if fits and self.max_websockets > fits:
            _log.warn(
                "max_connections is {wanted}, but {descriptors} file descriptors are enough for "
                "{fits} websockets: raise their limit (ulimit -n, LimitNOFILE= of systemd)",
                wanted=wanted,
                descriptors=self.descriptors,
                fits=fits,
            )
            self.max_websockets = fits

    # Connections come and go.

    def may_connect(self, network: str | None) -> bool:
        """Return whether a network may make another connection now, and count it.

        One that may not is closed without an answer, because an answer costs more than it is
        worth: the client has connected ``CONNECTIONS_PER_HANDSHAKE`` times as often as it may
        make handshakes.

        Args:
            network: The network of a new connection; None for one that is not counted.

        """
        rate = self._limits.max_handshake_rate * CONNECTIONS_PER_HANDSHAKE
        if network is None or rate <= 0 or self._connections.take(network, rate):
            return True
        _log.info(
            "{network}: more than {rate} connections a second, closed without an answer",
            network=network,
            rate=rate,
        )
        return False

    def enter(self, connection: Visitor, network: str | None) -> None:
        """Give a new connection a place at the door; another one may lose its place for it.

        Args:
            connection: The connection.
            network: Its network; None for one that is not counted.

        """
        if 0 < self.max_connections <= self.count():
            self.make_room()
        if not self._arrival_is_due:
            self._arrival_is_due = True
            self._clock.callLater(0, self._will_be_read)
        self._arriving[connection] = network

    def _will_be_read(self) -> None:
        # An iteration of the reactor runs the timers, then it reads and accepts.
        self._arrival_is_due = False
        self._clock.callLater(0, self._were_read, list(self._arriving))

    def _were_read(self, connections: list[Visitor]) -> None:
        for connection in connections:
            if connection in self._arriving:
                self._at_the_door.add(connection, self._arriving.pop(connection))

    def answered(self, connection: Visitor) -> None:
        """Let the wait of a connection at the door begin anew: it has made a whole request."""
        if connection in self._at_the_door:
            self._at_the_door.add(connection, self._at_the_door.network(connection))

    def admit(self, connection: Visitor, network: str | None) -> Limit | None:
        """Let a connection in as a websocket, in its handshake.

        Args:
            connection: A connection at the door.
            network: Its network; None for one that is not counted.

        Returns:
            None, or the limit that keeps the connection out.

        """
        limits = self._limits
        if network is not None:
            rate = limits.max_handshake_rate
            if rate > 0 and not self._handshakes.take(network, rate):
                return LIMITS["max_handshake_rate"]
            count = self._strangers.count(network) + self._players.count(network)
            if 0 < limits.max_connections_per_address <= count:
                return LIMITS["max_connections_per_address"]
        if 0 < self.max_websockets <= self.count_websockets() and not self._evict_stranger():
            return LIMITS["max_connections"]
        self._forget(connection)
        self._strangers.add(connection, network)
        if limits.login_timeout:
            self._since[connection] = self._clock.seconds()
            if self._sweep is None:
                self._sweep_after(limits.login_timeout)
        return None

    def recognise(self, connection: Visitor) -> None:
        """Make a stranger a player, who has logged in."""
        if connection in self._strangers:
            self._players.add(connection, self._strangers.network(connection))
            self._strangers.remove(connection)
            self._since.pop(connection, None)

    def leave(self, connection: Visitor) -> None:
        """Take back the place of a connection that has ended, or is in other hands."""
        self._forget(connection)
        self._evicted.discard(connection)

    def _forget(self, connection: Visitor) -> None:
        self._arriving.pop(connection, None)
        for queue in (self._at_the_door, self._strangers, self._players):
            queue.remove(connection)
        self._since.pop(connection, None)

    # Places.

    def count(self) -> int:
        """Return the number of connections that have a place."""
        return len(self._arriving) + len(self._at_the_door) + self.count_websockets()

    def count_websockets(self) -> int:
        """Return the number of connections that have finished their handshake."""
        return len(self._strangers) + len(self._players)

    def count_players(self) -> int:
        """Return the number of websockets whose login is known."""
        return len(self._players)

    @property
    def may_accept(self) -> bool:
        """Whether there is a place for another connection, or somebody at the door who gives way.

        If not, there soon will be: when the evicted have closed, and the arriving were read.
        """
        has_place = self.max_connections <= 0 or self.count() < self.max_connections
        return len(self._evicted) < MAX_EVICTED and (has_place or len(self._at_the_door) > 0)

    def make_room(self, *, has_waited: bool = False) -> bool:
        """Take the place of somebody who is no player.

        Args:
            has_waited: Whether the newcomer has waited already. Only then must somebody at the
                door give way where there are few, because they are newcomers as well.

        Returns:
            Whether there was somebody.

        """
        is_crowded = len(self._arriving) + len(self._at_the_door) >= self._door_places
        if not is_crowded and self._evict_stranger():
            return True
        return (is_crowded or has_waited) and self._evict(self._at_the_door.candidate())

    def _evict_stranger(self) -> bool:
        # A game may log a player in without a word to the protocol.
        while players := [one for one in self._strangers.first() if one.logged_in]:
            for player in players:
                self.recognise(player)
        return self._evict(self._strangers.candidate())

    def _evict(self, connection: Any | None) -> bool:
        if connection is None:
            return False
        if self._crowd.begins():
            _log.warn(
                "All places are taken: {connections} connections, of them {players} players. "
                "Who is not logged in gives way to newcomers",
                connections=self.count(),
                players=self.count_players(),
            )
        self._forget(connection)
        self._evicted.add(connection)
        connection.evict()
        return True

    # The deadline of the login: one timer for all.

    def _sweep_after(self, seconds: float) -> None:
        self._sweep = self._clock.callLater(max(seconds, MIN_SWEEP_SECONDS), self._end_late_logins)

    def _end_late_logins(self) -> None:
        """End the sessions that did not log in within ``login_timeout``."""
        self._sweep = None
        since, timeout, now = self._since, self._limits.login_timeout, self._clock.seconds()
        while since and timeout:
            connection, then = next(iter(since.items()))
            if then + timeout > now:
                self._sweep_after(then + timeout - now)
                return
            if connection.logged_in:
                self.recognise(connection)
            else:
                del since[connection]
                connection.end_late_login()


def descriptor_limit() -> int:
    """Return how many file descriptors this process may have; 0 if there is no limit."""
    if resource is None:
        return 0
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 0 if soft == resource.RLIM_INFINITY else soft


def kept_back(descriptors: int) -> int:
    """Return how many descriptors are not for websockets.

    Half of them are for connections at the door, such as those that fetch the page. The rest is
    for the files of the process.

    Args:
        descriptors: The limit of file descriptors.

    """
    return max(MIN_KEPT_BACK, descriptors // 8)
