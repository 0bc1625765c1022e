"""Measures one attack: the honest players' round trips, the server's memory, log and end.

The server has a core alone. The honest players and the attackers share another, where the honest
players go first. The same attack on a bare sink is measured as well.
"""

from __future__ import annotations

import os
import platform
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from hostile import crowd, honest
from hostile.figures import Latency, LogMeter, Measurement, count_slowed, sent_by_one
from hostile.processes import CORES, CROWD_CORE, WAIT_SECONDS, Disturbance, Part, Process, part
from hostile.target import HOST, Target
from mudwire.limits import HTTP_LIMITS, LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostile.attacks import Attack
    from hostile.honest import Sample
    from hostile.variants import Variant

SETTLE_SECONDS = 6.0
"""How long descriptors may take to be closed after an attack: the closing handshake takes 5 s."""

DISTURBED = 0.05
"""The part of the time that other work may have of a core."""

SINK_MS = 5.0
"""The p99 of a sink above which something else is suspected."""

SINK_TRIES = 3
"""How often an attack on the sink is measured while it looks disturbed; the best counts."""


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
        found.sink, found.sink_sent = self.measure_sink(attack, tls=variant.tls)
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
            if attack.honest.probe != "enter" and attack.honest.period:  # a burst happens once
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
                cores = Disturbance(server, players, attackers)
                players.hear(meanwhile, seconds + WAIT_SECONDS)
                found.alive = server.is_alive()
                if found.alive:
                    found.busy, found.disturbed = cores.shares()
                    found.peak = server.memory("VmHWM")
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

    def measure_sink(self, attack: Attack, *, tls: bool) -> tuple[Latency, float]:
        """Return the latency on the sink, and the bytes a second that it takes of an attacker.

        It is measured once for an attack.
        """
        key = attack.name, tls
        if key not in self._on_sink:
            tries: list[tuple[Latency, float]] = []
            is_good = False
            while not is_good and len(tries) < SINK_TRIES:
                latency, sent, disturbed = self._attack_sink(attack, tls=tls)
                tries.append((latency, sent))
                is_good = disturbed <= DISTURBED and latency.p99 <= SINK_MS
            # A disturbed sink would excuse a slow server.
            self._on_sink[key] = min(tries, key=lambda one: one[0].p99)
        return self._on_sink[key]

    def _attack_sink(self, attack: Attack, *, tls: bool) -> tuple[Latency, float, float]:
        if tls not in self._sinks:
            command = [sys.executable, "-m", "hostile.sink", self._endpoint(tls=tls)]
            self._sinks[tls] = Process(command, self.folder / f"sink-{tls}.log")
        sink = self._sinks[tls]
        target = Target(sink.port, self._trust if tls else None)
        with (
            part(honest.run, attack.honest, target) as players,
            part(crowd.run, attack, target) as attackers,
        ):
            self.priority = players.hear()
            players.hear()
            attackers.hear()
            cores = Disturbance(sink, players, attackers)
            players.tell(self.pace.sink)
            attackers.tell("go")
            players.hear()
            _, disturbed = cores.shares()
            attackers.tell("stop")
            sent = sent_by_one(attackers.hear())
            return Latency.of(players.hear().round_trips), sent, disturbed

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
    limits = {**LIMITS, **HTTP_LIMITS}
    return [name for name, limit in limits.items() if "an address" in limit.what]


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
