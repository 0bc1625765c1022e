"""The attackers and the honest players, against a server whose every byte the test chooses."""

from __future__ import annotations

import math
import multiprocessing
import socket
import zlib
from contextlib import contextmanager, suppress
from threading import Semaphore, Thread
from typing import TYPE_CHECKING

import pytest

from client_frames import CLOSE, PING, TEXT, client_frame
from hostile import crowd, honest
from hostile.attacks import ATTACKS, Attack, flood, frame, opened
from hostile.crowd import Attacker, Step, close_code, filled
from hostile.honest import NUMBER, Frame, FrameReader, Plan
from hostile.sink import ANSWER
from hostile.target import Target, letters
from hostile.variants import VARIANTS, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 20
"""The seconds until a wait fails; no wait of a passing test takes that long."""


def server_frame(opcode: int, payload: bytes) -> bytes:
    return client_frame(opcode, payload, key=None)


# The bytes.


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536])
@pytest.mark.parametrize("key", [None, b"\0\0\0\0"])
@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_frames_are_read_however_they_are_cut(length, key, step):
    payload = b"p" * length
    data = client_frame(TEXT, payload, key=key) + client_frame(CLOSE, b"\x03\xe8", key=key)
    reader, frames = FrameReader(), []
    for start in range(0, len(data), step):
        frames += reader.feed(data[start : start + step])
    assert frames == [Frame(TEXT, payload), Frame(CLOSE, b"\x03\xe8")]


@pytest.mark.parametrize("reason", [b"", b"too fast", b"x" * 123])
def test_the_code_of_the_last_close_frame_is_found(reason):
    data = server_frame(TEXT, b"hello") + server_frame(CLOSE, b"\x03\xf0" + reason)
    assert close_code(data[-512:]) == 1008


@pytest.mark.parametrize("data", [b"", b"\x88", server_frame(TEXT, b"hello"), b"\x88\x02\x03"])
def test_without_a_close_frame_there_is_no_code(data):
    assert close_code(data) is None


@pytest.mark.parametrize("unit", [b"x", client_frame(PING, b"x"), b"y" * 100_000])
def test_a_flood_is_made_of_whole_frames(unit):
    blob = filled(unit)
    assert len(blob) % len(unit) == 0
    assert len(blob) > 64 * 1024 - len(unit)
    assert blob.count(unit) == len(blob) // len(unit)


def test_no_two_numbers_have_the_same_letters():
    assert len({letters(number) for number in range(5000)}) == 5000


def test_a_compressed_message_inflates_to_its_payload():
    payload = b'["text",["look"],{}]' * 20
    data = Target(0, deflate=True).message(payload)
    assert data[0] == 0x80 | 0x40 | TEXT
    key, masked = data[2:6], data[6:]
    deflated = bytes(byte ^ key[i % 4] for i, byte in enumerate(masked)) + b"\0\0\xff\xff"
    assert zlib.decompressobj(wbits=-15).decompress(deflated) == payload


def test_a_proxy_names_an_address_for_each_client():
    behind = [Target(1, proxied=True).request(number, "/") for number in range(300)]
    assert len(set(behind)) == 300
    assert all(b"\r\nX-Forwarded-For: 10.66." in request for request in behind)
    assert b"X-Forwarded-For" not in Target(1).request(1, "/")


# The table.


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_runs_in_the_full_run(name):
    assert any(name == attack.name for one in VARIANTS.values() for attack in one.runs(quick=False))


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_each_pattern_of_a_set_up_names_an_attack(variant):
    for pattern in (*variant.attacks, *variant.but, *variant.quick):
        assert any(matches(name, (pattern,)) for name in ATTACKS), pattern


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_the_short_run_is_a_part_of_the_full_one(variant):
    full = {attack.name for attack in variant.runs(quick=False)}
    quick = {attack.name for attack in variant.runs(quick=True)}
    assert quick
    assert quick <= full


# The behaviour.


