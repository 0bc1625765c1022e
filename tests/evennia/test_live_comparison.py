"""Random text through the installed Evennia and through mudwire, beside each other."""

from __future__ import annotations

import os

from harness.releases import INSIDE, ROOT


def test_the_same_answers(release):
    ran = release.run(
        "python",
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        f"--rootdir={INSIDE}",
        "-p",
        "no:cacheprovider",
        "--noconftest",
        INSIDE / "live_comparison.py",
        PYTHONPATH=f"{INSIDE}{os.pathsep}{ROOT / 'tests'}",
    )
    assert ran.returncode == 0, ran.stdout
