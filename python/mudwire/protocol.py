"""WebClientProtocol: the webclient as an Autobahn protocol, without a session base.

A leaf class adds the host's session base and says what the host is configured to:
``class WebSocketClient(WebClientProtocol, Session)``. The semantics are those of
``evennia.server.portal.webclient.WebSocketClient``, by the same method names. The rules:

* Method names are wire names. The host's handler calls ``send_<name>`` for an outgoing
  command, so there are no ``send_*`` methods here but those three.
* One session ends once. ``disconnect`` and ``onClose`` come in any order and number, and the
  session's number may belong to a successor by then; the handler hears of it once.
* Nothing that comes from the network raises. What is no command is counted and dropped; what
  the host's hooks raise goes to the log, and the connection goes on.
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

from collections import Counter
from sys import maxsize
from typing import TYPE_CHECKING, Any, ClassVar

from autobahn.exception import Disconnected
from twisted.logger import Logger
from twisted.python.failure import Failure

from mudwire._native import Codec, default_frame, receive_command, text_frame
from mudwire.browser_login import BrowserLogin
from mudwire.connection import (
    CONNECTING,
    OPEN,
    Connection,
    TrafficStats,
    overrides,
    shared_frame_codec,
)
from mudwire.formats import WIRE_FORMATS, EvenniaV1Format, WireFormat
from mudwire.limits import LIMITS
from mudwire.upstreams import Upstreams

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from autobahn.websocket.types import ConnectionRequest


__all__ = ["CLOSE_NORMAL", "GOING_AWAY", "WebClientProtocol"]

CLOSE_NORMAL: int = Connection.CLOSE_STATUS_CODE_NORMAL
GOING_AWAY: int = Connection.CLOSE_STATUS_CODE_GOING_AWAY

INTERNAL_ERROR: int = Connection.CLOSE_STATUS_CODE_INTERNAL_ERROR

DEFAULT_FORMAT = "v1.evennia.com"

WAY_IN = frozenset({"onMessage", "data_in"})
WAY_OUT = frozenset({"sendEncoded", "sendMessage"})
DECODERS = frozenset({"decode_incoming"})
ENCODERS = frozenset({"encode_text", "encode_prompt", "encode_default"})
"""Hooks that a message passes, of the protocol and of its wire format.

