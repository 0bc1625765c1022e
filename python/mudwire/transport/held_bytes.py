"""HeldBytes: what the process holds for its clients, and a limit for all of it together.

Each limit of a connection bounds that connection. A crowd multiplies it, so the sum is bounded,
too: half-read messages, received bytes that wait, unread output, requests that are not complete.
When the sum is over ``max_held_bytes``, connections are cut, those with most bytes first, until the
sum is an eighth below the limit.

A holder tells its size when it grows, which is seldom: most messages are handled and most output is
sent at once. It need not tell when it shrinks, because all sizes are asked for again before anybody
is cut.
"""

from __future__ import annotations

from typing import Protocol

from mudwire.limits import LIMITS
from mudwire.metrics import METRICS
from mudwire.quiet_log import QuietLog

__all__ = ["HELD_BYTES", "HeldBytes", "Holder"]

AFTERWARDS = 7 / 8
"""The part of the limit that may be held after clients were cut, so that it is not soon again."""

_log = QuietLog("mudwire")


class Holder(Protocol):
    """A connection that may hold bytes."""

    def held_bytes(self) -> int:
        """Return the number of bytes that it holds now."""

    def cut(self) -> str:
        """Give up the bytes and the connection at once; return its peer for the log."""


class HeldBytes:
    """The sizes of all holders, and their sum."""

    def __init__(self) -> None:
        self._sizes: dict[Holder, int] = {}
        self._sum = 0
        self._is_shedding = False

    def tell(self, holder: Holder, size: int, limit: float) -> None:
        """Note the size of a holder, and cut the largest holders if the sum is over the limit.

        Args:
            holder: The connection.
            size: The number of bytes that it holds; 0 if none.
            limit: The most bytes that the process may hold; 0 for no limit.

        """
        before = self._sizes.pop(holder, 0)
        if size:
            self._sizes[holder] = size
        self._sum += size - before
        METRICS.held_bytes = self._sum
        if 0 < limit < self._sum and not self._is_shedding:
            self._is_shedding = True
            try:
                self._shed(limit * AFTERWARDS)
            finally:
                self._is_shedding = False

    def _shed(self, enough: float) -> None:
        self._sizes = {holder: size for holder in self._sizes if (size := holder.held_bytes())}
        self._sum = METRICS.held_bytes = sum(self._sizes.values())
        if self._sum <= enough:
            return
        for holder in sorted(self._sizes, key=self._sizes.__getitem__, reverse=True):
            size = self._sizes.pop(holder, 0)
            if not size:
                continue  # it ended because another one was cut
            _log.warn(
                "{peer}: {event} ({size} of {sum} bytes)",
                peer=holder.cut(),
                event=LIMITS["max_held_bytes"].log,
                size=size,
                sum=self._sum,
            )
            METRICS.shed += 1
            self._sum -= size
            if self._sum <= enough:
                break
        METRICS.held_bytes = self._sum


HELD_BYTES = HeldBytes()
"""What this process holds."""
