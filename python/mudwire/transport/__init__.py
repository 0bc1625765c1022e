"""Bytes of connections: Autobahn's protocol within limits, and how bytes are read and written."""