Where nobody overrides them they need not be called one by one: one native call then goes from
the frame to its command, or from a text to its frame.
"""

_log = Logger(namespace="mudwire")


class WebClientProtocol(BrowserLogin, Connection):
    """One player's websocket connection, and at once the session that the host knows.

    The class attributes are what a host configures. The instance is also a session, by the
    host's session class that a leaf adds: see ``mudwire.session``.
    """

    wire_formats: Mapping[str, WireFormat] = WIRE_FORMATS
    """The codecs by the name of their subprotocol."""

    subprotocols: Sequence[str] | None = None
    """The subprotocols to accept, the preferred first; None for all of ``wire_formats``."""

    upstream_ips: Iterable[str] = ()
    """The addresses and networks of the proxies whose X-Forwarded-For is believed."""

    reserved_names: ClassVar[frozenset[str]] = frozenset({"self", "session", "options"})
    """Commands that are refused: they collide with parameters of what they are handed to."""

    refused: ClassVar[Counter[str]] = Counter()
    """How many messages of all connections were refused, by reason."""

    refused_messages: int = 0
    """How many messages of this connection were refused."""

    websocket_close_code: int | None

    _keeps_login = False
    _grace: Any = None

    if TYPE_CHECKING:  # the host's session class has these
        sessionhandler: Any
        sessid: int
        uid: Any
        logged_in: bool
        protocol_flags: dict[str, Any]

        def init_session(self, protocol_key: str, address: Any, sessionhandler: Any) -> None:
            """Begin as a session of the handler."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ended = False
        self._is_leaving = False
        # The wire format, where it may go all of the way by itself.
        self._direct_in: Codec | None = None
        self._direct_out: Codec | None = None
        self.sessionhandler = None
        self.protocol_key = "webclient/websocket"
        self.browserstr = ""
        self.page_id: str | None = None
        self.csessid: str | None = None
        self._wire_format: WireFormat | None = None

    @property
    def wire_format(self) -> WireFormat | None:
        """The codec of this connection, from the handshake on; it may be changed."""
        return self._wire_format

    @wire_format.setter
    def wire_format(self, wire_format: WireFormat | None) -> None:
        self._wire_format = wire_format
        if getattr(self, "state", None) == OPEN:
            self._choose_ways()

    # handshake

    def onConnect(self, request: ConnectionRequest) -> str | None:
        """Choose the subprotocol during the handshake (RFC 6455, section 1.9).

        Returns the first of the server's that the client offers; or None, and then the codec is
        that of ``v1.evennia.com``.
        """
        supported = self.wire_formats if self.subprotocols is None else self.subprotocols
        for name in supported:
            if name in request.protocols and name in self.wire_formats:
                self.wire_format = self.wire_formats[name]
                return name
        if request.protocols:
            _log.warn(
                "{peer} offers the subprotocols {offer!r}, and none is of {supported!r}: "
                "{default} is spoken",
                peer=self.peer,
                offer=request.protocols,
                supported=list(supported),
                default=DEFAULT_FORMAT,
            )
        self.wire_format = self._default_format()
        return None

    def _default_format(self) -> WireFormat | None:
        formats = self.wire_formats
        return formats.get(DEFAULT_FORMAT) or next(iter(formats.values()), None)

    def onOpen(self) -> None:
        """Make the session, with the login that the browser brings, and hand it to the host."""
        self.init_session("websocket", self._client_address(), self.factory.sessionhandler)
        self._log_in_from_browser()
        if self.wire_format is None:
            self.wire_format = self._default_format()
        if self.wire_format is None:
            _log.error("{cls} has no wire formats: closing", cls=type(self).__name__)
            self.sendClose(CLOSE_NORMAL, "No wire formats available")
            return
        browser = f":{self.browserstr}" if self.browserstr else ""
        self.protocol_flags.update(
            {
                "CLIENTNAME": f"Evennia Webclient (websocket{browser} [{self.wire_format.name}])",
                "UTF-8": True,
                "OOB": self.wire_format.supports_oob,
                "TRUECOLOR": True,
                "XTERM256": True,
                "ANSI": True,
                "ISTYPING": True,
            }
        )
        keep_alive = getattr(self.transport, "setTcpKeepAlive", None)
        if keep_alive is not None:
            keep_alive(1)
        self.sessionhandler.connect(self)

    def _onOpen(self) -> None:
        """Begin, and choose the ways of the messages."""
        try:
            super()._onOpen()
            self._choose_ways()
        except Exception:
            _log.failure("{peer}: the session could not be made", peer=self.peer)
            self._end_session()
            self._fail_connection(INTERNAL_ERROR, "The session could not be made")

    def _choose_ways(self) -> None:
        """See which hooks are overridden; the others need not be called for each message."""
        protocol: Any = type(self)
        codec = self.wire_format
        if (
            not isinstance(codec, Codec)
            or getattr(codec, "native_format", None) != EvenniaV1Format.native_format
            or protocol.wire_format is not WebClientProtocol.wire_format
            or self._ended
        ):
            self._direct_in = self._direct_out = None
            return
        ways_in = (self, WebClientProtocol, WAY_IN), (codec, Codec, DECODERS)
        ways_out = (self, WebClientProtocol, WAY_OUT), (codec, Codec, ENCODERS)
        self._direct_in = None if any(overrides(*way) for way in ways_in) else codec
        self._direct_out = None if any(overrides(*way) for way in ways_out) else codec

    def _client_address(self) -> str | None:
        client = getattr(self.transport, "client", None)
        peer = client[0] if client else None
        headers = getattr(self, "http_headers", {})
        return Upstreams.of(*self.upstream_ips).client_address(peer, headers.get("x-forwarded-for"))

    # end

    def disconnect(self, reason: str | None = None) -> None:
        """End the session and close the connection.

        ``reason`` is for the client, in the close frame. A second call does nothing more.
        """
        if not self._ended and not self._keeps_login:
            self._log_out_from_browser()
        self._end_session()
        if self.state == CONNECTING:
            self.dropConnection()
        else:
            text = None if reason is None else str(reason).encode(errors="replace").decode()
            self.sendClose(CLOSE_NORMAL, text)

    def onClose(self, wasClean: bool, code: int | None = None, reason: str | None = None) -> None:
        """Hear that the connection is gone.

        A connection that was closed on purpose ends the session. One that was lost keeps it for
        ``unclean_close_grace`` seconds, if its player may come back into it.
        """
        if self.sessionhandler is None:
            return
        if self._ended:
            self._end_session()
        elif code in (CLOSE_NORMAL, GOING_AWAY) or (wasClean and code is None):
            self.disconnect(reason)
        else:
            self.websocket_close_code = code
            if self.csessid and self.logged_in and self.unclean_close_grace:
                self._grace = self.factory.reactor.callLater(
                    self.unclean_close_grace, self._end_of_grace
                )
            else:
                self._end_lost_session()

    def _end_of_grace(self) -> None:
        _log.info("{peer} {event}", peer=self.peer, event=LIMITS["unclean_close_grace"].log)
        self._grace = None
        self._end_lost_session()

    def _end_lost_session(self) -> None:
        """End the session, but not the login: whoever lost a connection did not log out."""
        self._keeps_login = True
        self.disconnect("Connection lost")

    def _end_session(self) -> None:
        """Tell the host that the session is over: once, and only while its number is its own."""
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        handler = self.sessionhandler
        if handler is None:
            return
        # A handler that is no mapping is trusted to know its sessions by identity.
        owner = None if self._ended else self
        if hasattr(handler, "get"):
            owner = handler.get(self.sessid, owner)
        self._ended = True
        self._direct_in = None
        if owner is not self or self._is_leaving:
            return
        self._is_leaving = True  # the handler may disconnect the session that it hears of
        try:
            self._leave(handler)
        except Exception:
            _log.failure("{peer}: the session handler failed to disconnect", peer=self.peer)
        self._is_leaving = False

    def _leave(self, handler: Any) -> None:
        """Leave the host's table; for a leaf whose handler cannot always be asked."""
        handler.disconnect(self)

    # in

    def dataReceived(self, data: bytes) -> None:
        """Take the bytes of one segment, a command that it begins with in one native step."""
        codec = self._direct_in
        if codec is None or not self._at_rest or self.state != OPEN:
            super().dataReceived(data)
            return
        end = receive_command(
            self.frame_codec,
            self.trafficStats,
            codec,
            data,
            self.reserved_names,
            self.sessionhandler,
            self,
        )
        if end and not self._at_rest:  # since this very message, which is read once more, uncounted
            payload, is_binary, _ = shared_frame_codec(maxsize).read(TrafficStats(), data, 0)
            self._fire_message(payload, is_binary)
        if end < len(data):
            self._take(data, end)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Decode one message and hand its command on."""
        if self._ended:
            return
        try:
            wire_format = self.wire_format or self._default_format()
            commands = wire_format and wire_format.decode_incoming(
                payload, isBinary, protocol_flags=self.protocol_flags
            )
            if not commands:
                # Evennia's wire formats, which a game may use, have no is_blank_line.
                is_blank_line = getattr(wire_format, "is_blank_line", None)
                if is_blank_line is None or not is_blank_line(payload, isBinary):
                    self._refuse("no command")
            elif self.reserved_names.isdisjoint(commands):
                self.data_in(**commands)
            else:
                self._refuse("reserved name")
        except Exception as error:
            self._log_failure(error)

    def _log_failure(self, error: Exception) -> None:
        """Log what came of a message; its connection goes on."""
        failure = Failure(error, type(error), error.__traceback__)
        _log.failure("{peer}: a message could not be handled", failure, peer=self.peer)

    def _refuse(self, why: str) -> None:
        self.refused_messages += 1
        self.refused[why] += 1
        # At 1, 2, 4, 8 ...: some hosts write debug lines too, and nobody may fill their disk.
        if self.refused_messages.bit_count() == 1:
            _log.debug(
                "{peer}: {count} messages refused, the last: {why}",
                peer=self.peer,
                count=self.refused_messages,
                why=why,
            )

    def data_in(self, **kwargs: Any) -> None:
        """Hand commands of the player to the host.

        Each keyword is a command and its value ``[args, kwargs]``. ``websocket_close`` is the
        page's word that it goes, and ends the session here.
        """
        if "websocket_close" in kwargs:
            self.disconnect()
        else:
            self.sessionhandler.data_in(self, **kwargs)

    # out

    def send_text(self, *args: Any, **kwargs: Any) -> None:
        """Send text to the player.

        The first argument is the text, in the game's markup. The keyword ``options`` may hold
        ``raw``, ``client_raw``, ``nocolor``, ``screenreader`` and ``send_prompt`` (each a bool).
        """
        codec = self._direct_out
        if codec is not None and self._frames_are_plain and self.state == OPEN:
            # What _send_frame does, without the call: this is the way of nearly all messages.
            flags = self.protocol_flags
            frame = text_frame(self.trafficStats, codec, args, kwargs, flags, False)
            if frame is not None and not self.outbox.write(frame):
                self._drop_slow_reader()
        elif wire_format := self.wire_format or self._default_format():
            self._emit(wire_format.encode_text(*args, **self._with_flags(kwargs)))

    def send_prompt(self, *args: Any, **kwargs: Any) -> None:
        """Send a prompt to the player, with the arguments of ``send_text``."""
        flags = self.protocol_flags
        codec = self._direct_out
        if codec is not None and self._frames_are_plain and self.state == OPEN:
            self._send_frame(text_frame(self.trafficStats, codec, args, kwargs, flags, True))
        elif wire_format := self.wire_format or self._default_format():
            self._emit(wire_format.encode_prompt(*args, **self._with_flags(kwargs)))

    def send_default(self, cmdname: str, *args: Any, **kwargs: Any) -> None:
        """Send any other command to the client, with its arguments."""
        codec = self._direct_out
        if codec is not None and self._frames_are_plain and self.state == OPEN:
            self._send_frame(default_frame(self.trafficStats, codec, cmdname, args, kwargs))
        elif wire_format := self.wire_format or self._default_format():
            self._emit(wire_format.encode_default(cmdname, *args, **self._with_flags(kwargs)))

    def _with_flags(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return a command's keywords, and the session's flags as an encoder takes them.

        Every encoder has a parameter ``protocol_flags``, so a keyword of that name cannot go out.
        """
        if "protocol_flags" in kwargs:
            _log.warn(
                "{peer}: a command went out without its keyword protocol_flags", peer=self.peer
            )
        return {**kwargs, "protocol_flags": self.protocol_flags}

    def _send_frame(self, frame: bytes | None) -> None:
        if frame is not None and not self.outbox.write(frame):
            self._drop_slow_reader()

    def _emit(self, message: tuple[bytes, bool] | None) -> None:
        """Send what a wire format made of a command, if anything."""
        if message is not None:
            self.sendEncoded(*message)

    def sendLine(self, line: str) -> None:
        """Send ``line`` in a text frame."""
        self.sendEncoded(line.encode(errors="replace"))

    def sendEncoded(self, data: bytes, is_binary: bool = False) -> None:
        """Send a payload as one message; to a connection that is closing it goes nowhere."""
        try:
            self.sendMessage(data, is_binary)
        except Disconnected:
            _log.debug("{peer}: nothing is sent, the connection is closing", peer=self.peer)
