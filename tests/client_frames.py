"""Frames of a client, valid and invalid ones (RFC 6455, section 5.2)."""

from __future__ import annotations

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def client_frame(
    opcode: int,
    payload: bytes,
    *,
    fin: bool = True,
    reserved: int = 0,
    key: bytes | None = b"\x37\xfa\x21\x3d",
    announced: int | None = None,
    length_bytes: int | None = None,
) -> bytes:
    """Return one frame, masked with ``key``; unmasked if the key is None.

    ``announced`` is the length in the header, if it is not the payload's. ``length_bytes`` is the
    number of bytes of the extended length (0, 2 or 8), if it is not the least.
    """
    head = bytes([fin << 7 | reserved << 4 | opcode])
    masked = 0 if key is None else 0x80
    size = len(payload) if announced is None else announced
    if length_bytes is None:
        length_bytes = 0 if size < 126 else 2 if size < 0x10000 else 8
    if length_bytes == 0:
        head += bytes([masked | size])
    elif length_bytes == 2:
        head += bytes([masked | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([masked | 127]) + size.to_bytes(8, "big")
    if key is None:
        return head + payload
    return head + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
