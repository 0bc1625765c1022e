"""WebClientProtocol: the webclient as an Autobahn protocol, without a session base.

A leaf class adds the host's session base and says where browser sessions are kept:
``class WebSocketClient(WebClientProtocol, Session)``. The semantics are those of
``evennia.server.portal.webclient.WebSocketClient``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autobahn.exception import Disconnected
from autobahn.twisted.websocket import WebSocketServerProtocol

from mudwire.wire_formats import WIRE_FORMATS, WireFormat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mudwire.session import BrowserSession, BrowserSessionStore

CLOSE_NORMAL: int = WebSocketServerProtocol.CLOSE_STATUS_CODE_NORMAL
GOING_AWAY: int = WebSocketServerProtocol.CLOSE_STATUS_CODE_GOING_AWAY


class WebClientProtocol(WebSocketServerProtocol):  # type: ignore[misc] # Autobahn is untyped
    """One player's websocket connection, and the session of the host at once."""

    nonce: int = 0
    wire_formats: Mapping[str, WireFormat] = WIRE_FORMATS
    subprotocols: Sequence[str] | None = None
    browser_session_store: BrowserSessionStore | None = None
    upstream_ips: Sequence[str] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.protocol_key = "webclient/websocket"
        self.browserstr = ""
        self.wire_format: WireFormat | None = None
        self.csessid: str | None = None

    def onConnect(self, request: Any) -> str | None:
        """Choose the subprotocol: the first of the server's that the client offers."""
        for name in self.subprotocols if self.subprotocols is not None else self.wire_formats:
            if name in request.protocols and name in self.wire_formats:
                self.wire_format = self.wire_formats[name]
                return name
        self.wire_format = self.wire_formats["v1.evennia.com"]
        return None

    def get_client_session(self) -> BrowserSession | None:
        """Return the browser session that the query string ``?csessid&page_id&browser`` names."""
        _, question_mark, query = self.http_request_uri.partition("?")
        self.csessid, *rest = query.split("&", 2)
        if rest:
            self.browserstr = rest[-1]
        if len(rest) == 2:
            self.page_id = rest[0]
        store = type(self).browser_session_store
        return store(self.csessid) if self.csessid and store else None

    def onOpen(self) -> None:
        """Make the session and hand it to the session handler."""
        peer = self.transport.client
        self.init_session("websocket", peer[0] if peer else None, self.factory.sessionhandler)
        browser_session = self.get_client_session()
        if browser_session and (uid := browser_session.get("webclient_authenticated_uid")):
            self.uid = uid
            self.nonce = browser_session.get("webclient_authenticated_nonce", 0)
            self.logged_in = True
        assert self.wire_format is not None
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
        self.transport.setTcpKeepAlive(1)
        self.sessionhandler.connect(self)

    def disconnect(self, reason: str | None = None) -> None:
        """End the session and close the connection."""
        browser_session = self.get_client_session()
        if browser_session:
            if browser_session.get("webclient_authenticated_nonce", 0) == self.nonce:
                browser_session["webclient_authenticated_uid"] = None
                browser_session["webclient_authenticated_nonce"] = 0
                browser_session.save()
            self.logged_in = False
        self.sessionhandler.disconnect(self)
        self.sendClose(CLOSE_NORMAL, reason)

    def onClose(self, wasClean: bool, code: int | None = None, reason: str | None = None) -> None:
        """Hear that the connection is gone."""
        if code in (CLOSE_NORMAL, GOING_AWAY):
            self.disconnect(reason)
        else:
            self.websocket_close_code = code

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Decode one message and hand its command on."""
        assert self.wire_format is not None
        kwargs = self.wire_format.decode_incoming(
            payload, isBinary, protocol_flags=self.protocol_flags
        )
        if kwargs:
            self.data_in(**kwargs)

    def sendLine(self, line: str) -> None:
        """Send ``line`` in a text frame."""
        self.sendEncoded(line.encode())

    def sendEncoded(self, data: bytes, is_binary: bool = False) -> None:
        """Send what a wire format encoded."""
        try:
            self.sendMessage(data, isBinary=is_binary)
        except Disconnected:
            self.disconnect(reason="Browser already closed.")

    def at_login(self) -> None:
        """Remember in the browser session who logged in."""
        browser_session = self.get_client_session()
        if browser_session:
            browser_session["webclient_authenticated_uid"] = self.uid
            browser_session.save()

    def data_in(self, **kwargs: Any) -> None:
        """Hand commands of the player to the host."""
        if "websocket_close" in kwargs:
            self.disconnect()
            return
        self.sessionhandler.data_in(self, **kwargs)

    def send_text(self, *args: Any, **kwargs: Any) -> None:
        """Send text to the player."""
        self._send(self._codec.encode_text(*args, protocol_flags=self.protocol_flags, **kwargs))

    def send_prompt(self, *args: Any, **kwargs: Any) -> None:
        """Send a prompt to the player."""
        self._send(self._codec.encode_prompt(*args, protocol_flags=self.protocol_flags, **kwargs))

    def send_default(self, cmdname: str, *args: Any, **kwargs: Any) -> None:
        """Send an out-of-band command to the client."""
        self._send(
            self._codec.encode_default(
                cmdname, *args, protocol_flags=self.protocol_flags, **kwargs
            )
        )

    @property
    def _codec(self) -> WireFormat:
        assert self.wire_format is not None
        return self.wire_format

    def _send(self, frame: tuple[bytes, bool] | None) -> None:
        if frame is not None:
            self.sendEncoded(*frame)
