"""Browser sessions in SQLite: what is remembered of a browser between its connections.

A browser holds a secret in a cookie; its key (the csessid) is the hash of the secret.
Only the key is in the page, in the websocket's address and in the file, so that none
of them, nor a proxy's log, is enough to be somebody else. A row is written when a
player logs in, and goes when nobody came back for it in time.
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
"""How long a statement waits for another process that uses the file: all players wait with it."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """Return a secret for a browser that has none: 256 random bits as 43 characters."""
    return token_urlsafe(32)


def key_of(secret: str | None) -> str | None:
    """Return the key (csessid) of a browser's secret.

    Args:
        secret: What the browser's cookie holds.

    Returns:
        43 characters that need no quoting in an address, or None if ``secret`` is not
        one of ``new_secret``'s.

    """
    if secret is None or not _SECRET.fullmatch(secret):
        return None
    return urlsafe_b64encode(sha256(secret.encode()).digest()).decode().rstrip("=")


class StoredBrowserSession:
    """One browser's session: JSON values by name, kept by ``save``."""

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
        """Write the session; its age begins anew."""
        self._store.write(self._key, self._values)


class SqliteBrowserSessions:
    """Browser sessions by key, in one table of one SQLite file.

    Args:
        path: The file, made readable for its owner only; ``:memory:`` keeps nothing
            beyond the process.
        max_age: Seconds that a session is kept after it was last saved.
        clock: The time now, in seconds since 1970.

    Raises:
        OSError: The file or its directory cannot be written.
        sqlite3.Error: The file is no database, or another program's.

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
        # Autocommit: every statement below is a transaction of its own.
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
        """Return the browser session of a key: an empty one if none is stored."""
        row = self._database.execute(
            "SELECT data FROM browser_session WHERE key = ? AND saved > ?",
            (session_key, self._clock() - self.max_age),
        ).fetchone()
        return StoredBrowserSession(self, session_key, json.loads(row[0]) if row else {})

    def count(self) -> int:
        """Return the number of stored sessions."""
        return int(self._database.execute("SELECT count(*) FROM browser_session").fetchone()[0])

    def write(self, key: str, values: dict[str, Any]) -> None:
        """Store a session, and forget those that are too old."""
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
