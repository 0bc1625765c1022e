"""Makes the tables of docs/security.md from the stored measurements of the attacks.

``make hostile ARGS=--write`` stores the measurements and writes the page.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hostile.instrument import DISTURBED
from hostile.variants import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hostile.figures import Latency, Measurement

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "security.md"
RESULTS = ROOT / "tests" / "hostile" / "results.json"
BEGIN = "<!-- make hostile ARGS=--write -->\n"
END = "<!-- end of hostile -->\n"

COLUMNS = (
    "attack",
    "quiet, ms",
    "attacked, ms",
    "sink, ms",
    "busy",
    "memory, MiB",
    "log, kB",
    "cut",
    "slowed",
    "MB/s of one",
    "missed",
    "disturbed",
)


def cells(found: Measurement, attackers: int, missed: Sequence[str]) -> dict[str, str]:
    """Return a row of the table.

    Args:
        found: The measurement.
        attackers: The number of attackers.
        missed: The goals that it misses.

    Returns:
        The text of each of ``COLUMNS``.

    """
    return {
        "attack": found.attack,
        "quiet, ms": round_trips(found.quiet),
        "attacked, ms": round_trips(found.attacked),
        "sink, ms": round_trips(found.sink),
        "busy": f"{found.busy:.0%}",
        "memory, MiB": " / ".join(
            mebibytes(size) for size in (found.idle, found.peak, found.after)
        ),
        "log, kB": f"{found.log / 1000:.1f}",
        "cut": cut(found, attackers),
        "slowed": f"{found.slowed} of {attackers}" if attackers else "",
        "MB/s of one": f"{rate(found.sent)} ({rate(found.sink_sent)})" if found.sink_sent else "",
        "missed": ", ".join(missed),
        "disturbed": f"{found.disturbed:.0%}" if found.disturbed > DISTURBED else "",
    }


def round_trips(latency: Latency | None) -> str:
    """Return p50, p99 and maximum in milliseconds."""
    if latency is None:
        return ""
    return " / ".join(map(milliseconds, (latency.p50, latency.p99, latency.max)))


def milliseconds(value: float) -> str:
    """Return a time as text; ``never`` for an answer that did not come."""
    if math.isinf(value):
        return "never"
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def mebibytes(size: int) -> str:
    """Return a size in MiB; a dash for a server that has ended."""
    return f"{size / 1024 / 1024:.0f}" if size else "-"


def rate(size: float) -> str:
    """Return bytes a second in MB."""
    return f"{size / 1e6:.0f}" if size >= 10e6 else f"{size / 1e6:.2g}"


def cut(found: Measurement, attackers: int) -> str:
    """Return how many attackers were cut and how often with which code, and the honest cut."""
    parts = []
    if found.cut:
        codes = ", ".join(f"{code}: {count:,}" for code, count in found.ends.items())
        parts.append(f"{found.cut} of {attackers} ({codes})")
    if found.honest_cut:
        codes = ", ".join(f"{code}: {count:,}" for code, count in found.honest_cut.items())
        parts.append(f"honest ({codes})")
    return "; ".join(parts)


def line(found: Measurement, attackers: int, missed: Sequence[str]) -> str:
    """Return a row for a terminal."""
    text = cells(found, attackers, missed)
    named = [name for name in COLUMNS[1:] if name != "missed"]
    parts = [f"{name} {text[name]}" for name in named if text[name]]
    extra = [f"exit {found.exit_code} after {found.exit_seconds:.1f} s"]
    if found.connections:
        extra.append(f"{found.connections:,.0f} connections/s")
    verdict = f"MISSED: {text['missed']}" if missed else "ok"
    return "\n".join([f"  {found.attack}: {verdict}", f"      {' · '.join(parts + extra)}"])


def stored_row(found: Measurement, attackers: int, missed: Sequence[str]) -> dict[str, Any]:
    """Return what is stored of a measurement: its row, and its figures."""
    return {"cells": cells(found, attackers, missed), "figures": rounded(asdict(found))}


def rounded(value: Any) -> Any:
    """Return figures with three decimals; null for an answer that never came."""
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return value


def store(variant: str, rows: Sequence[dict[str, Any]], environment: Mapping[str, str]) -> None:
    """Store the rows of a set-up in place of its former ones, and write the page."""
    results = stored()
    results[variant] = {"environment": dict(environment), "rows": list(rows)}
    in_order = {name: results[name] for name in VARIANTS if name in results}
    RESULTS.write_text(written(in_order), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


def written(results: Mapping[str, Any]) -> str:
    """Return results as JSON, with each row in a line of its own, so that a change is readable."""

    def compact(value: Any) -> str:
        return json.dumps(value, allow_nan=False)

    variants = [
        f"{compact(name)}: {{\n"
        f'"environment": {compact(found["environment"])},\n'
        '"rows": [\n' + ",\n".join(map(compact, found["rows"])) + "\n]}"
        for name, found in results.items()
    ]
    return "{\n" + ",\n".join(variants) + "\n}\n"


def stored() -> dict[str, Any]:
    """Return the stored results: heading of a set-up -> environment and rows."""
    if not RESULTS.exists():
        return {}
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


def tables(results: Mapping[str, Any]) -> str:
    """Return the tables in Markdown, one for each set-up."""
    return "\n".join(
        line
        for variant, found in results.items()
        for line in _table(variant, found["rows"], found["environment"])
    )


def _table(
    variant: str, rows: Sequence[Mapping[str, Any]], environment: Mapping[str, str]
) -> Iterator[str]:
    missed = sum(bool(row["cells"]["missed"]) for row in rows)
    yield f"### {variant}"
    yield ""
    yield (
        f"{missed} of {len(rows)} rows miss a goal. Measured on {environment['date']}, "
        f"{environment['seconds']} s for each attack: {environment['machine']}, "
        f"{environment['system']}, Python {environment['python']}, Twisted "
        f"{environment['twisted']}, Autobahn {environment['autobahn']}, mudwire "
        f"{environment['mudwire']}, the honest players with {environment['priority']}."
    )
    yield ""
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for row in rows:
        text = dict(row["cells"])
        if text["missed"]:
            text["missed"] = f"**{text['missed']}**"
        yield f"| {' | '.join(text[name] for name in COLUMNS)} |"
    yield ""


def page() -> str:
    """Return docs/security.md with up-to-date tables."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + tables(stored()) + END + tail
