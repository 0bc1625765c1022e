"""The concrete class of ``mudwire serve``: the webclient protocol with the embedded session.

It adds two checks to the protocol: the Origin of a handshake must be this host or an allowed
one, and the csessid in the address must match the browser's cookie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autobahn.websocket.types import ConnectionDeny
from twisted.internet.interfaces import ISSLTransport

from mudwire.fast_path import WebClientProtocol
from mudwire.portal.cookie import is_secure, secret_in
from mudwire.protocol import GOING_AWAY
from mudwire.quiet_log import escaped
from mudwire.sessions.browser_store import key_of
from mudwire.sessions.session import Session

if TYPE_CHECKING:
    from collections.abc import Collection

    from mudwire.sessions.session import BrowserSession


class WebSocketClient(WebClientProtocol, Session):
    """One player's websocket connection to an embedded game.

    The end of a connection leaves its browser logged in, because a reload or a new connection
    may follow; the game logs it out with ``disconnect``. ``at_disconnect`` is called at once,
    without a grace period: the game itself decides how long it keeps a player's place.

    Attributes:
        allowed_origins: The origins (``https://example.com``) whose pages may connect besides
            those of this host; ``*`` allows all.

    """

    allowed_origins: Collection[str] = ()
    unclean_close_grace = 0

    _browser_key: str | None = None

    def onConnect(self, request: Any) -> str | None:
        """Admit the connection, refuse pages of other sites, read the browser's cookie."""
        subprotocol = super().onConnect(request)
        if not self._origin_allowed(request.origin, request.headers.get("host", "")):
            raise ConnectionDeny(
                ConnectionDeny.FORBIDDEN,
                f"the option --origin does not allow pages of {escaped(request.origin)}",
            )
        secure = is_secure(
            request.headers.get("x-forwarded-proto"), ISSLTransport.providedBy(self.transport)
        )
        self._browser_key = key_of(secret_in(request.headers.get("cookie"), secure))
        return subprotocol

    def get_client_session(self) -> BrowserSession | None:
        """Return the browser session, if the csessid in the address matches the cookie."""
        browser_session = super().get_client_session()
        if self.csessid != self._browser_key:
            self.csessid = None
            return None
        return browser_session

    def onClose(self, wasClean: bool, code: int | None = None, reason: str | None = None) -> None:
        """End the session, whatever the close code; the browser stays logged in."""
        self._keeps_login = True
        super().onClose(wasClean, code, reason)

    def going_away(self) -> None:
        """Close with code 1001, which tells the client that the server stops."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=GOING_AWAY, reasonUtf8=b"The server stops.")
        else:
            self.dropConnection(abort=True)

    def _origin_allowed(self, origin: str | None, host: str) -> bool:
        if not origin or "*" in self.allowed_origins:
            return True  # browsers always send an Origin, so this is another program
        return origin in self.allowed_origins or urlsplit(origin).netloc == host
