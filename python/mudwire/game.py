"""Game: what ``mudwire serve`` runs behind the page.

A game is a class without constructor arguments. Its hooks are called in the
reactor's thread, one at a time, so they need no locks and must not block. What a
hook raises is logged and costs nobody a connection.
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
"""Control characters but the tab and line ends."""


def literal(text: str) -> str:
    """Return markup that shows a text as it is, whatever a player wrote into it.

    ``raw`` alone, as in Evennia, leaves a door open: links are found after escapes are undone, so
    that ``||lc`` still begins one. Here a bar is kept apart from an ``l`` behind it, and from what
    the game puts behind the text, by a control sequence without a trace (``CSI K``). Control
    characters, which could undo that, go.

    Args:
        text: What a player typed.

    Returns:
        The markup.

    """
    return re.sub(r"\|\|(?=l|\Z)", "||\x1b[K", raw(CONTROLS.sub("", text)))


class Game(ABC):
    """Base class of a game.

    Attributes:
        title: Shown as the page's title.
        sessions: Every session that is connected; set before ``at_start``.

    """

    title = "mudwire"
    sessions: EmbeddedSessionHandler

    def at_start(self) -> None:  # noqa: B027 # a hook that a game may leave out
        """Begin: the portal is about to listen. What this raises stops the portal."""

    def at_stop(self) -> Deferred[Any] | None:
        """End: every player is gone. The portal waits for a Deferred."""
        return None

    @abstractmethod
    def at_connect(self, session: Session) -> None:
        """Greet a player.

        Args:
            session: The new connection; ``session.logged_in`` and ``session.uid`` are set
                if its browser is still logged in.

        """

    @abstractmethod
    def at_text(self, session: Session, text: str) -> None:
        """Take a line that a player typed.

        Args:
            session: Whose line.
            text: The line as it came: any characters, any length that the limits allow.

        """

    def at_command(  # noqa: B027 # a hook that a game may leave out
        self, session: Session, name: str, args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        """Take an out-of-band command of a player's client.

        Args:
            session: Whose client.
            name: The command's name.
            args: Its arguments, of any JSON type.
            kwargs: Its keywords, of any JSON type.

        """

    def at_disconnect(self, session: Session) -> None:  # noqa: B027 # a hook that a game may leave out
        """Hear that a connection has ended, for whatever reason."""
