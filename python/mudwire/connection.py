"""Connection: Autobahn's server protocol, kept within limits, made fast and made small.

It knows nothing of sessions or commands. Its rules:

* What comes in goes through the native frame reader while a connection is in its ordinary
  state: open, nothing half read, no extension, nobody listening in between. Everything else
  takes Autobahn's own way, from the first byte that is not ordinary. Which way a frame took
  shows in nothing but its speed (``tests/test_frames.py`` compares the two).
* What goes out leaves through the outbox, whichever way made it.
* An override of a method on either way is honoured: the way then is Autobahn's.
* An instance holds what differs from one connection to the next (``mudwire.autobahn_state``).
"""

from __future__ import annotations

from functools import cache
from sys import maxsize
from typing import Any, ClassVar

from autobahn.twisted.websocket import WebSocketServerProtocol
from autobahn.websocket.protocol import TrafficStats as AutobahnTrafficStats

from mudwire import _native
from mudwire.autobahn_state import (
    ALIKE,
    AT_REST,
    AUTOBAHN_OPTIONS,
    HANDSHAKE_HEADERS,
    LET_GO,
    MADE_EMPTY,
    SHARED_HEADERS,
    AutobahnDefaults,
    MadeAgain,
    in_one_copy,
    is_default,
)
from mudwire.inbox import Inbox
from mudwire.limits import LIMITS, Limits
from mudwire.outbox import Outbox

__all__ = ["Connection"]

CONNECTING: int = WebSocketServerProtocol.STATE_CONNECTING
OPEN: int = WebSocketServerProtocol.STATE_OPEN
TOO_BIG: int = WebSocketServerProtocol.CLOSE_STATUS_CODE_MESSAGE_TOO_BIG


AUTOBAHNS_WAY = frozenset(
    {
        "_dataReceived",
        "consumeData",
        "processData",
        "onFrameBegin",
        "onFrameData",
        "onFrameEnd",
        "_onMessageBegin",
        "onMessageBegin",
        "_onMessageFrameBegin",
        "onMessageFrameBegin",
        "_onMessageFrameData",
        "onMessageFrameData",
        "_onMessageFrameEnd",
        "onMessageFrameEnd",
        "_onMessageFrame",
        "onMessageFrame",
        "_onMessageEnd",
        "onMessageEnd",
        "_onMessage",
        "sendFrame",
        "sendData",
    }
)
"""What a frame passes on Autobahn's way; an override of any of it must be called."""


FRAGMENT_BYTES = 64
"""What Autobahn keeps for each fragment of a message besides its payload, about."""


class TrafficStats(_native.TrafficStats, AutobahnTrafficStats):  # type: ignore[misc] # untyped
    """The native counters, as Autobahn's statistics."""

    def __init__(self) -> None:
        """Leave the counters at 0, where they start."""


@cache
def shared_frame_codec(max_payload_bytes: int) -> _native.FrameCodec:
    """Return the frame codec that all connections with the same limit share."""
    return _native.FrameCodec(max_payload_bytes)


