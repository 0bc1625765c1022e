"""The lobby: the embedded game, one room where people talk.

A player's text is shown literally: ``plain_line`` removes its control characters and
``literal`` escapes its markup. So a player can neither speak in another's name nor send a
link that runs a command. Only the commands ``markup`` and ``prompt`` read a player's markup,
and only that player sees the result.
"""

from __future__ import annotations

import re
import time
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mudwire.game import Game, literal
from mudwire.portal.charts import CHARTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mudwire.sessions.session import Session

ABSENCE_SECONDS = 20.0
"""How long a player without a connection keeps their place, as during a reload or in a tunnel."""

MAX_LINE = 1000
"""The number of characters that the lobby reads of a line; the rest is cut off."""

_NAME = re.compile(r"[A-Za-z]+(?:[-'][A-Za-z]+)*")
_ON_OFF = {"on": True, "off": False}


def plain_line(text: str) -> str:
    """Return a player's text as one line without control and format characters.

    Format characters (Unicode category Cf: bidirectional overrides, zero widths) are removed
    because they reverse or hide the text beside them.

    Args:
        text: Any text.

    """
    visible = (
        " " if unicodedata.category(char) in ("Zl", "Zp", "Zs") else char
        for char in text[:MAX_LINE]
        if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return "".join(visible).strip()


def letters_of(name: str) -> str | None:
    """Return the ASCII letters of a name in lower case, or None for an invalid name.

    Two names with the same letters look alike, even if their accents differ, so they count as
    one name. A capital i looks like an l, so both count as an l.

    Args:
        name: The text. A valid name has 2 to 20 characters: Latin letters, with or without
            accents, and single hyphens and apostrophes between them.

    """
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char)
    )
    is_name = 2 <= len(name) <= 20 and _NAME.fullmatch(bare)
    return bare.replace("I", "l").lower().replace("i", "l") if is_name else None


@dataclass
class Player:
    """A player in the lobby, with one session for each open page."""

    name: str
    browser: str | None
    sessions: list[Session] = field(default_factory=list)
    leaving: Any = None

    def msg(self, text: str) -> None:
        """Send text to each of the player's pages."""
        for session in self.sessions:
            session.msg(text)


