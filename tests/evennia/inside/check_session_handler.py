"""Connections with Evennia's own PortalSessionHandler and Django's own session store."""

from unittest.mock import Mock

import evennia
import pytest
from autobahn.twisted.websocket import WebSocketServerFactory
from django.test import override_settings
from evennia.server.portal import portalsessionhandler
from evennia.server.portal.amp import PDISCONN
from twisted.internet.defer import succeed
from twisted.internet.task import Clock
from twisted.logger import LogLevel, globalLogPublisher

from fakes import HANDSHAKE, MemoryTransport
from mudwire.evennia import WebSocketClient


@pytest.fixture
def handler(monkeypatch):
    """Evennia's handler, with a link to a Server that only records its calls."""
    service = Mock()
    service.amp_protocol.send_AdminPortal2Server.side_effect = lambda *_, **__: succeed(None)
    monkeypatch.setattr(evennia, "EVENNIA_PORTAL_SERVICE", service)
    monkeypatch.setattr(portalsessionhandler, "reactor", Clock())
    monkeypatch.setattr(portalsessionhandler, "_MIN_TIME_BETWEEN_CONNECTS", 0)
    monkeypatch.setattr(
        portalsessionhandler, "_CONNECTION_QUEUE", type(portalsessionhandler._CONNECTION_QUEUE)()
    )
    return portalsessionhandler.PortalSessionHandler()


def sent_to_the_server():
    calls = evennia.EVENNIA_PORTAL_SERVICE.amp_protocol.send_AdminPortal2Server.call_args_list
    return [(call.args[0].sessid, call.kwargs["operation"]) for call in calls]


def connect(handler, query=""):
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = WebSocketClient
    factory.sessionhandler = handler
    connection = factory.buildProtocol(None)
    connection.makeConnection(MemoryTransport())
    connection.dataReceived(HANDSHAKE.replace(b"GET / ", f"GET /{query} ".encode()))
    return connection


ENDS = {
    "disconnect": lambda session: session.disconnect("enough"),
    "clean close": lambda session: session.onClose(True, 1000, "bye"),
    "going away": lambda session: session.onClose(True, 1001, None),
    "lost": lambda session: session.onClose(False, 1006, "lost"),
}


@pytest.mark.parametrize("first", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("second", ENDS.values(), ids=ENDS)
def test_a_session_ends_once_in_any_order_of_events(handler, first, second):
    neighbour, session = connect(handler), connect(handler)
    first(session)
    second(session)
    second(session)
    assert sent_to_the_server().count((session.sessid, PDISCONN)) == 1
    assert list(handler.values()) == [neighbour]


def test_all_sessions_end_together_when_the_portal_stops(handler):
    sessions = [connect(handler) for _ in range(3)]
    with override_settings(TEST_ENVIRONMENT=False):
        handler.disconnect_all()
    for session in sessions:
        session.onClose(True, 1000, None)
    assert not handler


def test_a_closed_session_leaves_the_queue_of_new_sessions(handler):
    evennia.EVENNIA_PORTAL_SERVICE.amp_protocol = None
    session = connect(handler)
    assert session in portalsessionhandler._CONNECTION_QUEUE
    session.onClose(True, 1000, "bye")
    assert session not in portalsessionhandler._CONNECTION_QUEUE


def test_a_session_ends_without_an_error_while_the_server_is_away(handler):
    session, neighbour = connect(handler), connect(handler)
    evennia.EVENNIA_PORTAL_SERVICE.amp_protocol = None
    logged = []
    globalLogPublisher.addObserver(logged.append)
    session.onClose(True, 1000, "bye")
    globalLogPublisher.removeObserver(logged.append)
    assert list(handler.values()) == [neighbour]
    assert not [event for event in logged if event["log_level"] > LogLevel.info]


def test_a_close_before_the_handshake_ends_no_session(handler):
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = WebSocketClient
    factory.sessionhandler = handler
    connection = factory.buildProtocol(None)
    connection.makeConnection(MemoryTransport())
    connection.onClose(False, 1006, "gone")
    assert sent_to_the_server() == []


def test_the_protocol_flags_are_those_of_upstream(handler):
    session = connect(handler, "?&7&firefox")
    assert session.protocol_flags == {
        "ENCODING": "utf-8",
        "SCREENREADER": False,
        "INPUTDEBUG": False,
        "RAW": False,
        "NOCOLOR": False,
        "LOCALECHO": False,
        "CLIENTNAME": "Evennia Webclient (websocket:firefox [v1.evennia.com])",
        "UTF-8": True,
        "OOB": True,
        "TRUECOLOR": True,
        "XTERM256": True,
        "ANSI": True,
        "ISTYPING": True,
    }


def test_an_unreachable_session_store_gives_the_login_screen(handler):
    """The database of these tests has no tables."""
    session = connect(handler, "?0123456789abcdef&7&firefox")
    assert list(handler.values()) == [session]
    assert session.csessid == "0123456789abcdef"
    assert not session.logged_in
