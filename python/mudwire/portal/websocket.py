"""The standalone leaf: the webclient protocol on the embedded session.

Beyond the protocol it knows where a connection comes from: its Origin must be this
host or an allowed one, and its csessid must fit the browser's cookie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autobahn.websocket.types import ConnectionDeny
from twisted.internet.interfaces import ISSLTransport

from mudwire.fast_path import WebClientProtocol
from mudwire.portal.cookie import is_secure, secret_in
from mudwire.protocol import GOING_AWAY
from mudwire.sessions.browser_store import key_of
from mudwire.sessions.session import Session

if TYPE_CHECKING:
    from collections.abc import Collection

    from mudwire.sessions.session import BrowserSession


class WebSocketClient(WebClientProtocol, Session):
    """One player's websocket connection to an embedded game.

    A connection that ends leaves its browser logged in, for the reload or the
    reconnection that follows; ``disconnect``, called by the game, logs it out. The game
    hears of the end at once: how long it keeps somebody's place is for itself to say.

    Attributes:
        allowed_origins: Origins (``https://example.com``) whose pages may connect besides
            those of the host itself; ``*`` for any.

    """

    allowed_origins: Collection[str] = ()
    unclean_close_grace = 0

    _browser_key: str | None = None

    def onConnect(self, request: Any) -> str | None:
        """Refuse other sites' pages, note the browser's cookie, choose the subprotocol."""
        if not self._origin_allowed(request.origin, request.headers.get("host", "")):
            raise ConnectionDeny(
                ConnectionDeny.FORBIDDEN,
                f"pages of {request.origin} may not connect here; "
                "the portal's option --origin allows them",
            )
        secure = is_secure(
            request.headers.get("x-forwarded-proto"), ISSLTransport.providedBy(self.transport)
        )
        self._browser_key = key_of(secret_in(request.headers.get("cookie"), secure))
        return super().onConnect(request)

    def get_client_session(self) -> BrowserSession | None:
        """Return the browser session, if the csessid in the address fits the cookie."""
        browser_session = super().get_client_session()
        if self.csessid != self._browser_key:
            self.csessid = None
            return None
        return browser_session

    def onClose(self, wasClean: bool, code: int | None = None, reason: str | None = None) -> None:
        """End the session, however the connection ended; its browser stays logged in."""
        self._keeps_login = True
        super().onClose(wasClean, code, reason)

    def going_away(self) -> None:
        """Close with code 1001, which says that the server stops and to come back later."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=GOING_AWAY, reasonUtf8=b"The server stops.")
        else:
            self.dropConnection(abort=True)

    def _origin_allowed(self, origin: str | None, host: str) -> bool:
        if not origin or "*" in self.allowed_origins:
            return True  # not a browser, which always says where it comes from
        return origin in self.allowed_origins or urlsplit(origin).netloc == host
