"""Rust core of mudwire. The docstrings stand on the Rust functions."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Self, final

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

class Codec:
    """Base of all codecs: the game's markup, and text as ANSI in binary frames."""

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

class EvenniaV1Codec(Codec):
    """Codec of Evennia's own webclient."""

class JsonCodec(Codec):
    """Codec of clients that speak JSON envelopes."""

class GmcpCodec(Codec):
    """Codec of clients that speak GMCP themselves."""

class TerminalCodec(Codec):
    """Codec of plain terminals."""

def encode_gmcp(cmdname: str, /, *args: Any, **kwargs: Any) -> str: ...
def decode_gmcp(data: str | bytes) -> dict[str, Any]: ...
