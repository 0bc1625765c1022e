"""An HTTP connection of the portal: its requests, their limits, and its end.

Twisted's channel answers every request of a segment at once, and goes on reading while its
answers wait for the client. This channel answers a few requests in an iteration of the reactor,
and neither reads nor answers a request while output waits.
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import connectionDone
from twisted.web import http
from twisted.web.server import Request

from mudwire.limits import HTTP_LIMITS, LIMITS, HttpLimits
from mudwire.quiet_log import QuietLog

if TYPE_CHECKING:
    from mudwire.transport.admission import Admission

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

    """

    admission: Admission

    transport: Any  # mypy cannot read its interface, nor that of the producer
    _networkProducer: Any  # noqa: N815 # Twisted's name

    _header_bytes = 0
    _answered = 0
    _output_waits = False
    _next_turn: Any = None
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
        self.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\n\r\n")
        self.loseConnection()

    def allHeadersReceived(self) -> None:  # noqa: N802 # Twisted's name
        """Count the header of the next request from zero."""
        self._header_bytes = 0
        super().allHeadersReceived()

    def requestDone(self, request: Any) -> None:  # noqa: N802 # Twisted's name
        """Go on with the next request of the client, or let it wait.

        It waits for the next iteration of the reactor, or until the client has read the answers.
        """
        self._answered += 1
        self.admission.answered(self)
        if self._next_turn is None:
            self._next_turn = self.callLater(0, self._begin_turn)
        self.paused = self._output_waits or self._answered == self.max_pipelined_requests
        super().requestDone(request)
        if self.paused:
            self._networkProducer.pauseProducing()

    def _begin_turn(self) -> None:
        self._next_turn = None
        self._answered = 0
        if self.paused and not self._output_waits:
            self.paused = False
            self._networkProducer.resumeProducing()
            self.dataReceived(b"")  # handles the requests that wait in the line buffer

    def pauseProducing(self) -> None:  # noqa: N802 # Twisted's name
        """Stop reading: the client has not read the answers."""
        self._output_waits = True
        self._begin_deadline()
        super().pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802 # Twisted's name
        """Read again, from the next iteration of the reactor if requests wait."""
        self._output_waits = False
        self._cancel_deadline()
        super().resumeProducing()
        if self.paused:
            self._networkProducer.pauseProducing()
            if self._next_turn is None:
                self._next_turn = self.callLater(0, self._begin_turn)

    def loseConnection(self) -> None:  # noqa: N802 # Twisted's name
        """Close the connection when the client has read the answers, or at the deadline."""
        self._cancel_turn()
        self._begin_deadline()
        super().loseConnection()

    def connectionLost(self, reason: Any = connectionDone) -> None:  # noqa: N802 # Twisted's name
        """Stop all timers."""
        self._cancel_turn()
        self._cancel_deadline()
        self.admission.leave(self)
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
        self._cancel_turn()
        self.admission.leave(self)
        self.setTimeout(None)
        self.requests.clear()
        transport = self.transport
        transport.unregisterProducer()
        self.transport = self.site = self.factory = None
        return transport

    def _cancel_turn(self) -> None:
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._next_turn = None

    def _begin_deadline(self) -> None:
        if self._deadline is None and self.unread_answer_timeout:
            self._deadline = self.callLater(self.unread_answer_timeout, self._cut)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self) -> None:
        self._deadline = None
        event = HTTP_LIMITS["unread_answer_timeout"].log
        _log.info("{peer}: {event}", peer=self.getPeer(), event=event)
        self.transport.abortConnection()
