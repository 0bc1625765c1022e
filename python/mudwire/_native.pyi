"""Rust core of mudwire. The docstrings stand on the Rust functions."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Self, final

from typing_extensions import disjoint_base

__all__ = [
    "Codec",
    "Dialect",
    "EvenniaV1Codec",
    "GmcpCodec",
    "JsonCodec",
    "TerminalCodec",
    "decode_gmcp",
    "encode_gmcp",
    "parse_ansi",
    "parse_html",
    "raw",
    "read_frame",
    "strip_mxp",
    "strip_raw_ansi",
    "strip_unsafe_tokens",
    "write_frame",
]

@final
class Dialect:
    def __new__(
        cls,
        *,
        ansi_map: Sequence[tuple[str, str]],
        bright_backgrounds: Sequence[tuple[str, str]],
        xterm256_fg: Sequence[str],
        xterm256_bg: Sequence[str],
        gray_fg: Sequence[str],
        gray_bg: Sequence[str],
        hex_colors: bool,
    ) -> Dialect: ...
    @staticmethod
    def evennia() -> Dialect: ...
    @staticmethod
    def ansi_only() -> Dialect: ...

def parse_html(string: object, strip_ansi: bool = False, dialect: Dialect | None = None) -> str: ...
def parse_ansi(
    string: object,
    strip_ansi: bool = False,
    xterm256: bool = False,
    mxp: bool = False,
    truecolor: bool = False,
    dialect: Dialect | None = None,
) -> str: ...
def strip_raw_ansi(string: object) -> str: ...
def strip_mxp(string: object) -> str: ...
def strip_unsafe_tokens(string: object) -> str: ...
def raw(string: object) -> str: ...
def read_frame(data: bytes, offset: int, limit: int, /) -> tuple[bytes, bool, int] | None: ...
def write_frame(payload: bytes, is_binary: bool, /) -> bytes: ...

@disjoint_base
class Codec:
    def __new__(
        cls,
        *,
        dialect: Dialect | None = None,
        screenreader_strip: str | re.Pattern[str] | None = None,
        to_ansi: Callable[[str], str] | None = None,
    ) -> Self: ...
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
        self,
        cmdname: str,
        *args: Any,
        protocol_flags: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> tuple[bytes, bool] | None: ...
    def warn(self, message: str) -> None: ...

class EvenniaV1Codec(Codec): ...
class JsonCodec(Codec): ...
class GmcpCodec(Codec): ...
class TerminalCodec(Codec): ...

def encode_gmcp(cmdname: str, /, *args: Any, **kwargs: Any) -> str: ...
def decode_gmcp(data: str | bytes) -> dict[str, Any]: ...
