"""``mudwire bench``: a small table that compares mudwire with Evennia on the user's machine.

The input differs at each call, so that no cache can answer. Calls whose answers differ are not
compared. ``docs/performance.md`` has the full comparison and its method.
"""

from __future__ import annotations

import json
import platform
import time
from functools import partial
from importlib.metadata import version
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from mudwire.bench.stock import Stock, stock
from mudwire.bench.texts import TEXTS, command
from mudwire.formats import WIRE_FORMATS
from mudwire.markup import parse_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["bench"]

ROUNDS = 7
BATCH = 4096
V1 = WIRE_FORMATS["v1.evennia.com"]


class Subject(NamedTuple):
    """One line of the table: a call of mudwire, and Evennia's equivalent or None."""

    name: str
    make: Callable[[int], Any]
    mudwire: Callable[[Any], Any]
    evennia: Callable[[Any], Any] | None


def bench(seconds: float) -> Iterator[str]:
    """Measure, and yield each line of the table as soon as it is ready.

    Args:
        seconds: The total time of the calls for each figure.

    """
    theirs = stock()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    beside = f"Evennia {theirs.version}" if theirs else "no Evennia to compare with"
    yield f"mudwire {version('mudwire')}, {beside}, {python}; time of one call in µs"
    yield ""
    yield f"{'':32}{'mudwire':>10}{'Evennia':>12}{'ratio':>9}"
    for subject in _subjects(theirs):
        yield _line(subject, seconds)
    if theirs is None:
        yield ""
        yield "Run it in the virtual environment of a game to compare with Evennia."


def _subjects(theirs: Stock | None) -> Iterator[Subject]:
    for text in ("chat line", "room", "table", "216 colours", "plain"):
        evennia = theirs and theirs.parse_html
        yield Subject(f"parse_html, {text}", TEXTS[text], parse_html, evennia)
    codec = theirs and theirs.wire_format
    for text in ("chat line", "room"):
        yield Subject(
            f"encode_text, {text}",
            TEXTS[text],
            partial(_encode, V1),
            codec and partial(_encode, codec),
        )
    yield Subject(
        "decode_incoming", command, partial(_decode, V1), codec and partial(_decode, codec)
    )


def _encode(codec: Any, text: str) -> Any:
    return codec.encode_text(text, protocol_flags={}, options={})


def _decode(codec: Any, payload: bytes) -> Any:
    return codec.decode_incoming(payload, False, protocol_flags={})


def _line(subject: Subject, seconds: float) -> str:
    ours = _time_of(subject.mudwire, subject.make, seconds)
    line = f"{subject.name:32}{ours * 1e6:10.2f}"
    if subject.evennia is None:
        return line
    if _value(subject.mudwire(subject.make(0))) != _value(subject.evennia(subject.make(0))):
        return f"{line}  the answers differ: the game has markup of its own"
    theirs = _time_of(subject.evennia, subject.make, seconds)
    return f"{line}{theirs * 1e6:12.2f}{theirs / ours:8.1f}x"


def _value(answer: Any) -> Any:
    """Return the value of an answer, because two spellings of JSON may have the same value."""
    return json.loads(answer[0]) if isinstance(answer, tuple) else answer


def _time_of(call: Callable[[Any], Any], make: Callable[[int], Any], seconds: float) -> float:
    """Return the seconds of one call: the median of batches that take ``seconds`` in total."""
    numbers = count()
    call(make(next(numbers)))
    times: list[float] = []
    size, left = 1, seconds
    while left > 0 or len(times) < ROUNDS:
        batch = [make(next(numbers)) for _ in range(size)]
        begin = time.perf_counter()
        for each in batch:
            call(each)
        spent = time.perf_counter() - begin
        left -= spent
        if spent < seconds / ROUNDS / 2 and size < BATCH:
            size *= 2  # the batch is too short to be measured precisely
        else:
            times.append(spent / size)
    return median(times)