class Connection(Limits, MadeAgain, WebSocketServerProtocol, AutobahnDefaults):  # type: ignore[misc] # Autobahn is untyped
    """One websocket connection of a server.

    Autobahn's options keep their meaning: a class attribute of a subclass goes before an option
    that was set on the factory, and both go before the defaults here.
    """

    outbox_class: ClassVar[type[Outbox]] = Outbox
    outbox: Outbox
    http_headers: dict[str, str]

    peer_transport = AT_REST["peer_transport"]  # old versions of Autobahn have None in a class
    _has_chopped = False
    CONFIG_ATTRS = ()  # nothing is copied from the factory but what _connectionMade below copies
    failByDrop = False  # a client that breaks a rule gets a close code

    def __init__(self) -> None:
        super().__init__()
        # Read at every message: a default in the class would hide them from CPython's
        # specialised look-up.
        self._frames_are_plain = False  # what goes out may take the native way
        self._at_rest = False  # what comes in may take the native way

    def _connectionMade(self) -> None:
        """Take over the options that were changed on the factory, and begin."""
        protocol: Any = type(self)
        for name, default in _left_to_factory(protocol):
            value = getattr(self.factory, name)
            if not is_default(value, default) and name not in self.__dict__:
                setattr(self, name, value)
        Inbox.adopt(self.transport)
        self.outbox = self.outbox_class(self.transport, self.max_queue_bytes)
        super()._connectionMade()
        self.trafficStats = TrafficStats()
        self.frame_codec = shared_frame_codec(int(min(self.max_message_bytes, maxsize)) or maxsize)

    def _onOpen(self) -> None:
        """Choose the way of the frames, once for the life of the connection."""
        self._frames_are_plain = (
            self._perMessageCompress is None
            and self.websocket_version != 0
            and self.applyMask
            and not self.maskServerFrames
            and not self.autoFragmentSize
            and not self.maxFramePayloadSize
            and not self.maxMessagePayloadSize
            and not self.logFrames
            and not self.logOctets
            and self.trackedTimings is None
            and not overrides(self, Connection, AUTOBAHNS_WAY)
        )
        super()._onOpen()

    def succeedHandshake(self, response: Any) -> None:
        """Answer the handshake, and let go of what it leaves behind."""
        super().succeedHandshake(response)
        if self.state != OPEN:
            return
        self.http_headers = {
            in_one_copy(name): in_one_copy(value) if name in SHARED_HEADERS else value
            for name, value in self.http_headers.items()
            if name not in HANDSHAKE_HEADERS
        }
        self.__dict__ = {
            name: in_one_copy(value) if name in ALIKE else value
            for name, value in self.__dict__.items()
            if name not in LET_GO
            and AT_REST.get(name, LET_GO) is not value
            and (value or name not in MADE_EMPTY)
        }

    def _connectionLost(self, reason: Any) -> None:
        """Let go of the socket, and hear of the end as Autobahn does."""
        self.outbox.close()
        super()._connectionLost(reason)

    # in

    def dataReceived(self, data: bytes) -> None:
        """Take the bytes of one segment."""
        if self._at_rest and self.state == OPEN:
            self._take(data, 0)
        elif self.state == CONNECTING and self._header_is_too_long(data):
            self.failHandshake(LIMITS["max_handshake_bytes"].log, 431)
        else:
            self._dataReceived(data)
            self._look_for_rest()

    def _take(self, data: bytes, offset: int) -> None:
        """Take a segment from an offset on: its plain messages, and Autobahn's way what is left."""
        read, stats = self.frame_codec.read, self.trafficStats
        while offset < len(data) and self._at_rest and self.state == OPEN:
            frame = read(stats, data, offset)
            if frame is None:
                break
            payload, is_binary, offset = frame
            self.onMessage(payload, is_binary)
            if not self._at_rest:
                self._fire_message(payload, is_binary)
        if offset < len(data):
            self.data = data[offset:]
            self.consumeData()
            self._look_for_rest()

    def _fire_message(self, payload: bytes, is_binary: bool) -> None:
        """Tell of a message those who listen since that very message."""
        if self._listeners:
            self.fire("message", payload, is_binary=is_binary)

    def _look_for_rest(self) -> None:
        """See whether the connection is in its ordinary state."""
        self._at_rest = (
            self._frames_are_plain
            and not self.data
            and self.current_frame is None
            and not self.inside_message
            and not self._listeners
            and not self.autoPingTimeoutCall
        )

    def on(self, event: str, handler: Any) -> None:
        """Listen to an event of Autobahn's, which only its own way fires."""
        super().on(event, handler)
        self._at_rest = False

    def setTrackTimings(self, enable: bool) -> None:
        """Track timings, which only Autobahn's own way does."""
        super().setTrackTimings(enable)
        self._frames_are_plain = self._at_rest = False

    def _sendAutoPing(self) -> None:
        """Ping; until the answer comes, any frame may stand for it on Autobahn's own way."""
        super()._sendAutoPing()
        self._at_rest = False

    def _header_is_too_long(self, data: bytes) -> bool:
        limit = self.max_handshake_bytes
        return (
            0 < limit < len(self.data) + len(data)
            and (self.data + data).find(b"\r\n\r\n", 0, limit) < 0
        )

    def onMessageBegin(self, isBinary: bool) -> None:
        """Hear that a message begins."""
        super().onMessageBegin(isBinary)
        self._message_bytes = -FRAGMENT_BYTES

    def onMessageFrameBegin(self, length: int) -> None:
        """Hear of a frame whose header has come, and refuse it before its payload is held."""
        super().onMessageFrameBegin(length)
        self._message_bytes += FRAGMENT_BYTES
        self._refuse_over_limit(max(self._message_bytes, self.message_data_total_length))

    def onMessageFrameData(self, payload: bytes) -> None:
        """Hear of payload, which may have been compressed, and then be longer than announced."""
        super().onMessageFrameData(payload)
        self._message_bytes += len(payload)
        self._refuse_over_limit(self._message_bytes)

    def _refuse_over_limit(self, size: int) -> None:
        if 0 < self.max_message_bytes < size and not self.failedByMe:
            self.wasMaxMessagePayloadSizeExceeded = True
            self._fail_connection(TOO_BIG, LIMITS["max_message_bytes"].log)

    # out

    def sendMessage(
        self,
        payload: bytes,
        isBinary: bool = False,
        fragmentSize: int | None = None,
        sync: bool = False,
        doNotCompress: bool = False,
    ) -> None:
        """Send one message, with the arguments and exceptions of Autobahn's method."""
        if (
            self._frames_are_plain
            and self.state == OPEN
            and type(payload) is bytes
            and fragmentSize is None
            and not sync
        ):
            if not self.outbox.write(self.frame_codec.write(self.trafficStats, payload, isBinary)):
                self._drop_slow_reader()
        else:
            super().sendMessage(payload, isBinary, fragmentSize, sync, doNotCompress)

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Send bytes through the outbox, or chopped up where Autobahn is asked to do that."""
        if sync or chopsize or (self._has_chopped and self.send_queue):
            self._has_chopped = True
            self._frames_are_plain = False
            self.outbox.flush()
            super().sendData(data, sync, chopsize)
            return
        if not self.outbox.write(data):
            self._drop_slow_reader()
        if self.state == OPEN:
            self.trafficStats.outgoingOctetsWireLevel += len(data)
        elif self.state == CONNECTING:
            self.trafficStats.preopenOutgoingOctetsWireLevel += len(data)
        if self.logOctets:
            self.logTxOctets(data, sync)

    def dropConnection(self, abort: bool = False) -> None:
        """Close the connection of the transport, behind what was sent in this turn."""
        self.outbox.flush()
        super().dropConnection(abort)

    def _drop_slow_reader(self) -> None:
        """Cut the connection of a client that does not read: a close frame could not pass."""
        self.wasNotCleanReason = LIMITS["max_queue_bytes"].log
        self.dropConnection(abort=True)


def overrides(instance: Any, base: type, names: frozenset[str]) -> bool:
    """Return whether an instance, or its class, has its own methods of these names."""
    kind: Any = type(instance)
    own = getattr(instance, "__dict__", ())
    return not names.isdisjoint(own) or _class_overrides(kind, base, names)


@cache
def _class_overrides(kind: Any, base: Any, names: frozenset[str]) -> bool:
    return any(getattr(kind, name) is not getattr(base, name) for name in names)


@cache
def _left_to_factory(protocol: Any) -> tuple[tuple[str, Any], ...]:
    """Return the options that the class does not state, so that the factory may; and defaults."""
    ours = (Connection, Limits, AutobahnDefaults)
    return tuple(
        (name, default)
        for name, default in AUTOBAHN_OPTIONS.items()
        if not any(name in vars(base) for base in protocol.__mro__ if base not in ours)
    )
