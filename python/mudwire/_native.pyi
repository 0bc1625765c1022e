"""Rust core of mudwire."""

import re
from collections.abc import Callable
from typing import Any, Self, final

@final
class Dialect:
    """The markup tokens of a game, compiled once."""

    def __new__(cls) -> Dialect: ...

def parse_html(string: str, strip_ansi: bool = False, dialect: Dialect | None = None) -> str: ...
def parse_ansi(
    string: str,
    strip_ansi: bool = False,
    xterm256: bool = False,
    mxp: bool = False,
    truecolor: bool = False,
    dialect: Dialect | None = None,
) -> str: ...

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
