"""Rust core of mudwire. The docstrings stand on the Rust functions."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, Literal, Self, TypedDict, final, type_check_only

from typing_extensions import disjoint_base

__all__ = [
    "MAX_INTEGER_DIGITS",
    "MAX_JSON_DEPTH",
    "Budget",
    "Codec",
    "Dialect",
    "Intake",
    "TrafficStats",
    "convert",
    "data_frame",
    "decode_gmcp",
    "default_frame",
    "encode_gmcp",
    "parse_ansi",
    "parse_html",
    "parse_spans",
    "raw",
    "receive_command",
    "strip_mxp",
    "strip_raw_ansi",
    "strip_unsafe_tokens",
    "text_frame",
]

MAX_JSON_DEPTH: Final[int]
MAX_INTEGER_DIGITS: Final[int]

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

@type_check_only
class _SpanStyle(TypedDict, total=False):
    fg: int | str
    bg: int | str
    bold: bool
    italic: bool
    underline: bool
    strike: bool
    blink: bool

@type_check_only
class _SpanLink(TypedDict):
    kind: Literal["command", "address"]
    target: str

def parse_html(
    string: object,
    strip_ansi: bool = False,
    dialect: Dialect | None = None,
    *,
    styles: str = "classes",
) -> str: ...
def convert(
    name: str, string: object, strip_ansi: bool = False, dialect: Dialect | None = None
) -> str: ...
def parse_spans(
    string: object, strip_ansi: bool = False, dialect: Dialect | None = None
) -> list[tuple[str, _SpanStyle, _SpanLink | None]]: ...
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

@final
class Budget:
    def __new__(
        cls,
        by_bytes: tuple[float, float],
        by_messages: tuple[float, float],
        by_controls: tuple[float, float],
    ) -> Budget: ...

@disjoint_base
class Intake:
    def __new__(cls, budget: Budget, now: float, /) -> Self: ...
    @property
    def holds(self) -> bool: ...
    @holds.setter
    def holds(self, holds: bool) -> None: ...
    @property
    def is_blank(self) -> bool: ...
    @property
    def is_empty(self) -> bool: ...
    @property
    def memory(self) -> int: ...
    def admit(self, data: bytes, offset: int, turn_bytes: int, /) -> int: ...
    def charge(self, count: int, /) -> None: ...
    def charge_segment(self) -> None: ...
    def refill(self, budget: Budget, now: float, /) -> float: ...
    def read(
        self,
        limit: int,
        stats: TrafficStats,
        data: bytes,
        offset: int,
        end: int,
        want_fragments: bool,
        /,
    ) -> tuple[int, bytes | None, int] | None: ...
    def give_up(
        self,
    ) -> tuple[
        bytes,
        tuple[int, int, bytes, int] | None,
        tuple[bool, bytes, int, int, int] | None,
        bytes,
    ]: ...

@disjoint_base
class TrafficStats:
    def __new__(cls) -> Self: ...
    @property
    def incomingOctetsWireLevel(self) -> int: ...
    @incomingOctetsWireLevel.setter
    def incomingOctetsWireLevel(self, count: int) -> None: ...
    @property
    def incomingOctetsWebSocketLevel(self) -> int: ...
    @incomingOctetsWebSocketLevel.setter
    def incomingOctetsWebSocketLevel(self, count: int) -> None: ...
    @property
    def incomingOctetsAppLevel(self) -> int: ...
    @incomingOctetsAppLevel.setter
    def incomingOctetsAppLevel(self, count: int) -> None: ...
    @property
    def incomingWebSocketFrames(self) -> int: ...
    @incomingWebSocketFrames.setter
    def incomingWebSocketFrames(self, count: int) -> None: ...
    @property
    def incomingWebSocketMessages(self) -> int: ...
    @incomingWebSocketMessages.setter
    def incomingWebSocketMessages(self, count: int) -> None: ...
    @property
    def outgoingOctetsWireLevel(self) -> int: ...
    @outgoingOctetsWireLevel.setter
    def outgoingOctetsWireLevel(self, count: int) -> None: ...
    @property
    def outgoingOctetsWebSocketLevel(self) -> int: ...
    @outgoingOctetsWebSocketLevel.setter
    def outgoingOctetsWebSocketLevel(self, count: int) -> None: ...
    @property
    def outgoingOctetsAppLevel(self) -> int: ...
    @outgoingOctetsAppLevel.setter
    def outgoingOctetsAppLevel(self, count: int) -> None: ...
    @property
    def outgoingWebSocketFrames(self) -> int: ...
    @outgoingWebSocketFrames.setter
    def outgoingWebSocketFrames(self, count: int) -> None: ...
    @property
    def outgoingWebSocketMessages(self) -> int: ...
    @outgoingWebSocketMessages.setter
    def outgoingWebSocketMessages(self, count: int) -> None: ...
    @property
    def preopenIncomingOctetsWireLevel(self) -> int: ...
    @preopenIncomingOctetsWireLevel.setter
    def preopenIncomingOctetsWireLevel(self, count: int) -> None: ...
    @property
    def preopenOutgoingOctetsWireLevel(self) -> int: ...
    @preopenOutgoingOctetsWireLevel.setter
    def preopenOutgoingOctetsWireLevel(self, count: int) -> None: ...

@disjoint_base
class Codec:
    def __new__(
        cls,
        *,
        dialect: Dialect | None = None,
        screenreader_strip: str | re.Pattern[str] | None = None,
        to_ansi: Callable[[str, bool], str] | None = None,
    ) -> Self: ...
    def decode_incoming(
        self, payload: bytes, is_binary: bool, protocol_flags: dict[str, Any] | None = None
    ) -> dict[str, Any] | None: ...
    def is_blank_line(self, payload: bytes, is_binary: bool) -> bool: ...
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

def data_frame(stats: TrafficStats, payload: bytes, is_binary: bool, /) -> bytes: ...
def receive_command(
    limit: int,
    stats: TrafficStats,
    intake: Intake,
    codec: Codec,
    data: bytes,
    reserved: Collection[str],
    handler: Any,
    session: Any,
    /,
) -> bool: ...
def text_frame(
    stats: TrafficStats,
    codec: Codec,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    protocol_flags: dict[str, Any] | None,
    is_prompt: bool,
    /,
) -> bytes | None: ...
def default_frame(
    stats: TrafficStats,
    codec: Codec,
    cmdname: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    /,
) -> bytes | None: ...
def encode_gmcp(cmdname: str, /, *args: Any, **kwargs: Any) -> str: ...
def decode_gmcp(data: str | bytes) -> dict[str, Any]: ...
