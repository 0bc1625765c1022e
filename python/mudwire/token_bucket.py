"""TokenBucket: a rate with a burst."""

from __future__ import annotations

__all__ = ["TokenBucket"]


class TokenBucket:
    """A bucket of tokens that fills again at a constant rate.

    It holds ``size`` tokens, so this many can be taken at once, and ``rate`` a second after that.
    It may go into debt: what is taken last may cost more than is there.

    Args:
        size: The most tokens that it holds. It begins full.
        rate: The tokens that it gains in a second.
        now: The time, in seconds of any clock that never goes back.

    """

    __slots__ = ("_rate", "_size", "_then", "_tokens")

    def __init__(self, size: float, rate: float, now: float) -> None:
        self._size = self._tokens = size
        self._rate = rate
        self._then = now

    def tokens(self, now: float) -> float:
        """Return the tokens in the bucket; less than 0 is a debt."""
        self._tokens = min(self._size, self._tokens + (now - self._then) * self._rate)
        self._then = now
        return self._tokens

    def has_room(self, now: float) -> bool:
        """Return whether there is a token."""
        return self.tokens(now) >= 1

    def is_full(self, now: float) -> bool:
        """Return whether there are as many tokens as the bucket holds."""
        return self.tokens(now) >= self._size

    def take(self, tokens: float) -> None:
        """Take tokens; the bucket may go into debt."""
        self._tokens -= tokens

    def seconds_until(self, tokens: float, now: float) -> float:
        """Return the seconds until there are this many tokens, if none is taken; 0 if there are."""
        return max(0.0, (tokens - self.tokens(now)) / self._rate)
