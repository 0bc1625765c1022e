"""Runs Evennia's own tests with mudwire's classes and functions instead of Evennia's.

It is the game's TEST_RUNNER, so it replaces them before the test modules import them.
"""

from importlib import import_module

import evennia.server.portal.webclient
from evennia.server.tests.testrunner import EvenniaTestSuiteRunner

import mudwire.evennia
import mudwire.formats

FORMATS = {
    "EvenniaV1Format": "evennia_v1",
    "GmcpStandardFormat": "gmcp_standard",
    "JsonStandardFormat": "json_standard",
    "TerminalFormat": "terminal",
}


class Runner(EvenniaTestSuiteRunner):
    """Evennia's test runner, with mudwire installed."""

    def setup_test_environment(self, **kwargs):
        super().setup_test_environment(**kwargs)
        evennia.server.portal.webclient.WebSocketClient = mudwire.evennia.WebSocketClient
        mudwire.evennia.install()
        exchange_formats()


def exchange_formats():
    try:
        upstream = import_module("evennia.server.portal.wire_formats")
    except ImportError:
        return
    for name, module in FORMATS.items():
        codec = getattr(mudwire.formats, name)
        setattr(upstream, name, codec)
        setattr(import_module(f"{upstream.__name__}.{module}"), name, codec)
    upstream.WIRE_FORMATS.update(mudwire.evennia.WebSocketClient.wire_formats)
