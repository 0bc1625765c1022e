"""Connection: Autobahn's server protocol with limits, small in memory. It knows no sessions.

* Autobahn reads, assembles, answers and closes. This class bounds it: the header of the
  handshake, the length of a message, the rates at which a client sends, and the bytes that wait
  for a slow reader.
* An epoll group reads the bytes (``epoll_group.py``). They pass a read buffer, which counts them
  and lets them wait if they are too many (``read_buffer.py``). All bytes leave through a write
  buffer (``write_buffer.py``).
* The instance of an open connection holds only what differs from other connections
  (``autobahn_state.py``).
"""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from autobahn.twisted.websocket import WebSocketServerProtocol
from twisted.internet.error import ConnectionDone

from mudwire._native import Budget
from mudwire.limits import LIMITS, Limits
from mudwire.transport.autobahn_log import autobahn_log
from mudwire.transport.autobahn_state import (
    AUTOBAHN_OPTIONS,
    OPEN_DEFAULTS,
    AutobahnDefaults,
    RebuiltLazily,
    compact,
    is_default,
    release,
)
from mudwire.transport.epoll_group import EpollGroup
from mudwire.transport.held_bytes import HELD_BYTES
from mudwire.transport.read_buffer import ReadBuffer
from mudwire.transport.write_buffer import WriteBuffer

__all__ = ["CONNECTING", "OPEN", "Connection"]

CONNECTING: int = WebSocketServerProtocol.STATE_CONNECTING
OPEN: int = WebSocketServerProtocol.STATE_OPEN
CLOSED: int = WebSocketServerProtocol.STATE_CLOSED

MESSAGE_TOO_BIG: int = WebSocketServerProtocol.CLOSE_STATUS_CODE_MESSAGE_TOO_BIG
POLICY_VIOLATION: int = WebSocketServerProtocol.CLOSE_STATUS_CODE_POLICY_VIOLATION

HEADER_END = b"\r\n\r\n"

FRAGMENT_BYTES = 64
"""Approximate memory of a fragment in Autobahn, besides its payload."""


