"""What the portal answers over HTTP: the page, its files, and the way to the websocket.

The set of paths is closed and held in memory, so no path can lead out of it. The
portal takes no bodies: what is sent as one is thrown away as it comes.
"""

from __future__ import annotations

import html
import re
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any

from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper
from twisted.web import http
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from mudwire.browser_sessions import key_of, new_secret
from mudwire.portal.cookie import is_secure, secret_in, set_cookie
from mudwire.portal.palette import stylesheet

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}

# No host but this one, no inline script or style, and no way from text to markup
# but the page's own reader (require-trusted-types-for).
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
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "mudwire",
}

HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d+)?")
UPGRADE_REQUIRED = 426  # RFC 9110, section 15.5.22; Twisted has no name for it
HANDSHAKE_SECONDS = 20
"""How long an HTTP connection may say nothing."""


class PortalRequest(Request):
    """A request whose body is thrown away as it comes."""

    def gotLength(self, length: int | None) -> None:  # noqa: N802, ARG002 # Twisted's name
        """Make no room for a body, however long it says to be."""
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 # Twisted's name
        """Throw a piece of the body away."""


class PortalSite(Site):
    """The HTTP factory of the portal; logs requests at debug level."""

    log_http = Logger()
    noisy = False
    displayTracebacks = False  # noqa: N815 # Twisted's name

    def __init__(self, resource: Resource) -> None:
        super().__init__(  # type: ignore[no-untyped-call] # Twisted is typed in parts
            resource, requestFactory=PortalRequest, timeout=HANDSHAKE_SECONDS
        )

    def log(self, request: Any) -> None:
        """Log a request that was answered."""
        self.log_http.debug(
            "{method} {path} {code}",
            method=request.method.decode("ascii", "replace"),
            path=request.path.decode("ascii", "replace"),
            code=request.code,
        )


class PortalResource(Resource):
    """Everything that the portal has, by path.

    Args:
        title: The page's title.
        websocket: Factory of the websocket protocol.

    """

    isLeaf = True  # noqa: N815 # Twisted's name

    def __init__(self, title: str, websocket: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # Twisted is typed in parts
        page = files("mudwire.portal") / "page"
        self._page = (page / "index.html").read_text().replace("{title}", html.escape(title))
        self._answers: dict[bytes, Callable[[Any], bytes | int]] = {
            b"/": self._answer_page,
            b"/ws": WebSocketUpgrade(websocket),
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
        answer = self._answers.get(request.path)
        if answer is None:
            return plain(request, http.NOT_FOUND, "There is nothing here. The game is at /")
        if request.method not in (b"GET", b"HEAD"):
            request.setHeader("Allow", "GET, HEAD")
            return plain(request, http.NOT_ALLOWED, "Only GET and HEAD are answered here.")
        return answer(request)

    def _answer_page(self, request: Any) -> bytes:
        secure = is_secure(request.getHeader("x-forwarded-proto"), request.isSecure())
        secret = secret_in(request.getHeader("cookie"), secure)
        key = key_of(secret)
        if key is None or secret is None:
            secret = new_secret()
            key = key_of(secret)
        request.setHeader("Set-Cookie", set_cookie(secret, secure))
        request.setHeader("Content-Type", "text/html; charset=utf-8")
        request.setHeader("Cache-Control", "no-store")
        host = request.getHeader("host") or ""
        if HOST.fullmatch(host):
            # To some browsers 'self' is this scheme alone, and a websocket's is another.
            policy = POLICY.replace("connect-src 'self'", f"connect-src ws://{host} wss://{host}")
            request.setHeader("Content-Security-Policy", policy)
        return self._page.replace("{csessid}", str(key)).encode()


def plain(request: Any, code: int, text: str) -> bytes:
    """Answer with one line of text."""
    request.setResponseCode(code)
    request.setHeader("Content-Type", "text/plain; charset=utf-8")
    request.setHeader("Cache-Control", "no-store")
    return f"{text}\n".encode()


class _Constant:
    """A file that does not change while the portal runs; browsers ask again by its ETag."""

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
    """Hands a connection over from HTTP to the websocket protocol, for good.

    Autobahn's ``WebSocketResource`` leaves the HTTP channel registered as the
    transport's producer, and channel and request in memory for as long as the
    connection lasts. Here nothing of them stays.

    Args:
        factory: Makes the websocket protocol.

    """

    def __init__(self, factory: Any) -> None:
        self._factory = factory

    def __call__(self, request: Any) -> bytes | int:
        """Hand the request's connection over, or say that a websocket is here."""
        if "websocket" not in (request.getHeader("upgrade") or "").lower():
            request.setHeader("Upgrade", "websocket")
            return plain(request, UPGRADE_REQUIRED, "Here is a websocket; the page is at /")
        protocol: Any = self._factory.buildProtocol(request.getClientAddress())
        channel = request.channel
        transport = channel.transport
        # The handshake as it came, and what came behind it in the same segment.
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

        transport.unregisterProducer()
        channel.setTimeout(None)
        channel.requests.clear()
        channel.transport = channel.site = channel.factory = None
        request.channel = request.site = None

        if isinstance(transport, ProtocolWrapper):  # TLS
            transport.wrappedProtocol = protocol
        else:
            transport.protocol = protocol
        protocol.makeConnection(transport)
        protocol.dataReceived(received)
        return NOT_DONE_YET
