"""Fixtures for all tests."""

import pytest
from twisted.logger import globalLogPublisher

from mudwire.quiet_log import SHARED

pytest_plugins = ["serving", "playing", "in_process"]


@pytest.fixture(autouse=True)
def fresh_log_limits():
    """Let no test use up the rate of another's log lines."""
    SHARED.reset()


@pytest.fixture
def log_events():
    """Give the events that are logged during the test."""
    events = []
    globalLogPublisher.addObserver(events.append)
    yield events
    globalLogPublisher.removeObserver(events.append)
