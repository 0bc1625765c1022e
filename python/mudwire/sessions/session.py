"""The interface between the protocol and an application, and ``Session``, a session class.

An application owns the session handler. The first part of this module is the interface that it
implements; Evennia's classes already do. ``Session`` is the session class of ``mudwire serve``,
and of other applications without one of their own.
"""

from __future__ import annotations

import time
from typing import Any, Protocol


class SessionHandler(Protocol):
    """The application's table of sessions; Evennia's is ``PortalSessionHandler``."""

    def connect(self, session: Any) -> None:
        """Add a session whose handshake is done."""

    def disconnect(self, session: Any) -> None:
        """Remove a session."""

    def sync(self, session: Any) -> None:
        """Update the application's copy of a session, because its flags changed."""

    def data_in(self, session: Any, **kwargs: Any) -> None:
        """Handle commands of a player, ``name=[args, kwargs]``."""

    def data_out(self, session: Any, **kwargs: Any) -> None:
        """Send commands to a player, ``name=(args, kwargs)``."""

    def sessions_from_csessid(self, csessid: str) -> list[Any]:
        """Return the sessions of one browser session."""


class BrowserSession(Protocol):
    """The values kept for a browser between its connections; in Evennia it is Django's session."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or ``default``."""

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a value."""

    def save(self) -> object:
        """Store the values."""


class BrowserSessionStore(Protocol):
    """A callable that returns the browser session of a key (the csessid)."""

    def __call__(self, session_key: str) -> BrowserSession:
        """Return the browser session of ``session_key``."""


class Session:
    """One player's connection as the game sees it, with Evennia's attributes and flags.

    Attributes:
        sessid: The number of the session, unique in this process; 0 before it is connected.
        uid: The id of the player, as the game gave it to ``log_in``; None without a login.
        uname: The player's name for logs.
        logged_in: Whether the player is logged in.
        address: The player's network address; None where there is none (a Unix socket).
        csessid: The key of the browser session, which a login may change; None if the client
            has none.
        conn_time: The time of the connection, in seconds of ``time.time``.
        cmd_last: The time of the player's latest command, in seconds of ``time.time``.
        protocol_flags: The abilities and wishes of the client, such as ``NOCOLOR`` and
            ``SCREENREADER``; the wire formats read them at each message.

    """

    def init_session(
        self, protocol_key: str, address: str | None, sessionhandler: SessionHandler
    ) -> None:
        """Set the attributes of a new connection; the protocol calls this when it has opened.

        Args:
            protocol_key: The kind of the connection, ``websocket``.
            address: The player's network address; None where there is none (a Unix socket).
            sessionhandler: The application's table of sessions.

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
            kwargs: The name of each command with its ``(args, kwargs)``.

        """
        self.sessionhandler.data_out(self, **kwargs)

    def msg(self, text: Any = None, options: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Send text, prompts and out-of-band commands to the player, as Evennia's ``msg`` does.

        Args:
            text: Text with markup; None sends none.
            options: Options of the text: ``raw``, ``client_raw``, ``nocolor``, ``screenreader``
                (each a bool).
            kwargs: More commands by name. A dict becomes the command's keywords, a list or
                tuple its arguments, any other value its one argument: ``prompt="> "``,
                ``room={"exits": 3}``.

        """
        commands = {} if text is None else {"text": _command(text, options)}
        for name, value in kwargs.items():
            commands[name] = _command(value, options)
        self.data_out(**commands)

    def log_in(self, uid: int | str, uname: str | None = None) -> None:
        """Log the player in, and store the login in the browser session if there is one.

        The embedded handler calls ``Game.at_login`` when the login is on disk, and keeps the
        player's commands until then.

        Args:
            uid: The id by which the game knows the player.
            uname: The player's name for logs; ``str(uid)`` if None.

        """
        self.uid = uid
        self.uname = str(uid) if uname is None else uname
        self.logged_in = True
        self.at_login()

    def tell_logged_in(self) -> None:
        """Tell the client that its player is logged in, with the command that Evennia sends."""
        self.msg(logged_in={})

    def at_login(self) -> None:
        """Store the login in the browser session; the protocol class implements this."""

    def offer_cookie(self) -> None:
        """Let the page fetch the cookie of its login; the protocol class implements this."""

    def disconnect(self, reason: str | None = None) -> None:
        """Log the player out and close the connection; the protocol class implements this.

        Args:
            reason: The reason for the client's close frame, at most 123 bytes of UTF-8.

        """


def _command(value: Any, options: dict[str, Any] | None) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments and keywords of a command that ``msg`` got as one value."""
    keywords = {"options": dict(options)} if options else {}
    if isinstance(value, str):
        return [value], keywords
    if isinstance(value, dict):
        return [], {**value, **keywords}
    return list(value) if isinstance(value, (list, tuple)) else [value], keywords