class Lobby(Game):
    """One room with all players in it.

    Args:
        clock: The ``IReactorTime`` that measures absences; the reactor if None.

    """

    title = "mudwire lobby"

    def __init__(self, clock: Any = None) -> None:
        self._clock = clock
        self._players: dict[str, Player] = {}
        self._player_of: dict[int, Player] = {}
        self._entering: dict[int, str] = {}  # letters of names whose logins are being stored
        self._commands: dict[str, Callable[[Player, Session, str], None]] = {
            "look": self._look,
            "say": self._say,
            "emote": self._emote,
            "who": self._who,
            "colors": self._colors,
            "links": self._links,
            "markup": self._markup,
            "prompt": self._prompt,
            "oob": self._oob,
            "screenreader": self._screenreader,
            "nocolor": self._nocolor,
            "help": self._help,
            "quit": self._quit,
        }

    def at_start(self) -> None:
        """Use the reactor as the clock, unless a clock was given."""
        if self._clock is None:
            from twisted.internet import reactor  # noqa: PLC0415 # importing it installs it

            self._clock = reactor

    def at_connect(self, session: Session) -> None:
        """Bring back the player of a browser that is logged in; ask others for a name."""
        name = session.uid
        if session.logged_in and isinstance(name, str) and self._may_enter(session, name):
            self._enter(session, name)
            return
        session.msg(
            "|wThe lobby|n\n\nA room to try mudwire in. Pull up a chair.\nWhat is your name?",
            prompt="|wname|n>",
        )

    def at_text(self, session: Session, text: str) -> None:
        """Read a name from a new player, and a command from a player with a name."""
        line = plain_line(text)
        player = self._player_of.get(session.sessid)
        if player is not None:
            if line:
                self._obey(player, session, line)
        elif line and self._may_enter(session, line):
            self._entering[session.sessid] = str(letters_of(line))
            session.log_in(line)

    def at_login(self, session: Session) -> None:
        """Let a player in whose login is on disk."""
        self._entering.pop(session.sessid, None)
        self._enter(session, str(session.uid))

    def at_command(
        self,
        session: Session,
        name: str,
        args: list[Any],  # noqa: ARG002 # the hook's
        kwargs: dict[str, Any],
    ) -> None:
        """Report the client's answer to the command ``oob``."""
        sent = kwargs.get("sent")
        if name == "pong" and isinstance(sent, (int, float)) and 0 <= sent <= time.monotonic():
            session.msg(
                f"Your client answered |w{(time.monotonic() - sent) * 1000:.1f} ms|n later "
                "with the command |wpong|n."
            )

    def at_disconnect(self, session: Session) -> None:
        """Keep the place of a player for ``ABSENCE_SECONDS`` after their last page closed."""
        self._entering.pop(session.sessid, None)
        player = self._player_of.pop(session.sessid, None)
        if player is None:
            return
        player.sessions.remove(session)
        if player.sessions:
            return
        if player.browser is None:
            self._leave(player)
        else:
            player.leaving = self._clock.callLater(ABSENCE_SECONDS, self._leave, player)

    def _may_enter(self, session: Session, name: str) -> bool:
        """Tell whether a session may have a name; if not, say why."""
        letters = letters_of(name)
        if letters is None:
            session.msg(
                "A name has 2 to 20 letters, with hyphens and apostrophes between them. "
                "What is yours?"
            )
            return False
        player = self._players.get(letters)
        if letters in self._entering.values() or (
            player is not None and (player.browser is None or player.browser != session.csessid)
        ):
            taken = name if player is None else player.name
            session.msg(f"Somebody is called {taken} already. What else are you called?")
            return False
        return True

    def _enter(self, session: Session, name: str) -> None:
        letters = str(letters_of(name))
        player = self._players.get(letters)
        if player is None:
            player = self._players[letters] = Player(name, session.csessid)
            self._announce(f"|c{name}|n comes in.")
        player.browser = session.csessid  # a login has changed it
        if player.leaving is not None:
            player.leaving.cancel()
            player.leaving = None
        player.sessions.append(session)
        self._player_of[session.sessid] = player
        session.msg(
            f"Welcome, |c{player.name}|n. |lclook|ltLook|le around, or ask for |lchelp|lthelp|le.",
            prompt="|wlobby|n>",
        )
        self._look(player, session, "")

    def _leave(self, player: Player) -> None:
        letters = letters_of(player.name)
        assert letters is not None
        del self._players[letters]
        if player.leaving is not None and player.leaving.active():
            player.leaving.cancel()
        self._announce(f"|c{player.name}|n leaves.")

    def _announce(self, text: str) -> None:
        for player in self._players.values():
            player.msg(text)

    def _obey(self, player: Player, session: Session, line: str) -> None:
        if line[0] in "'\"":
            name, rest = "say", line[1:].strip()
        elif line[0] in ":;":
            name, rest = "emote", line[1:].strip()
        else:
            name, _, rest = line.partition(" ")
        command = self._commands.get(name.lower())
        if command is None:
            session.msg(
                f"There is no command {literal(name)}. Ask for |lchelp|lthelp|le, or "
                "begin with ' to say something."
            )
        else:
            command(player, session, rest.strip())

    def _look(self, player: Player, session: Session, _rest: str) -> None:
        others = [f"|c{one.name}|n" for one in self._players.values() if one is not player]
        company = f"Here with you: {', '.join(others)}." if others else "Nobody else is here yet."
        session.msg(
            "|wThe lobby|n\n"
            "A low room under the eaves. |#d9a05bLamplight|n pools on a long table, rain ticks at "
            "the |=qdark windows|n, and somebody has |yleft a fire|n burning. A |lccolors|ltpaint "
            "box|le stands open by the wall, and a |lclinks|ltletter rack|le hangs beside it.\n"
            f"{company}"
        )

    def _say(self, player: Player, session: Session, rest: str) -> None:
        if not rest:
            session.msg("Say what?")
            return
        for one in self._players.values():
            speaker = "You say" if one is player else f"|c{player.name}|n says"
            one.msg(f'{speaker}, "{literal(rest)}"')

    def _emote(self, player: Player, session: Session, rest: str) -> None:
        if not rest:
            session.msg("Do what? For example: emote smiles.")
            return
        self._announce(f"|c{player.name}|n {literal(rest)}")

    def _who(self, _player: Player, session: Session, _rest: str) -> None:
        lines = [
            f"  |c{one.name}|n{'' if one.sessions else ' (away)'}" for one in self._players.values()
        ]
        session.msg("\n".join(["|wIn the lobby|n", *lines]))

    def _colors(self, _player: Player, session: Session, rest: str) -> None:
        chart = CHARTS.get(rest or "16")
        if chart is None:
            session.msg(f"There are the charts {', '.join(CHARTS)}. For example: colors 256")
            return
        links = "  ".join(f"|lccolors {name}|lt{name}|le" for name in CHARTS)
        session.msg(f"{chart()}\n\n{links}")

    def _links(self, _player: Player, session: Session, _rest: str) -> None:
        session.msg(
            "A link that runs a command: |lcsay I pressed a link!|ltsay something|le\n"
            "A link to a page: |luhttps://www.evennia.com|ltEvennia|le\n"
            "An address in plain text: https://datatracker.ietf.org/doc/html/rfc6455"
        )

    def _markup(self, _player: Player, session: Session, rest: str) -> None:
        session.msg(rest or "Show what? For example: markup " + literal("|rred |[500on red|n"))

    def _prompt(self, _player: Player, session: Session, rest: str) -> None:
        session.msg(prompt=rest or "|wlobby|n>")

    def _oob(self, _player: Player, session: Session, _rest: str) -> None:
        session.msg(
            "The lobby sends your client the out-of-band command |wping|n.",
            ping={"sent": time.monotonic(), "players": len(self._players)},
        )

    def _screenreader(self, _player: Player, session: Session, rest: str) -> None:
        self._set_flag(session, "SCREENREADER", "screenreader", rest)

    def _nocolor(self, _player: Player, session: Session, rest: str) -> None:
        self._set_flag(session, "NOCOLOR", "nocolor", rest)

    def _set_flag(self, session: Session, flag: str, command: str, rest: str) -> None:
        if rest.lower() not in _ON_OFF:
            session.msg(f"{command} on, or {command} off?")
            return
        session.protocol_flags[flag] = _ON_OFF[rest.lower()]
        session.sessionhandler.sync(session)
        session.msg(f"|g{command} is {rest.lower()}.|n")

    def _help(self, _player: Player, session: Session, _rest: str) -> None:
        session.msg(HELP)

    def _quit(self, player: Player, _session: Session, _rest: str) -> None:
        player.msg("Goodbye.")
        self._leave(player)
        for one in player.sessions:
            del self._player_of[one.sessid]
            one.disconnect("You have left the lobby.")


# A phone shows 40 columns.
HELP = "\n".join(
    ["|wCommands|n"]
    + [
        f"  |y{literal(f'{command:<16}')}|n{meaning}"
        for command, meaning in (
            ("look", "the room again"),
            ("say hello", "talk; or: 'hello"),
            ("emote waves", "act; or: :waves"),
            ("who", "who is here"),
            ("colors 256", "16, 256, truecolor"),
            ("links", "links to press"),
            ("markup |rred", "try your own markup"),
            ("prompt >>", "another prompt"),
            ("oob", "out-of-band ping"),
            ("screenreader on", "plain text; or: off"),
            ("nocolor on", "no colour; or: off"),
            ("quit", "leave for good"),
        )
    ]
)
