"""What the tests of the wire formats share."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, Any

import pytest

from mudwire.formats import WIRE_FORMATS, EvenniaV1Format

if TYPE_CHECKING:
    from collections.abc import Callable

V1 = WIRE_FORMATS["v1.evennia.com"]
JSON = WIRE_FORMATS["json.mudstandards.org"]
GMCP = WIRE_FORMATS["gmcp.mudstandards.org"]
TERMINAL = WIRE_FORMATS["terminal.mudstandards.org"]
ANSI_FORMATS = [JSON, GMCP, TERMINAL]


class RecordingFormat(EvenniaV1Format):
    """Keeps its warnings instead of logging them."""

    def __init__(self, **_settings: Any) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


class AnsiString(str):
    """As Evennia's: the value is the clean text, colours are in the raw one."""

    _raw_string = "\x1b[31mred ||r\x1b[0m"

    def raw(self) -> str:
        return self._raw_string

    def clean(self) -> str:
        return str(self)


def value_of(message: tuple[bytes, bool] | None) -> Any:
    """What a v1 message says; nothing in it is invalid JSON or padding."""
    assert message is not None
    payload, is_binary = message
    assert is_binary is False
    value = json.loads(payload, parse_constant=pytest.fail)
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    assert len(payload.decode()) <= len(compact) + 3 * payload.count(b"e")  # exponents differ
    return value


class Number(enum.IntEnum):
    ONE = 1


def raising(error: BaseException) -> Callable[..., Any]:
    def method(*_args: object) -> Any:
        raise error

    return method


def having(base: type, **methods: Callable[..., Any]) -> Any:
    """An object of a class with these methods."""
    return type("Broken", (base,), methods)()
