"""The lobby: the embedded game, one room where people talk.

A player's text is shown literally: ``plain_line`` makes one line of it and ``literal`` escapes its
markup. What a player says stands in double quotation marks and what a player does behind a star;
no player can write either (``without_double_quotes``) or have a name like another's
(``PlayerName``). So a player can neither speak in another's name nor send a link that runs a
command. Only the commands ``markup`` and ``prompt`` read a player's markup, and only that player
sees the result.

What everybody hears is bounded by a ``RoomBudget``, so the room stays readable.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mudwire.game import Game, literal
from mudwire.portal.charts import CHARTS
from mudwire.portal.player_name import NameRefusedError, PlayerName
from mudwire.portal.player_text import MAX_LINE, plain_line, without_double_quotes
from mudwire.room_budget import ROOM_ROWS, RoomBudget

if TYPE_CHECKING:
    from collections.abc import Callable

    from mudwire.room_budget import Speaker
    from mudwire.sessions.session import Session

ABSENCE_SECONDS = 20.0
"""How long a player without a connection keeps their place, as during a reload or in a tunnel."""

MAX_LISTED = 60
"""The number of players that a list names; the rest is counted."""

_ON_OFF = {"on": True, "off": False}
_SHORT_FORMS = {"'": "say", '"': "say", ":": "emote", ";": "emote"}


@dataclass
class Player:
    """A player in the lobby, with one session for each open page."""

    name: PlayerName
    browser: str | None
    speaker: Speaker
    sessions: list[Session] = field(default_factory=list)
    leaving: Any = None

    def msg(self, text: str) -> None:
        """Send text to each of the player's pages."""
        for session in self.sessions:
            session.msg(text)


