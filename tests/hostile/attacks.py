"""The attacks, and the bursts of honest players that must not count as attacks.

An attack is data, and a script that each attacker follows (``crowd``). ``blob`` is what a script
sends; a flood repeats it up to 64 KiB.
"""

from __future__ import annotations

import json
import random
import ssl
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from client_frames import BINARY, CLOSE, CONT, PING, PONG, TEXT, client_frame
from hostile.crowd import Attacker, Await, Step, filled
from hostile.honest import Plan
from hostile.target import COMPRESSED, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

Script = Callable[[Attacker], Iterator[bytes | float | Await | Step]]

MIB = 1024 * 1024
SOON = {"budget_timeout": 2}
"""A limit that ends a flood while it is measured."""

CHUNKED = b"\r\nTransfer-Encoding: chunked\r\n\r\n"
END_OF_HEADER = Await(b"\r\n\r\n")


@dataclass(frozen=True)
class Attack:
    """One attack, which is one row of a table.

    Attributes:
        name: The name of the row.
        attackers: How many they are.
        script: What each does.
        blob: What the script sends, for a server.
        first: What a flood sends once before the blob.
        logged_in: Whether the attackers enter the lobby first.
        raw_tcp: Whether they speak no TLS where the others do.
        must_end: Whether each attacker must be slowed or cut. Not so if the attack does nothing
            that is more than a player's share, and only its cost counts.
        seconds: How long it lasts at least, for a limit that takes time.
        limits: Limits of the server that differ, by name, to shorten the row.
        descriptors: The server's limit of file descriptors; None for the machine's.
        stop: Whether the server gets SIGTERM while the attack goes on.
        flat: Whether memory and descriptors must be flat from the first fifth on.
        honest: What the honest players do meanwhile.
        most_delay: The longest that an honest burst may take, in seconds; None for an attack.

    """

    name: str
    attackers: int
    script: Script
    blob: Callable[[Target], bytes] = lambda _: b""
    first: Callable[[Target], bytes] = lambda _: b""
    logged_in: bool = False
    raw_tcp: bool = False
    must_end: bool = True
    seconds: float = 0
    limits: Mapping[str, float] = field(default_factory=dict)
    descriptors: int | None = None
    stop: bool = False
    flat: bool = False
    honest: Plan = field(default_factory=Plan)
    most_delay: float | None = None


# What an attacker does.


