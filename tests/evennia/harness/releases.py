"""The releases of Evennia that mudwire is tested with, and the virtual environment of each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
INSIDE = ROOT / "tests" / "evennia" / "inside"


@dataclass(frozen=True)
class Release:
    """One release of Evennia, with the Pythons it may run on, the preferred one first."""

    version: str
    pythons: tuple[str, ...]

    @property
    def environment(self) -> Path:
        return ROOT / f".venv-evennia-{self.version}"

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"

    @property
    def has_wire_formats(self) -> bool:
        """Whether the release has subprotocols; Evennia has them since 6.0."""
        return int(self.version.split(".")[0]) >= 6

    def __str__(self) -> str:
        return f"Evennia {self.version}"

    def find_interpreter(self) -> Path | None:
        for version in self.pythons:
            for candidate in interpreters(version):
                # Debian's Python may lack venv and ensurepip.
                ask = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
                answer = subprocess.run(
                    [candidate, "-c", ask], capture_output=True, text=True, check=False
                )
                if answer.stdout.strip() == version:
                    return candidate
        return None

    def run(
        self, *args: str | Path, cwd: Path | None = None, timeout: float = 120, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the virtual environment; stdout of the result has stderr too."""
        return subprocess.run(
            [self.environment / "bin" / args[0], *args[1:]],
            cwd=cwd,
            env=self.variables(**environment),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )

    def variables(self, **more: str) -> dict[str, str]:
        """Return the environment variables of a program that runs in the virtual environment.

        The seed of hashes is fixed, because Evennia prints sets, and two games are compared.
        """
        path = f"{self.environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONHASHSEED": "0", **more}

    def test_inside(self) -> subprocess.CompletedProcess[str]:
        """Run the tests of ``inside``, which import Evennia."""
        return self.run(
            "python",
            "-m",
            "pytest",
            "-q",
            f"--rootdir={INSIDE}",
            f"--config-file={os.devnull}",
            "--import-mode=importlib",
            "--noconftest",
            "-p",
            "no:cacheprovider",
            "-p",
            "game_settings",
            *sorted(INSIDE.glob("check_*.py")),
            PYTHONPATH=os.pathsep.join(map(str, (INSIDE, ROOT / "tests", ROOT / "tools"))),
        )


RELEASES = (
    Release("5.0.1", ("3.11", "3.12")),
    Release("6.1.0", ("3.12", "3.13")),
)


def installed() -> list[Release]:
    """Return the releases that ``make test-evennia`` could install on this machine."""
    return [release for release in RELEASES if release.python.exists()]


def interpreters(version: str) -> Iterator[Path]:
    """Yield candidates for a Python of ``version``: this one, those on PATH, those of pyenv."""
    yield Path(sys.executable)
    for directory in os.get_exec_path():
        if (candidate := Path(directory, f"python{version}")).exists():
            yield candidate
    if shutil.which("pyenv"):
        root = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=True)
        yield from Path(root.stdout.strip(), "versions").glob(f"{version}.*/bin/python")
