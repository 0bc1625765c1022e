"""EmbeddedSessionHandler: the session handler of a game in the same process.

A session is ``Session`` and ``WebClientProtocol`` in one object. The handler uses ``refuse`` of the
latter.
"""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from twisted.internet.defer import Deferred, succeed

from mudwire.quiet_log import QuietLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


Answer = TypeVar("Answer")


class GameHooks(Protocol):
    """The hooks of a game that the handler calls; ``mudwire.Game`` has them."""

    def at_connect(self, session: Any) -> None:
        """Greet a player."""

    def at_text(self, session: Any, text: str) -> None:
        """Handle a line that a player typed."""

    def at_command(self, session: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> None:
        """Handle an out-of-band command of a player's client."""

    def at_login(self, session: Any) -> None:
        """Welcome a player whose login is on disk."""

    def at_disconnect(self, session: Any) -> None:
        """Clean up after a connection that has ended."""


BROWSER_SESSION = "browser_session"
"""The command that brings a page a token for its new cookie; the page asks for another with it."""

WRONG_ARGUMENTS = "wrong arguments"
"""The reason of a refused command whose arguments have the wrong types."""


class EmbeddedSessionHandler:
    """The table of sessions of a game that runs in the same process.

    It catches every error of the game: the log gets the traceback, the player gets one line of
    text, and the other players are not affected. Nobody else is served while a hook of the game
    runs, so the log names a hook that takes long.

    Args:
        game: The game that gets the commands.

    Attributes:
        slow_hook_seconds: The seconds that a hook may take without a line in the log; 0 for any.

    """

    log = QuietLog(__name__)
    slow_hook_seconds = 0.1

    def __init__(self, game: GameHooks) -> None:
        self.game = game
        self._sessions: dict[int, Any] = {}
        self._numbers = count(1)
        self._held: dict[int, list[dict[str, Any]]] = {}
        self._emptied: list[Deferred[None]] = []

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the present sessions; sessions may end during the iteration."""
        return iter(list(self._sessions.values()))

    def count(self) -> int:
        """Return the number of sessions."""
        return len(self._sessions)

    def connect(self, session: Any) -> None:
        """Add a session to the table under a number of its own, and tell the game."""
        if not session.sessid or session.sessid in self._sessions:
            session.sessid = next(self._numbers)
        self._sessions[session.sessid] = session
        self.log.debug(
            "Session {sessid} begins, from {address}",
            sessid=session.sessid,
            address=session.address,
        )
        if session.logged_in:
            session.tell_logged_in()
        self._call(session, self.game.at_connect, session)

    def disconnect(self, session: Any) -> None:
        """Remove a session from the table and tell the game; a second call does nothing."""
        sessid = session.sessid
        if self._has(session):
            del self._sessions[sessid]
            self._held.pop(sessid, None)
            self.log.debug("Session {sessid} ends", sessid=sessid)
            self._call(session, self.game.at_disconnect, session)
        if not self._sessions:
            waiting, self._emptied = self._emptied, []
            for emptied in waiting:
                emptied.callback(None)

    def when_empty(self) -> Deferred[None]:
        """Return a Deferred that fires when there are no sessions any more."""
        if not self._sessions:
            return succeed(None)
        self._emptied.append(Deferred())
        return self._emptied[-1]

    def sync(self, session: Any) -> None:
        """Do nothing, because the game uses the session itself, not a copy."""

    def data_in(self, session: Any, **kwargs: Any) -> None:
        """Hand commands of a player to the game.

        Args:
            session: The session of the player.
            kwargs: The name of each command with its ``[args, kwargs]``, unchecked from the
                network. A command is refused if its arguments are no list, its keywords no
                object, or its text no string.

        """
        session.cmd_last = time.time()
        if session.sessid in self._held:
            self._held[session.sessid].append(kwargs)
        else:
            self._dispatch(session, kwargs)

    def hold(self, session: Any) -> None:
        """Keep the commands of a session while its login is stored; ``logged_in`` hands them on."""
        if self._has(session):
            self._held.setdefault(session.sessid, [])

    def logged_in(self, session: Any) -> None:
        """Tell the game that the login of a session is stored, and give it the kept commands."""
        if not self._has(session):
            return
        held = self._held.pop(session.sessid, ())
        session.tell_logged_in()
        self._call(session, self.game.at_login, session)
        for commands in held:
            if not self._has(session):
                return
            if session.sessid in self._held:  # one of the commands has logged in again
                self._held[session.sessid].append(commands)
            else:
                self._dispatch(session, commands)

    def _has(self, session: Any) -> bool:
        return self._sessions.get(session.sessid) is session

    def _dispatch(self, session: Any, commands: dict[str, Any]) -> None:
        for name, (args, keywords) in commands.items():
            if not (isinstance(args, list) and isinstance(keywords, dict)):
                session.refuse(WRONG_ARGUMENTS)
            elif name == BROWSER_SESSION:
                session.offer_cookie()
            elif name != "text":
                self._call(session, self.game.at_command, session, name, args, keywords)
            elif args and isinstance(args[0], str):
                self._call(session, self.game.at_text, session, args[0])
            else:
                session.refuse(WRONG_ARGUMENTS)

    def data_out(self, session: Any, **kwargs: Any) -> None:
        """Send commands to a player, through ``send_<name>`` if it exists, else ``send_default``.

        Args:
            session: The session of the player.
            kwargs: The name of each command with its ``(args, kwargs)``.

        """
        for name, (args, keywords) in kwargs.items():
            # Autobahn has attributes send_state and send_queue, which are no methods.
            send: Any = getattr(session, f"send_{name.strip().lower()}", None)
            try:
                if callable(send):
                    send(*args, **keywords)
                else:
                    session.send_default(name, *args, **keywords)
            except Exception:
                self.log.failure(
                    "Could not send {name} to session {sessid}", name=name, sessid=session.sessid
                )

    def sessions_from_csessid(self, csessid: str) -> list[Any]:
        """Return the sessions of one browser session, one for each open page."""
        return [session for session in self if session.csessid and session.csessid == csessid]

    def timed(self, hook: Callable[[], Answer]) -> Answer:
        """Call a hook without a session; log its name if it is slow. Its errors are raised."""
        begin = time.monotonic()
        try:
            return hook()
        finally:
            self._check_time(hook, time.monotonic() - begin, "")

    def _call(self, session: Any, hook: Callable[..., None], *args: Any) -> None:
        begin = time.monotonic()
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
        seconds = time.monotonic() - begin
        if seconds > self.slow_hook_seconds:
            self._check_time(hook, seconds, f", for session {session.sessid}")

    def _check_time(self, hook: Callable[..., object], seconds: float, cause: str) -> None:
        if seconds > self.slow_hook_seconds > 0:
            self.log.warn(
                "{hook} blocked all players for {milliseconds} ms{cause}",
                hook=hook.__qualname__,
                milliseconds=round(seconds * 1000),
                cause=cause,
            )
