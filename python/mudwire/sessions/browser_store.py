"""Browser sessions: the values that are kept for a browser between its connections.

A browser holds a secret in a cookie; its key (the csessid) is the hash of the secret. The page,
the websocket's address and the file hold only the key. So a reader of one of them, or of a
proxy's log, cannot log in as that browser. A row is written when a player logs in. It is deleted
when the player logs out, ``MAX_AGE`` seconds after it was last saved, or when there are too many
newer ones.

All rows are in memory, where they are read. A file, if there is one, follows (``SessionWriter``).
"""

from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed

from mudwire.limits import FIXED_LIMITS
from mudwire.sessions.call_thread import CallThread
from mudwire.sessions.session_file import SessionFile
from mudwire.sessions.session_writer import SessionWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mudwire.sessions.session_file import Row

MEMORY = ":memory:"
MAX_AGE = 30 * 24 * 3600
"""Seconds that a browser session is kept after it was last saved."""

MAX_SESSIONS = FIXED_LIMITS["max_browser_sessions"].value

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
    """The session of one browser: JSON values by name; ``save`` stores them.

    Attributes:
        key: The key of the session (the csessid).

    """

    def __init__(self, store: SqliteBrowserSessions, key: str, values: dict[str, Any]) -> None:
        self.key = key
        self._store = store
        self._values = values

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or ``default``."""
        return self._values.get(key, default)

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a value."""
        self._values[key] = value

    def cycle_key(self) -> str:
        """Give the session a new key, as Django's method does; the old one loses it.

        Returns:
            The secret of the new key.

        """
        secret = new_secret()
        self._store.delete(self.key)
        self.key = str(key_of(secret))
        return secret

    def save(self) -> Deferred[None]:
        """Store the session; its age counts from now.

        Returns:
            A Deferred that fires when the session is on disk, or at once if there is no file.
            While the file cannot be written it does not wait for it.

        """
        return self._store.write(self.key, self._values)


class SqliteBrowserSessions:
    """Browser sessions by key, in memory and in one table of one SQLite file.

    The file belongs to this process while it is open.

    Args:
        path: The file; only its owner may read it. ``:memory:`` keeps the sessions until the
            process ends.
        max_age: How many seconds a session is kept after it was last saved.
        max_sessions: How many sessions are kept; a new one takes the place of the oldest.
        clock: Returns the time in seconds since 1970.
        reactor: The reactor whose thread uses the store; the installed one if None.

    Raises:
        OSError: The file or its directory cannot be written.
        sqlite3.Error: SQLite cannot use the file, for example because it is no database.

    """

    def __init__(
        self,
        path: str | Path = MEMORY,
        max_age: float = MAX_AGE,
        max_sessions: int = MAX_SESSIONS,
        clock: Callable[[], float] = time.time,
        reactor: Any = None,
    ) -> None:
        self.max_age = max_age
        self.max_sessions = max_sessions
        self._clock = clock
        self._rows: dict[str, Row] = {}  # the oldest first
        self._writer: SessionWriter | None = None
        if str(path) == MEMORY:
            return
        if reactor is None:
            from twisted.internet import reactor  # noqa: PLC0415 # importing it installs it
        file = SessionFile(path)
        self._rows = file.read(clock() - max_age, max_sessions)
        # The writer opens it again when the reactor runs: twistd forks before that, and SQLite's
        # connections and locks do not survive a fork.
        file.close()
        thread = CallThread("browser sessions", reactor)
        self._writer = SessionWriter(file, self._rows, thread, reactor)

    def __call__(self, session_key: str) -> StoredBrowserSession:
        """Return the browser session of a key; an empty one if none is stored."""
        saved, data = self._rows.get(session_key, (0.0, "{}"))
        is_young = saved > self._clock() - self.max_age
        return StoredBrowserSession(self, session_key, json.loads(data) if is_young else {})

    def count(self) -> int:
        """Return the number of stored sessions."""
        return len(self._rows)

    def write(self, key: str, values: dict[str, Any]) -> Deferred[None]:
        """Store a session, and delete those that are too old or too many.

        Returns:
            The Deferred of ``StoredBrowserSession.save``.

        """
        data = json.dumps(values)
        self._rows.pop(key, None)
        self._rows[key] = self._clock(), data
        self._prune()
        return succeed(None) if self._writer is None else self._writer.write(key)

    def delete(self, key: str) -> None:
        """Delete a session, if it is stored."""
        if self._rows.pop(key, None) is not None and self._writer is not None:
            self._writer.write(key)

    def close(self) -> Deferred[None]:
        """Write what is left and close the file.

        Returns:
            A Deferred that fires when the file is closed, or cannot be in a few seconds.

        """
        return succeed(None) if self._writer is None else self._writer.close()

    def _prune(self) -> None:
        oldest = self._clock() - self.max_age
        while self._rows:
            key, (saved, _) = next(iter(self._rows.items()))
            if saved > oldest and len(self._rows) <= self.max_sessions:
                break
            self.delete(key)
