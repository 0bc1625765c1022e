"""RoomBudget: what a room hears stays readable, and each speaker has a fair turn.

The unit is a row: a line of text, or 80 characters of a long one. There are three rules.

* A speaker has a token bucket: a few rows at once, and one a second after that. A refused line
  costs its rows, too, so that a script that goes on without a pause is not heard at all.
* A room has a token bucket: as many rows a second as a person can read.
* If the room's bucket is empty, those who have been silent for longest go first. The room goes
  into debt for a speaker, by one row for each second of silence; after a line of several rows,
  silence counts that much less. A long line waits until there is room for twice as many rows, so
  that short ones get between. So a flood cannot keep a quiet player from being heard, and players
  who all talk without end have equal shares of the room.

What a room hears is sent to each player in it. So this bounds the load of a flood, too.
"""

from __future__ import annotations

import time
from math import ceil
from typing import TYPE_CHECKING

from mudwire.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COLUMNS", "MAX_SILENCE", "ROOM_ROWS", "SPEAKER_ROWS", "RoomBudget", "Speaker"]

COLUMNS = 80
"""Characters of a row."""

ROOM_ROWS = (20, 4.0)
"""Rows of a room: how many at once, and how many a second after that."""

SPEAKER_ROWS = (8, 1.0)
"""Rows of a speaker: how many at once, and how many a second after that."""

MAX_SILENCE = 20.0
"""Seconds of silence that count. The rows of a room in this time should be the most players that
are expected to talk at once: 80 with the rows of ``ROOM_ROWS``."""

MAX_PENALTY = 4
"""Rows that a speaker can owe for refused lines, so the seconds until a script that has stopped is
heard again."""


class RoomBudget:
    """The rows that the players in a room hear.

    Args:
        room: The rows of the room: how many at once, and how many a second after that.
        speaker: The same for each speaker.
        seconds: Tells the time in seconds; it never goes back.

    Attributes:
        size: The most rows at once.
        bucket: The rows that are left.

    """

    def __init__(
        self,
        room: tuple[float, float] = ROOM_ROWS,
        speaker: tuple[float, float] = SPEAKER_ROWS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self.size = room[0]
        self.bucket = TokenBucket(*room, seconds())
        self._speaker_rows = speaker

    def new_speaker(self) -> Speaker:
        """Return the budget of a player who enters the room; it is of no use in another room."""
        return Speaker(self, TokenBucket(*self._speaker_rows, self.seconds()))

    def may_announce(self) -> bool:
        """Return whether the room has a row for a line of its own, such as "Ada comes in."."""
        has_room = self.bucket.has_room(self.seconds())
        if has_room:
            self.bucket.take(1)
        return has_room


class Speaker:
    """A player's share of what a room hears. ``RoomBudget.new_speaker`` makes it."""

    __slots__ = ("_bucket", "_last_rows", "_last_said", "_refused_until", "_room")

    def __init__(self, room: RoomBudget, bucket: TokenBucket) -> None:
        self._room = room
        self._bucket = bucket
        self._last_rows = 1
        self._last_said = self._refused_until = room.seconds()

    def may_say(self, text: str, refuse: Callable[[int], None]) -> bool:
        """Return whether the room may hear a text now; if so, its rows are taken.

        Args:
            text: The text.
            refuse: Called with the seconds that the player should wait, if the text is refused.
                It is not called again during these seconds, so a flood gets one answer.

        """
        now = self._room.seconds()
        rows = rows_of(text)
        silence = min((now - self._last_said) / self._last_rows, MAX_SILENCE)
        missing = min(2 * rows - 1, self._room.size) - self._room.bucket.tokens(now) - silence
        if missing <= 0 and self._bucket.has_room(now):
            self._room.bucket.take(rows)
            self._bucket.take(rows)
            self._last_said, self._last_rows = now, rows
            return True
        self._bucket.take(min(rows, max(0, self._bucket.tokens(now) + MAX_PENALTY)))
        if now >= self._refused_until:
            # Others may take each row that the room gains, so only silence is sure to help.
            wait = min(missing * self._last_rows, MAX_SILENCE)
            wait = ceil(max(wait, self._bucket.seconds_until(1, now)))
            self._refused_until = now + wait
            refuse(wait)
        return False


def rows_of(text: str) -> int:
    """Return how many rows of ``COLUMNS`` characters a text has, about."""
    return 1 + text.count("\n") + len(text) // COLUMNS
