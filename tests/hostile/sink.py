"""A bare Twisted server, as cheap as one can be: it shows the machine's part in a measurement.

python -m hostile.sink ADDRESS

It reads and discards what an attacker sends, and sends back what an honest client sends.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.protocol import Factory, Protocol, connectionDone

from mudwire.portal.running import endpoint_of

ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    b"\x81\x07Welcome"
)
"""The answer to every handshake; a player has entered when it reads the frame behind it."""


class Sink(Protocol):
    """One connection."""

    echoes: bool | None = None

    def dataReceived(self, data: bytes) -> None:
        if self.echoes:
            self.transport.write(data)
        elif self.echoes is None:
            self._begin(data)

    def _begin(self, data: bytes) -> None:
        if data.startswith(b"GET /health"):
            self.echoes = True
            self.transport.write(data)
        elif data.endswith(b"\r\n\r\n"):
            self.echoes = b"User-Agent: honest\r\n" in data
            self.transport.write(ANSWER)
        # Else the header comes in pieces; nobody honest sends it so.

    def connectionLost(self, reason: Any = connectionDone) -> None:
        """Keep quiet."""


def main(endpoint: str) -> None:
    """Listen until a signal comes."""
    from twisted.internet import reactor  # importing it installs it
    from twisted.internet.endpoints import serverFromString

    def listens(port: Any) -> None:
        print(f"The game is at http://127.0.0.1:{port.getHost().port}/", file=sys.stderr)

    factory = Factory.forProtocol(Sink)
    factory.noisy = False
    # No connection of a burst waits for the kernel to try again.
    serverFromString(reactor, f"{endpoint_of(endpoint)}:backlog=4096").listen(factory).addCallback(
        listens
    )
    reactor.run()


if __name__ == "__main__":
    main(sys.argv[1])
