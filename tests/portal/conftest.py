"""A real ``mudwire serve`` in a process of its own, and clients for it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 20
"""How long a test waits for what must come."""


class Server:
    """A running ``mudwire serve``."""

    def __init__(self, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mudwire", "serve", *arguments],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self.url = self.read_until(r"The game is at (\S+)")[1]

    def read_until(self, pattern: str) -> re.Match[str]:
        """Read the log up to a line that a pattern is found in."""
        assert self.process.stderr is not None
        seen = []
        for line in self.process.stderr:
            seen.append(line)
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"the server ended without {pattern!r}:\n{''.join(seen)}")

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rpartition(":")[2])

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "ws"

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop with a signal; return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(SECONDS)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


class Client:
    """A browser without a screen: a cookie, a csessid and a websocket."""

    def __init__(self, server: Server, cookie: str | None = None) -> None:
        self.cookie = cookie
        with urlopen(server.url) as response:  # a new cookie, which a returning browser drops
            fresh = response.headers["Set-Cookie"].partition(";")[0]
            page = response.read().decode()
        if cookie is None:
            self.cookie = fresh
            self.csessid = re.search(r'name="csessid" content="([^"]+)"', page)[1]

    @staticmethod
    def command(message: str | bytes) -> list:
        return json.loads(message)


class Player:
    """A websocket that speaks ``v1.evennia.com``."""

    def __init__(self, server: Server, query: str = "", **headers: str) -> None:
        self.socket = connect(
            server.websocket_url + query,
            subprotocols=["v1.evennia.com"],
            additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def send(self, name: str, *args: object, **kwargs: object) -> None:
        self.socket.send(json.dumps([name, args, kwargs]))

    def say(self, line: str) -> None:
        self.send("text", line)

    def receive(self) -> list:
        return json.loads(self.socket.recv(timeout=SECONDS))

    def expect(self, part: str, name: str = "text") -> str:
        """Read up to a command whose first argument holds ``part``; return that argument."""
        return self.expect_command(name, lambda args, _: bool(args) and part in args[0])[0][0]

    def expect_command(self, name: str, fits: Callable[[list, dict], bool]) -> tuple[list, dict]:
        while True:
            received, args, kwargs = self.receive()
            if received == name and fits(args, kwargs):
                return args, kwargs

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that are gone at the end of the test."""
    servers: list[Server] = []

    def start(*arguments: str, **options: dict[str, str]) -> Server:
        given = {"--listen": "127.0.0.1:0", "--sessions": ":memory:"}
        words = [
            word for name, value in given.items() if name not in arguments for word in (name, value)
        ]
        servers.append(Server(*words, *arguments, **options))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait(SECONDS)
        if server.process.stderr is not None:
            server.process.stderr.close()


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    return serve()
