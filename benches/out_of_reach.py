"""Rates that no benchmark reaches: bytes and messages are counted, and nobody is paused."""

from __future__ import annotations

from typing import Any

OUT_OF_REACH = dict.fromkeys(
    (
        "max_byte_rate",
        "max_byte_burst",
        "max_message_rate",
        "max_message_burst",
        "max_control_rate",
        "max_control_burst",
    ),
    10**12,
)
"""Attribute of a protocol class -> value."""


def with_rates_out_of_reach(protocol: type) -> type:
    """Return a protocol class with these rates; one that has none is not changed by them."""
    attributes: dict[str, Any] = {**OUT_OF_REACH, "__module__": protocol.__module__}
    return type(protocol.__name__, (protocol,), attributes)
