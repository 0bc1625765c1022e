"""The processes of a measurement, and what they have of their cores."""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TESTS = Path(__file__).parents[1]

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CROWD_CORE = CORES[0], CORES[-1]

WAIT_SECONDS = 30.0
"""The longest wait for a process."""

fork: Any = multiprocessing.get_context("fork")  # its children share the data of the attacks


class Process:
    """A server under measurement, on a core of its own, with its log in a file."""

    def __init__(self, command: list[str], log: Path, descriptors: int | None = None) -> None:
        def alone() -> None:
            os.sched_setaffinity(0, {SERVER_CORE})
            # Nothing else should have the core; ``disturbed`` shows what has it nevertheless. Linux
            # may divide the time among sessions first, and only then by priority in a session.
            with suppress(OSError):
                os.nice(-20)
            with suppress(OSError):
                Path("/proc/self/autogroup").write_text("-20")
            if descriptors is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        self.log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=log.parent,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(python_path())},
                preexec_fn=alone,  # noqa: PLW1509 # this process has no threads
            )
        self.pid = self._process.pid
        self.port = self._wait_for_port()

    def _wait_for_port(self) -> int:
        patience = time.perf_counter() + WAIT_SECONDS
        while time.perf_counter() < patience and self.is_alive():
            text = self.log.read_text("utf-8", "replace")
            if found := re.search(r"The game is at http://[^:]+:(\d+)/", text):
                return int(found[1])
            time.sleep(0.01)
        self.kill()
        message = f"the server does not listen; its log:\n{self.log.read_text('utf-8', 'replace')}"
        raise RuntimeError(message)

    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.poll() is None

    def memory(self, kind: str = "VmRSS") -> int:
        """Return the resident memory in bytes; ``VmHWM`` is the most that it ever was."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(rf"^{kind}:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) * 1024 if found else 0

    def descriptors(self) -> int:
        """Return the number of open file descriptors."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir())) if self.is_alive() else 0

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.send_signal(signal.SIGTERM)

    def exit_code(self) -> int | None:
        """Wait for the end; return None, and kill the process, if it does not come."""
        try:
            return self._process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self) -> None:
        """End the process at once, if it still runs."""
        if self.is_alive():
            self._process.kill()
        self._process.wait(WAIT_SECONDS)


def python_path() -> list[str]:
    """Return where the server's process finds mudwire and this package."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [str(TESTS), *(str(Path(path).resolve()) for path in given if path)]


class CoreMeter:
    """How much of a time a process had its core, and how much of it others had.

    Args:
        pid: The process, whose first thread counts.
        core: The core that it is bound to.

    """

    def __init__(self, pid: int, core: int) -> None:
        self._pid = pid
        self._core = core
        self._before = self._now()

    def shares(self) -> tuple[float, float]:
        """Return the part of the time in which it worked, and that in which others had the core."""
        seconds, worked, waited = (
            now - before for now, before in zip(self._now(), self._before, strict=True)
        )
        return worked / seconds, waited / seconds

    def _now(self) -> tuple[float, float, float]:
        worked, waited, _ = Path(f"/proc/{self._pid}/schedstat").read_text().split()
        cores = Path("/proc/stat").read_text().splitlines()
        [ticks] = [line.split() for line in cores if line.startswith(f"cpu{self._core} ")]
        stolen = int(ticks[8]) / os.sysconf("SC_CLK_TCK")  # by other virtual machines
        return time.perf_counter(), int(worked) / 1e9, int(waited) / 1e9 + stolen


class Disturbance:
    """What other work of the machine took of the cores of a measurement.

    Args:
        server: The server's process.
        players: The honest players', who may take what they need of the attackers' core.
        attackers: The attackers'.

    """

    def __init__(self, server: Process, players: Part, attackers: Part) -> None:
        self._server = CoreMeter(server.pid, SERVER_CORE)
        self._players = CoreMeter(players.pid, CROWD_CORE)
        self._attackers = CoreMeter(attackers.pid, CROWD_CORE)

    def shares(self) -> tuple[float, float]:
        """Return the part of the time in which the server worked, and that which others took.

        Others took a core from the server or from the attackers; the larger part counts.
        """
        worked, waited = self._server.shares()
        theirs = self._attackers.shares()[1] - self._players.shares()[0]
        return worked, max(waited, theirs)


class Part:
    """A process of clients, forked from this one, and a pipe to it."""

    def __init__(self, run: Callable[..., None], *arguments: Any) -> None:
        self._pipe, theirs = fork.Pipe()
        self._process = fork.Process(target=run, args=(*arguments, theirs), daemon=True)
        self._process.start()
        self.pid = self._process.pid
        theirs.close()

    def tell(self, order: Any) -> None:
        """Give an order."""
        self._pipe.send(order)

    def hear(self, meanwhile: Callable[[], None] | None = None, seconds: float = 60) -> Any:
        """Wait for what the process says next, and do something ten times a second meanwhile."""
        patience = time.perf_counter() + seconds
        while not self._pipe.poll(0.1):
            if meanwhile is not None:
                meanwhile()
            if time.perf_counter() > patience:
                message = f"{self._process.name} says nothing for {seconds} seconds"
                raise TimeoutError(message)
        return self._pipe.recv()

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


@contextmanager
def part(run: Callable[..., None], *arguments: Any) -> Iterator[Part]:
    """Run a process of clients."""
    running = Part(run, *arguments)
    try:
        yield running
    finally:
        running.end()
