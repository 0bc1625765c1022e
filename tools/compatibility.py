"""The table of differences from Evennia, for the tests and for docs/compatibility.md.

python tools/compatibility.py > docs/compatibility.md
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIFFERENCES = Path(__file__).parents[1] / "tests" / "differences.toml"
PAGE = Path(__file__).parents[1] / "docs" / "compatibility.md"

HEAD = """\
# What is different from Evennia

Where the answer of Evennia 6.1.0 is right, mudwire gives the same answer (Evennia 5.0.1 does too).
HTML, ANSI and plain text are equal to the byte. Messages have the same JSON value: upstream pads
them with spaces and escapes characters outside ASCII, and mudwire's are UTF-8 without padding.
48,000 recorded answers in `tests/oracle` and a comparison with a live Evennia test this.

The differences below are wanted, and each has a test. This page is made from
`tests/differences.toml` by `python tools/compatibility.py > docs/compatibility.md`. (A missing
number named a difference that no longer exists.)
"""


@dataclass(frozen=True)
class Example:
    """One call, its answer here, and upstream's answer or None if it is not shown."""

    call: str
    here: Any
    upstream: str | None = None


@dataclass(frozen=True)
class Difference:
    """One wanted difference, with ``examples`` or the names of the ``tests`` that show it."""

    id: str
    what: str
    upstream: str
    here: str
    examples: tuple[Example, ...]
    tests: tuple[str, ...]


def differences() -> list[Difference]:
    """Return the differences in the order of their numbers."""
    rows = tomllib.loads(DIFFERENCES.read_text(encoding="utf-8"))["difference"]
    found = [
        Difference(
            id=row["id"],
            what=row["what"],
            upstream=row["upstream"],
            here=row["here"],
            examples=tuple(Example(**example) for example in row.get("example", ())),
            tests=tuple(row.get("tests", ())),
        )
        for row in rows
    ]
    return sorted(found, key=lambda difference: int(difference.id[1:]))


def page() -> str:
    """Return docs/compatibility.md."""
    parts = [HEAD]
    for row in differences():
        parts.append(f"## {row.id}: {row.what}\n\nUpstream: {row.upstream}\n\nHere: {row.here}\n")
        for example in row.examples:
            lines = ["```", f">>> {example.call}", f"{example.here!r}"]
            if example.upstream is not None:
                lines.append(f"{example.upstream!r}  # upstream")
            parts.append("\n".join([*lines, "```", ""]))
        if row.tests:
            parts.append("Proved by " + ", ".join(f"`{test}`" for test in row.tests) + ".\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
