"""The tests that need no running game, in the environment of each Evennia."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("module", ["live_comparison.py", "parsers.py", "session_class.py"])
def test_inside(release, module):
    ran = release.test_inside(module)
    assert ran.returncode == 0, ran.stdout
