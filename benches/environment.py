"""Where and with what something was measured; a number without that says nothing."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

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
RESULTS = Path(__file__).parent / "results"
QUICK_RESULTS = RESULTS / "quick"


def environment() -> dict[str, Any]:
    """Describe the machine, the Python, the versions and the commit."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _git("describe", "--always", "--dirty", "--exclude=*"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "versions": {package: version(package) for package in PACKAGES},
    }


def save(path: Path, result: dict[str, Any]) -> None:
    """Write a result as JSON, with a line for each row of it."""
    members = []
    for name, value in result.items():
        text = json.dumps(value)
        if isinstance(value, list):
            text = "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]"
        members.append(f"{json.dumps(name)}: {text}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(members) + "\n}\n")


def _git(*arguments: str) -> str:
    return subprocess.check_output(
        ["git", *arguments], cwd=Path(__file__).parent, text=True
    ).strip()


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()
