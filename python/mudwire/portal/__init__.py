"""The portal: page, websocket and an embedded game on one port."""

from mudwire.portal.service import PortalService
from mudwire.portal.websocket import WebSocketClient

__all__ = ["PortalService", "WebSocketClient"]
