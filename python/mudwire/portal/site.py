"""The HTTP side of the portal: the page, its files, and the upgrade to a websocket.

All answers are held in memory by their paths, so no path leads to another file. The portal
reads no request bodies: it discards their bytes as they arrive.
"""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

import html
import re
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from sys import maxsize
from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import Protocol
from twisted.protocols.policies import ProtocolWrapper
from twisted.web import http
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from mudwire.portal.channel import PortalChannel, PortalRequest
from mudwire.portal.cookie import is_secure, secret_in, set_cookie
from mudwire.portal.palette import stylesheet
from mudwire.quiet_log import QuietLog
from mudwire.sessions.browser_store import key_of, new_secret
from mudwire.transport.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mudwire.limits import Limits
    from mudwire.portal.cookie_tokens import CookieTokens
    from mudwire.transport.admission import Admission
    from mudwire.transport.upstreams import Upstreams

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}

# The page loads from this host only, and runs no inline script or style. With
# require-trusted-types-for, only the page's own reader turns text into elements.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
TOKEN_HEADER = b"mudwire-token"
"""The header with a page's token.

A page of another site cannot send such a header: its browser asks first (the preflight request of
the Fetch standard), and nothing here allows it. An address would be logged.
"""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "mudwire",
}

_log = QuietLog(__name__)

# Hosts that fit into a Content-Security-Policy as they are.
HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d+)?")
# RFC 3986, sections 3.2.2 and 3.2.3: an IP literal or a registered name, which may be empty.
VALID_HOST = re.compile(
    rb"(?:\[[0-9A-Za-z:._~!$&'()*+,;=-]+\]|(?:[0-9A-Za-z._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
    rb"(?::[0-9]*)?"
)
UPGRADE_REQUIRED = 426  # RFC 9110, section 15.5.22; Twisted has no name for it


class Refused(Protocol):
    """Ends a connection without an answer, and before a handshake of TLS.

    Twisted's way, no protocol at all, is not possible over TLS.
    """

    def connectionMade(self) -> None:  # noqa: N802 # Twisted's name
        """End the connection."""
        transport: Any = self.transport  # mypy cannot read its interface
        transport.abortConnection()


