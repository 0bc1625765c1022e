"""Game: the base class of the games that ``mudwire serve`` runs.

A game is a class without constructor arguments. Its hooks are called in the reactor's thread, one
at a time, so they need no locks and must not block. An error of a hook is logged and ends no
connection.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from mudwire.markup import raw

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from mudwire.sessions.handler import EmbeddedSessionHandler
    from mudwire.sessions.session import Session


CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All control characters except tab, line feed and carriage return."""


def literal(text: str) -> str:
    """Return markup that shows a player's text literally.

    ``raw`` alone is not enough, here as in Evennia: links are found after escapes are undone, so
    ``||lc`` still begins a link. This function puts a control sequence that is never shown
    (``CSI K``) between a bar and an ``l`` behind it, and behind a bar at the end of the text. It
    removes control characters, because they could undo that.

    Args:
        text: The text of a player.

    Returns:
        The markup.

    """
    return re.sub(r"\|\|(?=l|\Z)", "||\x1b[K", raw(CONTROLS.sub("", text)))


class Game(ABC):
    """Base class of a game.

    Attributes:
        title: The title of the page.
        login_timeout: Seconds from its connection after which a session that is not logged in is
            closed; 0 for never. The option of the same name overrides it.
        sessions: The session handler, which iterates over all connected sessions; it is set
            before ``at_start``.

    """

    title = "mudwire"
    login_timeout: float = 0
    sessions: EmbeddedSessionHandler

    def at_start(self) -> None:  # noqa: B027 # a hook that a game may leave out
        """Start the game, before the portal listens. An error here stops the portal."""

    def at_stop(self) -> Deferred[Any] | None:
        """Stop the game, after all connections have ended.

        Returns:
            A Deferred that the portal waits for, but for at most ten seconds, or None.

        """
        return None

    @abstractmethod
    def at_connect(self, session: Session) -> None:
        """Greet a player.

        Args:
            session: The new session. ``session.logged_in`` and ``session.uid`` are set if the
                browser is still logged in.

        """

    @abstractmethod
    def at_text(self, session: Session, text: str) -> None:
        """Handle a line that a player typed.

        Args:
            session: The session of the player.
            text: The line, unchanged: any characters, any length that the limits allow.

        """

    def at_command(  # noqa: B027 # a hook that a game may leave out
        self, session: Session, name: str, args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        """Handle an out-of-band command of a player's client.

        Args:
            session: The session of the player.
            name: The name of the command.
            args: The arguments, each of any JSON type.
            kwargs: The keywords, each value of any JSON type.

        """

    def at_login(self, session: Session) -> None:  # noqa: B027 # a hook that a game may leave out
        """Welcome a player whom ``session.log_in`` has logged in.

        The login is on disk now: the player stays logged in even if the process is killed. While
        the disk cannot be written, logins do not wait for it. Commands that the player sends
        between ``log_in`` and this hook come after it.

        Args:
            session: The session of the player.

        """

    def at_disconnect(self, session: Session) -> None:  # noqa: B027 # a hook that a game may leave out
        """Clean up after a connection that has ended, for whatever reason."""
