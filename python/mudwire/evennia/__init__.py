"""The drop-in for Evennia: ``WEBSOCKET_PROTOCOL_CLASS = "mudwire.evennia.WebSocketClient"``.

Only this package and ``mudwire bench`` import Evennia and Django. The import of this package reads
the settings of the game, so that a wrong setting stops the Portal at its start:

* ``settings`` reads and checks the settings, and names a wrong one;
* ``dialect`` reads the markup from the parser of the installed Evennia;
* ``browser_session`` prevents the login of deleted accounts;
* ``formats`` replaces Evennia's wire formats by mudwire's;
* ``client`` has the class;
* ``parsers`` has ``install``, which makes Evennia's own functions call Rust.
"""

from mudwire.evennia.client import WebSocketClient
from mudwire.evennia.parsers import install, uninstall

__all__ = ["WebSocketClient", "install", "uninstall"]
