"""Measure whole servers, in turn and in one run: ``python benches/e2e/run.py [--quick]``.

The load generator (``load/``, in Rust) is the only client. It has one core, and the servers have
another. All servers run at the same time, but only the measured one has work. They take turns in
every round, so a change in the machine's speed affects all of them. The result is
``benches/results/e2e.json``, with every round.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import socket
import subprocess
import sys
from collections import deque
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from measurements import QUICK_RESULTS, RESULTS, environment, save
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
LOAD = HERE.parents[1] / "target" / "release" / "mudwire-load"

CHAT = '["text",["say 00000000"],{}]'
ROOM = '["text",["look 0000000"],{}]'
"""The commands of the client, of 28 characters each; the zeros become the number of the message."""

CHAT_ANSWER = r'<span class="color-014">Anna</span> says, "Hi \d{6}"'
"""The text with which a game answers ``CHAT``."""

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]

ECHOES = ("twisted", "twisted-immediate", "twisted-epoll-group", "autobahn", "websockets", "picows")
GAMES = ("evennia", "mudwire", "mudwire-serve")
WEBSOCKETS = ("autobahn", *GAMES, "websockets", "picows")


class Plan(NamedTuple):
    """How much is measured.

    The CPU time of a message is measured in many short rounds, because other work of the machine
    then affects all servers of a round alike. Latency needs longer rounds, which include the rare
    slow answers.
    """

    short_rounds: int
    short_seconds: float
    rounds: int
    seconds: float
    warmup: float
    crowds: tuple[int, ...]
    idle: int


FULL = Plan(
    short_rounds=25,
    short_seconds=0.3,
    rounds=5,
    seconds=1.5,
    warmup=0.5,
    crowds=(1, 50, 1000, 10_000),
    idle=10_000,
)
QUICK = Plan(
    short_rounds=1,
    short_seconds=0.15,
    rounds=1,
    seconds=0.15,
    warmup=0.05,
    crowds=(1, 50),
    idle=500,
)
SHORT_WARMUP = 0.1
RATE = 500


class Server:
    """The process of one server."""

    def __init__(
        self, name: str, pid: int, port: int, process: subprocess.Popen[str] | None = None
    ) -> None:
        self.name = name
        self.pid = pid
        self.port = port
        self.process = process

    @property
    def path(self) -> str:
        """The path of the handshake, with csessid, page id and browser after the question mark."""
        return "/ws?&1&bench" if self.name == "mudwire-serve" else "/?&1&bench"

    def load(self, mode: str, **options: Any) -> dict[str, Any]:
        """Run the load generator, and return its result."""
        with self.loading(mode, **options) as load:
            output = load.stdout.read()
        if load.wait():
            raise SystemExit(f"{self.name}: the load generator failed in {mode} {options}")
        return {"server": self.name, **options, **json.loads(output)}

    def loading(self, mode: str, **options: Any) -> subprocess.Popen[str]:
        """Start the load generator."""
        options |= {
            "address": f"127.0.0.1:{self.port}",
            "pid": self.pid,
            "path": self.path,
            "raw": "yes" if self.name.startswith("twisted") else "no",
        }
        command = [LOAD, mode, *(f"{name}={value}" for name, value in options.items())]
        load = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        pin(load.pid, LOAD_CORE)
        return load

    def check(self) -> None:
        """Send one command, and stop the run if the answer is wrong."""
        if self.name.startswith("twisted"):
            with socket.create_connection(("127.0.0.1", self.port)) as echo:
                echo.sendall(CHAT.encode())
                answer = echo.recv(1024).decode()
        else:
            url = f"ws://127.0.0.1:{self.port}{self.path}"
            with connect(url, subprotocols=["v1.evennia.com"], compression=None) as client:
                client.send(CHAT)
                answer = client.recv()
        if self.name in ECHOES:
            right = answer == CHAT
        else:
            name, [text], kwargs = json.loads(answer)
            right = (name, kwargs) == ("text", {}) and re.fullmatch(CHAT_ANSWER, text)
        if not right:
            raise SystemExit(f"{self.name} answers {answer!r}")

    def memory(self) -> int:
        """Return the bytes of private memory of the process, after a garbage collection."""
        self.process.stdin.write("collect\n")
        self.process.stdin.flush()
        self.process.stdout.readline()
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return 1024 * sum(
            int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_")
        )


def pin(pid: int, core: int) -> None:
    os.sched_setaffinity(pid, {core})


@contextmanager
def running(name: str) -> Iterator[Server]:
    """Run a server for the length of the block."""
    process = subprocess.Popen(
        [sys.executable, HERE / "servers.py", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = process.stdout.readline()
        if not port:
            raise SystemExit(f"{name} did not start")
        pin(process.pid, SERVER_CORE)
        yield Server(name, process.pid, int(port), process)
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def in_turn(rounds: int, servers: dict[str, Server]) -> Iterator[tuple[int, Server]]:
    """Give every server once in each round; another server begins each time."""
    order = deque(servers.values())
    for number in range(rounds):
        for server in order:
            yield number, server
        order.rotate(-1)


def per_message(plan: Plan, servers: dict[str, Server]) -> Iterator[dict[str, Any]]:
    """Measure the CPU time of a message, and the throughput, with 50 connections."""
    for number, server in in_turn(plan.short_rounds, servers):
        kinds = {"chat": CHAT, "room": ROOM} if server.name in GAMES else {"echo": CHAT}
        for answer, message in kinds.items():
            row = server.load(
                "closed", seconds=plan.short_seconds, warmup=SHORT_WARMUP, message=message
            )
            yield {"round": number, "answer": answer, **row}


def crowded(plan: Plan, servers: dict[str, Server]) -> Iterator[dict[str, Any]]:
    """Measure the CPU time of a message with one connection, and with up to ten thousand."""
    for connections in plan.crowds:
        for name in ("twisted", "autobahn", "evennia", "mudwire"):
            yield servers[name].load(
                "closed",
                seconds=plan.seconds,
                warmup=plan.warmup,
                connections=connections,
                message=CHAT,
            )


def at_a_rate(plan: Plan, servers: dict[str, Server]) -> Iterator[dict[str, Any]]:
    """Measure the latency at a low load, which is the same for all servers."""
    for number, server in in_turn(plan.rounds, servers):
        row = server.load("rate", rate=RATE, seconds=plan.seconds, warmup=plan.warmup, message=ROOM)
        yield {"round": number, **row}


def arriving(plan: Plan, servers: dict[str, Server]) -> Iterator[dict[str, Any]]:
    """Measure handshakes: connect, agree on the websocket, disconnect."""
    for number, server in in_turn(plan.rounds, {name: servers[name] for name in WEBSOCKETS}):
        row = server.load("connect", connections=16, seconds=plan.seconds / 2)
        yield {"round": number, **row}


def idle(plan: Plan) -> Iterator[dict[str, Any]]:
    """Measure the memory of silent connections, each server in a new process."""
    for name in WEBSOCKETS:
        with running(name) as server:
            server.load("closed", seconds=0.1, warmup=0, connections=20, message=CHAT)
            before = server.memory()
            with server.loading("hold", connections=plan.idle) as load:
                held = json.loads(load.stdout.readline())["count"]
                grown = server.memory() - before
                load.stdin.close()
            yield {"server": name, "connections": held, "bytes": grown / held}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few and short rounds")
    plan = QUICK if parser.parse_args().quick else FULL
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < plan.idle * 8 // 7 + 100:  # mudwire keeps an eighth back
        raise SystemExit(
            f"{plan.idle} connections need more open files than {hard}; see ulimit -Hn"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    result: dict[str, Any] = {"environment": environment()}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(running(name)) for name in (*ECHOES, *GAMES)}
        for server in servers.values():
            server.check()
        for stage in (per_message, crowded, at_a_rate, arriving):
            print(stage.__doc__, flush=True)
            result[stage.__name__] = list(stage(plan, servers))
    print(idle.__doc__, flush=True)
    result["idle"] = list(idle(plan))
    directory = QUICK_RESULTS if plan is QUICK else RESULTS
    save(directory / "e2e.json", result)


if __name__ == "__main__":
    main()
