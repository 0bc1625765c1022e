"""WebSocketClient: the webclient's protocol on the session class of the game."""

from __future__ import annotations
import importlib
from django.conf import settings
from evennia.utils.utils import class_from_module
from mudwire.protocol import WebClientProtocol

_BASE = class_from_module(settings.BASE_SESSION_CLASS)

class WebSocketClient(WebClientProtocol, _BASE):
    browser_session_store = importlib.import_module(settings.SESSION_ENGINE).SessionStore
