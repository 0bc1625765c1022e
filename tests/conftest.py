"""Fixtures for all tests."""

pytest_plugins = ["serving", "playing", "in_process"]
