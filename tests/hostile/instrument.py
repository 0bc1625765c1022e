"""Measures one attack: the honest players' round trips, the server's memory, log and end.

The server has a core alone. The honest players and the attackers share another, where the honest
players go first. The same attack on a bare sink is measured as well.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import platform
import re
import resource
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hostile import crowd, honest
from hostile.target import HOST, Target
from mudwire.limits import HTTP_LIMITS, LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hostile.attacks import Attack
    from hostile.crowd import Report
    from hostile.honest import Sample
    from hostile.variants import Variant

TESTS = Path(__file__).parents[1]

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CROWD_CORE = CORES[0], CORES[-1]

WAIT_SECONDS = 30.0
"""The longest wait for a process."""

LOG_SECONDS = 10.0
"""The time over which the lines of the log are counted."""

SETTLE_SECONDS = 6.0
"""How long descriptors may take to be closed after an attack: the closing handshake takes 5 s."""

fork: Any = multiprocessing.get_context("fork")  # its children share the data of the attacks


@dataclass(frozen=True)
class Pace:
    """How long things take.

    Attributes:
        quiet: The seconds that are measured before the attack.
        attack: The seconds of an attack.
        longer: The part of an attack's own, longer time.
        sink: The seconds of an attack on the sink.
        settle: The seconds after the attack until the memory is read.

    """

    quiet: float
    attack: float
    longer: float
    sink: float
    settle: float


FULL = Pace(quiet=1.0, attack=4.0, longer=1.0, sink=1.5, settle=1.0)
QUICK = Pace(quiet=0.4, attack=1.5, longer=0.01, sink=0.5, settle=0.3)


@dataclass
class Latency:
    """Round trips in milliseconds; infinite if an answer never came."""

    p50: float
    p99: float
    max: float
    count: int

    @classmethod
    def of(cls, round_trips: Sequence[float]) -> Latency:
        """Return the latency of round trips in seconds."""
        if not round_trips:
            return cls(math.inf, math.inf, math.inf, 0)
        in_order = sorted(seconds * 1000 for seconds in round_trips)
        return cls(percentile(in_order, 50), percentile(in_order, 99), in_order[-1], len(in_order))


def percentile(in_order: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least so many percent of the values do not exceed."""
    return in_order[max(0, math.ceil(len(in_order) * percent / 100) - 1)]


class LogMeter:
    """The most that a log grew in ``LOG_SECONDS``."""

    def __init__(self) -> None:
        self.most = 0
        self._samples: deque[tuple[float, int]] = deque()

    def sample(self, now: float, size: int) -> None:
        """Take the size of the log at a time."""
        while self._samples and self._samples[0][0] < now - LOG_SECONDS:
            self._samples.popleft()
        self._samples.append((now, size))
        self.most = max(self.most, size - self._samples[0][1])


@dataclass
class Measurement:
    """What was found of one attack.

    Attributes:
        variant: The name of the set-up.
        attack: The name of the attack.
        quiet: The round trips before it; None if nothing can be measured before it.
        attacked: The round trips while it went on.
        sink: The round trips while it went on against the sink.
        idle: The server's resident memory before it, in bytes.
        peak: The most during it.
        after: That after it.
        growth: By how much memory grew from the first fifth to the end.
        descriptors: How many more are open than before.
        log: The most that the log grew in ten seconds, in bytes.
        ends: How often the server ended an attacker's connection, by code.
        cut: The number of attackers that the server cut.
        slowed: The number of attackers, of those not cut, that it slowed.
        connections: How many connections all attackers made in a second.
        sent: The bytes a second that it took of an attacker.
        sink_sent: Those that the sink took.
        honest_cut: How honest players' connections were ended.
        answers: The HTTP statuses that honest newcomers got.
        alive: Whether the server still ran after the attack.
        exit_code: The server's exit code after SIGTERM; None if it had to be killed.
        exit_seconds: How long it took to exit.

    """

    variant: str
    attack: str
    quiet: Latency | None = None
    attacked: Latency | None = None
    sink: Latency | None = None
    idle: int = 0
    peak: int = 0
    after: int = 0
    growth: int = 0
    descriptors: int = 0
    log: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    cut: int = 0
    slowed: int = 0
    connections: float = 0
    sent: float = 0
    sink_sent: float = 0
    honest_cut: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    alive: bool = True
    exit_code: int | None = None
    exit_seconds: float = 0


