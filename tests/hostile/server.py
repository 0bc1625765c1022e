"""``mudwire serve``, with switches that it has no option for.

python -m hostile.server [--plain] [--deflate] [--reactor NAME] serve ...

The rest of the command line is that of ``mudwire``.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any


def main() -> None:
    """Set the switches, and be ``mudwire``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true", help="override a step: no fast path")
    parser.add_argument("--deflate", action="store_true", help="accept permessage-deflate")
    parser.add_argument("--reactor", help="a reactor of Twisted, such as poll")
    arguments, rest = parser.parse_known_args()
    if arguments.reactor:
        import_module(f"twisted.internet.{arguments.reactor}reactor").install()
    # The reactor must be installed before these are imported.
    from mudwire.cli import main as mudwire
    from mudwire.portal.websocket import WebSocketClient

    protocol: Any = WebSocketClient
    if arguments.plain:
        protocol.onMessageBegin = without_fast_path(protocol.onMessageBegin)
    if arguments.deflate:
        protocol.perMessageCompressionAccept = staticmethod(accept_deflate)
    mudwire(rest)


def without_fast_path(inherited: Any) -> Any:
    """Return an override of a step that does the same, because any override turns it off."""

    def onMessageBegin(self: Any, isBinary: bool) -> None:
        inherited(self, isBinary)

    return onMessageBegin


def accept_deflate(offers: list[Any]) -> Any:
    """Accept the first offer of permessage-deflate."""
    from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept

    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer):
            return PerMessageDeflateOfferAccept(offer)
    return None


if __name__ == "__main__":
    main()
