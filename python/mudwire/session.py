"""Sessions: what a host of the protocol must offer, and the host that is built in.

The first part is the interface, which Evennia's own classes already have. The second
is the embedded default of ``mudwire serve``: ``Session``, the base class beside the
protocol, and ``EmbeddedSessionHandler``, which hands commands to a ``Game`` in the
same process.
"""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from mudwire.limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mudwire.game import Game


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
        if text is not None:
            kwargs = {"text": text, **kwargs}
        commands: dict[str, tuple[list[Any], dict[str, Any]]] = {}
        for name, value in kwargs.items():
            if isinstance(value, dict):
                args, keywords = [], dict(value)
            elif isinstance(value, (list, tuple)):
                args, keywords = list(value), {}
            else:
                args, keywords = [value], {}
            if options:
                keywords["options"] = dict(options)
            commands[name] = (args, keywords)
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


class EmbeddedSessionHandler:
    """The table of sessions of a game that runs in the same process.

    Nothing that the game raises gets past it: the error is logged, the player is
    told in one line, and every other player goes on.

    Args:
        game: Where commands go.

    """

    log = Logger()

    def __init__(self, game: Game) -> None:
        self.game = game
        self._sessions: dict[int, Any] = {}
        self._numbers = count(1)
        self._emptied: list[Deferred[None]] = []

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the sessions that there are now; some may go meanwhile."""
        return iter(list(self._sessions.values()))

    def count(self) -> int:
        """Return the number of sessions."""
        return len(self._sessions)

    def connect(self, session: Any) -> None:
        """Take a session into the table, with a number of its own, and show it to the game."""
        if not session.sessid or session.sessid in self._sessions:
            session.sessid = next(self._numbers)
        self._sessions[session.sessid] = session
        self.log.debug(
            "Session {sessid} begins, from {address}",
            sessid=session.sessid,
            address=session.address,
        )
        self._call(session, self.game.at_connect, session)

    def disconnect(self, session: Any) -> None:
        """Take a session out of the table and tell the game, the first time that it is called."""
        sessid = session.sessid
        if self._sessions.get(sessid) is session:
            del self._sessions[sessid]
            self.log.debug("Session {sessid} ends", sessid=sessid)
            self._call(session, self.game.at_disconnect, session)
        if not self._sessions:
            waiting, self._emptied = self._emptied, []
            for emptied in waiting:
                emptied.callback(None)

    def when_empty(self) -> Deferred[None]:
        """Return a Deferred that fires when the last session has gone."""
        if not self._sessions:
            return succeed(None)
        self._emptied.append(Deferred())
        return self._emptied[-1]

    def sync(self, session: Any) -> None:
        """Do nothing: the game sees the session itself, not a copy."""

    def data_in(self, session: Any, **kwargs: Any) -> None:
        """Hand commands of a player to the game.

        Args:
            session: Whose commands.
            kwargs: Name of each command and its ``[args, kwargs]``, straight from the
                network: what is not a list and an object is dropped with a debug line.

        """
        if self._floods(session):
            return
        for name, (args, keywords) in kwargs.items():
            if not (isinstance(args, list) and isinstance(keywords, dict)):
                self.log.debug(
                    "Dropped {name} of session {sessid}: its arguments have the wrong types",
                    name=name,
                    sessid=session.sessid,
                )
            elif name != "text":
                self._call(session, self.game.at_command, session, name, args, keywords)
            elif args and isinstance(args[0], str):
                self._call(session, self.game.at_text, session, args[0])

    def _floods(self, session: Any) -> bool:
        """Count a command, and return whether it is more than the session may send in a second."""
        now = time.time()
        if int(now) != int(session.cmd_last):
            session.commands_this_second = 0
        session.cmd_last = now
        session.commands_this_second += 1
        over = session.commands_this_second - session.max_command_rate
        if session.max_command_rate <= 0 or over <= 0:
            return False
        if over == 1:  # once a second: the answer must not be a flood itself
            self.log.info(
                "Session {sessid}: {event}",
                sessid=session.sessid,
                event=LIMITS["max_command_rate"].log,
            )
            session.msg("|yYou are too fast: what you send is dropped. Wait a second.|n")
        return True

    def data_out(self, session: Any, **kwargs: Any) -> None:
        """Send commands to a player: through ``send_<name>`` if there is one, or ``send_default``.

        Args:
            session: Whose player.
            kwargs: Name of each command and its ``(args, kwargs)``.

        """
        for name, (args, keywords) in kwargs.items():
            send: Callable[..., None] | None = getattr(
                session, f"send_{name.strip().lower()}", None
            )
            try:
                if send is not None:
                    send(*args, **keywords)
                else:
                    session.send_default(name, *args, **keywords)
            except Exception:
                self.log.failure(
                    "Could not send {name} to session {sessid}", name=name, sessid=session.sessid
                )

    def sessions_from_csessid(self, csessid: str) -> list[Any]:
        """Return the sessions of one browser session: one for each of its open pages."""
        return [session for session in self if session.csessid and session.csessid == csessid]

    def _call(self, session: Any, hook: Callable[..., None], *args: Any) -> None:
        try:
            hook(*args)
        except Exception:
            self.log.failure(
                "The game failed in {hook} for session {sessid}",
                hook=hook.__qualname__,
                sessid=session.sessid,
            )
            if session.sessid in self._sessions:
                session.msg("|rSomething went wrong in the game; it has been noted.|n")
