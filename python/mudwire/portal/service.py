"""PortalService: the portal as a Twisted service, for ``mudwire serve`` and for twistd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.application.service import Service
from twisted.internet.defer import Deferred, TimeoutError, maybeDeferred  # noqa: A004 # Twisted's
from twisted.logger import Logger

from mudwire.portal.cookie_tokens import CookieTokens
from mudwire.portal.site import PortalResource, PortalSite
from mudwire.portal.websocket import WebSocketClient
from mudwire.sessions.browser_store import SqliteBrowserSessions
from mudwire.sessions.handler import EmbeddedSessionHandler
from mudwire.transport.admission import Admission
from mudwire.transport.listener import Listener
from mudwire.transport.upstreams import Upstreams

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mudwire.game import Game

FAREWELL_SECONDS = 5.0
"""How long a stopping portal waits for its players' answers to the close frame."""

GAME_SECONDS = 10.0
"""How long a stopping portal waits for the Deferred of the game's ``at_stop``."""


class PortalService(Service):
    """A page, its websocket and a game, on one endpoint.

    Args:
        game: The game.
        endpoint: The ``IStreamServerEndpoint`` to listen on.
        sessions: The store of browser sessions; a store in memory if None.
        origins: The origins whose pages may connect besides the portal's own.
        proxies: The addresses and networks of the proxies whose ``X-Forwarded-For`` is believed.
        options: More class attributes for the websocket protocol, such as its limits; a value of
            None leaves the default.
        http_limits: The limits of HTTP alone, by their attributes.

    Attributes:
        listening: A Deferred that fires with None when the portal listens, or fails with the
            error that prevents it.

    """

    name = "mudwire"
    log = Logger()
    listening: Deferred[None]

    def __init__(
        self,
        game: Game,
        endpoint: Any,
        *,
        sessions: SqliteBrowserSessions | None = None,
        origins: Collection[str] = (),
        proxies: Sequence[str] = (),
        options: Mapping[str, Any] | None = None,
        http_limits: Mapping[str, float] | None = None,
    ) -> None:
        self.game = game
        self.endpoint = endpoint
        self.browser_sessions = SqliteBrowserSessions() if sessions is None else sessions
        self.sessions = EmbeddedSessionHandler(game)
        self._port: Any = None
        self._started = False
        tokens = CookieTokens()
        factory = WebSocketServerFactory()
        factory.sessionhandler = self.sessions
        # Each portal has a protocol class of its own, because the protocol reads its options
        # from class attributes, as Evennia's does.
        factory.protocol = type(
            "WebSocketClient",
            (WebSocketClient,),
            {
                "browser_session_store": self.browser_sessions,
                "cookie_tokens": tokens,
                "allowed_origins": origins,
                "upstream_ips": proxies,
                "login_timeout": game.login_timeout,
                **{name: value for name, value in (options or {}).items() if value is not None},
            },
        )
        self.admission = factory.admission = Admission(factory.protocol, factory.reactor)
        self.site = PortalSite(
            PortalResource(game.title, factory, tokens),
            self.admission,
            factory.protocol,
            Upstreams(proxies),
            http_limits,
        )

    @property
    def address(self) -> Any:
        """The ``IAddress`` that the portal listens on."""
        assert self._port is not None, "the portal is not listening"
        return self._port.getHost()

    def privilegedStartService(self) -> None:  # noqa: N802 # Twisted's name
        """Start the game and listen, before twistd gives up its privileges."""
        self._start()

    def startService(self) -> None:  # noqa: N802 # Twisted's name
        """Start the game and listen."""
        super().startService()  # type: ignore[no-untyped-call] # Twisted is typed in parts
        if not self._started:
            self._start()

    def _start(self) -> None:
        self._started = True
        self.game.sessions = self.sessions
        self.sessions.timed(self.game.at_start)
        self.listening = self.endpoint.listen(self.site).addCallback(self._listens)

    def _listens(self, port: Any) -> None:
        self._port = port
        Listener.adopt(port, self.admission)

    async def _stop(self) -> None:
        if self._port is not None:
            await maybeDeferred(self._port.stopListening)
        for session in self.sessions:
            session.going_away()
        from twisted.internet import reactor  # noqa: PLC0415 # importing it installs it

        try:
            await self.sessions.when_empty().addTimeout(FAREWELL_SECONDS, reactor)
        except TimeoutError:
            self.log.warn(
                "{count} players did not answer and were cut off", count=self.sessions.count()
            )
        try:
            if (ending := self.sessions.timed(self.game.at_stop)) is not None:
                await ending.addTimeout(GAME_SECONDS, reactor)
        except TimeoutError:
            self.log.warn(
                "The game did not end within {seconds} s of at_stop", seconds=GAME_SECONDS
            )
        except Exception:
            self.log.failure("The game failed in at_stop")
        await self.browser_sessions.close()

    def stopService(self) -> Deferred[None]:  # noqa: N802 # Twisted's name
        """Stop listening, close every connection with code 1001 and end the game.

        Returns:
            A Deferred that fires when the game has ended, at the latest after
            ``FAREWELL_SECONDS``, ``GAME_SECONDS`` and the ``CLOSE_SECONDS`` of the browser
            sessions.

        """
        super().stopService()  # type: ignore[no-untyped-call] # Twisted is typed in parts
        return Deferred.fromCoroutine(self._stop())