class PortalSite(Site):
    """The HTTP factory of the portal; logs requests at debug level.

    Args:
        resource: The resource that answers all requests.
        admission: The places of the portal. A new connection gets one at the door.
        limits: A class with the limits. ``open_handshake_timeout`` is the time from the
            beginning of a connection, or from the end of an answer, to the end of the next
            request. ``max_handshake_bytes`` is the longest header of a request.
        upstreams: The proxies whose connections are not counted by address.
        http_limits: Class attributes for the HTTP channel: the limits of HTTP alone.

    """

    noisy = False
    displayTracebacks = False  # noqa: N815 # Twisted's name

    def __init__(
        self,
        resource: Resource,
        admission: Admission,
        limits: type[Limits],
        upstreams: Upstreams,
        http_limits: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(
            resource, requestFactory=PortalRequest, timeout=limits.openHandshakeTimeout or None
        )
        # This takes the place of a channel that can switch to HTTP/2.
        self.protocol: Any = type("PortalChannel", (PortalChannel,), dict(http_limits or {}))
        self._admission = admission
        self._upstreams = upstreams
        self._header_bytes = limits.max_handshake_bytes or maxsize
        self._held_bytes = limits.max_held_bytes

    def acceptableProtocols(self) -> list[bytes]:  # noqa: N802 # Twisted's name
        """Offer only HTTP/1.1 over TLS, because the limits apply to HTTP/1.1 alone."""
        return [b"http/1.1"]

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 # Twisted's name
        """Return an HTTP channel with the limits; for who connects too often, a quick end."""
        network = self._upstreams.network_of(getattr(addr, "host", None))
        if not self._admission.may_connect(network):
            return Refused()
        channel: Any = super().buildProtocol(addr)
        channel.totalHeadersSize = channel.MAX_LENGTH = self._header_bytes
        channel.admission = self._admission
        channel.turns = Turns.of(self.reactor)
        channel.max_held_bytes = self._held_bytes
        self._admission.enter(channel, network)
        return channel

    def log(self, request: Any) -> None:
        """Log an answered request."""
        _log.debug(
            "{method} {path} {code}",
            method=request.method.decode("ascii", "replace"),
            path=request.path.decode("ascii", "replace"),
            code=request.code,
        )


class PortalResource(Resource):
    """All answers of the portal, by path.

    Args:
        title: The page's title.
        websocket: The factory of the websocket protocol.
        tokens: The tokens with which pages fetch the cookies of their logins.

    """

    isLeaf = True  # noqa: N815 # Twisted's name

    def __init__(self, title: str, websocket: Any, tokens: CookieTokens) -> None:
        super().__init__()
        self._tokens = tokens
        page = files("mudwire.portal") / "page"
        self._page = (page / "index.html").read_text().replace("{title}", html.escape(title))
        self._answers: dict[bytes, Callable[[Any], bytes | int]] = {
            b"/": self._answer_page,
            b"/ws": WebSocketUpgrade(websocket),
            b"/session": self._answer_csessid,
            b"/health": _Constant(b"ok\n", "text/plain; charset=utf-8"),
            b"/palette.css": _Constant(stylesheet().encode(), TYPES["css"]),
        }
        for file in page.iterdir():
            suffix = file.name.rpartition(".")[2]
            if suffix in TYPES:
                self._answers[f"/{file.name}".encode()] = _Constant(
                    file.read_bytes(), TYPES[suffix]
                )

    def render(self, request: Any) -> bytes | int:
        """Answer a request."""
        for name, value in HEADERS.items():
            request.setHeader(name, value)
        if not has_valid_host(request):
            return plain(request, http.BAD_REQUEST, "A request must have one valid Host header.")
        if (request.method, request.path) == (b"POST", b"/session"):
            return self._give_cookie(request)
        answer = self._answers.get(request.path)
        if answer is None:
            return plain(request, http.NOT_FOUND, "There is nothing here. The game is at /")
        if request.method not in (b"GET", b"HEAD"):
            request.setHeader("Allow", "GET, HEAD")
            return plain(request, http.NOT_ALLOWED, "Only GET and HEAD are answered here.")
        return answer(request)

    def _answer_csessid(self, request: Any) -> bytes:
        request.setHeader("Content-Type", "application/json")
        request.setHeader("Cache-Control", "no-store")
        return b'{"csessid": "%s"}' % _browser_key(request).encode()

    def _give_cookie(self, request: Any) -> bytes:
        """Give a browser the cookie of the login that its page has a token for."""
        secret = self._tokens.redeem(header(request, TOKEN_HEADER))
        if secret is None:
            return plain(request, http.FORBIDDEN, "The token was used, or is too old.")
        request.setResponseCode(http.NO_CONTENT)
        request.setHeader("Set-Cookie", set_cookie(secret, _is_secure(request)))
        request.setHeader("Cache-Control", "no-store")
        return b""

    def _answer_page(self, request: Any) -> bytes:
        csessid = _browser_key(request)
        request.setHeader("Content-Type", "text/html; charset=utf-8")
        request.setHeader("Cache-Control", "no-store")
        host = header(request, b"host") or ""
        if HOST.fullmatch(host):
            # In some browsers 'self' allows only the page's scheme, not ws: or wss:.
            own = "connect-src 'self'"
            policy = POLICY.replace(own, f"{own} ws://{host} wss://{host}")
            request.setHeader("Content-Security-Policy", policy)
        return self._page.replace("{csessid}", csessid).encode()


def _browser_key(request: Any) -> str:
    """Return the key of a browser's cookie; give it a cookie if it has none.

    A cookie is not set again. That could undo the change of a login that happens meanwhile.
    """
    secure = _is_secure(request)
    key = key_of(secret_in(header(request, b"cookie"), secure))
    if key is None:
        secret = new_secret()
        key = str(key_of(secret))
        request.setHeader("Set-Cookie", set_cookie(secret, secure))
    return key


def _is_secure(request: Any) -> bool:
    return is_secure(header(request, b"x-forwarded-proto"), request.isSecure())


def header(request: Any, name: bytes) -> str | None:
    """Return a header of a request as latin-1, which reads any bytes (RFC 9110, section 5.5)."""
    value: bytes | None = request.getHeader(name)
    return None if value is None else value.decode("latin-1")


def has_valid_host(request: Any) -> bool:
    """Return whether a request has one valid Host header (RFC 9112, section 3.2).

    A request of HTTP/1.0 may have none.
    """
    hosts = request.requestHeaders.getRawHeaders(b"host", ())
    if not hosts:
        return bool(request.clientproto != b"HTTP/1.1")
    return len(hosts) == 1 and VALID_HOST.fullmatch(hosts[0]) is not None


def plain(request: Any, code: int, text: str) -> bytes:
    """Answer with one line of text."""
    request.setResponseCode(code)
    request.setHeader("Content-Type", "text/plain; charset=utf-8")
    request.setHeader("Cache-Control", "no-store")
    return f"{text}\n".encode()


class _Constant:
    """A file that does not change while the portal runs; browsers revalidate it by its ETag."""

    def __init__(self, content: bytes, content_type: str) -> None:
        self._content = content
        self._type = content_type

    @cached_property
    def _etag(self) -> bytes:
        return b'"%s"' % sha256(self._content).hexdigest()[:32].encode()

    def __call__(self, request: Any) -> bytes:
        request.setHeader("Content-Type", self._type)
        request.setHeader("Cache-Control", "no-cache")
        if request.setETag(self._etag) is http.CACHED:
            return b""
        return self._content


class WebSocketUpgrade:
    """Hands a connection over from HTTP to the websocket protocol.

    Autobahn's ``WebSocketResource`` leaves the HTTP channel registered as the transport's
    producer, and keeps the channel and the request in memory for as long as the connection
    lasts. This class detaches both, so that they are freed at once.

    Args:
        factory: The factory of the websocket protocol.

    """

    def __init__(self, factory: Any) -> None:
        self._factory = factory

    def __call__(self, request: Any) -> bytes | int:
        """Hand the request's connection over; answer 426 if it asks for no websocket."""
        if "websocket" not in (header(request, b"upgrade") or "").lower():
            request.setHeader("Upgrade", "websocket")
            return plain(request, UPGRADE_REQUIRED, "Here is a websocket; the page is at /")
        protocol: Any = self._factory.buildProtocol(request.getClientAddress())
        channel = request.channel
        # The bytes of the handshake, and those that came behind it in the same segment.
        head = b"".join(
            b"%s: %s\r\n" % (name, value)
            for name, values in request.requestHeaders.getAllRawHeaders()
            for value in values
        )
        received = b"%s %s HTTP/1.1\r\n%s\r\n%s" % (
            request.method,
            request.uri,
            head,
            channel.clearLineBuffer(),
        )

        transport = channel.detach()
        request.channel = request.site = None

        if isinstance(transport, ProtocolWrapper):  # TLS
            transport.wrappedProtocol = protocol
        else:
            transport.protocol = protocol
        try:
            protocol.makeConnection(transport)
            protocol.dataReceived(received)
        except Exception:  # Twisted would answer through the request, which is detached
            _log.failure("A websocket connection could not be started")
            transport.abortConnection()
        return NOT_DONE_YET
