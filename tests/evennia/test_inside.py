"""The tests that import Evennia, run in the environment of each release."""

from __future__ import annotations


def test_inside(release):
    ran = release.test_inside()
    assert ran.returncode == 0, ran.stdout
