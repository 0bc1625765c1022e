"""The fast path: a whole message in one native call, in and out.

``protocol.py`` and ``transport/connection.py`` are the plain path: every step of a message is a
method in Python, and Autobahn reads and writes the frames. Neither uses this module. The classes
here extend them, and skip steps where nobody could notice:

* ``FastConnection`` reads and writes frames natively. What it reads is masked by the client,
  uncompressed, valid and within the limit: messages in one frame or in fragments, pings and pongs,
  cut anywhere. Autobahn gets everything else, such as close frames and violations, together with
  what is half read.
* ``WebClientProtocol`` also goes from a text to a frame in one native call, and from a segment to
  the session handler, if the segment is one frame with at most 512 bytes, as nearly every command
  is. The wire format is ``v1.evennia.com``.

The rules:

* The fast path and the plain path differ in speed and in nothing else. ``tests/test_fast_path.py``
  and ``tests/test_fast_frames.py`` compare everything that can be observed.
* An override of a step is called. It may be in the class or in the instance, of the protocol or
  of the wire format, and turns off the calls that would skip it. One in an instance counts from
  the next choice of the path, so ``onOpen`` is the place to put it there.
* ``_fast_path`` is the state: a ``FastPath``, or None for the plain path. It is chosen when the
  connection opens, and again at each event that may change the answer: bytes that Autobahn has
  read, a ping, a listener, tracked timings, chopped sending, another wire format, the end of the
  session. The state of the connection (``OPEN``) is asked for at each message instead, because
  Autobahn changes it in many places.

Covered by ``benches/bench_protocol.py``.
"""

from __future__ import annotations

from functools import cache
from sys import maxsize
from typing import TYPE_CHECKING, Any

from autobahn.twisted.websocket import protocol  # not from its home: this import selects Twisted
from autobahn.websocket.xormasker import XorMaskerNull, create_xor_masker

from mudwire import _native
from mudwire._native import Codec, Intake, data_frame, default_frame, receive_command, text_frame
from mudwire.formats import EvenniaV1Format
from mudwire.protocol import PlainWebClientProtocol
from mudwire.transport.autobahn_state import AUTOBAHN_OPTIONS
from mudwire.transport.connection import OPEN, Connection

if TYPE_CHECKING:
    from mudwire.formats import WireFormat

__all__ = ["FastConnection", "FastPath", "WebClientProtocol"]

FrameHeader: Any = protocol.FrameHeader

TEXT, BINARY, OTHER, PING, PONG = 1, 2, 8, 9, 10
"""Opcodes of RFC 6455; 8, a close frame, stands for all that ``Intake.read`` leaves to Autobahn."""

