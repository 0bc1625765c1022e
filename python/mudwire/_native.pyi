"""Rust core of mudwire. The docstrings stand on the Rust functions."""

from collections.abc import Sequence
from typing import final

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
def read_frame(data: bytes, offset: int, limit: int, /) -> tuple[bytes, bool, int] | None: ...
def write_frame(payload: bytes, is_binary: bool, /) -> bytes: ...
def strip_raw_ansi(string: object) -> str: ...
def strip_mxp(string: object) -> str: ...
def strip_unsafe_tokens(string: object) -> str: ...
def raw(string: object) -> str: ...
