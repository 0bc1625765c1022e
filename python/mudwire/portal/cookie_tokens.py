"""CookieTokens: tokens with which a page fetches its new cookie after a login.

A websocket cannot set a cookie, and scripts must not read the secret. So the page gets a token
over the websocket, sends it in a request of its own, and the answer sets the cookie.
"""

from __future__ import annotations

import time
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from mudwire.limits import FIXED_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_TOKENS = FIXED_LIMITS["max_cookie_tokens"].value

TOKEN_SECONDS = 60.0
"""How long a token is good for."""


class CookieTokens:
    """The tokens that have been issued and not yet redeemed.

    Args:
        clock: Returns a time in seconds that never goes back.

    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: dict[str, tuple[float, str]] = {}  # the oldest first

    def issue(self, secret: str) -> str:
        """Return a new token for a secret: 256 random bits as 43 characters."""
        self._discard_old()
        if len(self._tokens) >= MAX_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        token = token_urlsafe(32)
        self._tokens[token] = self._clock(), secret
        return token

    def redeem(self, token: str | None) -> str | None:
        """Return the secret of a token, once.

        Args:
            token: What the page sent.

        Returns:
            The secret; None if the token is unknown, was redeemed before, or is older than
            ``TOKEN_SECONDS``.

        """
        self._discard_old()
        _, secret = self._tokens.pop(token or "", (0.0, None))
        return secret

    def _discard_old(self) -> None:
        oldest = self._clock() - TOKEN_SECONDS
        while self._tokens and next(iter(self._tokens.values()))[0] <= oldest:
            del self._tokens[next(iter(self._tokens))]
