"""Makes the tables of docs/conformance.md from the stored results of the testsuite.

``make conformance ARGS=--write`` stores the results and writes the page.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echo_runs import Case, EchoRun

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "conformance.md"
RESULTS = ROOT / "tests" / "conformance" / "results.json"
BEGIN = "<!-- make conformance ARGS=--write -->\n"
END = "<!-- end -->\n"

SECTIONS = {
    "1": "framing",
    "2": "pings and pongs",
    "3": "reserved bits",
    "4": "opcodes",
    "5": "fragmentation",
    "6": "UTF-8",
    "7": "closing",
    "9": "large and many messages",
    "10": "automatic fragmentation",
}
"""Number -> subject of the sections; there is no section 8, and 12 and 13 are on compression."""

VERDICTS = ("OK", "NON-STRICT", "INFORMATIONAL", "FAILED")
"""The verdicts of the testsuite, in the order of the table."""


def found(subjects: dict[str, EchoRun], limited: dict[str, EchoRun]) -> dict[str, Any]:
    """Return what the page shows of the runs with one version of Autobahn.

    Args:
        subjects: Name -> run with all limits off.
        limited: Name -> run with the stock limits.

    """
    return {
        "versions": next(iter(subjects.values())).versions,
        "subjects": {
            name: {
                "seconds": round(run.seconds, 1),
                "read natively": run.counted.get("read natively", 0),
                "messages": run.counted["messages"],
                "sections": {section: _summary(run.of_section(section)) for section in SECTIONS},
            }
            for name, run in subjects.items()
        },
        "refused": {
            name: sum(case.close_code == 1009 for case in run.cases.values())
            for name, run in limited.items()
        },
    }


def _summary(cases: list[Case]) -> dict[str, int]:
    verdicts = Counter(case.verdict for case in cases)
    codes = sum(case.close_code is not None for case in cases)
    return {**{verdict: verdicts[verdict] for verdict in VERDICTS}, "close codes": codes}


def stored() -> dict[str, Any]:
    """Return the stored results: newest or oldest -> what was found."""
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


def store(age: str, results: dict[str, Any]) -> None:
    """Store the results with one version of Autobahn, and write the page."""
    every = stored() | {age: results} if RESULTS.exists() else {age: results}
    RESULTS.write_text(json.dumps(every, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


def table(results: dict[str, Any]) -> str:
    """Return the table in Markdown of the results with one version of Autobahn."""
    versions, subjects = results["versions"], results["subjects"]
    rows = [
        f"### Autobahn {versions['autobahn']}, Twisted {versions['twisted']}",
        "",
        f"| section | {' | '.join(f'{name} | close codes' for name in subjects)} |",
        f"|---|{'---:|' * 2 * len(subjects)}",
    ]
    for section, title in SECTIONS.items():
        summaries = [subject["sections"][section] for subject in subjects.values()]
        rows.append(f"| {section}: {title} | {' | '.join(map(_cells, summaries))} |")
    totals = [_total(subject["sections"].values()) for subject in subjects.values()]
    rows.append(f"| all | {' | '.join(map(_cells, totals))} |")
    for row in ("messages", "read natively", "seconds"):
        values = (f"{subject[row]:,} | " for subject in subjects.values())
        rows.append(f"| {row} | {' | '.join(values)} |")
    refused = ", ".join(f"{count} on the {name}" for name, count in results["refused"].items())
    return "\n".join([*rows, "", f"Refused with 1009 at the stock limits: {refused}.", ""])


def _total(summaries: Iterable[dict[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for summary in summaries:
        total.update(summary)
    return total


def _cells(summary: dict[str, int]) -> str:
    return f"{' / '.join(str(summary[verdict]) for verdict in VERDICTS)} | {summary['close codes']}"


def page() -> str:
    """Return docs/conformance.md with up-to-date tables."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + "\n".join(map(table, stored().values())) + END + tail
