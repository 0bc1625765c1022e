"""Browser sessions of Django, in which only accounts that exist are logged in.

The website logs a browser in by an account's number. Where that account has been deleted since,
Evennia's Server takes the login for good, and then finds no commands for the player.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

if TYPE_CHECKING:
    from mudwire.sessions.session import BrowserSessionStore

__all__ = ["of_existing_accounts"]


def of_existing_accounts(store: Any) -> BrowserSessionStore:
    """Return a ``SessionStore`` of Django that forgets the login of a deleted account."""

    class BrowserSession(store):  # type: ignore[misc] # the game's
        """A browser session; looking up its login asks the database for the account."""

        def get(self, key: str, default: Any = None) -> Any:
            """Return a value, or ``default``."""
            value = super().get(key, default)
            if key == "webclient_authenticated_uid" and value and not _account_exists(value):
                return default
            return value

    # Django signs what it stores with the name of the class.
    BrowserSession.__qualname__ = store.__qualname__
    return BrowserSession


def _account_exists(uid: int) -> bool:
    exists: bool = get_user_model().objects.filter(pk=uid).exists()
    return exists
