"""Browser sessions of Django in which only existing accounts are logged in.

A browser session of the website holds the number of the account. If that account was deleted,
Evennia's Server still accepts the login, and then finds no commands for the player.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

if TYPE_CHECKING:
    from mudwire.sessions.session import BrowserSessionStore

__all__ = ["of_existing_accounts"]


def of_existing_accounts(store: Any) -> BrowserSessionStore:
    """Return a subclass of a ``SessionStore`` that ignores the login of a deleted account."""

    class BrowserSession(store):  # type: ignore[misc] # the game's
        """A browser session that checks in the database whether its account exists."""

        def get(self, key: str, default: Any = None) -> Any:
            """Return a value, or ``default`` for the login of a deleted account."""
            value = super().get(key, default)
            if key == "webclient_authenticated_uid" and value and not _account_exists(value):
                return default
            return value

    # Django signs stored sessions with the name of the class, so the name must stay.
    BrowserSession.__qualname__ = store.__qualname__
    return BrowserSession


def _account_exists(uid: int) -> bool:
    exists: bool = get_user_model().objects.filter(pk=uid).exists()
    return exists
