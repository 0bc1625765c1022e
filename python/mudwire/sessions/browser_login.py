"""BrowserLogin: a browser stays logged in from one connection to the next.

The application keeps a browser session for each browser, and the client names it by its
csessid. The tabs of a browser share the csessid, so each page also has a page id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mudwire.quiet_log import QuietLog

if TYPE_CHECKING:
    from mudwire.sessions.session import BrowserSession, BrowserSessionStore

__all__ = ["BrowserLogin"]

CLOSE_NORMAL = 1000

UID = "webclient_authenticated_uid"
NONCE = "webclient_authenticated_nonce"
"""Names of the values of a browser session, as Evennia has them."""

_log = QuietLog("mudwire")


class BrowserLogin:
    """The browser's side of a session; a base of the protocol class."""

    browser_session_store: BrowserSessionStore | None = None
    """The store that returns the browser session of a csessid; None for no browser sessions."""

    nonce: int = 0

    if TYPE_CHECKING:  # the protocol and the application's session class define these
        browserstr: str
        csessid: str | None
        logged_in: bool
        page_id: str | None
        peer: str
        sessid: int
        sessionhandler: Any
        uid: Any
        dropConnection: Any
        _end_session: Any

    def get_client_session(self) -> BrowserSession | None:
        """Return the browser session that the request names, or None.

        The query is ``?csessid&page_id&browser``, ``?csessid&browser`` or ``?csessid``. It sets
        ``csessid``, ``page_id`` and ``browserstr``. ``csessid`` is None without a query, and for
        the text ``false``, which Evennia's page sends for a browser without a session. An empty
        ``csessid`` stays empty and names no browser session.
        """
        _, query_mark, query = getattr(self, "http_request_uri", "").partition("?")
        csessid, *rest = query.split("&", 2)
        self.csessid = csessid if query_mark and csessid != "false" else None
        if rest:
            self.browserstr = rest[-1]
        if len(rest) == 2:
            self.page_id = rest[0]
        store = type(self).browser_session_store
        if not self.csessid or store is None:
            return None
        return store(session_key=self.csessid)

    def _log_in_from_browser(self) -> None:
        """Take over the login of the browser session, and the number of a lost session."""
        try:
            browser_session = self.get_client_session()
            if browser_session is None:
                return
            uid = browser_session.get(UID)
            nonce = browser_session.get(NONCE, 0)
        except Exception:
            _log.failure("The browser session of {peer} cannot be read", peer=self.peer)
            return
        if not uid:
            return
        self.uid = uid
        self.nonce = nonce
        self.logged_in = True
        for session in self._predecessors():
            self.sessid = session.sessid
            if isinstance(session, BrowserLogin):
                session._end_session()
                session.dropConnection(abort=True)
            else:
                self.sessionhandler.disconnect(session)

    def _predecessors(self) -> list[Any]:
        """Return the sessions that this one continues.

        A page has one connection, so an older session with the same page id is dead, even if its
        loss is not noticed yet. Without such a session, this one continues every lost session of
        the browser, because a reloaded page has a new id. The open tabs of the browser keep
        their sessions.
        """
        sessions = self.sessionhandler.sessions_from_csessid(self.csessid)
        if self.page_id:
            same_page = [old for old in sessions if getattr(old, "page_id", None) == self.page_id]
            if same_page:
                return same_page
        return [
            old
            for old in sessions
            if getattr(old, "websocket_close_code", CLOSE_NORMAL) != CLOSE_NORMAL
        ]

    def _log_out_from_browser(self) -> None:
        """Delete the login from the browser session, unless a newer page has logged in since."""
        try:
            browser_session = self.get_client_session()
            if browser_session is None:
                return
            self.logged_in = False
            if browser_session.get(NONCE, 0) == self.nonce:
                browser_session[UID] = None
                browser_session[NONCE] = 0
                browser_session.save()
        except Exception:
            _log.failure("The browser session of {peer} cannot be saved", peer=self.peer)

    def at_login(self) -> None:
        """Store the player's ``uid`` in the browser session."""
        try:
            browser_session = self.get_client_session()
            if browser_session is not None:
                browser_session[UID] = self.uid
                browser_session.save()
        except Exception:
            _log.failure("The browser session of {peer} cannot be saved", peer=self.peer)
