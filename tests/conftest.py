"""Fixtures for all tests."""

pytest_plugins = ["playing", "serving"]
