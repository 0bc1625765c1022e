"""What Autobahn keeps for each connection, and what of it can be shared, let go or made again.

Autobahn copies every option into every instance, sets three dozen attributes to None, False
or 0, and keeps the whole handshake: more than half of what an idle connection costs. Here are
the tables by which ``connection.py`` shares and drops; ``tests/transport/test_connection.py``
compares them with stock Autobahn, and ``benches/e2e/run.py`` measures what they save.
"""

from __future__ import annotations

from ast import literal_eval
from collections import deque
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlparse

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.utf8validator import Utf8Validator
from twisted.internet.defer import Deferred, succeed

__all__ = [
    "ALIKE",
    "AT_REST",
    "AUTOBAHN_OPTIONS",
    "HANDSHAKE_HEADERS",
    "HANDSHAKE_ONLY",
    "LET_GO",
    "MADE_AGAIN",
    "MADE_EMPTY",
    "SHARED_HEADERS",
    "AutobahnDefaults",
    "MadeAgain",
    "in_one_copy",
    "is_default",
]


def _autobahn_options() -> dict[str, Any]:
    """Return Autobahn's options with their defaults, as the installed version has them."""
    factory = WebSocketServerFactory.__new__(WebSocketServerFactory)
    factory.resetProtocolOptions()
    factory.logOctets = factory.logFrames = factory.trackTimings = False
    return {name: getattr(factory, name) for name in WebSocketServerProtocol.CONFIG_ATTRS}


AUTOBAHN_OPTIONS = _autobahn_options()


def is_default(value: Any, default: Any) -> bool:
    """Return whether an option of a factory was left alone; each factory makes its own lambda."""
    code = getattr(default, "__code__", None)
    same_code = code is not None and getattr(value, "__code__", None) is code
    return value is default or same_code or bool(value == default)


AT_REST: dict[str, Any] = {
    "_perMessageCompress": None,
    "autoPingPending": None,
    "autoPingPendingSent": None,
    "autoPingPendingSeq": 0,
    "autoPingTimeoutCall": None,
    "closeHandshakeTimeoutCall": None,
    "closedByMe": False,
    "current_frame": None,
    "data": b"",
    "droppedByMe": False,
    "failedByMe": False,
    "inside_message": False,
    "localCloseCode": None,
    "localCloseReason": None,
    "openHandshakeTimeoutCall": None,
    "peer_transport": "websocket",
    "remoteCloseCode": None,
    "remoteCloseReason": None,
    "send_state": WebSocketServerProtocol.SEND_STATE_GROUND,
    "trackedTimings": None,
    "triggered": False,
    "wasClean": False,
    "wasCloseHandshakeTimeout": False,
    "wasMaxFramePayloadSizeExceeded": False,
    "wasMaxMessagePayloadSizeExceeded": False,
    "wasNotCleanReason": None,
    "wasOpenHandshakeTimeout": False,
    "wasServerConnectionDropTimeout": False,
    "wasServingFlashSocketPolicyFile": False,
    "websocket_protocol_in_use": None,
}
"""What Autobahn's attributes are in an open connection in which nothing special has happened."""

HANDSHAKE_ONLY = frozenset({"_wskey", "http_request_data", "http_response_data"})
"""Attributes that are gone once the connection is open."""

HANDSHAKE_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "cache-control",
        "connection",
        "pragma",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-version",
        "upgrade",
    }
)
"""Headers that say nothing of the player, and are gone once the connection is open."""

SHARED_HEADERS = frozenset({"accept-language", "host", "origin", "user-agent"})
"""Headers that many connections have alike, and hold in one copy."""

AutobahnDefaults: Any = type(
    "AutobahnDefaults",
    (),
    AT_REST
    | {
        name: staticmethod(value) if callable(value) else value
        for name, value in AUTOBAHN_OPTIONS.items()
    },
)


class MadeAgain:
    """What Autobahn made for each connection, and is let go of and made again when asked for.

    Each is a property that an attribute of the instance hides.
    """

    @cached_property
    def send_queue(self) -> deque[Any]:
        """What waits to be sent in chops."""
        return deque()

    @cached_property
    def websocket_protocols(self) -> list[str]:
        """The subprotocols that were offered: none."""
        return []

    @cached_property
    def websocket_extensions(self) -> list[Any]:
        """The extensions that were offered: none."""
        return []

    @cached_property
    def websocket_extensions_in_use(self) -> list[Any]:
        """The extensions that were agreed on: none."""
        return []

    @cached_property
    def utf8validator(self) -> Any:
        """What checks text that comes in parts."""
        return Utf8Validator()

    @cached_property
    def is_open(self) -> Deferred[None]:
        """Fires when the handshake is done: it is."""
        return succeed(None)

    @cached_property
    def _results(self) -> dict[str, Any]:
        """What the listeners to an event answered."""
        return dict.fromkeys(self._valid_events)

    @cached_property
    def http_status_line(self) -> str:
        """The first line of the request."""
        return f"GET {self.http_request_uri} HTTP/1.1"

    @cached_property
    def http_request_path(self) -> str:
        """The path that was asked for."""
        return urlparse(self.http_request_uri).path

    @cached_property
    def http_request_params(self) -> dict[str, list[str]]:
        """The query that was asked for."""
        return parse_qs(urlparse(self.http_request_uri).query)

    if TYPE_CHECKING:
        http_request_uri: str
        _valid_events: list[str]


MADE_EMPTY = frozenset(
    {"websocket_extensions", "websocket_extensions_in_use", "websocket_protocols"}
)
"""Lists that are let go where they are empty."""

MADE_AGAIN = (
    frozenset(name for name, value in vars(MadeAgain).items() if isinstance(value, cached_property))
    - MADE_EMPTY
)

LET_GO = HANDSHAKE_ONLY | MADE_AGAIN

ALIKE = frozenset({"_valid_events", "websocket_extensions", "websocket_protocols"})
"""Lists that many connections have alike, and hold in one copy: to be read, not to be changed."""

LONGEST_IN_ONE_COPY = 256
"""Characters of what is held in one copy; what is longer goes with its own connection."""


def in_one_copy(value: Any) -> Any:
    """Return a string, or a list of literals, in the copy that all connections share."""
    if isinstance(value, str):
        return _the_string(value) if len(value) <= LONGEST_IN_ONE_COPY else value
    literals = repr(value)
    return _the_literals(literals) if len(literals) <= LONGEST_IN_ONE_COPY else value


@lru_cache(maxsize=1024)
def _the_string(string: str) -> str:
    return string  # what sys.intern would keep for ever in CPython 3.12


@lru_cache(maxsize=256)
def _the_literals(literals: str) -> Any:
    return literal_eval(literals)