class Lobby(Game):
    """One room with all players in it.

    Args:
        clock: The ``IReactorTime`` that measures absences and the room's budget; the reactor and
            the process's clock if None.

    Attributes:
        room_rows: The rows that the room hears: how many at once, and how many a second after
            that. A game that extends the lobby may change it.

    """

    title = "mudwire lobby"
    login_timeout = 300
    room_rows = ROOM_ROWS

    def __init__(self, clock: Any = None) -> None:
        self._clock = clock
        seconds = time.monotonic if clock is None else clock.seconds
        self._room = RoomBudget(self.room_rows, seconds=seconds)
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
        uid = session.uid
        if session.logged_in and isinstance(uid, str):
            name = self._name_for(session, uid)
            if name is not None:
                self._enter(session, name)
                return
        session.msg(
            "|wThe lobby|n\n\nA room to try mudwire in. Pull up a chair.\nWhat is your name?",
            prompt="|wname|n>",
        )

    def at_text(self, session: Session, text: str) -> None:
        """Read a name from a new player, and a command from a player with a name."""
        line = text[:MAX_LINE].strip()
        player = self._player_of.get(session.sessid)
        if not line:
            return
        if player is not None:
            self._obey(player, session, line)
        elif (name := self._name_for(session, line)) is not None:
            self._entering[session.sessid] = name.key
            session.log_in(name.text)

    def at_login(self, session: Session) -> None:
        """Let a player in whose login is on disk."""
        self._entering.pop(session.sessid, None)
        self._enter(session, PlayerName.read(str(session.uid)))

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

    def _name_for(self, session: Session, typed: str) -> PlayerName | None:
        """Return the name that a session may have; None, and the player is told why, if not."""
        try:
            name = PlayerName.read(typed)
        except NameRefusedError as error:
            session.msg(f"{error} What is yours?")
            return None
        player = self._players.get(name.key)
        if name.key in self._entering.values() or (
            player is not None and (player.browser is None or player.browser != session.csessid)
        ):
            taken = name if player is None else player.name
            session.msg(f"Somebody is called {taken.text} already. What else are you called?")
            return None
        return name

    def _enter(self, session: Session, name: PlayerName) -> None:
        player = self._players.get(name.key)
        if player is None:
            player = Player(name, session.csessid, self._room.new_speaker())
            self._players[name.key] = player
            self._announce(f"|c{name.text}|n comes in.")
        player.browser = session.csessid  # a login has changed it
        if player.leaving is not None:
            player.leaving.cancel()
            player.leaving = None
        player.sessions.append(session)
        self._player_of[session.sessid] = player
        session.msg(
            f"Welcome, |c{player.name.text}|n. "
            "|lclook|ltLook|le around, or ask for |lchelp|lthelp|le.",
            prompt="|wlobby|n>",
        )
        self._look(player, session, "")

    def _leave(self, player: Player) -> None:
        del self._players[player.name.key]
        if player.leaving is not None and player.leaving.active():
            player.leaving.cancel()
        self._announce(f"|c{player.name.text}|n leaves.")

    def _announce(self, text: str) -> None:
        """Tell everybody, unless the room has heard too much."""
        if self._room.may_announce():
            self._tell_all(text)

    def _tell_all(self, text: str) -> None:
        for player in self._players.values():
            player.msg(text)

    def _obey(self, player: Player, session: Session, line: str) -> None:
        if short := _SHORT_FORMS.get(line[0]):
            line = f"{short} {line[1:]}"
        name, *rest = line.split(maxsplit=1)
        command = self._commands.get(name.lower())
        if command is None:
            session.msg(
                f"There is no command {literal(plain_line(name[:40]))}. "
                "Ask for |lchelp|lthelp|le, or begin with ' to say something."
            )
        else:
            command(player, session, rest[0] if rest else "")

    def _look(self, player: Player, session: Session, _rest: str) -> None:
        others = [f"|c{one.name.text}|n" for one in self._players.values() if one is not player]
        names = ", ".join(_at_most(MAX_LISTED, others))
        company = f"Here with you: {names}." if others else "Nobody else is here yet."
        session.msg(
            "|wThe lobby|n\n"
            "A low room under the eaves. |#d9a05bLamplight|n pools on a long table, rain ticks at "
            "the |=qdark windows|n, and somebody has |yleft a fire|n burning. A |lccolors|ltpaint "
            "box|le stands open by the wall, and a |lclinks|ltletter rack|le hangs beside it.\n"
            f"{company}"
        )

    def _say(self, player: Player, session: Session, rest: str) -> None:
        words = self._words(player, session, rest, "Say what?")
        if words is None:
            return
        heard = f'|c{player.name.text}|n says, "{words}"'
        for one in self._players.values():
            one.msg(f'You say, "{words}"' if one is player else heard)

    def _emote(self, player: Player, session: Session, rest: str) -> None:
        words = self._words(player, session, rest, "Do what? For example: emote smiles.")
        if words is not None:
            self._tell_all(f"* |c{player.name.text}|n {words}")

    def _words(self, player: Player, session: Session, typed: str, question: str) -> str | None:
        """Return the markup that the room hears of a text; None if that is nothing.

        The budget is asked before the text is read, so that a flood costs little.
        """

        def refuse(seconds: int) -> None:
            session.msg(
                "|yToo much talk at once: your line was not heard. "
                f"Wait {seconds} second{'' if seconds == 1 else 's'}.|n"
            )

        if typed and not player.speaker.may_say(typed, refuse):
            return None
        words = literal(without_double_quotes(plain_line(typed)))
        if not words:
            session.msg(question)
        return words or None

    def _who(self, _player: Player, session: Session, _rest: str) -> None:
        lines = [
            f"  |c{one.name.text}|n{'' if one.sessions else ' (away)'}"
            for one in self._players.values()
        ]
        session.msg("\n".join(["|wIn the lobby|n", *_at_most(MAX_LISTED, lines)]))

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


def _at_most(most: int, names: list[str]) -> list[str]:
    """Return the first names, and how many more there are."""
    rest = len(names) - most
    return [*names[:most], f"and {rest} more"] if rest > 0 else names
