"""What one message costs a server, against a bare Twisted echo in the same run.

Each client of a few dozen sends a command and waits for the answer before it sends the
next. The servers run one after the other, in turns, each in a process of its own; what
counts is the CPU time that the operating system charged that process, for each message.

    python benches/closed_loop.py [--connections 50] [--seconds 1] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from client_frames import TEXT, client_frame

COMMAND = b'["text",["look at sword"],{}]'
CHAT = 'Anna says, "Good evening!"'
ROOM = (
    "|cThe Old Market|n\n|wStalls|n crowd the square under |yfaded awnings|n. A |gwell|n stands in "
    "the middle, its rope |500frayed|n, and around it sit the |rred-robed|n scribes of the guild, "
    "pens ready. To the |lcnorth|ltnorth|le an alley climbs towards the |[b|Wcitadel|n; smoke and "
    "|320cinnamon|n drift from the south, where somebody sings |#ff8800a song of the sea|n.\n"
    "|wExits:|n north, south, |xeast (closed)|n"
)
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def serve(name: str) -> None:
    """Run one server until its standard input ends; say its port, then its CPU time when asked."""
    from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
    from twisted.internet import reactor, stdio
    from twisted.internet.protocol import Factory, Protocol

    class Bare(Protocol):
        def dataReceived(self, data):
            self.transport.write(data)

    class AtOnce(Protocol):
        def dataReceived(self, data):
            self.transport.writeSomeData(data)

    class Autobahn(WebSocketServerProtocol):
        def onMessage(self, payload, isBinary):
            self.sendMessage(payload, isBinary)

    if name in ("bare", "at once"):
        factory = Factory.forProtocol({"bare": Bare, "at once": AtOnce}[name])
    elif name == "autobahn":
        factory = WebSocketServerFactory()
        factory.protocol = Autobahn
    else:
        from mudwire.protocol import WebClientProtocol
        from serving import RecordingHandler, Session

        text = {"chat": CHAT, "room": ROOM}[name.split()[1]]

        class Handler(RecordingHandler):
            def connect(self, session):
                self.latest += 1
                session.sessid = self.latest
                self[session.sessid] = session

            def data_in(self, session, **kwargs):
                session.send_text(text)

        factory = WebSocketServerFactory()
        factory.sessionhandler = Handler()
        factory.protocol = type("WebSocketClient", (WebClientProtocol, Session), {})

    class Control(Protocol):
        def dataReceived(self, data):
            usage = resource.getrusage(resource.RUSAGE_SELF)
            self.transport.write(b"%.6f\n" % (usage.ru_utime + usage.ru_stime))

        def connectionLost(self, reason):
            reactor.stop()

    port = reactor.listenTCP(0, factory, interface="127.0.0.1", backlog=1000)
    control = Control()
    stdio.StandardIO(control)
    control.transport.write(b"%d\n" % port.getHost().port)
    reactor.run()


def measure(name: str, connections: int, seconds: float) -> tuple[float, float]:
    """Return the CPU time in microseconds for one message, and the messages a second."""
    cores = sorted(os.sched_getaffinity(0))
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    os.sched_setaffinity(server.pid, cores[:1])
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        port = int(server.stdout.readline())
        is_websocket = name not in ("bare", "at once")
        message = client_frame(TEXT, COMMAND)
        selector = selectors.EpollSelector()
        clients = []
        for _ in range(connections):
            client = socket.create_connection(("127.0.0.1", port))
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if is_websocket:
                client.sendall(HANDSHAKE)
                answer = b""
                while b"\r\n\r\n" not in answer:
                    answer += client.recv(4096)
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ)
            clients.append(client)

        def cpu() -> float:
            server.stdin.write(b"?\n")
            server.stdin.flush()
            return float(server.stdout.readline())

        def drive(seconds: float) -> int:
            count = 0
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for key, _ in selector.select(1):
                    key.fileobj.recv(65536)
                    key.fileobj.send(message)
                    count += 1
            return count

        for client in clients:
            client.send(message)
        drive(0.2)
        before, start = cpu(), time.monotonic()
        count = drive(seconds)
        used, elapsed = cpu() - before, time.monotonic() - start
        for client in clients:
            client.close()
    finally:
        server.stdin.close()
        server.wait(10)
        os.sched_setaffinity(0, cores)
    return used / count * 1e6, count / elapsed


def main() -> None:
    """Measure all servers and print their costs as multiples of the bare echo's."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return
    names = ["bare", "at once", "autobahn", "mudwire chat", "mudwire room"]
    rounds = [
        {name: measure(name, arguments.connections, arguments.seconds) for name in names}
        for _ in range(arguments.rounds)
    ]
    for name in names:
        cost = statistics.median(each[name][0] for each in rounds)
        rate = statistics.median(each[name][1] for each in rounds)
        ratio = statistics.median(each[name][0] / each["bare"][0] for each in rounds)
        print(f"{name:14} {cost:7.1f} µs  {ratio:5.2f} echoes  {rate:7.0f} messages/s")


if __name__ == "__main__":
    main()