class Connection(Limits, RebuiltLazily, WebSocketServerProtocol, AutobahnDefaults):  # type: ignore[misc] # Autobahn is untyped
    """One websocket connection of a server.

    Autobahn's options keep their meaning. A class attribute of a subclass goes before an option
    of the factory, and both go before the defaults here. An option of the factory that equals
    Autobahn's default counts as not set.
    """

    log = autobahn_log()
    write_buffer_class: ClassVar[type[WriteBuffer]] = WriteBuffer
    write_buffer: WriteBuffer
    read_buffer: ReadBuffer
    http_headers: dict[str, str]
    _linger: Any = None

    # A base class of old Autobahn has None, which would hide the value in AutobahnDefaults.
    peer_transport = OPEN_DEFAULTS["peer_transport"]
    CONFIG_ATTRS = ()  # _connectionMade below copies the options of the factory
    failByDrop = False  # a client that breaks a rule gets a close code

    def _connectionMade(self) -> None:
        """Copy the options that were changed on the factory, and begin."""
        protocol: Any = type(self)
        for name, default in _options_of_factory(protocol):
            value = getattr(self.factory, name)
            if not is_default(value, default) and name not in self.__dict__:
                setattr(self, name, value)
        EpollGroup.adopt(self.transport)
        self.write_buffer = self.write_buffer_class(
            self.transport, self.max_queue_bytes, self.tell_held
        )
        self.read_buffer = ReadBuffer(self)
        super()._connectionMade()

    def succeedHandshake(self, response: Any) -> None:
        """Answer the handshake, and drop what only the handshake needed."""
        if self.state != CONNECTING:
            return  # the client has gone before the application answered
        super().succeedHandshake(response)
        if self.state == OPEN:
            compact(self)
            self.read_buffer.go_on()

    def _connectionLost(self, reason: Any) -> None:
        """Handle what was received, end as Autobahn does, and give the memory back."""
        try:
            if getattr(reason, "type", None) is ConnectionDone and hasattr(self, "read_buffer"):
                self.read_buffer.drain()
        finally:
            if hasattr(self, "read_buffer"):  # not if the connection could not be made
                self.read_buffer.close()
                self.write_buffer.close()
            if self._linger is not None:
                self._linger.cancel()
                self._linger = None
            HELD_BYTES.tell(self, 0, 0)
            try:
                super()._connectionLost(reason)
            finally:
                release(self)

    # Receiving.

    def dataReceived(self, data: bytes) -> None:
        """Read the bytes of one segment."""
        self.read_buffer.receive(data)

    def handle_request(self, data: bytes) -> int:
        """Handle bytes of the handshake; return how many of them belong to it.

        Args:
            data: The bytes. Behind the header they are frames, which must be counted.

        """
        if self._header_is_too_long(data):
            self.failHandshake(LIMITS["max_handshake_bytes"].log, 431)
            return len(data)
        found = (self.data + data).find(HEADER_END)
        end = len(data) if found < 0 else found + len(HEADER_END) - len(self.data)
        request = data[:end]
        super().dataReceived(request)
        if self.state == CONNECTING:
            if found >= 0:  # the application answers later; until then nothing is a frame
                self.read_buffer.stop()
            self.tell_held()
        return len(request)

    def handle(self, data: bytes, offset: int, end: int) -> None:
        """Handle the part of a segment that the read buffer has counted.

        Args:
            data: The bytes of the segment.
            offset: Where the part begins.
            end: Where the part ends.

        """
        super().dataReceived(data[offset:end])

    def budget(self) -> Budget:
        """Return the rates at which the client may send now."""
        share = self.stranger_percent / 100 if self._is_stranger() else 1.0
        return _budget(
            share or 1.0,
            (self.max_byte_rate, self.max_byte_burst),
            (self.max_message_rate, self.max_message_burst),
            (self.max_control_rate, self.max_control_burst),
        )

    def _is_stranger(self) -> bool:
        """Return whether the client has the budget of a stranger; a connection knows no logins."""
        return False

    def fail_policy(self, reason: str | None) -> None:
        """Close the connection with 1008 without waiting for an answer that nobody reads."""
        self._fail_connection(POLICY_VIOLATION, reason)
        if not self.closeHandshakeTimeout:
            self.dropConnection()

    def onAutoPingTimeout(self) -> None:
        """Cut a connection that does not answer, but not while its bytes wait to be read."""
        if self.read_buffer.holds:
            self.autoPingTimeoutCall = self.factory._batched_timer.call_later(
                self.autoPingTimeout, self.onAutoPingTimeout
            )
        else:
            super().onAutoPingTimeout()

    def _header_is_too_long(self, data: bytes) -> bool:
        limit = self.max_handshake_bytes
        return (
            0 < limit < len(self.data) + len(data)
            and (self.data + data).find(HEADER_END, 0, limit) < 0
        )

    # Autobahn calls these private steps before its public ones. An override of a public one would
    # cost a second call and ``super()`` for each fragment (``benches/bench_protocol.py``).

    def _onMessageBegin(self, isBinary: bool) -> None:
        """Begin to count the bytes of a message."""
        self._message_bytes = -FRAGMENT_BYTES
        self.onMessageBegin(isBinary)

    def _onMessageFrameBegin(self, length: int) -> None:
        """Refuse a frame that makes the message too long, before its payload is held."""
        self.onMessageFrameBegin(length)
        if self._isMessageCompressed:
            self._message_bytes += FRAGMENT_BYTES
            size = max(self._message_bytes, self.message_data_total_length)
        else:
            self._message_bytes = size = self._message_bytes + FRAGMENT_BYTES + length
        if 0 < self.max_message_bytes < size:
            self._refuse_message()

    def _onMessageFrameData(self, payload: bytes) -> None:
        """Check the limit again: inflated data can exceed the announced length."""
        self.onMessageFrameData(payload)
        if self._isMessageCompressed:
            self._message_bytes += len(payload)
            self.read_buffer.charge(len(payload))
            if 0 < self.max_message_bytes < self._message_bytes:
                self._refuse_message()

    def _refuse_message(self) -> None:
        if not self.failedByMe:
            self.wasMaxMessagePayloadSizeExceeded = True
            self._fail_connection(MESSAGE_TOO_BIG, LIMITS["max_message_bytes"].log)

    # Memory.

    def tell_held(self) -> None:
        """Tell the process what this connection holds, when it may have grown."""
        HELD_BYTES.tell(self, self.held_bytes(), self.max_held_bytes)

    def held_bytes(self) -> int:
        """Return how many bytes this connection holds: received, half read, or not yet sent."""
        held: int = self.read_buffer.waiting() + self.write_buffer.waiting() + len(self.data)
        if self.inside_message:  # in Autobahn
            held += self._message_bytes + FRAGMENT_BYTES
            if self.current_frame is not None and self.current_frame.opcode < 8:
                held -= self.current_frame.length - self.current_frame_masker.pointer()
        return max(held, 0)

    def cut(self) -> str:
        """Cut the connection at once, because of what it holds; return its peer for the log."""
        self.read_buffer.close()
        self.write_buffer.close()
        self.wasNotCleanReason = LIMITS["max_held_bytes"].log
        if self.state == CLOSED:  # but its transport waits for the client
            self.transport.abortConnection()
        else:
            self.dropConnection(abort=True)
        peer: str = self.peer
        return peer

    # Sending.

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Send bytes through the write buffer, or in Autobahn's chops where those are asked for.

        Bytes behind chops that still wait become chops as well, to keep the order.
        """
        if sync or chopsize or self.__dict__.get("send_queue"):
            self.write_buffer.flush()
            super().sendData(data, sync, chopsize)
            return
        if not self.write_buffer.write(data):
            self._drop_slow_reader()
        if self.state == OPEN:
            self.trafficStats.outgoingOctetsWireLevel += len(data)
        elif self.state == CONNECTING:
            self.trafficStats.preopenOutgoingOctetsWireLevel += len(data)
        if self.logOctets:
            self.logTxOctets(data, sync)

    def _drop_slow_reader(self) -> None:
        """Cut the connection of a client that does not read: a close frame could not pass."""
        self.wasNotCleanReason = LIMITS["max_queue_bytes"].log
        self.dropConnection(abort=True)

    def dropConnection(self, abort: bool = False) -> None:
        """Close the transport, after the bytes that the cork holds; cut it if that takes long."""
        self.write_buffer.flush()
        super().dropConnection(abort)
        if not abort and self.closeHandshakeTimeout and self._linger is None:
            self._linger = self.factory.reactor.callLater(self.closeHandshakeTimeout, self._end)

    def _end(self) -> None:
        """Cut a transport that waits for a client who does not read."""
        self._linger = None
        self.transport.abortConnection()


@cache
def _budget(share: float, *limits: tuple[float, float]) -> Budget:
    """Return a share of the rates and bursts, one budget for all connections with the same."""
    by_bytes, by_messages, by_controls = ((rate * share, burst * share) for rate, burst in limits)
    return Budget(by_bytes, by_messages, by_controls)


@cache
def _options_of_factory(protocol: Any) -> tuple[tuple[str, Any], ...]:
    """Return the options, with their defaults, that a class leaves to the factory."""
    ours = (Connection, Limits, AutobahnDefaults)
    return tuple(
        (name, default)
        for name, default in AUTOBAHN_OPTIONS.items()
        if not any(name in vars(base) for base in protocol.__mro__ if base not in ours)
    )
