"""The SQLite file of the browser sessions."""

from __future__ import annotations

import os
import sqlite3

import pytest

from mudwire.sessions.session_file import ROWS_AT_ONCE, SessionFile, VanishedError

ROWS = {"a": (1.0, '{"uid": 1}'), "b": (2.0, '{"uid": "B\u00e4r"}')}


@pytest.fixture
def path(tmp_path):
    directory = tmp_path / "data"
    directory.mkdir()
    return directory / "sessions.sqlite3"


@pytest.fixture
def open_file():
    files = []

    def open_one(path):
        files.append(SessionFile(path))
        return files[-1]

    yield open_one
    for file in files:
        file.close()


@pytest.fixture
def file(open_file, path):
    """Give a file with the rows."""
    file = open_file(path)
    file.write(ROWS.items())
    return file


def rows_in(path):
    """Return the rows of a file that was closed."""
    file = SessionFile(path)
    try:
        return file.read(0, 1000)
    finally:
        file.close()


def test_written_rows_are_read_oldest_first(file, path):
    file.write([("c", (0.5, "{}"))])
    file.close()
    assert list(rows_in(path).items()) == [("c", (0.5, "{}")), *ROWS.items()]


def test_a_change_replaces_or_deletes_a_row(file, path):
    file.write([("a", (3.0, "{}")), ("b", None), ("never there", None)])
    file.close()
    assert rows_in(path) == {"a": (3.0, "{}")}


def test_reading_deletes_the_rows_that_it_leaves_out(file, path):
    file.write([("c", (3.0, "{}"))])
    assert list(file.read(1.0, 1000)) == ["b", "c"]
    assert list(file.read(0, 1)) == ["c"]
    file.close()
    assert list(rows_in(path)) == ["c"]


@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 1])
def test_a_rewrite_leaves_just_the_rows_that_it_is_given(file, path, count):
    rows = [(str(number), (1.0 + number, "{}")) for number in range(count)]
    file.rewrite(rows)
    file.close()
    assert list(rows_in(path).items()) == rows


def test_a_transaction_that_fails_changes_nothing(file, path):
    with pytest.raises(sqlite3.Error):
        file.write([("a", None), ("c", (object(), "{}"))])
    file.close()
    assert rows_in(path) == ROWS


def test_a_second_process_cannot_use_the_file(file, open_file, path, monkeypatch):
    monkeypatch.setattr("mudwire.sessions.session_file.BUSY_SECONDS", 0.0)
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        open_file(path).read(0, 1)


def remove(path):
    path.unlink()


def remove_all(path):
    path.unlink()
    path.with_name(path.name + "-wal").unlink()


def remove_log(path):
    path.with_name(path.name + "-wal").unlink()


def remove_directory(path):
    path.parent.rename(path.parent.with_name("elsewhere"))
    path.parent.mkdir()


def empty(path):
    os.truncate(path, 0)


def replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.rename(path)


@pytest.mark.parametrize(
    "loss",
    [remove, remove_all, remove_log, remove_directory, empty, replace],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("changes", [[], [("c", (3.0, "{}"))]], ids=["check", "write"])
def test_a_file_that_vanishes_is_noticed_and_made_anew(file, path, loss, changes):
    # SQLite has moved pages from the log to the file, and begun the log anew.
    file._database.execute("PRAGMA wal_autocheckpoint = 4")
    for number in range(20):
        file.write([("c", (float(number), "{}"))])
    loss(path)
    with pytest.raises(VanishedError):
        file.write(changes)
    file.rewrite(list(ROWS.items()))
    file.write([("c", (3.0, "{}"))])
    file.close()
    assert rows_in(path) == {**ROWS, "c": (3.0, "{}")}


def test_a_full_disk_is_an_error_and_a_later_write_succeeds(file, path):
    [pages] = file._database.execute("PRAGMA page_count").fetchone()
    file._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        file.write([("c", (3.0, "x" * 100_000))])
    file.rewrite(list(ROWS.items()))  # opens the file anew, without the bound
    file.write([("c", (3.0, "x" * 100_000))])
    file.close()
    assert rows_in(path) == {**ROWS, "c": (3.0, "x" * 100_000)}


def test_a_file_in_a_missing_directory_is_an_error(open_file, tmp_path):
    file = open_file(tmp_path / "nowhere" / "sessions.sqlite3")
    with pytest.raises(FileNotFoundError):
        file.rewrite([])