SLOWED = 0.5
"""An attacker is slowed if the server took less than this part of what the sink took of one."""


def count_slowed(report: Report, sink_sent: float) -> int:
    """Return how many attackers, of those that were not cut, the server slowed."""
    return sum(
        not deeds.ends and deeds.sent / report.seconds < SLOWED * sink_sent
        for deeds in report.deeds
    )


def sent_by_one(report: Report) -> float:
    """Return the bytes a second of an attacker, the mean of all."""
    if not report.deeds:
        return 0
    return sum(deeds.sent for deeds in report.deeds) / report.seconds / len(report.deeds)


class Process:
    """A server under measurement, on a core of its own, with its log in a file."""

    def __init__(self, command: list[str], log: Path, descriptors: int | None = None) -> None:
        def alone() -> None:
            os.sched_setaffinity(0, {SERVER_CORE})
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


class Part:
    """A process of clients, forked from this one, and a pipe to it."""

    def __init__(self, run: Callable[..., None], *arguments: Any) -> None:
        self._pipe, theirs = fork.Pipe()
        self._process = fork.Process(target=run, args=(*arguments, theirs), daemon=True)
        self._process.start()
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


class Instrument:
    """Measures attacks at one pace. It is a context: at its end the sinks end.

    Args:
        pace: How long things take.

    Attributes:
        priority: How far the honest players' priority is raised; known after a measurement.

    """

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.priority = ""
        self._folder = tempfile.TemporaryDirectory(prefix="mudwire-hostile-")
        self._sinks: dict[bool, Process] = {}
        self._on_sink: dict[tuple[str, bool], tuple[Latency, float]] = {}

    def __enter__(self) -> Instrument:
        self.folder = Path(self._folder.name)
        self._before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {CROWD_CORE})
        self._certificate = make_certificate(self.folder)
        self._trust = ssl.create_default_context(cafile=str(self._certificate))
        return self

    def __exit__(self, *_: object) -> None:
        for sink in self._sinks.values():
            sink.kill()
        os.sched_setaffinity(0, self._before)
        self._folder.cleanup()

    def measure(self, attack: Attack, variant: Variant) -> Measurement:
        """Measure an attack on a fresh server, and on the sink."""
        found = Measurement(variant.name, attack.name)
        found.sink, found.sink_sent = self._measure_sink(attack, tls=variant.tls)
        log = self.folder / "server.log"
        server = Process(self._command(attack, variant), log, attack.descriptors)
        try:
            target = Target(
                server.port,
                self._trust if variant.tls else None,
                deflate=variant.deflate,
                proxied=variant.proxied,
            )
            self._measure_server(found, attack, target, server)
        finally:
            server.kill()
        return found

    def _measure_server(
        self, found: Measurement, attack: Attack, target: Target, server: Process
    ) -> None:
        meter = LogMeter()
        with part(honest.run, attack.honest, replace(target, deflate=False)) as players:
            self.priority = players.hear()
            players.hear()
            if attack.honest.probe != "enter":
                found.quiet = Latency.of(self._sample(players, self.pace.quiet).round_trips)
            found.idle = server.memory()
            descriptors = server.descriptors()
            began = time.perf_counter()
            seconds = self._seconds(attack)
            early: list[int] = []

            def meanwhile() -> None:
                now = time.perf_counter()
                meter.sample(now, server.log.stat().st_size)
                if not early and now > began + seconds / 5:
                    early.append(server.memory() if server.is_alive() else 0)

            meanwhile()
            with part(crowd.run, attack, target) as attackers:
                attackers.hear(meanwhile)
                players.tell(seconds)
                attackers.tell("go")
                began = time.perf_counter()
                players.hear(meanwhile, seconds + WAIT_SECONDS)
                found.alive = server.is_alive()
                found.peak = server.memory("VmHWM") if found.alive else 0
                found.growth = server.memory() - early[0] if found.alive and early else 0
                if attack.stop:
                    self._stop(found, server)
                attackers.tell("stop")
                report = attackers.hear(meanwhile)
            sample = players.hear(meanwhile)
            self._settle(found, attack, server, descriptors, meanwhile)
        if not attack.stop:
            self._stop(found, server)
        found.attacked = Latency.of(sample.round_trips)
        if attack.stop:
            del sample.cut["1001"]  # the farewell
        found.honest_cut, found.answers = dict(sample.cut), dict(sample.answers)
        found.log = meter.most
        ends: Counter[str] = sum((deeds.ends for deeds in report.deeds), Counter())
        found.ends = dict(ends.most_common())
        found.cut = sum(bool(deeds.ends) for deeds in report.deeds)
        found.slowed = count_slowed(report, found.sink_sent)
        found.sent = sent_by_one(report)
        found.connections = sum(deeds.connections for deeds in report.deeds) / report.seconds

    def _settle(
        self,
        found: Measurement,
        attack: Attack,
        server: Process,
        descriptors: int,
        meanwhile: Callable[[], None],
    ) -> None:
        """Wait until the server has got over the attack, and read what is left of it."""
        end = time.perf_counter() + self.pace.settle
        patience = time.perf_counter() + (SETTLE_SECONDS if attack.flat else self.pace.settle)
        while server.is_alive():
            meanwhile()
            now = time.perf_counter()
            found.descriptors = server.descriptors() - descriptors
            if now > patience or (now > end and found.descriptors <= 0):
                break
            time.sleep(0.05)
        if server.is_alive():
            found.after = server.memory()
            found.peak = server.memory("VmHWM")

    def _stop(self, found: Measurement, server: Process) -> None:
        began = time.perf_counter()
        if server.is_alive():
            server.terminate()
        found.exit_code = server.exit_code()
        found.exit_seconds = time.perf_counter() - began

    def _sample(self, players: Part, seconds: float) -> Sample:
        players.tell(seconds)
        players.hear(seconds=seconds + WAIT_SECONDS)  # the time is over
        sample: Sample = players.hear()
        return sample

    def _seconds(self, attack: Attack) -> float:
        return max(self.pace.attack, attack.seconds * self.pace.longer)

    def environment(self) -> dict[str, str]:
        """Return what the figures depend on."""
        cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
        packages = ("mudwire", "autobahn", "twisted")
        return {
            "date": time.strftime("%Y-%m-%d"),
            "machine": f"{cpu[1] if cpu else platform.machine()}, {len(CORES)} cores",
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
            **{name: version(name) for name in packages},
            "priority": self.priority,
            "seconds": f"{self.pace.attack:g}",
        }

    # The sink.

    def _measure_sink(self, attack: Attack, *, tls: bool) -> tuple[Latency, float]:
        key = attack.name, tls
        if key not in self._on_sink:
            if tls not in self._sinks:
                command = [sys.executable, "-m", "hostile.sink", self._endpoint(tls=tls)]
                self._sinks[tls] = Process(command, self.folder / f"sink-{tls}.log")
            target = Target(self._sinks[tls].port, self._trust if tls else None)
            with (
                part(honest.run, attack.honest, target) as players,
                part(crowd.run, attack, target) as attackers,
            ):
                players.hear()
                players.hear()
                attackers.hear()
                players.tell(self.pace.sink)
                attackers.tell("go")
                players.hear()
                attackers.tell("stop")
                sent = sent_by_one(attackers.hear())
                self._on_sink[key] = Latency.of(players.hear().round_trips), sent
        return self._on_sink[key]

    # The server.

    def _endpoint(self, *, tls: bool) -> str:
        if not tls:
            return f"{HOST}:0"
        key = self._certificate.with_suffix(".key")
        return f"ssl:0:interface=127.0.0.1:privateKey={key}:certKey={self._certificate}"

    def _command(self, attack: Attack, variant: Variant) -> list[str]:
        options = dict(attack.limits)
        if not variant.address_limits:
            options |= dict.fromkeys(address_limits(), 0)
        return [
            sys.executable,
            *("-m", "hostile.server" if variant.switches else "mudwire"),
            *variant.switches,
            "serve",
            *("--listen", self._endpoint(tls=variant.tls)),
            *("--sessions", str(self.folder / f"sessions-{time.monotonic_ns()}.sqlite3")),
            *variant.serve,
            *(f"--{name.replace('_', '-')}={value}" for name, value in options.items()),
        ]


def address_limits() -> list[str]:
    """Return the names of the limits of an address."""
    return [name for name in (*LIMITS, *HTTP_LIMITS) if "address" in name]


def make_certificate(folder: Path) -> Path:
    """Make a certificate for localhost, with its key beside it; return its path."""
    certificate = folder / "certificate.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(
        [*command.split(), "-keyout", certificate.with_suffix(".key"), "-out", certificate],
        check=True,
        capture_output=True,
    )
    return certificate
