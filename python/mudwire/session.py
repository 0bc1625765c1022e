"""What a host of the protocol must offer: session handler and browser session store."""

from __future__ import annotations

from typing import Any, Protocol


class SessionHandler(Protocol):
    """The host's table of sessions; Evennia's is ``PortalSessionHandler``."""

    def connect(self, session: Any) -> None:
        """Take a session whose handshake is done."""

    def disconnect(self, session: Any) -> None:
        """Let a session go."""

    def sync(self, session: Any) -> None:
        """Hear that a session's flags changed."""

    def data_in(self, session: Any, **kwargs: Any) -> None:
        """Take commands of a player, ``name=[args, kwargs]``."""

    def data_out(self, session: Any, **kwargs: Any) -> None:
        """Send commands to a player, ``name=(args, kwargs)``."""

    def sessions_from_csessid(self, csessid: str) -> list[Any]:
        """Find the sessions of one browser session."""


class BrowserSession(Protocol):
    """What is remembered of a browser between its connections; Evennia's is Django's session."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or ``default``."""

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a value."""

    def save(self) -> None:
        """Keep what was set."""


class BrowserSessionStore(Protocol):
    """Gives the browser session of a key (the csessid)."""

    def __call__(self, session_key: str) -> BrowserSession:
        """Return the browser session of ``session_key``."""
