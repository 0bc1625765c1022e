"""The codecs of the websocket subprotocols, and their registry."""

from mudwire.wire_formats.base import WireFormat
from mudwire.wire_formats.evennia_v1 import EvenniaV1Format

__all__ = ["WIRE_FORMATS", "EvenniaV1Format", "WireFormat"]

WIRE_FORMATS: dict[str, WireFormat] = {codec.name: codec for codec in (EvenniaV1Format(),)}
"""Subprotocol name -> codec. The order is the server's preference where nothing else is configured."""
