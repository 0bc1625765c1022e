"""The drop-in for Evennia: ``WEBSOCKET_PROTOCOL_CLASS = "mudwire.evennia.WebSocketClient"``.

The one room of mudwire that imports Evennia or Django. Importing it reads the settings of the game,
so that a wrong one fails when the Portal starts, and not at the first message.
"""

from mudwire.evennia.client import WebSocketClient

__all__ = ["WebSocketClient"]
