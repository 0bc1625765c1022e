"""The drop-in for Evennia: ``WEBSOCKET_PROTOCOL_CLASS = "mudwire.evennia.WebSocketClient"``.

The one room of mudwire that imports Evennia or Django. It reads the settings of the game when it
is imported, so that a wrong one stops the Portal at its start and no player finds it:

* ``settings`` reads and checks them, and names the one that is wrong;
* ``dialect`` takes the markup from the installed Evennia's parser;
* ``browser_session`` keeps deleted accounts from logging in;
* ``formats`` puts mudwire's codecs in the place of Evennia's;
* ``client`` has the class; ``parsers`` puts Rust behind Evennia's own functions, if asked to.
"""

from mudwire.evennia.client import WebSocketClient
from mudwire.evennia.parsers import install, uninstall

__all__ = ["WebSocketClient", "install", "uninstall"]
