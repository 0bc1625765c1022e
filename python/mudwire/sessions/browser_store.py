"""Browser sessions in SQLite: the values that are kept for a browser between its connections.

A browser holds a secret in a cookie; its key (the csessid) is the hash of the secret. The page,
the websocket's address and the file hold only the key. So a reader of one of them, or of a
proxy's log, cannot log in as that browser. A row is written when a player logs in, and deleted
``MAX_AGE`` seconds after it was last saved.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEMORY = ":memory:"
MAX_AGE = 30 * 24 * 3600
"""Seconds that a browser session is kept after it was last saved."""

BUSY_SECONDS = 0.5
"""How long a statement waits while another process uses the file; all players wait meanwhile."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """Return a secret for a new browser: 256 random bits as 43 characters."""
    return token_urlsafe(32)


def key_of(secret: str | None) -> str | None:
    """Return the key (csessid) of a browser's secret.

    Args:
        secret: The value of the browser's cookie.

    Returns:
        43 characters that need no quoting in an address, or None if ``secret`` does not have
        the form of ``new_secret``.

    """
    if secret is None or not _SECRET.fullmatch(secret):
        return None
    return urlsafe_b64encode(sha256(secret.encode()).digest()).decode().rstrip("=")


class StoredBrowserSession:
    """The session of one browser: JSON values by name; ``save`` stores them."""

    def __init__(self, store: SqliteBrowserSessions, key: str, values: dict[str, Any]) -> None:
        self._store = store
        self._key = key
        self._values = values

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or ``default``."""
        return self._values.get(key, default)

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a value."""
        self._values[key] = value

    def save(self) -> None:
        """Store the session; its age counts from now."""
        self._store.write(self._key, self._values)


class SqliteBrowserSessions:
    """Browser sessions by key, in one table of one SQLite file.

    Args:
        path: The file; only its owner may read it. ``:memory:`` keeps the sessions until the
            process ends.
        max_age: How many seconds a session is kept after it was last saved.
        clock: Returns the time in seconds since 1970.

    Raises:
        OSError: The file or its directory cannot be written.
        sqlite3.Error: SQLite cannot use the file, for example because it is no database.

    """

    def __init__(
        self,
        path: str | Path = MEMORY,
        max_age: float = MAX_AGE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.max_age = max_age
        self._clock = clock
        if str(path) != MEMORY:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # Autocommit: every statement is a transaction.
        self._database = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS browser_session "
                "(key TEXT PRIMARY KEY, saved REAL NOT NULL, data TEXT NOT NULL) WITHOUT ROWID"
            )
            self._database.execute(
                "CREATE INDEX IF NOT EXISTS browser_session_saved ON browser_session (saved)"
            )
            self._prune()
        except sqlite3.Error:
            self._database.close()
            raise

    def __call__(self, session_key: str) -> StoredBrowserSession:
        """Return the browser session of a key; an empty one if none is stored."""
        row = self._database.execute(
            "SELECT data FROM browser_session WHERE key = ? AND saved > ?",
            (session_key, self._clock() - self.max_age),
        ).fetchone()
        return StoredBrowserSession(self, session_key, json.loads(row[0]) if row else {})

    def count(self) -> int:
        """Return the number of stored sessions."""
        return int(self._database.execute("SELECT count(*) FROM browser_session").fetchone()[0])

    def write(self, key: str, values: dict[str, Any]) -> None:
        """Store a session, and delete those that are too old."""
        self._database.execute(
            "INSERT INTO browser_session (key, saved, data) VALUES (?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET saved = excluded.saved, data = excluded.data",
            (key, self._clock(), json.dumps(values)),
        )
        self._prune()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _prune(self) -> None:
        self._database.execute(
            "DELETE FROM browser_session WHERE saved <= ?", (self._clock() - self.max_age,)
        )
