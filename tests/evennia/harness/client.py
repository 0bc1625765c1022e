"""A webclient for tests: it types lines, sends commands and returns the messages of the game."""

from __future__ import annotations

import itertools
import json
from contextlib import ExitStack
from functools import partial
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PATIENCE = 60.0  # seconds that a test waits for an expected message
V1 = "v1.evennia.com"


class Client:
    """A connection to a game. Messages of v1.evennia.com are read as JSON, others stay as sent."""

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
        """Return the next message."""
        message = self.websocket.recv(timeout=PATIENCE)
        if isinstance(message, bytes) or self.subprotocol != V1:
            return message
        return json.loads(message)

    def wait_for(self, part: str) -> list[Any]:
        """Return the messages up to and including the first that contains ``part``."""
        messages = []
        while True:
            messages.append(self.receive())
            if part in text_of(messages[-1]):
                return messages

    def wait_for_close(self) -> int | None:
        """Read until the connection is closed, and return the close code."""
        try:
            while True:
                self.receive()
        except ConnectionClosed:
            return self.websocket.close_code

    def settle(self) -> list[Any]:
        """Return all messages that the commands sent so far have caused.

        It sends a command that no game has and waits for the answer, because the game answers in
        the order of the commands.
        """
        mark = f"zqx{next(self._marks)}"
        self.type(mark)
        return self.wait_for(mark)[:-1]

    def command(self, line: str) -> list[Any]:
        """Type a line and return the messages that it causes."""
        self.type(line)
        return self.settle()

    def log_in(self, name: str, password: str) -> list[Any]:
        """Log in after the welcome screen; return the messages that follow."""
        self.wait_for("connect")
        messages = self.command(f"connect {name} {password}")
        if not any("Limbo" in text_of(message) for message in messages):
            raise TimeoutError(f"{name} is not in the game: {messages}")
        return messages


def text_of(message: Any) -> str:
    """Return the whole text of a message in any subprotocol."""
    return message.decode() if isinstance(message, bytes) else str(message)


def texts(messages: list[Any]) -> list[str]:
    """Return the text of each ``text`` command in messages of v1.evennia.com."""
    return [args[0] for name, args, _ in messages if name == "text"]
