"""PlainWebClientProtocol: the webclient as an Autobahn protocol, every step a method.

The semantics are those of ``evennia.server.portal.webclient.WebSocketClient``, by the same method
names. The way of a message:

* in: ``onMessage`` -> ``wire_format.decode_incoming`` -> ``data_in`` -> the session handler;
* out: ``send_text``, ``send_prompt`` or ``send_default`` -> ``wire_format.encode_...`` ->
  ``sendEncoded`` -> ``sendMessage``.

The rules:

* Method names are wire names. A session handler calls ``send_<name>`` for an outgoing
  command, so there are no ``send_*`` methods here but those three.
* One session ends once. ``disconnect`` and ``onClose`` come in any order and number, and the
  session's number may belong to a successor by then. The handler hears of the end once.
* Nothing that comes from the network raises. A message without a command is counted and dropped.
  An error in a hook of the application goes to the log, and the connection goes on.
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from autobahn.exception import Disconnected
from twisted.python.failure import Failure

from mudwire.formats import WIRE_FORMATS, WireFormat
from mudwire.limits import LIMITS
from mudwire.quiet_log import QuietLog
from mudwire.sessions.browser_login import BrowserLogin
from mudwire.transport.admitted import AdmittedConnection
from mudwire.transport.connection import CONNECTING, Connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autobahn.websocket.types import ConnectionRequest


__all__ = ["CLOSE_NORMAL", "GOING_AWAY", "PlainWebClientProtocol"]

CLOSE_NORMAL: int = Connection.CLOSE_STATUS_CODE_NORMAL
GOING_AWAY: int = Connection.CLOSE_STATUS_CODE_GOING_AWAY
INTERNAL_ERROR: int = Connection.CLOSE_STATUS_CODE_INTERNAL_ERROR

DEFAULT_FORMAT = "v1.evennia.com"

_log = QuietLog("mudwire")


class PlainWebClientProtocol(BrowserLogin, AdmittedConnection):
    """One player's websocket connection, which is also the session in the application.

    An application, such as Evennia, sets the class attributes. A concrete class adds the
    application's session class, which makes the instance a session (``mudwire.sessions.session``).
    Applications extend ``mudwire.WebClientProtocol``, which does the same faster.
    """

    wire_formats: Mapping[str, WireFormat] = WIRE_FORMATS
    """The codecs by the name of their subprotocol."""

    subprotocols: Sequence[str] | None = None
    """The subprotocols to accept, the preferred first; None for all of ``wire_formats``."""

    reserved_names: ClassVar[frozenset[str]] = frozenset({"self", "session", "options"})
    """Commands that are refused: their names are parameters of the methods further in."""

    refused: ClassVar[Counter[str]] = Counter()
    """Number of refused messages of all connections, by reason."""

    refused_messages: int = 0
    """Number of refused messages of this connection."""

    wire_format: WireFormat | None = None
    """The codec of this connection, from the handshake on; it may be changed."""

    websocket_close_code: int | None

    _keeps_login = False
    _grace: Any = None

    if TYPE_CHECKING:  # the application's session class has these
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
        self.sessionhandler = None
        self.protocol_key = "webclient/websocket"
        self.browserstr = ""
        self.page_id: str | None = None
        self.csessid: str | None = None

    # The handshake.

    def onConnect(self, request: ConnectionRequest) -> str | None:
        """Admit the connection and choose the subprotocol in the handshake (RFC 6455, section 1.9).

        Args:
            request: The handshake; ``protocols`` holds the subprotocols that the client offers.

        Returns:
            The first of the server's subprotocols that the client offers. None if there is none,
            and then the codec is that of ``v1.evennia.com``.

        Raises:
            ConnectionDeny: A limit of connections or of handshakes keeps the client out.

        """
        self._admit()
        supported = self.wire_formats if self.subprotocols is None else self.subprotocols
        for name in supported:
            if name in request.protocols and name in self.wire_formats:
                self.wire_format = self.wire_formats[name]
                return name
        if request.protocols:
            _log.warn(
                "{peer} offers the subprotocols {offer}, and none is of {supported}: "
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
        """Make the session, log it in from the browser, and hand it to the session handler."""
        self.init_session("websocket", self._client_address(), self.factory.sessionhandler)
        self._log_in_from_browser()
        if self.logged_in:
            self._recognise()
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
        """Begin; close with 1011 if the session cannot be made."""
        try:
            super()._onOpen()
        except Exception:
            _log.failure("{peer}: the session could not be made", peer=self.peer)
            self._end_session()
            self._fail_connection(INTERNAL_ERROR, "The session could not be made")

    def at_login(self) -> None:
        """Become a player, who keeps the place, and store the login for the browser."""
        self._recognise()
        super().at_login()

    # The end.

    def disconnect(self, reason: str | None = None) -> None:
        """End the session, log the browser out, and close the connection.

        A second call does nothing more.

        Args:
            reason: Why, for the client: the reason of the close frame, cut at 123 bytes of UTF-8.

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
        """End the session of a connection that is gone.

        The close codes 1000 and 1001 end the session and log the browser out. A close frame
        without a code ends the session and keeps the login. A lost connection keeps its session
        for ``unclean_close_grace`` seconds, if its player may come back into it.
        """
        if self.sessionhandler is None:
            return
        if self._ended:
            self._end_session()
        elif code in (CLOSE_NORMAL, GOING_AWAY):
            self.disconnect(reason)
        elif wasClean and code is None:
            self._end_and_keep_login(reason)
        else:
            self.websocket_close_code = code
            if self.csessid and self.logged_in and self.unclean_close_grace:
                self._grace = self.factory.reactor.callLater(
                    self.unclean_close_grace, self._end_of_grace
                )
            else:
                self._end_and_keep_login("Connection lost")

    def _end_of_grace(self) -> None:
        _log.info("{peer} {event}", peer=self.peer, event=LIMITS["unclean_close_grace"].log)
        self._grace = None
        self._end_and_keep_login("Connection lost")

    def _end_and_keep_login(self, reason: str | None) -> None:
        """End the session of a player who did not log out."""
        self._keeps_login = True
        self.disconnect(reason)

    def _end_session(self) -> None:
        """Tell the session handler of the end: once, and only while the session has its number."""
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        handler = self.sessionhandler
        if handler is None:
            return
        # A handler that is no mapping must know its sessions by identity.
        owner = None if self._ended else self
        if hasattr(handler, "get"):
            owner = handler.get(self.sessid, owner)
        self._ended = True
        if owner is not self or self._is_leaving:
            return
        self._is_leaving = True  # the handler may call disconnect in turn
        try:
            self._leave(handler)
        except Exception:
            _log.failure("{peer}: the session handler failed to disconnect", peer=self.peer)
        self._is_leaving = False

    def _leave(self, handler: Any) -> None:
        """Leave the session handler. Override this if the handler may be offline."""
        handler.disconnect(self)

    # Receiving.

    def _is_stranger(self) -> bool:
        """Return whether the client has the budget of a stranger: it is not logged in."""
        return not getattr(self, "logged_in", False)  # the session class sets it when it begins

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
                    self.refuse("no command")
            elif self.reserved_names.isdisjoint(commands):
                self.data_in(**commands)
            else:
                self.refuse("reserved name")
        except Exception as error:
            self._log_failure(error)

    def _log_failure(self, error: Exception) -> None:
        """Log an error in the handling of a message; the connection goes on.

        The error brings its traceback, so that a caller need not be in an ``except`` block.
        """
        failure = Failure(error, type(error), error.__traceback__)
        _log.failure("{peer}: a message could not be handled", failure, peer=self.peer)

    def refuse(self, reason: str) -> None:
        """Count a message that is dropped.

        The first, second, fourth, eighth ... of the connection writes a debug line. Some
        applications keep debug lines, and a client must not fill their disk.

        Args:
            reason: Why, in two or three words: a key of ``refused``.

        """
        self.refused_messages += 1
        self.refused[reason] += 1
        if self.refused_messages.bit_count() == 1:
            _log.debug(
                "{peer}: {count} messages refused, the last: {reason}",
                peer=self.peer,
                count=self.refused_messages,
                reason=reason,
            )

    def data_in(self, **kwargs: Any) -> None:
        """Hand commands of the player to the session handler.

        ``websocket_close`` ends the session: the page says that it is closing.

        Args:
            kwargs: Name of each command and its ``[args, kwargs]``.

        """
        if "websocket_close" in kwargs:
            self.disconnect()
        else:
            self.sessionhandler.data_in(self, **kwargs)

    # Sending.

    def send_text(self, *args: Any, **kwargs: Any) -> None:
        """Send text to the player.

        Args:
            args: The text, in the game's markup, then arguments that go along.
            kwargs: Keywords that go along. ``options`` may hold ``raw``, ``client_raw``,
                ``nocolor``, ``screenreader`` and ``send_prompt`` (each a bool).

        """
        if wire_format := self.wire_format or self._default_format():
            self._emit(wire_format.encode_text(*args, **self._with_flags(wire_format, kwargs)))

    def send_prompt(self, *args: Any, **kwargs: Any) -> None:
        """Send a prompt to the player, with the arguments of ``send_text``."""
        if wire_format := self.wire_format or self._default_format():
            self._emit(wire_format.encode_prompt(*args, **self._with_flags(wire_format, kwargs)))

    def send_default(self, cmdname: str, *args: Any, **kwargs: Any) -> None:
        """Send any other command to the client, with its arguments."""
        if wire_format := self.wire_format or self._default_format():
            self._emit(
                wire_format.encode_default(cmdname, *args, **self._with_flags(wire_format, kwargs))
            )

    def _with_flags(self, wire_format: WireFormat, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return a command's keywords, and the session's flags as an encoder takes them.

        Every encoder has a parameter ``protocol_flags``, so a keyword of that name cannot go out.
        """
        if "protocol_flags" in kwargs:
            # Evennia's wire formats, which a game may use, have no log of their own.
            warn = getattr(wire_format, "warn", _log.warn)
            warn("a command went out without its keyword protocol_flags")
        return {**kwargs, "protocol_flags": self.protocol_flags}

    def _emit(self, message: tuple[bytes, bool] | None) -> None:
        """Send the message that a wire format made of a command, if it made one."""
        if message is not None:
            self.sendEncoded(*message)

    def sendLine(self, line: str) -> None:
        """Send ``line`` in a text frame."""
        self.sendEncoded(line.encode(errors="replace"))

    def sendEncoded(self, data: bytes, is_binary: bool = False) -> None:
        """Send a payload as one message; drop it if the connection is closing."""
        try:
            self.sendMessage(data, is_binary)
        except Disconnected:
            _log.debug("{peer}: nothing is sent, the connection is closing", peer=self.peer)
