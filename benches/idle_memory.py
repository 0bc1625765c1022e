"""What an idle connection costs a server in memory, all of it but the kernel's part.

Thousands of clients connect and stay; the server's resident memory before and after,
divided by their number.

    python benches/idle_memory.py [--connections 10000]
"""

from __future__ import annotations

import argparse
import gc
import resource
import socket
import subprocess
import sys
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

HANDSHAKE = (
    b"GET /ws?5ejhu0jcjzlzqczm1l5qvz64ynzvyyfj&1763800000000-k3j2&firefox HTTP/1.1\r\n"
    b"Host: play.example.org:4002\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0\r\n"
    b"Accept: */*\r\nAccept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
    b"Accept-Encoding: gzip, deflate, br, zstd\r\n"
    b"Sec-WebSocket-Version: 13\r\nOrigin: http://play.example.org:4001\r\n"
    b"Sec-WebSocket-Protocol: v1.evennia.com\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nConnection: keep-alive, Upgrade\r\n"
    b"Cookie: csrftoken=7Zq2y0h2u4kq8x1p0f9d8s7a6g5h4j3k; sessionid=5ejhu0jcjzlzqczm1l5qvz64\r\n"
    b"Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: websocket\r\nSec-Fetch-Site: same-site\r\n"
    b"Pragma: no-cache\r\nCache-Control: no-cache\r\nUpgrade: websocket\r\n\r\n"
)


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def allow_files(count: int) -> None:
    """Raise the limit of open files as far as needed."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def serve(name: str, trace: bool) -> None:
    """Run one server; say its port, and its memory when asked."""
    from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
    from twisted.internet import reactor, stdio
    from twisted.internet.protocol import Protocol

    from mudwire.protocol import WebClientProtocol
    from mudwire.session import Session

    class Autobahn(WebSocketServerProtocol):
        def onConnect(self, request):
            return request.protocols[0]

    class Handler(dict):
        def connect(self, session):
            session.sessid = len(self) + 1
            self[session.sessid] = session

        def disconnect(self, session):
            del self[session.sessid]

    factory = WebSocketServerFactory()
    if name == "autobahn":
        factory.protocol = Autobahn
    else:
        factory.sessionhandler = Handler()
        factory.protocol = type("WebSocketClient", (WebClientProtocol, Session), {})

    class Control(Protocol):
        def dataReceived(self, data):
            gc.collect()
            if trace:
                before, self.before = self.before, tracemalloc.take_snapshot()
                for line in self.before.compare_to(before, "lineno")[:40]:
                    print(line, file=sys.stderr)
            self.transport.write(b"%d\n" % resident())

        def connectionLost(self, reason):
            reactor.stop()

    allow_files(100_000)
    port = reactor.listenTCP(0, factory, interface="127.0.0.1", backlog=1000)
    control = Control()
    if trace:
        tracemalloc.start()
        control.before = tracemalloc.take_snapshot()
    stdio.StandardIO(control)
    control.transport.write(b"%d\n" % port.getHost().port)
    reactor.run()


def measure(name: str, connections: int, trace: bool) -> float:
    """Return the bytes that one idle connection costs."""
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", name, *(["--trace"] if trace else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        port = int(server.stdout.readline())

        def memory() -> int:
            server.stdin.write(b"?\n")
            server.stdin.flush()
            return int(server.stdout.readline())

        def connect() -> socket.socket:
            client = socket.create_connection(("127.0.0.1", port))
            client.sendall(HANDSHAKE)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += client.recv(4096)
            assert answer.startswith(b"HTTP/1.1 101"), answer
            return client

        clients = [connect() for _ in range(10)]
        before = memory()
        clients += [connect() for _ in range(connections)]
        return (memory() - before) / connections
    finally:
        server.stdin.close()
        server.wait(60)


def main() -> None:
    """Measure Autobahn and mudwire."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--trace", action="store_true", help="print where the memory was taken")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.trace)
        return
    allow_files(arguments.connections + 100)
    for name in ("autobahn", "mudwire"):
        cost = measure(name, arguments.connections, arguments.trace)
        print(f"{name:10} {cost / 1024:6.2f} KiB for each idle connection")


if __name__ == "__main__":
    main()
