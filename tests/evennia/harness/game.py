"""A real Evennia game: its directory, its settings, its processes."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.releases import Release

SUPERUSER = ("admin", "jk0-Wrk9-pE")
PLAYERS = {name: f"{name}-5Zq8-tY" for name in ("anna", "bert", "cora")}
MUDWIRE = 'WEBSOCKET_PROTOCOL_CLASS = "mudwire.evennia.WebSocketClient"\n'


@dataclass(frozen=True)
class Ports:
    """The five ports of a game; none is in use yet."""

    telnet: int
    web: int
    web_internal: int
    websocket: int
    amp: int

    @classmethod
    def free(cls) -> Ports:
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(socket.socket()) for _ in range(5)]
            for each in sockets:
                each.bind(("", 0))
            return cls(*(each.getsockname()[1] for each in sockets))

    def settings(self) -> str:
        return (
            f"TELNET_PORTS = [{self.telnet}]\n"
            f"WEBSERVER_PORTS = [({self.web}, {self.web_internal})]\n"
            f"WEBSOCKET_CLIENT_PORT = {self.websocket}\n"
            f"AMP_PORT = {self.amp}\n"
        )


@dataclass
class Game:
    """One game in a directory of its own.

    Its settings are Evennia's, except for the ports, ``MAX_CONNECTION_RATE`` (a stock game admits
    two players a second, and queues the others) and ``changed``.
    """

    release: Release
    directory: Path
    changed: str = ""
    ports: Ports = field(default_factory=Ports.free)

    @classmethod
    def template(cls, release: Release, directory: Path) -> Path:
        """Make a game directory with an empty database as a template for ``copy``."""
        directory.mkdir()
        game = directory / "game"
        for command, cwd in ((["--init", game.name], directory), (["migrate"], game)):
            done = release.run("evennia", *command, cwd=cwd)
            assert done.returncode == 0, done.stdout
        return game

    @classmethod
    def copy(cls, release: Release, template: Path, directory: Path, changed: str = "") -> Game:
        """Make a game from a template."""
        game = cls(release, directory, changed)
        shutil.copytree(template, directory)
        with (directory / "server" / "conf" / "settings.py").open("a") as settings:
            settings.write(f"{game.ports.settings()}MAX_CONNECTION_RATE = 1000\n{changed}")
        return game

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.ports.websocket}/"

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.web}"

    def log(self, name: str) -> str:
        """Return the log of a process (``portal`` or ``server``), of all its runs."""
        files = (self.directory / "server" / "logs").glob(f"{name}.log*")
        return "".join(file.read_text() for file in sorted(files))

    def launch(self) -> str:
        """Run ``evennia start`` and return its output.

        It waits ten seconds for the Portal, and then ends without starting the Server.
        """
        name, password = SUPERUSER
        return self.release.run(
            "evennia",
            "start",
            cwd=self.directory,
            EVENNIA_SUPERUSER_USERNAME=name,
            EVENNIA_SUPERUSER_PASSWORD=password,
            EVENNIA_SUPERUSER_EMAIL="admin@example.com",
        ).stdout

    def start(self) -> None:
        """Start the game, wait until it is open to players, and make their accounts."""
        deadline = time.monotonic() + 120
        while not re.search("Server (started|is already running)", self.launch()):
            self._wait_for_log("portal", "Webserver-proxy starting", deadline)
        # A new game restarts its Server once, after it made the first room.
        self._wait_for_log("server", "restarted in 'reset' mode", deadline)
        with self.player() as admin:
            for player, secret in PLAYERS.items():
                admin.command(f"py self.account.create(username={player!r}, password={secret!r})")

    def _wait_for_log(self, name: str, line: str, deadline: float) -> None:
        while line not in self.log(name):
            assert time.monotonic() < deadline, self.log("portal") + self.log("server")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop both processes."""
        self.release.run("evennia", "stop", cwd=self.directory)

    def connect(
        self, query: str = "?&1&pytest", subprotocols: list[str] | None = None, **headers: str
    ) -> Client:
        """Open a webclient's connection; ``query`` is ``?csessid&page_id&browser``."""
        return Client(self.websocket_url + query, subprotocols, headers)

    @contextlib.contextmanager
    def player(self, name: str = SUPERUSER[0], **connecting: object) -> Iterator[Client]:
        """Log a player in; the client returns the messages after the login."""
        password = dict([SUPERUSER], **PLAYERS)[name]
        with self.connect(**connecting) as client:
            client.log_in(name, password)
            yield client


def without_clock(value: object) -> object:
    """Replace the time in channel messages, which may differ between two games."""
    if isinstance(value, str):
        return re.sub(r"\d{4}-\d\d-\d\d\(\d\d:\d\d\)", "(now)", value)
    if isinstance(value, list):
        return [without_clock(item) for item in value]
    return value
