"""What Autobahn keeps for each connection: which of it is shared, dropped, or rebuilt lazily.

Autobahn copies every option into every instance, sets three dozen attributes to None, False
or 0, and keeps the whole handshake: more than half of what an idle connection costs. An open
connection is compacted instead: its instance holds only what differs from its class.
``tests/transport/test_connection.py`` compares a compact connection with stock Autobahn, and
``benches/e2e/run.py`` measures what this saves.
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
    "AUTOBAHN_OPTIONS",
    "DROPPED",
    "DROPPED_HEADERS",
    "DROPPED_IF_EMPTY",
    "OPEN_DEFAULTS",
    "REBUILT_LAZILY",
    "SHARED",
    "AutobahnDefaults",
    "RebuiltLazily",
    "compact",
    "is_default",
    "release",
]


def _autobahn_options() -> dict[str, Any]:
    """Return Autobahn's options with their defaults, as the installed version has them."""
    factory = WebSocketServerFactory.__new__(WebSocketServerFactory)
    factory.resetProtocolOptions()
    factory.logOctets = factory.logFrames = factory.trackTimings = False
    return {name: getattr(factory, name) for name in WebSocketServerProtocol.CONFIG_ATTRS}


AUTOBAHN_OPTIONS = _autobahn_options()


def is_default(value: Any, default: Any) -> bool:
    """Return whether an option of a factory has its default.

    A default that is a lambda is another object in each factory, with the same code.
    """
    code = getattr(default, "__code__", None)
    same_code = code is not None and getattr(value, "__code__", None) is code
    return value is default or same_code or bool(value == default)


OPEN_DEFAULTS: dict[str, Any] = {
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
"""The values of Autobahn's attributes in an open connection to which nothing special happened.

They are class attributes, so that an instance needs none of its own with the same value.
"""

DROPPED = frozenset({"_wskey", "http_request_data", "http_response_data"})
"""Attributes that an open connection lacks: only the handshake reads them."""

DROPPED_HEADERS = frozenset(
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
"""Headers that ``http_headers`` of an open connection lacks: they say nothing of the player."""

SHARED_HEADERS = frozenset({"accept-language", "host", "origin", "user-agent"})
"""Headers with the same value in many connections, which share one copy of it."""

AutobahnDefaults: Any = type(
    "AutobahnDefaults",
    (),
    OPEN_DEFAULTS
    | {
        name: staticmethod(value) if callable(value) else value
        for name, value in AUTOBAHN_OPTIONS.items()
    },
)


class _FiredWithItsConnection:
    """``is_closed`` of a connection that has ended: a Deferred that has fired with it.

    Autobahn's own Deferred holds the connection, which would hold it in turn: both would wait
    for the garbage collector. An attribute of the instance hides this descriptor.
    """

    def __get__(self, connection: Any, owner: Any = None) -> Any:
        return self if connection is None else succeed(connection)


class RebuiltLazily:
    """Attributes of Autobahn that an open connection drops, and rebuilds when they are read.

    Each is a property that an attribute of the instance hides.
    """

    is_closed: Any = _FiredWithItsConnection()

    @cached_property
    def send_queue(self) -> deque[Any]:
        """The chops that wait to be sent."""
        return deque()

    @cached_property
    def websocket_protocols(self) -> list[str]:
        """The offered subprotocols: none."""
        return []

    @cached_property
    def websocket_extensions(self) -> list[Any]:
        """The offered extensions: none."""
        return []

    @cached_property
    def websocket_extensions_in_use(self) -> list[Any]:
        """The negotiated extensions: none."""
        return []

    @cached_property
    def utf8validator(self) -> Any:
        """The UTF-8 check of a text that comes in parts."""
        return Utf8Validator()

    @cached_property
    def is_open(self) -> Deferred[None]:
        """A Deferred that has fired, because the handshake is done."""
        return succeed(None)

    @cached_property
    def _results(self) -> dict[str, Any]:
        """The answers of the listeners, by event."""
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


DROPPED_IF_EMPTY = frozenset(
    {"websocket_extensions", "websocket_extensions_in_use", "websocket_protocols"}
)
"""Lists that an open connection drops if they are empty, and rebuilds when they are read."""

REBUILT_LAZILY = (
    frozenset(
        name for name, value in vars(RebuiltLazily).items() if isinstance(value, cached_property)
    )
    - DROPPED_IF_EMPTY
)
"""Attributes that an open connection drops, and rebuilds when they are read."""

SHARED = frozenset({"_valid_events", "websocket_extensions", "websocket_protocols"})
"""Lists with the same items in many connections, which share one copy: nobody may change it."""

MAX_SHARED_LENGTH = 256
"""Characters of a shared value. Longer values are not shared."""


_NO_DEFAULT = object()


def compact(connection: Any) -> None:
    """Drop from an open connection what its class, or another connection, holds as well.

    Args:
        connection: An Autobahn protocol with ``RebuiltLazily`` and ``AutobahnDefaults`` among
            its bases, whose handshake is done.

    """
    connection.http_headers = {
        shared(name): shared(value) if name in SHARED_HEADERS else value
        for name, value in connection.http_headers.items()
        if name not in DROPPED_HEADERS
    }
    connection.__dict__ = {
        name: shared(value) if name in SHARED else value
        for name, value in connection.__dict__.items()
        if name not in DROPPED
        and name not in REBUILT_LAZILY
        and OPEN_DEFAULTS.get(name, _NO_DEFAULT) is not value
        and (value or name not in DROPPED_IF_EMPTY)
    }


BUFFERS = ("control_frame_data", "data", "frame_data", "message_data", "send_queue")
"""Attributes of Autobahn that hold received bytes, or chops that wait to be sent."""


def release(connection: Any) -> None:
    """Drop from a connection that has ended its buffers, and what refers back to it.

    So its memory is free at once, without the garbage collector, and a session that waits for
    its player to return holds little. What tells how the connection ended stays.

    Args:
        connection: An Autobahn protocol with ``RebuiltLazily`` among its bases, whose
            ``is_closed`` has fired.

    """
    state = connection.__dict__
    state.pop("is_closed", None)
    for name in BUFFERS:
        if state.get(name):
            state[name] = type(state[name])()
    if connection.closeHandshakeTimeoutCall is not None:  # Autobahn leaves it to the clock
        connection.closeHandshakeTimeoutCall.cancel()
        connection.closeHandshakeTimeoutCall = None


def shared(value: Any) -> Any:
    """Return the shared copy of a string, or of a list of literals; a long one unchanged."""
    if isinstance(value, str):
        return _shared_string(value) if len(value) <= MAX_SHARED_LENGTH else value
    literals = repr(value)
    return _shared_literals(literals) if len(literals) <= MAX_SHARED_LENGTH else value


@lru_cache(maxsize=1024)
def _shared_string(string: str) -> str:
    return string  # sys.intern would keep it for ever in CPython 3.12


@lru_cache(maxsize=256)
def _shared_literals(literals: str) -> Any:
    return literal_eval(literals)
