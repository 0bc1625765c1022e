"""One run of all cases against one echo server, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance_table import SECTIONS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

PYTHONS = {
    "newest": ROOT / ".venv" / "bin" / "python",
    "oldest": ROOT / ".venv-oldest" / "bin" / "python",
}
"""The interpreters with the newest and the oldest supported versions of Autobahn and Twisted."""

BATCHES = (
    (8, [f"{section}.*" for section in SECTIONS if section != "9"]),
    (2, ["9.*"]),
)
"""How many cases run at once, and which. The cases of section 9 keep the server busy for
seconds; others, which a client ends after a second, must not wait behind them."""

TIMEOUT = 300
"""The seconds until a batch fails; no batch that passes takes that long."""


@dataclass(frozen=True)
class Case:
    """What the client saw in one case."""

    case: str
    behavior: str
    closing: str
    close_code: int | None
    explanation: str

    @property
    def section(self) -> str:
        return self.case.partition(".")[0]

    @property
    def verdict(self) -> str:
        """The worse of the verdicts on the messages and on the closing."""
        return self.behavior if self.closing in ("OK", self.behavior) else "FAILED"


@dataclass(frozen=True)
class EchoRun:
    """All cases against one server.

    Attributes:
        cases: Case number -> what the client saw.
        counted: What the connections of the server have counted.
        versions: The server's versions of its packages.
        seconds: The duration of the cases.

    """

    cases: dict[str, Case]
    counted: dict[str, int]
    versions: dict[str, str]
    seconds: float

    def of_section(self, section: str) -> list[Case]:
        return [case for case in self.cases.values() if case.section == section]


def echo_run(age: str, subject: str, *, stock_limits: bool) -> EchoRun:
    """Run all cases against a subject of ``echo_server.py``.

    A run is repeated once if a signal ends the client: kosoku 0.1.0 aborts now and then.
    """
    try:
        return _echo_run(age, subject, stock_limits=stock_limits)
    except subprocess.CalledProcessError as error:
        if error.returncode >= 0:
            raise
        return _echo_run(age, subject, stock_limits=stock_limits)


def _echo_run(age: str, subject: str, *, stock_limits: bool) -> EchoRun:
    server = subprocess.Popen(
        [
            PYTHONS[age],
            HERE / "echo_server.py",
            subject,
            *(["--stock-limits"] if stock_limits else []),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None
        try:
            hello = json.loads(server.stdout.readline())
            start = time.perf_counter()
            cases = [case for batch in BATCHES for case in run_cases(hello["port"], *batch)]
            seconds = time.perf_counter() - start
            counted, _ = server.communicate(timeout=TIMEOUT)
        finally:
            server.kill()
    assert server.returncode == 0
    return EchoRun(
        {case.case: case for case in cases}, json.loads(counted), hello["versions"], seconds
    )


def run_cases(port: int, concurrency: int, patterns: list[str]) -> list[Case]:
    """Run the cases that match the patterns, so many at once."""
    url = f"ws://127.0.0.1:{port}"
    command: list[Any] = [sys.executable, HERE / "run_cases.py", url, str(concurrency), *patterns]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=TIMEOUT)
    return [Case(**json.loads(line)) for line in found.stdout.splitlines()]
