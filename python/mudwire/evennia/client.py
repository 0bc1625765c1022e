"""WebSocketClient: the webclient's protocol with the session class of the game."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import evennia
from evennia.utils import logger
from twisted.internet import reactor

from mudwire.evennia import settings
from mudwire.evennia.browser_session import of_existing_accounts
from mudwire.evennia.formats import game_formats
from mudwire.fast_path import WebClientProtocol

__all__ = ["WebSocketClient"]

_BaseSession = settings.base_session_class()


class WebSocketClient(WebClientProtocol, _BaseSession):  # type: ignore[misc, valid-type] # the game's
    """The webclient's connection, in place of ``evennia.server.portal.webclient.WebSocketClient``.

    It has the methods, attributes and hooks of that class, so a game's subclass may derive from
    this one without other changes.
    """

    wire_formats = game_formats()
    subprotocols = settings.subprotocols()
    browser_session_store = of_existing_accounts(settings.session_store())
    upstream_ips = settings.upstream_ips()
    # The link to the Server has parameters of these names.
    reserved_names = WebClientProtocol.reserved_names | {"command", "sessid"}

    def _leave(self, handler: Any) -> None:
        """Leave the table; notify the Server only if there is a link to it."""
        portal = evennia.EVENNIA_PORTAL_SERVICE
        if portal and portal.amp_protocol is None and handler.get(self.sessid) is self:
            del handler[self.sessid]
        else:
            handler.disconnect(self)


def _announce() -> None:
    """Log in the Portal that mudwire serves the webclient, after all plugins are loaded."""
    if evennia.EVENNIA_PORTAL_SERVICE is None:
        return
    formats = WebSocketClient.wire_formats
    wanted = WebSocketClient.subprotocols
    if unknown := [name for name in wanted or () if name not in formats]:
        logger.log_warn(
            f"settings.WEBSOCKET_SUBPROTOCOLS has unknown names: {', '.join(map(repr, unknown))}. "
            f"Known are: {', '.join(map(repr, formats))}."
        )
    spoken = [name for name in (formats if wanted is None else wanted) if name in formats]
    logger.log_info(f"mudwire {version('mudwire')} serves the webclient: {', '.join(spoken)}.")


reactor.callWhenRunning(_announce)
