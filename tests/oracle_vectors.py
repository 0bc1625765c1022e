"""The recorded answers in ``tests/oracle``, decoded: what Evennia 6.1.0 gave for each input."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ORACLE = Path(__file__).parent / "oracle"


@dataclass(frozen=True, slots=True)
class Vector:
    """One call of an upstream function and its answer; ``tags`` name the differences it touches."""

    fn: str
    format: str | None
    args: list[Any]
    kwargs: dict[str, Any]
    flags: dict[str, Any] | None
    out: Any
    raises: str | None
    src: str
    tags: tuple[str, ...]


@cache
def vectors(fn: str, subprotocol: str | None = None) -> tuple[Vector, ...]:
    """Return the vectors of upstream's function ``fn``, and of one subprotocol if it is named."""
    return tuple(
        vector
        for vector in _all_vectors()
        if vector.fn == fn and subprotocol in (None, vector.format)
    )


@cache
def _all_vectors() -> tuple[Vector, ...]:
    lines = []
    for name in ("visible.jsonl.gz", "extra.jsonl.gz"):
        with gzip.open(ORACLE / name, "rt", encoding="ascii") as file:
            lines += [json.loads(line, object_hook=_decode) for line in file]
    return tuple(
        Vector(
            fn=line["fn"],
            format=line.get("format"),
            args=line["args"],
            kwargs=line["kwargs"],
            flags=line.get("flags"),
            out=line.get("out"),
            raises=line.get("raises"),
            src=line["src"],
            tags=tuple(line.get("tags", ())),
        )
        for line in lines
    )


def _decode(value: dict[str, Any]) -> Any:
    match value:
        case {"utf8": str(text), **rest} if not rest:
            return text.encode()
        case {"hex": str(digits), **rest} if not rest:
            return bytes.fromhex(digits)
        case {"__int__": str(digits), **rest} if not rest:
            return int(digits)
        case {"__float__": str(text), **rest} if not rest:
            return float(text)
        case {"__pairs__": list(pairs), **rest} if not rest:
            return {tuple(key) if isinstance(key, list) else key: value for key, value in pairs}
    return value
