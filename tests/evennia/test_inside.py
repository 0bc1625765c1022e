"""The tests that import Evennia, run in the environment of each release."""

from __future__ import annotations


def test_the_tests_that_import_evennia_pass(release):
    ran = release.test_inside()
    assert ran.returncode == 0, ran.stdout
