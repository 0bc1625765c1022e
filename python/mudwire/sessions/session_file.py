"""SessionFile: the SQLite file of the browser sessions. Its methods block.

A row is a key, the time of its last save, and its values as JSON. The file belongs to one process
at a time. A write is on disk when the method returns (``synchronous = FULL``), and in the file that
the path names: a file that was removed or replaced is an error, although SQLite would go on with
what it holds open.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Row = tuple[float, str]
"""When a session was saved, in seconds since 1970, and its values as JSON."""

BUSY_SECONDS = 2.0
"""How long a statement waits for another process that uses the file."""


ROWS_AT_ONCE = 300
"""Rows of a statement, while which the interpreter is free for other threads.

SQLite's older versions have at most 999 values in a statement.
"""


class VanishedError(OSError):
    """The file was removed, emptied or replaced while it was in use."""

    def __init__(self) -> None:
        super().__init__("it was removed, emptied or replaced")


class SessionFile:
    """The rows of the browser sessions in one SQLite file; one thread uses it at a time.

    After an error, ``rewrite`` makes it whole again.

    Args:
        path: The file; only its owner may read it.

    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._database: sqlite3.Connection | None = None
        self._identities: list[tuple[int, int]] = []

    def read(self, saved_after: float, limit: int) -> dict[str, Row]:
        """Return the newest rows by their keys, the oldest first, and delete all others.

        Args:
            saved_after: Older rows are deleted; in seconds since 1970.
            limit: How many rows are kept.

        Raises:
            OSError: The file or its directory cannot be written.
            sqlite3.Error: SQLite cannot use the file, for example because it is no database.

        """
        with self._open() as database:
            database.execute(
                "DELETE FROM browser_session WHERE key NOT IN (SELECT key FROM browser_session "
                "WHERE saved > ? ORDER BY saved DESC LIMIT ?)",
                (saved_after, limit),
            )
            rows = database.execute("SELECT key, saved, data FROM browser_session ORDER BY saved")
            return {key: (saved, data) for key, saved, data in rows}

    def write(self, changes: Iterable[tuple[str, Row | None]]) -> None:
        """Write changed rows in one transaction; without changes, check that the file is there.

        Args:
            changes: Each key with its row, or with None if the row is gone.

        Raises:
            VanishedError: The file was removed, emptied or replaced.
            OSError: The file or its directory cannot be written.
            sqlite3.Error: SQLite cannot write, for example because the disk is full.

        """
        with self._open() as database:
            for key, row in changes:
                if row is None:
                    database.execute("DELETE FROM browser_session WHERE key = ?", (key,))
                else:
                    database.execute(
                        "INSERT OR REPLACE INTO browser_session (key, saved, data) "
                        "VALUES (?, ?, ?)",
                        (key, *row),
                    )

    def rewrite(self, rows: Sequence[tuple[str, Row]]) -> None:
        """Open the file anew, and write these rows in place of all that it holds.

        Args:
            rows: Each key with its row.

        Raises:
            OSError: The file or its directory cannot be written.
            sqlite3.Error: SQLite cannot write, for example because the disk is full.

        """
        emptied = self._is_empty()
        self.close()
        if emptied:  # closing may have written a part of the database into it
            os.truncate(self.path, 0)
        with self._open() as database:
            database.execute("DELETE FROM browser_session")
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                places = ", ".join(["(?, ?, ?)"] * len(some))
                database.execute(
                    f"INSERT INTO browser_session (key, saved, data) VALUES {places}",  # noqa: S608 # only question marks
                    [value for key, row in some for value in (key, *row)],
                )

    def close(self) -> None:
        """Close the file, if it is open."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Give the open database within a transaction, and check that it is still in its place.

        Before: SQLite could move pages into a file that was emptied. After: what is written must
        be in the file.
        """
        if self._database is None:
            self._database = self._connect()
        self._check_place()
        with self._database as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
        self._check_place()

    def _connect(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        database = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,  # transactions begin where the code says so
            check_same_thread=False,
        )
        try:
            # What one process holds in memory, another must not change in the file.
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS browser_session "
                "(key TEXT PRIMARY KEY, saved REAL NOT NULL, data TEXT NOT NULL) WITHOUT ROWID"
            )
            with database:  # makes the write-ahead log, which has an identity too
                database.execute("BEGIN EXCLUSIVE")
            self._identities = self._identities_now()
        except BaseException:
            database.close()
            raise
        return database

    def _check_place(self) -> None:
        if self._identities_now() != self._identities:
            raise VanishedError

    def _identities_now(self) -> list[tuple[int, int]]:
        """Return what tells the file and its write-ahead log from any others of these names."""
        if self._is_empty():
            raise VanishedError
        try:
            found = [Path(f"{self.path}{suffix}").stat() for suffix in ("", "-wal")]
        except FileNotFoundError:
            raise VanishedError from None
        return [(one.st_dev, one.st_ino) for one in found]

    def _is_empty(self) -> bool:
        try:
            return self.path.stat().st_size == 0
        except FileNotFoundError:
            return False
