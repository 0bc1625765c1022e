"""A real ``mudwire serve`` in its own process, and players that connect to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import deque
from contextlib import ExitStack, contextmanager
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 20
"""The seconds until a wait fails; no wait of a passing test takes that long."""


class Portal:
    """A running ``mudwire serve``. A thread reads its log, so that a full pipe never blocks it.

    Args:
        arguments: The options of the command line.
        environment: Environment variables that are added.
        descriptors: The limit of file descriptors; that of the tests if None.

    """

    def __init__(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        descriptors: int | None = None,
    ) -> None:
        command = [sys.executable, "-m", "mudwire", "serve", *arguments]
        if descriptors is not None:
            command = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh", *command]
        self.process = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self._lines: deque[str] = deque()
        self._ended = False
        self._news = Condition()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = self.log_line(r"The game is at (\S+)")[1]

    def _read(self) -> None:
        for line in self.process.stderr:
            with self._news:
                self._lines.append(line)
                self._news.notify()
        with self._news:
            self._ended = True
            self._news.notify()

    def log_line(self, pattern: str) -> re.Match[str]:
        """Wait for a line of the log that matches; earlier lines are not found again."""
        seen = []
        while True:
            with self._news:
                there = self._news.wait_for(lambda: self._lines or self._ended, SECONDS)
                assert there, f"no {pattern!r} in the log:\n{''.join(seen)}"
                assert self._lines, f"the portal ended without {pattern!r}:\n{''.join(seen)}"
                seen.append(self._lines.popleft())
            if match := re.search(pattern, seen[-1]):
                return match

    def rest_of_log(self) -> str:
        """Return what ``log_line`` has not read of the log of a stopped portal."""
        return "".join(self._lines)

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "ws"

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").rstrip("/")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop the process with a signal; return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(SECONDS)
        self.close()
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        self.process.stderr.close()


class Browser:
    """The state of a browser after loading the page: the cookie, and the csessid of the page."""

    def __init__(self, portal: Portal, **headers: str) -> None:
        self._portal = portal
        self._headers = _header_names(headers)
        self.set_cookie: str | None = None
        self.cookie: str | None = self._headers.pop("Cookie", None)
        page = self._ask("", "GET")
        self.csessid = re.search(r'name="csessid" content="([^"]+)"', page)[1]

    def fetch_cookie(self, token: str) -> None:
        """Fetch the cookie of a login, and the csessid that fits it, as the page does."""
        self._ask("session", "POST", Mudwire_Token=token)
        self.csessid = json.loads(self._ask("session", "GET"))["csessid"]

    def _ask(self, path: str, method: str, **headers: str) -> str:
        headers = {**self._headers, **_header_names(headers)}
        if self.cookie is not None:
            headers["Cookie"] = self.cookie
        request = Request(self._portal.url + path, method=method, headers=headers)
        with urlopen(request, timeout=SECONDS) as response:
            self.set_cookie = response.headers["Set-Cookie"]
            if self.set_cookie is not None:
                self.cookie = self.set_cookie.partition(";")[0]
            return response.read().decode()

    def query(self, page: str) -> str:
        return f"?{self.csessid}&{page}&test"


class Player:
    """A client that speaks ``v1.evennia.com``, with or without a browser's cookie.

    Each page of a browser has one connection; two tabs have two pages.
    """

    def __init__(
        self, portal: Portal, browser: Browser | None = None, page: str = "page", **headers: str
    ) -> None:
        headers = _header_names(headers)
        self.browser = browser
        query = ""
        if browser is not None:
            headers.setdefault("Cookie", browser.cookie)
            query = browser.query(page)
        self._opened = ExitStack()
        self.socket = self._opened.enter_context(
            connect(
                portal.websocket_url + query,
                subprotocols=["v1.evennia.com"],
                additional_headers=headers,
                open_timeout=SECONDS,
            )
        )

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._opened.close()

    def send(self, name: str, *args: Any, **kwargs: Any) -> None:
        self.socket.send(json.dumps([name, args, kwargs]))

    def type(self, *lines: str) -> None:
        for line in lines:
            self.send("text", line)

    def receive(self) -> list[Any]:
        """Wait for the next command; return its name, arguments and keywords."""
        command: list[Any] = json.loads(self.socket.recv(SECONDS))
        return command

    def next(self, name: str) -> tuple[list[Any], dict[str, Any]]:
        """Wait for the next command of this name; discard the commands before it."""
        while True:
            received, args, kwargs = self.receive()
            if received == name:
                return args, kwargs

    def read(self, part: str) -> str:
        """Wait for a text that contains a part, and return the whole text."""
        while True:
            text = self.next("text")[0][0]
            if part in text:
                return text

    def enter(self, name: str) -> Player:
        """Log in to the lobby, and fetch the cookie of the login as the page does."""
        self.type(name)
        if self.browser is not None:
            self.browser.fetch_cookie(self.next("browser_session")[1]["token"])
        self.read("Welcome")
        return self

    def close_code(self) -> int | None:
        """Read until the connection ends; return the code of the portal's close frame."""
        try:
            while True:
                self.socket.recv(SECONDS)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


def _header_names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def portals() -> Iterator[Callable[..., Portal]]:
    """Give a function that runs portals; stop them at the end."""
    running: list[Portal] = []

    def run(*arguments: str, **options: Any) -> Portal:
        for name, value in (("--listen", "127.0.0.1:0"), ("--sessions", ":memory:")):
            if name not in arguments:
                arguments = (name, value, *arguments)
        running.append(Portal(*arguments, **options))
        return running[-1]

    try:
        yield run
    finally:
        for portal in running:
            portal.close()


@pytest.fixture
def run_portal() -> Iterator[Callable[..., Portal]]:
    """Give a function that runs portals; stop them after the test."""
    with portals() as run:
        yield run


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """Give a portal with the lobby; all tests of a file share it."""
    with portals() as run:
        yield run()
