"""Sessions: what a host of the protocol must offer, and ``Session``, for a host of one's own.

The first part is the interface, which Evennia's own classes already have. ``Session`` is
the base class beside the protocol in ``mudwire serve``.
"""

from __future__ import annotations

import time
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


class Session:
    """One player's connection as the game sees it, with Evennia's attributes and flags.

    Attributes:
        sessid: Number of the session, unique in this process; 0 before it is connected.
        uid: Who is logged in, as the game gave it to ``log_in``; None for nobody.
        uname: The player's name for logs.
        logged_in: Whether the player is logged in.
        address: The player's network address.
        csessid: Key of the browser session, if the client has one.
        conn_time: When the connection was made, in seconds of ``time.time``.
        cmd_last: When the player's latest command came, in seconds of ``time.time``.
        commands_this_second: How many came in that second of the clock.
        protocol_flags: What the client can do and wants, ``NOCOLOR`` and ``SCREENREADER``
            among it; the wire formats read them at each message.

    """

    def init_session(
        self, protocol_key: str, address: str | None, sessionhandler: SessionHandler
    ) -> None:
        """Give a new connection its attributes; called by the protocol when it has opened.

        Args:
            protocol_key: Kind of the connection, ``websocket``.
            address: Network address of the player; None where there is none (a Unix socket).
            sessionhandler: The table that the session will stand in.

        """
        self.protocol_key = protocol_key
        self.address = address
        self.sessionhandler = sessionhandler
        self.sessid = 0
        self.csessid: str | None = None
        self.uid: int | str | None = None
        self.uname: str | None = None
        self.logged_in = False
        self.conn_time = self.cmd_last = time.time()
        self.commands_this_second = 0
        self.protocol_flags: dict[str, Any] = {
            "ENCODING": "utf-8",
            "SCREENREADER": False,
            "INPUTDEBUG": False,
            "RAW": False,
            "NOCOLOR": False,
            "LOCALECHO": False,
        }

    def data_out(self, **kwargs: Any) -> None:
        """Send commands to the player.

        Args:
            kwargs: Name of each command and its ``(args, kwargs)``.

        """
        self.sessionhandler.data_out(self, **kwargs)

    def msg(self, text: Any = None, options: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Send text, prompts and out-of-band commands to the player, as Evennia's ``msg`` does.

        Args:
            text: A line of text with markup; None sends none.
            options: How text is sent: ``raw``, ``client_raw``, ``nocolor``, ``screenreader``.
            kwargs: More commands by name. A dict becomes the command's keywords, a list or
                tuple its arguments, anything else its one argument: ``prompt="> "``,
                ``room={"exits": 3}``.

        """
        commands = {} if text is None else {"text": _command(text, options)}
        for name, value in kwargs.items():
            commands[name] = _command(value, options)
        self.data_out(**commands)

    def log_in(self, uid: int | str, uname: str | None = None) -> None:
        """Log the player in, and remember it in the browser session if there is one.

        Args:
            uid: Who it is: what the game knows the player by.
            uname: The player's name for logs; ``str(uid)`` if None.

        """
        self.uid = uid
        self.uname = str(uid) if uname is None else uname
        self.logged_in = True
        self.at_login()

    def at_login(self) -> None:
        """Hear that the player has logged in; the protocol remembers it here."""

    def disconnect(self, reason: str | None = None) -> None:
        """Log the player out and close the connection; the protocol does it.

        Args:
            reason: Why, for the client; at most 123 bytes of UTF-8.

        """


def _command(value: Any, options: dict[str, Any] | None) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments and keywords of a command that was given as one value."""
    keywords = {"options": dict(options)} if options else {}
    if isinstance(value, str):
        return [value], keywords
    if isinstance(value, dict):
        return [], {**value, **keywords}
    return list(value) if isinstance(value, (list, tuple)) else [value], keywords
