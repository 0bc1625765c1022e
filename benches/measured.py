"""What was measured, as the tables and plots want it: medians, and ratios within one round."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cached_property
from statistics import geometric_mean, median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]


class Micro:
    """Calls in one process: ``micro.json``, as pytest-benchmark writes it."""

    def __init__(self, directory: Path) -> None:
        self.result = _read(directory / "micro.json")

    @cached_property
    def _seconds(self) -> dict[str, dict[str, dict[str, float]]]:
        found: Any = defaultdict(lambda: defaultdict(dict))
        for row in self.result["benchmarks"]:
            by_contender = found[row["subject"]][row["text"]]
            by_contender[row["contender"]] = row["median"] / row["calls"]
        return found

    @cached_property
    def sizes(self) -> dict[tuple[str, str], int]:
        """Bytes of an input by subject and text."""
        rows = self.result["benchmarks"]
        return {(row["subject"], row["text"]): row["size"] for row in rows}

    def texts(self, subject: str) -> list[str]:
        return list(self._seconds[subject])

    def contenders(self, subject: str) -> list[str]:
        return list(
            dict.fromkeys(name for by_name in self._seconds[subject].values() for name in by_name)
        )

    def seconds(self, subject: str, text: str, contender: str = "mudwire") -> float | None:
        """Return the time of one call; None if that was not measured."""
        return self._seconds[subject][text].get(contender)

    def times(self, subject: str, text: str, contender: str) -> float | None:
        """Return how many times as long as mudwire a contender takes."""
        theirs = self.seconds(subject, text, contender)
        return theirs and theirs / self.seconds(subject, text)

    def mean_times(self, subject: str, contender: str, without: tuple[str, ...]) -> float:
        """Return the geometric mean of ``times`` over all texts but some."""
        texts = [text for text in self.texts(subject) if text not in without]
        return geometric_mean(self.times(subject, text, contender) for text in texts)

    def bytes_a_second(self, subject: str, text: str, contender: str = "mudwire") -> float:
        return self.sizes[subject, text] / self.seconds(subject, text, contender)


class Servers:
    """Whole servers: ``e2e.json``, as ``e2e/run.py`` writes it."""

    def __init__(self, directory: Path) -> None:
        self.result = _read(directory / "e2e.json")

    def rows(self, stage: str, **wanted: Any) -> list[Row]:
        return [
            row
            for row in self.result[stage]
            if all(row.get(name) == value for name, value in wanted.items())
        ]

    def names(self, stage: str) -> list[tuple[str, str | None]]:
        """Return the servers of a stage, with what they answer where they answer several things."""
        return list(dict.fromkeys((row["server"], row.get("answer")) for row in self.result[stage]))

    def ratio(self, stage: str, server: str, answer: str | None, to: str) -> float:
        """Return CPU time against that of another server: the median of the rounds' ratios."""
        ours = {row["round"]: cpu(row) for row in self.rows(stage, server=server, answer=answer)}
        theirs = {row["round"]: cpu(row) for row in self.rows(stage, server=to)}
        return median(ours[number] / theirs[number] for number in ours)

    def median_of(self, stage: str, name: str, **wanted: Any) -> float:
        return median(row[name] for row in self.rows(stage, **wanted))


class Game:
    """A real game: ``game.json``, as ``e2e/game.py`` writes it."""

    def __init__(self, directory: Path) -> None:
        self.result = _read(directory / "game.json")

    def cpu(self, **wanted: Any) -> float:
        """Return the CPU seconds of a command."""
        rows = self.result["rows"]
        return median(
            cpu(row) for row in rows if all(row[name] == value for name, value in wanted.items())
        )


def cpu(row: Row) -> float:
    """Return the server's CPU seconds for one message or connection."""
    return row["cpu"] / row["count"]


def _read(path: Path) -> Any:
    if not path.exists():
        raise SystemExit(f"there is no {path} yet. Try: make bench")
    return json.loads(path.read_text())
