"""Measure the Portal of a real game, stock and with mudwire: ``python benches/e2e/game.py``.

The two games differ in one line of their settings; the Server, the database and the commands are
Evennia's own. Visitors who have not logged in type two commands. One does not exist, and a line
that names it is the answer. The other is ``look``, and the welcome screen is the answer. The CPU
time of the Portal and of the Server is measured for each command. The Portal's link to the Server
(AMP, pickle, zlib) is included and is the same in both games. The result is
``benches/results/game.json``.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from e2e.run import SERVER_CORE, Server, pin
from harness.game import Game
from harness.releases import installed
from measurements import RESULTS, environment, save
from out_of_reach import OUT_OF_REACH

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 3
VISITORS = 20
NO_THROTTLE = "MAX_COMMAND_RATE = 1_000_000\n"
SETTING = 'WEBSOCKET_PROTOCOL_CLASS = "server.conf.webclient.WebSocketClient"\n'
OUR_CLASS = "server/conf/webclient.py"
OURS = f"""
from mudwire.evennia import WebSocketClient as Mudwire

class WebSocketClient(Mudwire):
    vars().update({OUT_OF_REACH})
"""
"""The class of the game with mudwire: the load is far over the rates of one player."""

COMMANDS = {
    "chat": '["text",["hello there 00000000"],{}]',
    "room": '["text",["look"],{}]',
}


def processes(game: Game) -> dict[str, int]:
    """Return the process ids of a running game."""
    directory = game.directory / "server"
    return {name: int((directory / f"{name}.pid").read_text()) for name in ("portal", "server")}


def rounds(games: dict[str, Game]) -> Iterator[dict[str, Any]]:
    """Load the games in turn, and give the CPU time that each process used."""
    for game in games.values():
        pin(processes(game)["portal"], SERVER_CORE)
    for number in range(ROUNDS):
        for name, game in games.items():
            for process, pid in processes(game).items():
                for answer, message in COMMANDS.items():
                    row = Server(name, pid, game.ports.websocket).load(
                        "closed", connections=VISITORS, settle=1, seconds=2, message=message
                    )
                    yield {"round": number, "process": process, "answer": answer, **row}


def main() -> None:
    release = installed()[-1]
    with TemporaryDirectory() as temporary:
        directory = Path(temporary)
        template = Game.template(release, directory / "template")
        games = {
            "evennia": Game.copy(release, template, directory / "stock", NO_THROTTLE),
            "mudwire": Game.copy(release, template, directory / "mudwire", NO_THROTTLE + SETTING),
        }
        (games["mudwire"].directory / OUR_CLASS).write_text(OURS)
        try:
            for game in games.values():
                game.start()
            rows = list(rounds(games))
        finally:
            for game in games.values():
                game.stop()
    save(RESULTS / "game.json", {"environment": environment(), "rows": rows})


if __name__ == "__main__":
    main()
