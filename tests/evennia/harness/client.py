"""A webclient, as a browser's is: it types lines, sends commands and keeps what comes back."""

from __future__ import annotations

import itertools
import json
from contextlib import ExitStack
from functools import partial
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PATIENCE = 60.0  # seconds that a test waits for something that must come
V1 = "v1.evennia.com"


class Client:
    """A connection to a game. Text frames that hold JSON are kept as values, others as they are."""

    def __init__(
        self, url: str, subprotocols: list[str] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        self._connecting = partial(
            connect,
            url,
            subprotocols=[Subprotocol(name) for name in subprotocols or ()] or None,
            additional_headers=headers,
            open_timeout=PATIENCE,
            compression=None,
        )
        self._exit = ExitStack()
        self._marks = itertools.count()

    def __enter__(self) -> Self:
        self.websocket = self._exit.enter_context(self._connecting())
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._exit.close()

    @property
    def subprotocol(self) -> str:
        return self.websocket.subprotocol or V1

    def send(self, name: str, /, *args: Any, **kwargs: Any) -> None:
        """Send a command in the form of v1.evennia.com."""
        self.websocket.send(json.dumps([name, args, kwargs]))

    def type(self, line: str) -> None:
        """Send a line as typed by the player."""
        if self.subprotocol == V1:
            self.send("text", line)
        else:
            self.websocket.send(line.encode())

    def receive(self) -> Any:
        """Return the next frame."""
        frame = self.websocket.recv(timeout=PATIENCE)
        if isinstance(frame, bytes) or self.subprotocol != V1:
            return frame
        return json.loads(frame)

    def wait_for(self, part: str) -> list[Any]:
        """Return the frames up to the first that has ``part`` in it, that one included."""
        frames = []
        while True:
            frames.append(self.receive())
            if part in text_of(frames[-1]):
                return frames

    def wait_for_close(self) -> int | None:
        """Read until the connection is closed, and return the close code."""
        try:
            while True:
                self.receive()
        except ConnectionClosed:
            return self.websocket.close_code

    def settle(self) -> list[Any]:
        """Return every frame that what was sent so far has caused.

        A command that no game has is answered in its turn; the answer ends the wait.
        """
        mark = f"zqx{next(self._marks)}"
        self.type(mark)
        return self.wait_for(mark)[:-1]

    def command(self, line: str) -> list[Any]:
        """Type a line and return the frames that it causes."""
        self.type(line)
        return self.settle()

    def log_in(self, name: str, password: str) -> list[Any]:
        """Log in, after the welcome screen; returns the frames that follow."""
        self.wait_for("connect")
        frames = self.command(f"connect {name} {password}")
        if not any("Limbo" in text_of(frame) for frame in frames):
            raise TimeoutError(f"{name} is not in the game: {frames}")
        return frames


def text_of(frame: Any) -> str:
    """Return all text of a frame, whatever its form."""
    return frame.decode() if isinstance(frame, bytes) else str(frame)


def texts(frames: list[Any]) -> list[str]:
    """Return the text of each ``text`` command in frames of v1.evennia.com."""
    return [args[0] for name, args, _ in frames if name == "text"]