def opened(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Connect, and enter the lobby if the attack asks for it."""
    yield Step.CONNECT
    yield me.target.opening(me.number)
    yield END_OF_HEADER
    if me.attack.logged_in:
        yield typed(me.target, me.new_name())
        # A compressed answer is not read.
        yield 0.3 if me.target.deflate else Await(b"Welcome")


def flood(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Send as fast as the server takes it."""
    yield from opened(me)
    yield Step.GO
    if first := me.attack.first(me.target):
        yield first
    while True:
        yield me.blob


def deaf_flood(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Send as fast as the server takes it, and read no answer."""
    yield from opened(me)
    yield Step.GO
    yield Step.DEAF
    while True:
        yield me.blob


def every(seconds: float) -> Script:
    """Return a script that sends the blob once in so many seconds."""

    def script(me: Attacker) -> Iterator[bytes | float | Await | Step]:
        yield from opened(me)
        yield Step.GO
        while True:
            yield me.blob
            yield seconds

    return script


def byte_by_byte(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Send each byte in a segment, or a TLS record, of its own."""
    yield from opened(me)
    yield Step.GO
    if first := me.attack.first(me.target):
        yield first
    while True:
        for byte in me.blob:
            yield bytes([byte])


def once(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Send once, and stay."""
    yield from opened(me)
    yield Step.GO
    yield me.attack.blob(me.target)


def deaf(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Enter, read nothing; a fifth of the attackers talks to them."""
    yield from opened(me)
    yield Step.GO
    if me.number % 5:
        yield Step.DEAF
    else:
        while True:
            yield me.blob
            yield 1 / 78


def full_buffers(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Fill the buffers of both directions, and drop the connection."""
    yield from opened(me)
    yield Step.GO
    yield Step.DEAF
    yield typed(me.target, "colors truecolor") * 200
    yield me.attack.blob(me.target)
    yield 1.0
    yield Step.CONNECT


def connect_and_drop(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Connect, send one byte, drop, as fast as possible."""
    yield Step.GO
    while True:
        yield Step.CONNECT
        yield b"G"


def shake_and_drop(request: Callable[[Attacker], bytes]) -> Script:
    """Return a script that sends a request on each of many connections, and awaits the answer."""

    def script(me: Attacker) -> Iterator[bytes | float | Await | Step]:
        yield Step.GO
        data = request(me)
        while True:
            yield Step.CONNECT
            yield data
            yield END_OF_HEADER

    return script


def slow_header(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Send a handshake a byte at a time, and never its end."""
    yield Step.GO
    yield Step.CONNECT
    for byte in me.target.opening(me.number)[:-2]:
        yield bytes([byte])
        yield 0.02


def half_header(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Send half of a handshake, and stay."""
    yield Step.GO
    yield Step.CONNECT
    yield me.target.opening(me.number)[:120]


def silent(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Connect, and stay."""
    yield from opened(me)
    yield Step.GO


def pipelined(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Send requests without end, and read no answer."""
    yield Step.CONNECT
    yield Step.GO
    yield Step.DEAF
    requests = filled(page(me))
    while True:
        yield requests


def chunked(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Send a body in chunks of one byte, without end."""
    yield Step.CONNECT
    yield Step.GO
    yield page(me).replace(b"GET ", b"POST ").replace(b"\r\n\r\n", CHUNKED)
    chunks = b"1\r\nx\r\n" * 10_000
    while True:
        yield chunks


def client_hellos(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Begin a TLS handshake on each of many connections, and drop it when the answer comes."""
    yield Step.GO
    while True:
        yield Step.CONNECT
        yield me.blob
        yield Await(b"\x16\x03\x03")


def log_in_and_drop(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Log in as a new browser, which is written to the disk, and drop."""
    yield Step.GO
    while True:
        secret = token_urlsafe(32)
        key = sha256(secret.encode()).digest()
        csessid = key_text(key)
        yield Step.CONNECT
        cookie = f"mudwire={secret}"
        yield me.target.opening(me.number, f"/ws?{csessid}&page&test", Cookie=cookie)
        yield END_OF_HEADER
        yield typed(me.target, me.new_name())
        yield Await(b"Welcome")


def come_talk_go(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Enter, talk, leave, with or without a close frame."""
    yield Step.GO
    visit = 0
    while True:
        visit += 1
        yield from opened(me)
        for line in ("look", "say hello", "who"):
            yield typed(me.target, line)
        yield Await(b"In the lobby")
        if visit % 2:
            yield client_frame(CLOSE, b"\x03\xe8")
            yield Await(b"\x88\x02\x03\xe8")


def stay_away(me: Attacker) -> Iterator[bytes | float | Await | Step]:
    """Do nothing."""
    yield Step.GO


# What it sends.


def key_text(key: bytes) -> str:
    """Return the csessid of a browser's key, as ``mudwire.sessions.browser_store`` writes it."""
    return urlsafe_b64encode(key).decode().rstrip("=")


def typed(target: Target, line: str) -> bytes:
    """Return the message of a line that a player types."""
    return target.message(json.dumps(["text", [line], {}]).encode())


def line(text: str) -> Callable[[Target], bytes]:
    """Return what makes the message of a line."""
    return lambda target: typed(target, text)


def message(payload: bytes) -> Callable[[Target], bytes]:
    """Return what makes a message."""
    return lambda target: target.message(payload)


def frame(opcode: int, payload: bytes, **options: int) -> Callable[[Target], bytes]:
    """Return what makes a frame."""
    return lambda _: client_frame(opcode, payload, **options)


def argument(text: bytes) -> Callable[[Target], bytes]:
    """Return what makes a command of a MiB, with one argument that is made of a text."""
    return message(b'["x",[%s],{}]' % text)


def bomb(size: int) -> Callable[[Target], bytes]:
    """Return what makes a message that inflates to so many bytes."""

    def make(_: Target) -> bytes:
        deflater = zlib.compressobj(9, wbits=-15)
        packed = deflater.compress(b" " * size) + deflater.flush(zlib.Z_SYNC_FLUSH)
        return client_frame(TEXT, packed.removesuffix(b"\0\0\xff\xff"), reserved=COMPRESSED)

    return make


def cut_frames(_: Target) -> bytes:
    """Return 64 KiB of pings that begin and end inside of a frame."""
    pings = client_frame(PING, b"x") * 9000
    return pings[1:] + pings[:1]


def noise(size: int) -> bytes:
    """Return bytes that mean nothing, the same in each run."""
    return random.Random(9).randbytes(size)


def client_hello(_: Target) -> bytes:
    """Return the first bytes of a TLS client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):  # it waits for the server's answer
        client.do_handshake()
    return outgoing.read()


def page(me: Attacker) -> bytes:
    """Return a request for the page."""
    return me.target.request(me.number, "/")


def handshake(me: Attacker) -> bytes:
    """Return a good handshake."""
    return me.target.opening(me.number)


def offers(me: Attacker) -> bytes:
    """Return a handshake that offers many subprotocols, none of them known."""
    names = ", ".join(f"none-{number}" for number in range(1000))
    return me.target.opening(me.number, Sec_WebSocket_Protocol=names)


def foreign(me: Attacker) -> bytes:
    """Return a handshake of another site's page, whose name is long and has an escape sequence."""
    return me.target.opening(me.number, Origin="http://\x1bcevil." + "x" * 15_000)


@cache
def unfinished(_: Target) -> bytes:
    """Return the first frame of a long message."""
    return client_frame(TEXT, b'["text",["' + b"x" * 1_000_000, fin=False)


def json_flood(name: str, arguments: bytes) -> Attack:
    """Return an attack with commands of a megabyte, one a second."""
    return Attack(f"{name}, 1 MiB a second", 10, every(1.0), argument(arguments), limits=SOON)


ATTACKS: dict[str, Attack] = {
    attack.name: attack
    for attack in (
        # Frames that never reach the game.
        Attack("pings", 10, flood, frame(PING, b"x")),
        Attack("pings of one", 1, flood, frame(PING, b"x")),
        Attack("pings, answers not read", 10, deaf_flood, frame(PING, b"x" * 125)),
        Attack("pongs", 10, flood, frame(PONG, b"x")),
        Attack("empty texts", 10, flood, frame(TEXT, b"")),
        Attack("empty fragments", 10, flood, frame(CONT, b"", fin=0), frame(TEXT, b"", fin=0)),
        Attack("one-byte fragments", 50, flood, frame(CONT, b"x", fin=0), frame(TEXT, b"x", fin=0)),
        Attack(
            "frames cut by segments", 10, flood, cut_frames, lambda _: client_frame(PING, b"x")[:1]
        ),
        Attack(
            "one frame, a byte a segment",
            10,
            byte_by_byte,
            lambda _: b"x" * 4096,
            lambda _: client_frame(TEXT, b"", key=bytes(4), announced=1_000_000),
            limits=SOON,
        ),
        Attack(
            "pings, a byte a segment",
            10,
            byte_by_byte,
            frame(PING, b"x"),
            limits=SOON,
        ),
        # Frames that break the protocol.
        Attack("binary noise after a command", 10, flood, lambda _: noise(65536), line("look")),
        Attack("invalid UTF-8", 10, flood, frame(TEXT, b"\xff")),
        Attack("huge announced lengths", 10, flood, frame(BINARY, b"x" * 1000, announced=2**62)),
        Attack("reserved bits", 10, flood, frame(TEXT, b"x", reserved=7)),
        Attack("reserved opcodes", 10, flood, frame(3, b"x")),
        Attack("a close frame, then data", 10, flood, line("look"), frame(CLOSE, b"\x03\xe8")),
        Attack("unmasked frames", 10, flood, lambda _: client_frame(TEXT, b"x", key=None)),
        # Messages without a command.
        Attack("garbage", 10, flood, message(b"{{{")),
        Attack("unknown commands", 10, flood, message(b'["nope",[],{}]')),
        json_flood("deep JSON", b"[" * (MIB - 64)),
        json_flood("wide JSON", b"[]," * (MIB // 3 - 64) + b"1"),
        json_flood("numbers", b"1.5e7," * (MIB // 6 - 64) + b"1"),
        json_flood("digits", (b"7" * 4299 + b",") * (MIB // 4300 - 8) + b"1"),
        json_flood("strings", b'"' + b"x" * (MIB - 64) + b'"'),
        json_flood("escapes", b'"' + b"\\u00e9" * (MIB // 6 - 64) + b'"'),
        json_flood("objects", b",".join(b'{"%06d":{}}' % number for number in range(MIB // 14))),
        Attack("command names of 1 MB", 10, flood, message(b'["%s",[],{}]' % (b"n" * 1_000_000))),
        # Commands.
        Attack("commands", 10, flood, line("look")),
        Attack("commands of 50", 50, flood, line("look")),
        Attack("commands of players", 10, flood, line("look"), logged_in=True),
        Attack("commands with long answers", 10, flood, line("colors truecolor"), logged_in=True),
        Attack("lines of 1 MB", 10, flood, line("say " + "|r<" * 333_000), logged_in=True),
        Attack(
            "50 who say 960 characters, 78 a second",
            50,
            every(1 / 78),
            line("say " + "words " * 160),
            logged_in=True,
        ),
        # Handshakes.
        Attack("slow headers", 50, slow_header, limits={"open_handshake_timeout": 1}),
        Attack("headers that stop", 200, half_header, limits={"open_handshake_timeout": 1}),
        Attack("connect and drop", 10, connect_and_drop, must_end=False),
        Attack("refused handshakes", 10, shake_and_drop(foreign)),
        Attack("offers of subprotocols", 10, shake_and_drop(offers)),
        Attack("handshakes", 10, shake_and_drop(handshake)),
        Attack("logins written to disk", 10, log_in_and_drop),
        # HTTP.
        Attack("pipelined requests, answers not read", 20, pipelined, honest=Plan(probe="health")),
        Attack("pages", 10, shake_and_drop(page)),
        Attack("bodies in chunks of a byte", 10, chunked),
        # Memory.
        Attack(
            "readers that never read",
            50,
            deaf,
            line("say " + "words " * 160),
            logged_in=True,
            must_end=False,
            limits={"max_queue_bytes": 256 * 1024},
        ),
        Attack("unfinished messages", 200, once, unfinished, must_end=False),
        Attack(
            "full buffers, dropped",
            60,
            full_buffers,
            unfinished,
            logged_in=True,
            must_end=False,
        ),
        # Descriptors.
        Attack(
            "250 silent, 256 descriptors",
            250,
            silent,
            must_end=False,
            descriptors=256,
            honest=Plan(period=0.25, probe="connect"),
            most_delay=1,
        ),
        Attack("strangers who never log in", 50, silent, limits={"login_timeout": 1}),
        Attack(
            "pings until they are cut", 10, flood, frame(PING, b"x"), limits={"budget_timeout": 1}
        ),
        # permessage-deflate only.
        Attack("bombs of 16 MiB", 10, flood, bomb(16 * MIB)),
        Attack("bombs below the limit", 10, flood, bomb(MIB - 1)),
        # TLS only.
        Attack("records of one byte", 10, byte_by_byte, frame(PING, b"x")),
        Attack(
            "TLS handshakes",
            10,
            client_hellos,
            client_hello,
            raw_tcp=True,
            limits={"max_handshake_rate": 1},
        ),
        Attack("no TLS", 10, flood, lambda _: noise(65536), raw_tcp=True),
        # The end.
        Attack("SIGTERM under pings", 10, flood, frame(PING, b"x"), must_end=False, stop=True),
        Attack(
            "SIGTERM, nobody reads",
            10,
            deaf_flood,
            line("colors truecolor"),
            logged_in=True,
            must_end=False,
            stop=True,
        ),
        # Honest players. None of this is an attack.
        Attack("200 pasted lines", 0, stay_away, honest=Plan(period=0, lines=200), most_delay=1),
        Attack(
            "notes of 64 KiB", 0, stay_away, honest=Plan(period=1, note=64 * 1024), most_delay=1
        ),
        Attack(
            "a bot, 20 commands a second",
            0,
            stay_away,
            seconds=60,
            honest=Plan(period=0.05),
            most_delay=1,
        ),
        Attack(
            "50 players behind one address",
            0,
            stay_away,
            honest=Plan(players=50, period=1),
            most_delay=1,
        ),
        Attack(
            "50 enter at once from one address",
            0,
            stay_away,
            honest=Plan(players=50, probe="enter"),
            most_delay=1,
        ),
        Attack(
            "200 return at once after a restart",
            0,
            stay_away,
            honest=Plan(players=200, probe="enter", one_address=False),
            most_delay=1,
        ),
        Attack("churn", 20, come_talk_go, must_end=False, seconds=600, flat=True),
    )
}
"""Name -> attack."""
