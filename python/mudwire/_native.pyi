"""Rust core of mudwire."""

from typing import final

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
def read_frame(data: bytes, offset: int, limit: int, /) -> tuple[bytes, bool, int] | None: ...
def write_frame(payload: bytes, is_binary: bool, /) -> bytes: ...
