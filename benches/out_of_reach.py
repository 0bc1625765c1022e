"""Limits that no benchmark reaches.

Bytes and messages are counted, and nobody is paused. The limits of places and of an address are
off, because the load is one client with one address.
"""

from __future__ import annotations

from functools import cache
from typing import Any

RATES = (
    "max_byte_rate",
    "max_byte_burst",
    "max_message_rate",
    "max_message_burst",
    "max_control_rate",
    "max_control_burst",
)
OFF = ("max_connections", "max_connections_per_address", "max_handshake_rate")

OUT_OF_REACH = dict.fromkeys(RATES, 10**12) | dict.fromkeys(OFF, 0)
"""Attribute of a protocol class -> value."""


@cache
def with_limits_out_of_reach(protocol: type) -> type:
    """Return a protocol class with these limits; one that has none of them is not changed."""
    attributes: dict[str, Any] = {**OUT_OF_REACH, "__module__": protocol.__module__}
    return type(protocol.__name__, (protocol,), attributes)
