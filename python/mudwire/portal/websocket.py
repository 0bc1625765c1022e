"""The concrete class of ``mudwire serve``: the webclient protocol with the embedded session.

It adds two checks to the protocol: the Origin of a handshake must be this host or an allowed
one, and the csessid in the address must match the browser's cookie.

A login gives the browser session a new key. Whoever planted the browser's cookie knows its
secret, and the old key is worth nothing to them from then on: not to a new connection, and not
to one that is open without a login. Only the connection that logged in learns of the new secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autobahn.websocket.types import ConnectionDeny
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import ISSLTransport

from mudwire.fast_path import WebClientProtocol
from mudwire.portal.cookie import is_secure, secret_in
from mudwire.protocol import GOING_AWAY
from mudwire.quiet_log import QuietLog, escaped
from mudwire.sessions.browser_login import UID
from mudwire.sessions.browser_store import key_of
from mudwire.sessions.handler import BROWSER_SESSION
from mudwire.sessions.session import Session

if TYPE_CHECKING:
    from collections.abc import Collection

    from mudwire.portal.cookie_tokens import CookieTokens
    from mudwire.sessions.browser_store import SqliteBrowserSessions, StoredBrowserSession

_log = QuietLog("mudwire")


class WebSocketClient(WebClientProtocol, Session):
    """One player's websocket connection to an embedded game.

    The end of a connection leaves its browser logged in, because a reload or a new connection
    may follow; the game logs it out with ``disconnect``. ``at_disconnect`` is called at once,
    without a grace period: the game itself decides how long it keeps a player's place.

    Attributes:
        allowed_origins: The origins (``https://example.com``) whose pages may connect besides
            those of this host; ``*`` allows all.
        cookie_tokens: The tokens with which pages fetch the cookies of their logins.

    """

    allowed_origins: Collection[str] = ()
    browser_session_store: SqliteBrowserSessions | None = None
    cookie_tokens: CookieTokens | None = None
    unclean_close_grace = 0

    _browser_key: str | None = None
    _secret: str | None = None  # of the key that a login has given
    _token: str | None = None
    _latest_login: object | None = None  # while it is being stored

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

    def get_client_session(self) -> StoredBrowserSession | None:
        """Return the browser session, or None.

        The csessid in the address must match the cookie. After a login the csessid is that of
        the login.
        """
        store = self.browser_session_store
        if self._secret is None:
            super().get_client_session()
            if self.csessid != self._browser_key:
                self.csessid = None
        return store(session_key=self.csessid) if self.csessid and store is not None else None

    def at_login(self) -> None:
        """Store the login under a new key; keep the player's commands until it is on disk."""
        if self._ended:
            return
        login = self._latest_login = object()
        self._recognise()
        self.sessionhandler.hold(self)
        self.read_buffer.stop()
        reactor = self.factory.reactor

        def on_disk(_: None) -> None:
            # Not at once, so that the game's hook that logs in returns before at_login is called.
            reactor.callLater(0, self._stored, login)

        self._store_login().addCallback(on_disk)

    def _store_login(self) -> Deferred[None]:
        try:
            browser_session = self.get_client_session()
            if browser_session is None:
                return succeed(None)
            # The browser of a player who is known by this key already keeps it.
            if browser_session.get(UID) != self.uid:
                self._secret = browser_session.cycle_key()
                self.csessid = browser_session.key
            browser_session[UID] = self.uid
            return browser_session.save()
        except Exception:
            _log.failure("The browser session of {peer} cannot be saved", peer=self.peer)
            return succeed(None)

    def _stored(self, login: object) -> None:
        """Welcome the player, whose latest login is on disk."""
        if login is self._latest_login:
            self._read_again()
            self.offer_cookie()
            self.sessionhandler.logged_in(self)

    def _read_again(self) -> None:
        """Read what the client sends, which waits during a login."""
        if self._latest_login is not None:
            self._latest_login = None
            self.read_buffer.go_on()

    def _end_session(self) -> None:
        """End the session, whose login nobody waits for any more."""
        self._read_again()
        super()._end_session()

    def offer_cookie(self) -> None:
        """Send the page a token with which it fetches the cookie of its login.

        An earlier token is worth nothing from then on.
        """
        if self._secret is not None and self.cookie_tokens is not None:
            self.cookie_tokens.redeem(self._token)
            self._token = self.cookie_tokens.issue(self._secret)
            self.send_default(BROWSER_SESSION, token=self._token)

    def _log_out_from_browser(self) -> None:
        """Delete the browser session."""
        self.logged_in = False
        if self.csessid and self.browser_session_store is not None:
            self.browser_session_store.delete(self.csessid)

    def onClose(self, wasClean: bool, code: int | None = None, reason: str | None = None) -> None:
        """End the session, whatever the close code; the browser stays logged in."""
        self._keeps_login = True
        super().onClose(wasClean, code, reason)

    def going_away(self) -> None:
        """Close with code 1001, which tells the client that the server stops."""
        self._read_again()
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=GOING_AWAY, reasonUtf8=b"The server stops.")
        else:
            self.dropConnection(abort=True)

    def _origin_allowed(self, origin: str | None, host: str) -> bool:
        if not origin or "*" in self.allowed_origins:
            return True  # browsers always send an Origin, so this is another program
        return origin in self.allowed_origins or urlsplit(origin).netloc == host
