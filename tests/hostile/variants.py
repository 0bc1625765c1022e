"""How the server is set up, and which attacks run there: one table."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from hostile.attacks import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostile.attacks import Attack

DEFLATE_ONLY = ("bombs *",)
TLS_ONLY = ("records of one byte", "TLS handshakes", "no TLS")
ELSEWHERE = (*DEFLATE_ONLY, *TLS_ONLY, "churn")

FLOODS = (
    "pings",
    "empty fragments",
    "one-byte fragments",
    "frames cut by segments",
    "invalid UTF-8",
    "garbage",
    "wide JSON, *",
    "strings, *",
    "commands",
    "commands of players",
    "50 who say *",
)
"""The attacks that take different ways through different set-ups."""


@dataclass(frozen=True)
class Variant:
    """One way to set up the server.

    Attributes:
        name: The heading in the document.
        attacks: The names of the attacks that run there; ``*`` means any characters.
        but: The names of those that do not.
        quick: The names of those of the short run.
        serve: More arguments of ``mudwire serve``.
        switches: Switches of ``hostile.server``; without any, it is the real command.
        tls: Whether the server speaks TLS.
        deflate: Whether the attackers' messages are compressed.
        proxied: Whether attackers and players come from one trusted proxy.
        address_limits: Whether the limits of an address are on.

    """

    name: str
    attacks: tuple[str, ...]
    but: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    serve: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    tls: bool = False
    deflate: bool = False
    proxied: bool = False
    address_limits: bool = True

    def runs(self, quick: bool) -> Iterator[Attack]:
        """Yield the attacks that run in this set-up."""
        for name, attack in ATTACKS.items():
            if quick:
                if matches(name, self.quick):
                    yield attack
            elif matches(name, self.attacks) and not matches(name, self.but):
                yield attack


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a name matches one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


VARIANTS: dict[str, Variant] = {
    variant.name: variant
    for variant in (
        Variant(
            "Attackers at addresses of their own",
            attacks=("*",),
            but=ELSEWHERE,
            quick=(
                "pings",
                "empty texts",
                "one-byte fragments",
                "wide JSON, *",
                "commands of players",
                "50 who say *",
                "refused handshakes",
                "pipelined *",
                "unfinished messages",
                "200 pasted lines",
                "notes of 64 KiB",
                "50 players behind *",
            ),
        ),
        Variant(
            "Attackers and players behind one trusted proxy",
            attacks=("*",),
            but=(*ELSEWHERE, "SIGTERM*"),
            quick=("commands", "connect and drop", "200 return *"),
            serve=("--proxy", "127.0.0.1"),
            proxied=True,
        ),
        Variant(
            "Limits by address off",
            attacks=(
                "pings",
                "commands of 50",
                "connect and drop",
                "refused handshakes",
                "handshakes",
                "logins *",
                "pages",
                "unfinished messages",
                "headers that stop",
                "250 silent, *",
                "churn",
            ),
            quick=("churn",),
            address_limits=False,
        ),
        Variant(
            "With --verbose",
            attacks=(
                "garbage",
                "unknown commands",
                "command names of 1 MB",
                "invalid UTF-8",
                "connect and drop",
                "refused handshakes",
                "offers of subprotocols",
                "pages",
            ),
            quick=("command names *",),
            serve=("--verbose",),
        ),
        Variant(
            "Over TLS",
            attacks=(*FLOODS, *TLS_ONLY, "handshakes", "pipelined *"),
            quick=("pings", "TLS handshakes"),
            tls=True,
        ),
        Variant(
            "On Twisted's plain path: a step overridden, the poll reactor",
            attacks=(*FLOODS, "unfinished messages", "handshakes"),
            quick=("pings", "garbage"),
            switches=("--plain", "--reactor", "poll"),
        ),
        Variant(
            "With permessage-deflate",
            attacks=(*FLOODS, *DEFLATE_ONLY),
            quick=("bombs *",),
            switches=("--deflate",),
            deflate=True,
        ),
    )
}
"""Heading -> set-up."""
