"""Browser sessions in memory, and in a file that a real thread writes."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from itertools import count

import pytest

from mudwire.limits import FIXED_LIMITS
from mudwire.sessions.browser_store import SqliteBrowserSessions, key_of, new_secret
from mudwire.sessions.session_file import SessionFile
from serving import in_reactor


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sessions.sqlite3"


@pytest.fixture
def open_store(reactor_thread):
    """Give a function that opens stores; a test uses them in the reactor's thread."""
    stores = []

    def open_one(*args, **kwargs):
        stores.append(in_reactor(SqliteBrowserSessions, *args, **kwargs))
        return stores[-1]

    yield open_one
    for store in stores:
        in_reactor(store.close)


def save(store, key, uid):
    """Save a session, and wait until it is on disk."""

    def save():
        session = store(key)
        session["uid"] = uid
        return session.save()

    in_reactor(save)


def uids_in(path):
    """Return what another process finds in a file that nobody uses."""
    with closing(sqlite3.connect(path)) as database:
        return dict(
            database.execute("SELECT key, json_extract(data, '$.uid') FROM browser_session")
        )


@pytest.fixture
def crash(tmp_path):
    """Give a function that copies a file and its log as they are now, as a crash leaves them."""

    numbers = count()

    def crash(path):
        copy = tmp_path / f"after_crash_{next(numbers)}.sqlite3"
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            copy.with_name(copy.name + suffix).write_bytes(source.read_bytes())
        return copy

    return crash


def test_a_saved_session_survives_a_restart(open_store, path):
    store = open_store(path)
    save(store, "key", "Ada")
    in_reactor(store.close)
    assert open_store(path)("key").get("uid") == "Ada"


def test_a_saved_session_survives_a_crash(open_store, path, crash):
    save(open_store(path), "key", 7)
    assert open_store(crash(path))("key").get("uid") == 7


def test_a_session_is_read_from_memory_before_it_is_on_disk(open_store, path):
    store = open_store(path)

    def save_and_read():
        session = store("key")
        session["uid"] = "Ada"
        assert store("key").get("uid") is None
        session.save()
        return store("key").get("uid")

    assert in_reactor(save_and_read) == "Ada"


def test_a_new_key_takes_the_place_of_the_old_one(open_store, path, crash):
    store = open_store(path)
    save(store, "old", "Ada")

    def cycle():
        session = store("old")
        secret = session.cycle_key()
        assert session.key == key_of(secret) != "old"
        return session.save().addCallback(lambda _: session.key)

    key = in_reactor(cycle)
    assert store("old").get("uid") is None
    assert store(key).get("uid") == "Ada"
    assert uids_in(crash(path)) == {key: "Ada"}


def test_a_deleted_session_is_deleted_in_the_file(open_store, path, crash):
    store = open_store(path)
    save(store, "one", 1)
    in_reactor(store.delete, "one")
    in_reactor(store.delete, "never there")
    save(store, "two", 2)
    assert uids_in(crash(path)) == {"two": 2}


def test_an_unknown_key_is_an_empty_session_and_stores_nothing(open_store):
    store = open_store()
    session = store("key")
    assert session.get("uid", 0) == 0
    assert bool(session)
    assert store.count() == 0


def test_old_sessions_are_neither_read_nor_kept(open_store, path, crash):
    now = [1000.0]
    store = open_store(path, max_age=60, clock=lambda: now[0])
    for key in ("a", "b"):
        save(store, key, key)
        now[0] += 40
    assert store("a").get("uid") is None
    assert store("b").get("uid") == "b"
    save(store, "c", "c")
    assert store.count() == 2
    assert uids_in(crash(path)) == {"b": "b", "c": "c"}
    now[0] += 30
    assert open_store(crash(path), max_age=60, clock=lambda: now[0]).count() == 1


def test_the_oldest_sessions_make_room_for_new_ones(open_store, path, crash):
    store = open_store(path, max_sessions=3)
    for uid in range(5):
        save(store, str(uid), uid)
    save(store, "2", "again")
    save(store, "5", 5)
    assert [store(str(uid)).get("uid") for uid in range(6)] == [None, None, "again", None, 4, 5]
    assert uids_in(crash(path)) == {"2": "again", "4": 4, "5": 5}
    assert open_store(crash(path), max_sessions=2).count() == 2


def test_the_number_of_sessions_is_a_limit_of_the_table(open_store):
    assert open_store().max_sessions == FIXED_LIMITS["max_browser_sessions"].value


def test_only_the_owner_may_read_the_file(open_store, path):
    save(open_store(path), "key", "Ada")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.with_name("sessions.sqlite3-wal").stat().st_mode) == 0o600


def test_a_file_that_is_no_database_is_refused(path):
    path.write_text("Dear diary, today I was read by SQLite. " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        SessionFile(path).read(0, 1)


def test_secrets_differ_and_differ_from_their_keys():
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert not any(key_of(secret) in secrets for secret in secrets)
    assert all(len(secret) == len(key_of(secret)) == 43 for secret in secrets)


@pytest.mark.parametrize("secret", [None, "", "false", "x" * 42, "x" * 44, "\u00e9" * 43, "/" * 43])
def test_an_invalid_secret_has_no_key(secret):
    assert key_of(secret) is None
