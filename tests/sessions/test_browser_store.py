"""Browser sessions in SQLite."""

import sqlite3
import stat

import pytest

from mudwire.sessions.browser_store import SqliteBrowserSessions, key_of, new_secret


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sessions.sqlite3"


@pytest.fixture
def open_store():
    stores = []

    def open_one(*args, **kwargs):
        stores.append(SqliteBrowserSessions(*args, **kwargs))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


def test_a_saved_session_survives_a_restart(open_store, path):
    store = open_store(path)
    session = store("key")
    session["uid"] = "Ada"
    assert store("key").get("uid") is None
    session.save()
    store.close()
    assert open_store(path)("key").get("uid") == "Ada"


def test_a_saved_session_survives_a_crash(open_store, path):
    session = open_store(path)("key")
    session["uid"] = 7
    session.save()
    assert open_store(path)("key").get("uid") == 7  # the first store was not closed


def test_an_unknown_key_is_an_empty_session_and_stores_nothing(open_store):
    store = open_store()
    session = store("key")
    assert session.get("uid", 0) == 0
    assert bool(session)
    assert store.count() == 0


def test_old_sessions_are_neither_read_nor_kept(open_store):
    now = [1000.0]
    store = open_store(max_age=60, clock=lambda: now[0])
    for key in ("a", "b"):
        session = store(key)
        session["uid"] = key
        session.save()
        now[0] += 40
    assert store("a").get("uid") is None
    assert store("b").get("uid") == "b"
    store("c").save()
    assert store.count() == 2


def test_only_the_owner_may_read_the_file(open_store, path):
    open_store(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_no_database_is_refused(path):
    path.write_text("Dear diary, today I was read by SQLite. " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        SqliteBrowserSessions(path)


def test_secrets_differ_and_differ_from_their_keys():
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert not any(key_of(secret) in secrets for secret in secrets)
    assert all(len(secret) == len(key_of(secret)) == 43 for secret in secrets)


@pytest.mark.parametrize("secret", [None, "", "false", "x" * 42, "x" * 44, "\u00e9" * 43, "/" * 43])
def test_an_invalid_secret_has_no_key(secret):
    assert key_of(secret) is None
