"""Makes the table of limits in docs/security.md from mudwire.limits.

python tools/limits_table.py --write
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mudwire.limits import FIXED_LIMITS, HTTP_LIMITS, LIMITS, Limit

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(__file__).parents[1] / "docs" / "security.md"
BEGIN = "<!-- python tools/limits_table.py --write -->\n"
END = "<!-- end -->\n"


def table() -> str:
    """Return the tables of limits in Markdown: of the protocol, of HTTP, and the fixed ones."""
    rows = [*_rows("protocol", LIMITS.values()), "", *_rows("HTTP channel", HTTP_LIMITS.values())]
    rows += ["", "| fixed limit | what it is | value | protects |", "|---|---|---|---|"]
    rows += [
        f"| `{limit.name}` | {limit.what} | {limit.value:,} {limit.unit} | {limit.protects} |"
        for limit in FIXED_LIMITS.values()
    ]
    return "\n".join([*rows, ""])


def _rows(owner: str, limits: Iterable[Limit]) -> list[str]:
    rows = [
        f"| limit | what it is | default | attribute of the {owner} | protects | close code |",
        "|---|---|---|---|---|---|",
    ]
    for limit in limits:
        unit = limit.unit.removesuffix("s") if limit.default == 1 else limit.unit
        default = f"{limit.default:,.0f} {unit}" if limit.default else limit.auto or "off"
        code = limit.close_code or ""
        rows.append(
            f"| `{limit.name}` | {limit.what} | {default} | `{limit.attribute}` "
            f"| {limit.protects} | {code} |"
        )
    return rows


def page() -> str:
    """Return docs/security.md with an up-to-date table."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + table() + END + tail


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(table(), end="")
