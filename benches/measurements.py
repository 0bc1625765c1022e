"""The stored measurements: what they were taken on, and the figures that tables and plots show."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections import defaultdict
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

RESULTS = Path(__file__).parent / "results"
QUICK_RESULTS = RESULTS / "quick"

PACKAGES = (
    "mudwire",
    "autobahn",
    "twisted",
    "evennia",
    "django",
    "websockets",
    "picows",
    "orjson",
    "msgspec",
    "ansi2html",
)

Row = dict[str, Any]


class Micro:
    """Single calls in one process: ``micro.json``, as pytest-benchmark writes it."""

    def __init__(self, directory: Path) -> None:
        self._benchmarks = _read(directory / "micro.json")["benchmarks"]

    @cached_property
    def _seconds(self) -> dict[str, dict[str, dict[str, float]]]:
        """Seconds of one call, by subject, text and contender."""
        found: Any = defaultdict(lambda: defaultdict(dict))
        for benchmark in self._benchmarks:
            labels = benchmark["extra_info"]
            by_contender = found[labels["subject"]][labels["text"]]
            by_contender[labels["contender"]] = benchmark["stats"]["median"] / labels["calls"]
        return found

    @cached_property
    def sizes(self) -> dict[tuple[str, str], int | None]:
        """Bytes of an input, by subject and text; None where an input has no size."""
        all_labels = [benchmark["extra_info"] for benchmark in self._benchmarks]
        return {(labels["subject"], labels["text"]): labels["size"] for labels in all_labels}

    def texts(self, subject: str) -> list[str]:
        return list(self._seconds[subject])

    def contenders(self, subject: str) -> list[str]:
        by_text = self._seconds[subject].values()
        return list(dict.fromkeys(name for by_contender in by_text for name in by_contender))

    def seconds(self, subject: str, text: str, contender: str = "mudwire") -> float | None:
        """Return the time of one call, or None if it was not measured."""
        return self._seconds[subject][text].get(contender)

    def times(self, subject: str, text: str, contender: str) -> float | None:
        """Return how many times as long as mudwire a contender takes."""
        theirs = self.seconds(subject, text, contender)
        return theirs and theirs / self.seconds(subject, text)

    def mean_times(self, subject: str, contender: str, without: tuple[str, ...]) -> float:
        """Return the geometric mean of ``times`` over all texts except some."""
        texts = [text for text in self.texts(subject) if text not in without]
        return geometric_mean(self.times(subject, text, contender) for text in texts)

    def bytes_a_second(self, subject: str, text: str, contender: str = "mudwire") -> float:
        return self.sizes[subject, text] / self.seconds(subject, text, contender)


class Servers:
    """Whole servers: ``e2e.json``, as ``e2e/run.py`` writes it."""

    def __init__(self, directory: Path) -> None:
        self.stages = _read(directory / "e2e.json")

    def rows(self, stage: str, **wanted: Any) -> list[Row]:
        return _matching(self.stages[stage], wanted)

    def names(self, stage: str) -> list[tuple[str, str | None]]:
        """Return the servers of a stage, each with a kind of answer where it has several."""
        return list(dict.fromkeys((row["server"], row.get("answer")) for row in self.stages[stage]))

    def cpu(self, stage: str, server: str, **wanted: Any) -> float:
        """Return the CPU seconds of one message or connection, the median of all rounds."""
        return median(cpu(row) for row in self.rows(stage, server=server, **wanted))

    def ratio(self, stage: str, server: str, answer: str | None, to: str) -> float:
        """Return the CPU time relative to another server's, the median of all rounds' ratios."""
        ours = {row["round"]: cpu(row) for row in self.rows(stage, server=server, answer=answer)}
        theirs = {row["round"]: cpu(row) for row in self.rows(stage, server=to)}
        return median(ours[number] / theirs[number] for number in ours)

    def median_of(self, stage: str, name: str, **wanted: Any) -> float:
        return median(row[name] for row in self.rows(stage, **wanted))


class Game:
    """A real game: ``game.json``, as ``e2e/game.py`` writes it."""

    def __init__(self, directory: Path) -> None:
        self._rows = _read(directory / "game.json")["rows"]

    def cpu(self, **wanted: Any) -> float:
        """Return the CPU seconds of one command, the median of all rounds."""
        return median(cpu(row) for row in _matching(self._rows, wanted))


def cpu(row: Row) -> float:
    """Return the server's CPU seconds for one message or connection."""
    return row["cpu"] / row["count"]


def save(path: Path, result: dict[str, Any]) -> None:
    """Write a result as JSON, with one line for each of its rows."""
    members = []
    for name, value in result.items():
        text = json.dumps(value)
        if isinstance(value, list):
            text = "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]"
        members.append(f"{json.dumps(name)}: {text}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(members) + "\n}\n")


def environment() -> dict[str, Any]:
    """Describe the machine, the Python, the versions and the commit."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _git("describe", "--always", "--dirty", "--exclude=*"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "versions": {package: version(package) for package in PACKAGES},
    }


def _git(*arguments: str) -> str:
    return subprocess.check_output(
        ["git", *arguments], cwd=Path(__file__).parent, text=True
    ).strip()


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()


def _matching(rows: list[Row], wanted: Row) -> list[Row]:
    return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]


def _read(path: Path) -> Any:
    if not path.exists():
        raise SystemExit(f"{path} does not exist. Try: make bench")
    return json.loads(path.read_text())
