"""The error of a wrong setting names the setting, its value and the expected kind of value."""

import json
import re
from unittest.mock import Mock

import evennia
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from evennia.utils import logger

from mudwire.evennia import WebSocketClient, client, settings
from mudwire.evennia.formats import game_formats


@pytest.mark.parametrize(
    ("name", "value", "error", "says"),
    [
        ("WEBSOCKET_SUBPROTOCOLS", 7, TypeError, "is 7, but must be a list of the names"),
        ("WEBSOCKET_SUBPROTOCOLS", [7], TypeError, "is [7], but must be a list of the names"),
        ("UPSTREAM_IPS", 7, ImproperlyConfigured, "is 7, but must be a list of IP addresses"),
        ("UPSTREAM_IPS", ["here"], ImproperlyConfigured, "'here' is not an upstream address"),
        ("UPSTREAM_IPS", ["10.0.0.0/33"], ImproperlyConfigured, "'10.0.0.0/33' is not an"),
        ("SCREENREADER_REGEX_STRIP", "(", ImproperlyConfigured, "regular expression (missing )"),
        ("SCREENREADER_REGEX_STRIP", None, ImproperlyConfigured, "is None, but must be a regular"),
        ("BASE_SESSION_CLASS", "no.such.C", ImproperlyConfigured, "the path of a session class"),
        ("BASE_SESSION_CLASS", "os.path.join", ImproperlyConfigured, "the path of a session class"),
        ("BASE_SESSION_CLASS", None, ImproperlyConfigured, "the path of a session class"),
        ("SESSION_ENGINE", "no.such.module", ImproperlyConfigured, "a module with a SessionStore"),
        ("SESSION_ENGINE", "os", ImproperlyConfigured, "a module with a SessionStore"),
        ("SESSION_ENGINE", None, ImproperlyConfigured, "a module with a SessionStore"),
    ],
)
def test_the_error_names_a_wrong_setting(name, value, error, says):
    read = {
        "WEBSOCKET_SUBPROTOCOLS": settings.subprotocols,
        "UPSTREAM_IPS": settings.upstream_ips,
        "SCREENREADER_REGEX_STRIP": settings.screenreader_strip,
        "BASE_SESSION_CLASS": settings.base_session_class,
        "SESSION_ENGINE": settings.session_store,
    }[name]
    expected = f"settings.{name}.*{re.escape(says)}"
    with override_settings(**{name: value}), pytest.raises(error, match=expected):
        read()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("v1.evennia.com", ("v1.evennia.com",)),
        (["b", "a"], ("b", "a")),
        ((), ()),
    ],
)
def test_subprotocols_may_be_a_list_or_one_name(value, expected):
    with override_settings(WEBSOCKET_SUBPROTOCOLS=value):
        assert settings.subprotocols() == expected


@pytest.mark.parametrize(
    ("subprotocols", "chosen", "spoken"),
    [
        (None, "json.mudstandards.org", "json.mudstandards.org"),
        (("no.such", "gmcp.mudstandards.org"), "gmcp.mudstandards.org", "gmcp.mudstandards.org"),
        ((), None, "v1.evennia.com"),
    ],
)
def test_the_setting_decides_the_subprotocol(subprotocols, chosen, spoken, monkeypatch):
    monkeypatch.setattr(WebSocketClient, "subprotocols", subprotocols)
    session = WebSocketClient()
    offer = Mock(protocols=["gmcp.mudstandards.org", "json.mudstandards.org"])
    assert session.onConnect(offer) == chosen
    assert session.wire_format.name == spoken


def test_the_portal_logs_its_subprotocols_and_warns_of_unknown_names(monkeypatch):
    warned, told = [], []
    monkeypatch.setattr(logger, "log_warn", warned.append)
    monkeypatch.setattr(logger, "log_info", told.append)
    monkeypatch.setattr(WebSocketClient, "subprotocols", ("v1.evennia.com", "v1.evenia.com"))
    client._announce()
    assert (warned, told) == ([], [])  # this is no Portal
    monkeypatch.setattr(evennia, "EVENNIA_PORTAL_SERVICE", Mock())
    client._announce()
    assert "unknown names: 'v1.evenia.com'. Known are: 'json.mudstandards.org'" in warned[0]
    assert told[0].endswith(" serves the webclient: v1.evennia.com.")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("127.0.0.1", ("127.0.0.1",)),
        (["10.0.0.0/8", "::1"], ("10.0.0.0/8", "::1")),
        ([], ()),
    ],
)
def test_upstream_ips_may_be_a_list_or_one_address(value, expected):
    with override_settings(UPSTREAM_IPS=value):
        assert settings.upstream_ips() == expected


def test_the_setting_decides_what_screen_readers_do_not_get():
    with override_settings(SCREENREADER_REGEX_STRIP=r"^b-|\."):
        v1 = game_formats()["v1.evennia.com"]
    payload, _ = v1.encode_text("|ra.\nb-c", options={"screenreader": True})
    assert json.loads(payload) == ["text", ["a<br>c"], {}]