class Script:
    """A server on a thread that does what the test says with each connection."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.target = Target(self._listening.getsockname()[1])
        self._serve = serve
        self.connections = 0
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(ConnectionResetError):  # attackers leave like that
                connection.settimeout(SECONDS)
                self._serve(connection)

    def stop(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


@contextmanager
def scripted(serve: Callable[[socket.socket], None]) -> Iterator[Script]:
    server = Script(serve)
    try:
        yield server
    finally:
        server.stop()


def read_until(connection: socket.socket, marker: bytes) -> bytes:
    data = b""
    while marker not in data:
        data += connection.recv(65536)
    return data


@contextmanager
def in_thread(run: Callable[..., None], *arguments: object) -> Iterator[object]:
    ours, theirs = multiprocessing.Pipe()
    thread = Thread(target=run, args=(*arguments, theirs), daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        ours.send(None)
        thread.join(SECONDS)
        assert not thread.is_alive()
        ours.close()
        theirs.close()


def be_honest(plan: Plan, target: Target, orders: object) -> None:
    honest.Place(plan, target, orders).run()


def hear(pipe: object) -> object:
    assert pipe.poll(SECONDS)
    return pipe.recv()


def test_a_stall_counts_for_each_command_that_was_due_meanwhile():
    def serve(connection: socket.socket) -> None:
        read_until(connection, b"\r\n\r\n")
        connection.sendall(ANSWER)
        received = b""
        while len(NUMBER.findall(received)) < 10:
            received += connection.recv(65536)
        answers = b"".join(b"#" + number for number in NUMBER.findall(received))
        connection.sendall(server_frame(TEXT, answers))
        connection.recv(65536)

    plan = Plan(period=0.02)
    with scripted(serve) as server, in_thread(be_honest, plan, server.target) as pipe:
        assert hear(pipe) == "ready"
        pipe.send(0.2)
        assert hear(pipe) == "over"
        sample = hear(pipe)
    assert len(sample.round_trips) == 10
    # The last is sent nine periods after the first, and answers none before.
    for number, round_trip in enumerate(sample.round_trips):
        assert round_trip >= (9 - number) * plan.period
    assert sample.cut == {}


def test_a_cut_player_is_counted_with_the_code_and_its_commands_have_no_answer():
    def serve(connection: socket.socket) -> None:
        read_until(connection, b"\r\n\r\n")
        connection.sendall(ANSWER)
        read_until(connection, b"prompt #")
        connection.sendall(server_frame(CLOSE, b"\x03\xf0"))

    with (
        scripted(serve) as server,
        in_thread(be_honest, Plan(period=0.05), server.target) as pipe,
    ):
        assert hear(pipe) == "ready"
        pipe.send(0.1)
        assert hear(pipe) == "over"
        sample = hear(pipe)
    assert sample.cut == {"1008": 1}
    assert math.inf in sample.round_trips


def test_a_refused_player_is_counted_with_the_status():
    def serve(connection: socket.socket) -> None:
        read_until(connection, b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")

    with scripted(serve) as server, in_thread(be_honest, Plan(), server.target) as pipe:
        assert hear(pipe) == "ready"
        pipe.send(0.05)
        assert hear(pipe) == "over"
        sample = hear(pipe)
    assert sample.cut == {"503": 1}


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (ANSWER + server_frame(CLOSE, b"\x03\xf0slow down"), "1008"),
        (b"HTTP/1.1 429 Too Many Requests\r\n\r\n", "429"),
        (ANSWER, "closed"),
    ],
)
def test_a_cut_attacker_notes_the_code_and_comes_back(answer, end):
    came = Semaphore(0)

    def serve(connection: socket.socket) -> None:
        read_until(connection, b"\r\n\r\n")
        if server.connections == 3:
            came.release()
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    def script(me: Attacker) -> Iterator[object]:
        yield Step.GO
        yield from opened(me)

    attack = Attack("silent", 1, script)
    with scripted(serve) as server, in_thread(crowd.run, attack, server.target) as pipe:
        assert hear(pipe) == "ready"
        pipe.send("go")
        assert came.acquire(timeout=SECONDS)
        pipe.send("stop")
        report = hear(pipe)
    [deeds] = report.deeds
    assert set(deeds.ends) == {end}
    assert deeds.ends[end] >= 2


def test_a_flood_arrives_whole_and_is_counted():
    received = bytearray()
    enough = Semaphore(0)

    def serve(connection: socket.socket) -> None:
        head = read_until(connection, b"\r\n\r\n")
        connection.sendall(ANSWER)
        received.extend(head.partition(b"\r\n\r\n")[2])
        while data := connection.recv(65536):
            received.extend(data)
            if len(received) > 1_000_000:
                enough.release()

    pings = client_frame(PING, b"x")
    attack = Attack("pings", 1, flood, frame(PING, b"x"))
    with scripted(serve) as server, in_thread(crowd.run, attack, server.target) as pipe:
        assert hear(pipe) == "ready"
        pipe.send("go")
        assert enough.acquire(timeout=SECONDS)
        pipe.send("stop")
        report = hear(pipe)
    [deeds] = report.deeds
    assert deeds.sent >= len(received) > 1_000_000
    whole = len(received) // len(pings) * len(pings)
    assert received[:whole] == pings * (whole // len(pings))
    assert deeds.ends == {}
