"""An HTTP connection of the portal: its requests, their limits, and its end.

Twisted's channel answers every request of a segment at once, and goes on reading while its
answers wait for the client. This channel answers a few requests in an iteration of the reactor,
and neither reads nor answers a request while output waits. Its requests wait in the queue of the
reactor's turns if the iteration has no time left for them (``transport/turns.py``).
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import connectionDone
from twisted.web import http
from twisted.web.server import Request

from mudwire.limits import HTTP_LIMITS, LIMITS, HttpLimits
from mudwire.quiet_log import QuietLog
from mudwire.transport.held_bytes import HELD_BYTES
from mudwire.transport.write_buffer import waiting_in

if TYPE_CHECKING:
    from mudwire.transport.admission import Admission
    from mudwire.transport.turns import Turns

_log = QuietLog(__name__)


class PortalRequest(Request):
    """A request whose body is discarded as it arrives."""

    def gotLength(self, length: int | None) -> None:  # noqa: N802, ARG002 # Twisted's name
        """Allocate nothing for a body, whatever length the request announces."""
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 # Twisted's name
        """Discard a part of the body."""


class PortalChannel(http.HTTPChannel, HttpLimits):
    """An HTTP connection whose header, time, answers and output have limits.

    The transport calls ``pauseProducing`` when more than ``max_http_output_bytes`` wait for the
    client, and ``resumeProducing`` when none wait.

    Attributes:
        admission: The places of the portal; the connection has one at the door.
        turns: The turns of the reactor.
        max_held_bytes: The limit of what the process holds.

    """

    admission: Admission
    turns: Turns
    max_held_bytes: float

    transport: Any  # mypy cannot read its interface, nor that of the producer
    _networkProducer: Any  # noqa: N815 # Twisted's name

    _header_bytes = 0
    _answered = 0
    _output_waits = False
    _is_refused = False
    _waits_for_turn = False
    _unhandled: bytes | None = None
    _deadline: Any = None

    def resetTimeout(self) -> None:  # noqa: N802 # Twisted's name
        """Keep the deadline of the request: received bytes do not extend it."""

    def timeoutConnection(self) -> None:  # noqa: N802 # Twisted's name
        """Close a connection whose request is not complete in time.

        Twisted's method has a deadline and a log line of its own for the end; ``loseConnection``
        has both already.
        """
        _log.debug("{peer}: no request within open_handshake_timeout", peer=self.getPeer())
        self.loseConnection()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 # Twisted's name
        """Handle the bytes of a segment, in a later iteration if this one has no time left."""
        if self._unhandled is not None:  # TLS hands on what it has read, although it is paused
            self._unhandled += data
        elif self.turns.has_time:
            began = perf_counter()
            super().dataReceived(data)
            self.turns.spend(perf_counter() - began)
            self._tell_if_it_holds()
        else:
            self._unhandled = data
            self._tell_held()
            self._networkProducer.pauseProducing()
            self.turns.wait(self._handle_late)

    def _handle_late(self) -> None:
        data, self._unhandled = self._unhandled, None
        transport = self.transport
        if data is None or transport is None:
            return
        if not (self.paused or self._output_waits):
            self._networkProducer.resumeProducing()
        try:
            super().dataReceived(data)
            self._tell_if_it_holds()
        except BaseException:  # any error ends this connection, as in Twisted
            transport.abortConnection()
            raise

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 # Twisted's name
        """Handle a line of the header, or refuse a header that is too long."""
        self._header_bytes += len(line) + len(self.delimiter)
        if self._header_bytes > self.totalHeadersSize:
            self.lineLengthExceeded(line)
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802, ARG002 # Twisted's name
        """Refuse a header that is too long (RFC 6585, section 5)."""
        event = LIMITS["max_handshake_bytes"].log
        _log.debug("{peer}: {event}", peer=self.getPeer(), event=event)
        self._refuse(b"431 Request Header Fields Too Large")

    def allHeadersReceived(self) -> None:  # noqa: N802 # Twisted's name
        """Count the header of the next request from zero; refuse a body in chunks.

        A client could send a body in chunks of one byte, and each would cost as much as a message.
        """
        self._header_bytes = 0
        if self.requests[-1].requestHeaders.hasHeader(b"transfer-encoding"):
            self._refuse(b"411 Length Required")
        else:
            super().allHeadersReceived()

    def _refuse(self, status: bytes) -> None:
        """Answer with a status, and ignore everything else of the client."""
        self.write(b"HTTP/1.1 %s\r\n\r\n" % status)
        self.loseConnection()
        self._is_refused = True
        self.setRawMode()
        self.clearLineBuffer()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 # Twisted's name
        """Receive a part of a body, unless the request was refused."""
        if not self._is_refused:
            super().rawDataReceived(data)

    def requestDone(self, request: Any) -> None:  # noqa: N802 # Twisted's name
        """Go on with the next request of the client, or let it wait.

        It waits for the next iteration of the reactor, or until the client has read the answers.
        """
        self._answered += 1
        self.admission.answered(self)
        self._wait_for_turn()
        self.paused = self._output_waits or self._answered == self.max_pipelined_requests
        super().requestDone(request)
        if self.paused:
            self._networkProducer.pauseProducing()

    def _wait_for_turn(self) -> None:
        if not self._waits_for_turn:
            self._waits_for_turn = True
            self.turns.wait(self._begin_turn)

    def _begin_turn(self) -> None:
        if not self._waits_for_turn:
            return  # it has ended meanwhile
        self._waits_for_turn = False
        self._answered = 0
        if self.paused and not self._output_waits:
            self.paused = False
            self._networkProducer.resumeProducing()
            super().dataReceived(b"")  # handles the requests that wait in the line buffer

    def pauseProducing(self) -> None:  # noqa: N802 # Twisted's name
        """Stop reading: the client has not read the answers."""
        self._output_waits = True
        self._begin_deadline()
        super().pauseProducing()
        self._tell_held()

    def resumeProducing(self) -> None:  # noqa: N802 # Twisted's name
        """Read again, from the next iteration of the reactor if requests wait."""
        self._output_waits = False
        self._cancel_deadline()
        super().resumeProducing()
        if self.paused:
            self._networkProducer.pauseProducing()
            self._wait_for_turn()

    def loseConnection(self) -> None:  # noqa: N802 # Twisted's name
        """Close the connection when the client has read the answers, or at the deadline."""
        self._waits_for_turn = False
        self._begin_deadline()
        super().loseConnection()

    def connectionLost(self, reason: Any = connectionDone) -> None:  # noqa: N802 # Twisted's name
        """Stop all timers."""
        self._leave()
        self._cancel_deadline()
        super().connectionLost(reason)

    def evict(self) -> None:
        """Cut the connection at once: another one gets its place."""
        _log.debug("{peer}: its place is for a newcomer", peer=self.getPeer())
        self.transport.abortConnection()

    def detach(self) -> Any:
        """Give up the transport, so that the channel and its request are freed.

        Returns:
            The transport, without a producer.

        """
        self._leave()
        self.setTimeout(None)
        self.requests.clear()
        transport = self.transport
        transport.unregisterProducer()
        self.transport = self.site = self.factory = None
        return transport

    def _leave(self) -> None:
        self._waits_for_turn = False
        self._unhandled = None
        self.admission.leave(self)
        HELD_BYTES.tell(self, 0, 0)

    # Memory.

    def _tell_if_it_holds(self) -> None:
        if self._header_bytes or self._buffer or self._dataBuffer:
            self._tell_held()

    def _tell_held(self) -> None:
        HELD_BYTES.tell(self, self.held_bytes(), self.max_held_bytes)

    def held_bytes(self) -> int:
        """Return how many bytes this connection holds: of a request, or unread by its client."""
        held = self._header_bytes + len(self._buffer) + len(self._unhandled or b"")
        held += sum(map(len, self._dataBuffer))
        if self._output_waits and self.transport is not None:
            held += waiting_in(self.transport)
        return held

    def cut(self) -> str:
        """Cut the connection at once, because of what it holds; return its peer for the log."""
        peer = str(self.getPeer())
        self.transport.abortConnection()
        return peer

    def _begin_deadline(self) -> None:
        if self._deadline is None and self.unread_answer_timeout:
            self._deadline = self.callLater(self.unread_answer_timeout, self._end_unread)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_unread(self) -> None:
        self._deadline = None
        event = HTTP_LIMITS["unread_answer_timeout"].log
        _log.info("{peer}: {event}", peer=self.getPeer(), event=event)
        self.transport.abortConnection()
