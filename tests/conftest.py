"""Fixtures for all tests."""

import pytest

from mudwire.quiet_log import SHARED

pytest_plugins = ["serving", "playing", "in_process"]


@pytest.fixture(autouse=True)
def fresh_log_limits():
    """Let no test use up the rate of another's log lines."""
    SHARED.reset()
