"""The server that attackers and honest players connect to, and the bytes that open a websocket."""

from __future__ import annotations

import socket
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client_frames import TEXT, client_frame

if TYPE_CHECKING:
    from ssl import SSLContext

HOST = "127.0.0.1"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
"""The nonce of every handshake (RFC 6455, section 1.3)."""

COMPRESSED = 4
"""The reserved bits of a compressed message (RFC 7692, section 6)."""


@dataclass(frozen=True)
class Target:
    """A listening server.

    Attributes:
        port: Its port on 127.0.0.1.
        tls: The context of the clients; None without TLS.
        deflate: Whether attackers compress their messages.
        proxied: Whether all clients come from one proxy, which names their addresses.

    """

    port: int
    tls: SSLContext | None = None
    deflate: bool = False
    proxied: bool = False

    def source(self, number: int) -> str:
        """Return the address that client ``number`` connects from; 0 is the honest player's."""
        return HOST if self.proxied else f"127.0.0.{1 + number}"

    def socket(self, number: int) -> socket.socket:
        """Return a non-blocking socket of client ``number``, which has begun to connect."""
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The kernel then holds little of what the server does not read, and counts as not sent.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        client.bind((self.source(number), 0))
        client.setblocking(False)
        client.connect_ex((HOST, self.port))
        return client

    def request(self, number: int, path: str, **headers: str) -> bytes:
        """Return a GET request of client ``number``; an underscore in a name means a hyphen."""
        headers = {"Host": f"{HOST}:{self.port}", **headers}
        if self.proxied:
            headers["X-Forwarded-For"] = f"10.66.{number >> 8}.{(number & 255) + 1}"
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode("latin-1")

    def opening(self, number: int, path: str = "/ws", **headers: str) -> bytes:
        """Return the opening handshake of client ``number``."""
        websocket = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec_WebSocket_Key": KEY,
            "Sec_WebSocket_Version": "13",
            "Sec_WebSocket_Protocol": "v1.evennia.com",
        }
        if self.deflate:
            websocket["Sec_WebSocket_Extensions"] = "permessage-deflate"
        return self.request(number, path, **{**websocket, **headers})

    def message(self, payload: bytes) -> bytes:
        """Return a message of an attacker in one frame."""
        if not self.deflate:
            return client_frame(TEXT, payload)
        compressor = zlib.compressobj(wbits=-15)
        deflated = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
        return client_frame(TEXT, deflated.removesuffix(b"\0\0\xff\xff"), reserved=COMPRESSED)


def letters(number: int) -> str:
    """Return a number as letters that nobody confuses, because a name has no digits."""
    text = ""
    while number or not text:
        number, digit = divmod(number, 8)
        text += "abcdefgh"[digit]
    return text