AUTOBAHN_STEPS = frozenset(
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
"""The steps of a frame in Autobahn that ``FastConnection`` skips."""

STEPS_IN = frozenset({"onMessage", "data_in", "wire_format"})
STEPS_OUT = frozenset({"sendEncoded", "sendMessage", "wire_format"})
"""The steps of a message in the protocol that ``WebClientProtocol`` skips."""

DECODERS = frozenset({"decode_incoming", "is_blank_line"})
ENCODERS = frozenset({"encode_text", "encode_prompt", "encode_default"})
"""The steps of a message in its wire format that ``WebClientProtocol`` skips."""


class TrafficStats(_native.TrafficStats, protocol.TrafficStats):  # type: ignore[misc] # Autobahn is untyped
    """The native counters, as Autobahn's statistics."""

    def __init__(self) -> None:
        """Leave the counters at 0, where they start."""


class FastPath:
    """The native steps that a connection may take now.

    Attributes:
        limit: The most bytes that a message may have.
        codec_in: Decodes a command on its way to the session handler; None if a step between
            the frame and the handler must be called.
        codec_out: Encodes a text on its way to a frame; None if a step between must be called.

    """

    __slots__ = ("codec_in", "codec_out", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.codec_in: Codec | None = None
        self.codec_out: Codec | None = None


class FastConnection(Connection):
    """A connection that reads and writes simple data frames natively."""

    trafficStats: TrafficStats
    # Autobahn before 24.4 has no such option, and does what it stands for.
    autoPingRestartOnAnyTraffic = AUTOBAHN_OPTIONS.get("autoPingRestartOnAnyTraffic", True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # In the instance and not in the class: CPython's specialised look-up of an attribute of an
        # instance fails if the class has one of the same name.
        self._fast_path: FastPath | None = None

    def _connectionMade(self) -> None:
        """Begin, with native counters."""
        super()._connectionMade()
        self.trafficStats = TrafficStats()

    # Choosing the path.

    def _choose_fast_path(self) -> None:
        """Choose the path again, after an event that may change it."""
        before = self._fast_path
        self._fast_path = self._fast_path_now()
        if before is not None and self._fast_path is None:
            self._give_to_autobahn()

    def _fast_path_now(self) -> FastPath | None:
        """Return the fast path, if it applies to the frames of this connection."""
        if not _reads_and_writes_simple_frames(self):
            return None
        return FastPath(int(min(max(self.max_message_bytes, 0), maxsize)) or maxsize)

    def _onOpen(self) -> None:
        """Choose the path of the first messages, and again when the application has begun."""
        self._choose_fast_path()
        super()._onOpen()
        self._choose_fast_path()

    def on(self, event: str, handler: Any) -> None:
        """Listen to an event of Autobahn, which only the plain path fires."""
        super().on(event, handler)
        self._choose_fast_path()

    def setTrackTimings(self, enable: bool) -> None:
        """Track timings, which only the plain path does."""
        super().setTrackTimings(enable)
        self._choose_fast_path()

    def _sendAutoPing(self) -> None:
        """Ping; until the pong comes, any data frame is a sign of life."""
        super()._sendAutoPing()
        self._choose_fast_path()

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Send bytes; frames must not pass chops that wait."""
        super().sendData(data, sync, chopsize)
        if sync or chopsize:
            self._choose_fast_path()

    # Receiving.

    def handle(self, data: bytes, offset: int, end: int) -> None:
        """Handle the part of a segment that the read buffer has counted."""
        if self._fast_path is not None and self.state == OPEN:
            self.trafficStats.incomingOctetsWireLevel += end - offset
            self._read_frames(data, offset, end)
            return
        self._give_to_autobahn()
        super().handle(data, offset, end)
        if not self.inside_message:  # the rest of a fragmented message is Autobahn's
            self._choose_fast_path()

    def _read_frames(self, data: bytes, offset: int, end: int) -> None:
        """Read a part of a segment natively; Autobahn gets the rest."""
        while offset < end and self._fast_path is not None and self.state == OPEN:
            fast_path = self._fast_path
            # While a pong is awaited, the end of every data frame must be seen.
            awaits_pong = self.autoPingTimeoutCall is not None
            read = self.read_buffer.read(
                fast_path.limit, self.trafficStats, data, offset, end, awaits_pong
            )
            if read is None:
                return
            opcode, payload, offset = read
            if opcode == OTHER:
                break
            if payload is None or opcode in (TEXT, BINARY):
                if awaits_pong and self.autoPingRestartOnAnyTraffic:
                    self._cancelAutoPingTimeoutCall()
                    self._choose_fast_path()
                    fast_path = self._fast_path or fast_path
                if payload is not None:
                    self.onMessage(payload, opcode == BINARY)
                    if self._fast_path is not fast_path:
                        self._tell_listeners(payload, opcode == BINARY)
            else:
                self._handle_control_frame(opcode, payload)
        if offset < end:
            self._give_to_autobahn()
            self.data += data[offset:end]
            self.consumeData()
            self._choose_fast_path()

    def _handle_control_frame(self, opcode: int, payload: bytes) -> None:
        """Let Autobahn answer a ping, or take a pong."""
        self.current_frame = FrameHeader(opcode, True, 0, len(payload), None)
        self.control_frame_data = [payload]
        self.processControlFrame()
        self.current_frame = None
        if opcode == PONG:
            self._choose_fast_path()

    def _give_to_autobahn(self) -> None:
        """Put what is half read where Autobahn would have it, because it reads the rest."""
        if self.read_buffer.is_blank:
            return
        head, frame, message, control = self.read_buffer.give_up()
        self.data = head
        if message is not None:
            is_binary, payload, whole, announced, counted = message
            self.inside_message = True
            self.message_is_binary = is_binary
            self.message_data = [payload]
            self.message_data_total_length = announced
            self._message_bytes = counted
            self._isMessageCompressed = False
            self.utf8validateIncomingCurrentMessage = self.utf8validateIncoming and not is_binary
            if self.utf8validateIncomingCurrentMessage:
                self.utf8validateLast = _validated(self.utf8validator, payload, whole)
        if frame is not None:
            first, length, key, done = frame
            opcode = first & 0x0F
            self.current_frame = FrameHeader(opcode, bool(first & 0x80), 0, length, key)
            self.current_frame_masker = _masker(key, length, done)
            if opcode in (PING, PONG):
                self.control_frame_data = [control]
            else:
                self.frame_length = length
                self.frame_data: list[bytes] = []

    def _tell_listeners(self, payload: bytes, is_binary: bool) -> None:
        """Fire the event of a message, if its own handling has added a listener."""
        if self._listeners:
            self.fire("message", payload, is_binary=is_binary)

    # Sending.

    def sendMessage(
        self,
        payload: bytes,
        isBinary: bool = False,
        fragmentSize: int | None = None,
        sync: bool = False,
        doNotCompress: bool = False,
    ) -> None:
        """Send one message, with the arguments and exceptions of Autobahn's method."""
        fast_path = self._fast_path
        if (
            fast_path is not None
            and self.state == OPEN
            and type(payload) is bytes
            and type(isBinary) is bool
            and fragmentSize is None
            and not sync
        ):
            frame = data_frame(self.trafficStats, payload, isBinary)
            if not self.write_buffer.write(frame):
                self._drop_slow_reader()
        else:
            super().sendMessage(payload, isBinary, fragmentSize, sync, doNotCompress)


class WebClientProtocol(FastConnection, PlainWebClientProtocol):
    """One player's websocket connection, which is also the session in the application.

    A concrete class adds the application's session class: ``class WebSocketClient(
    WebClientProtocol, Session)``. ``PlainWebClientProtocol`` has the attributes that an
    application sets, and the methods that a game may override.
    """

    @property
    def wire_format(self) -> WireFormat | None:
        """The codec of this connection, from the handshake on; it may be changed."""
        return self._wire_format

    @wire_format.setter
    def wire_format(self, wire_format: WireFormat | None) -> None:
        self._wire_format = wire_format
        self._choose_fast_path()

    _wire_format: WireFormat | None = None

    def _fast_path_now(self) -> FastPath | None:
        fast_path = super()._fast_path_now()
        codec = self._wire_format
        if (
            fast_path is not None
            and isinstance(codec, Codec)
            and getattr(codec, "native_format", None) == EvenniaV1Format.native_format
            and not self._ended
        ):
            steps_in = (self, WebClientProtocol, STEPS_IN), (codec, Codec, DECODERS)
            steps_out = (self, WebClientProtocol, STEPS_OUT), (codec, Codec, ENCODERS)
            # The native call does not see that a pong is awaited.
            if not self.autoPingTimeoutCall and not any(overrides(*steps) for steps in steps_in):
                fast_path.codec_in = codec
            if not any(overrides(*steps) for steps in steps_out):
                fast_path.codec_out = codec
        return fast_path

    def _end_session(self) -> None:
        """End the session, which hears no more commands."""
        super()._end_session()
        self._choose_fast_path()

    # Receiving.

    def dataReceived(self, data: bytes) -> None:
        """Read the bytes of one segment, if it is one command in one native call."""
        fast_path = self._fast_path
        if (
            fast_path is None
            or (codec := fast_path.codec_in) is None
            or self.state != OPEN
            or not receive_command(
                fast_path.limit,
                self.trafficStats,
                self.read_buffer,
                codec,
                data,
                self.reserved_names,
                self.sessionhandler,
                self,
            )
        ):
            super().dataReceived(data)
        elif self._fast_path is not fast_path and self._listeners:
            # This message has added a listener. Its payload is read again, uncounted.
            read = Intake(self.budget(), 0).read(
                fast_path.limit, TrafficStats(), data, 0, len(data), False
            )
            assert read is not None
            opcode, payload, _ = read
            assert payload is not None
            self._tell_listeners(payload, opcode == BINARY)

    # Sending.

    def send_text(self, *args: Any, **kwargs: Any) -> None:
        """Send text to the player.

        Args:
            args: The text, in the game's markup, then arguments that go along.
            kwargs: Keywords that go along. ``options`` may hold ``raw``, ``client_raw``,
                ``nocolor``, ``screenreader`` and ``send_prompt`` (each a bool).

        """
        fast_path = self._fast_path
        if fast_path is None or (codec := fast_path.codec_out) is None or self.state != OPEN:
            super().send_text(*args, **kwargs)
            return
        frame = text_frame(self.trafficStats, codec, args, kwargs, self.protocol_flags, False)
        if frame is not None and not self.write_buffer.write(frame):
            self._drop_slow_reader()

    def send_prompt(self, *args: Any, **kwargs: Any) -> None:
        """Send a prompt to the player, with the arguments of ``send_text``."""
        fast_path = self._fast_path
        if fast_path is None or (codec := fast_path.codec_out) is None or self.state != OPEN:
            super().send_prompt(*args, **kwargs)
            return
        frame = text_frame(self.trafficStats, codec, args, kwargs, self.protocol_flags, True)
        if frame is not None and not self.write_buffer.write(frame):
            self._drop_slow_reader()

    def send_default(self, cmdname: str, *args: Any, **kwargs: Any) -> None:
        """Send any other command to the client, with its arguments."""
        fast_path = self._fast_path
        if fast_path is None or (codec := fast_path.codec_out) is None or self.state != OPEN:
            super().send_default(cmdname, *args, **kwargs)
            return
        frame = default_frame(self.trafficStats, codec, cmdname, args, kwargs)
        if frame is not None and not self.write_buffer.write(frame):
            self._drop_slow_reader()


def _validated(validator: Any, payload: bytes, whole: int) -> Any:
    """Bring Autobahn's UTF-8 validator to the end of a valid beginning of a text.

    Args:
        validator: Autobahn's validator, native or not.
        payload: The text so far.
        whole: How many bytes at its start are whole characters.

    """
    validator.reset()
    if hasattr(validator, "_index"):  # in Python it is slow, and has its state in attributes
        validator._index = whole
        payload = payload[whole:]
    return validator.validate(payload)


def _masker(key: bytes, length: int, done: int) -> Any:
    """Return Autobahn's masker of a frame, in the place where a part of the payload is done."""
    masker = create_xor_masker(key, length) if length else XorMaskerNull()
    if hasattr(masker, "_ptr"):  # in Python it is slow, and has its place in an attribute
        masker._ptr = done
    else:
        masker.process(bytes(done))
    return masker


def _reads_and_writes_simple_frames(connection: FastConnection) -> bool:
    """Return whether native frames give what Autobahn would give, as its state is now.

    ``tests/test_fast_frames.py`` pins the private names.
    """
    return (
        getattr(connection, "state", None) == OPEN  # Autobahn sets it late
        # Nothing is half read.
        and not connection.data
        and connection.current_frame is None
        and not connection.inside_message
        # Nobody but ``onMessage`` and the ping timeout notices a frame.
        and not connection._listeners
        and connection.trackedTimings is None
        and not connection.logFrames
        and not connection.logOctets
        # Every message is one unmasked frame with an uncompressed payload.
        and connection._perMessageCompress is None
        and connection.websocket_version != 0
        and connection.applyMask
        and not connection.maskServerFrames
        and not connection.autoFragmentSize
        and not connection.maxFramePayloadSize
        and not connection.maxMessagePayloadSize
        and not connection.__dict__.get("send_queue")
        and not overrides(connection, FastConnection, AUTOBAHN_STEPS)
    )


def overrides(instance: Any, base: type, names: frozenset[str]) -> bool:
    """Return whether an instance, or its class, has methods of these names other than the base."""
    concrete: Any = type(instance)
    own = getattr(instance, "__dict__", ())
    return not names.isdisjoint(own) or _class_overrides(concrete, base, names)


@cache
def _class_overrides(concrete: Any, base: Any, names: frozenset[str]) -> bool:
    return any(getattr(concrete, name) is not getattr(base, name) for name in names)
