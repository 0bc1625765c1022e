"""What every wire format offers."""

from __future__ import annotations

from typing import Any, Protocol


class WireFormat(Protocol):
    """Codec of one websocket subprotocol (RFC 6455, section 1.9)."""

    name: str
    supports_oob: bool

    def decode_incoming(
        self, payload: bytes, is_binary: bool, protocol_flags: dict[str, Any] | None = None
    ) -> dict[str, Any] | None: ...

    def encode_text(
        self, *args: Any, protocol_flags: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[bytes, bool] | None: ...

    def encode_prompt(
        self, *args: Any, protocol_flags: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[bytes, bool] | None: ...

    def encode_default(
        self, cmdname: str, *args: Any, protocol_flags: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[bytes, bool] | None: ...
