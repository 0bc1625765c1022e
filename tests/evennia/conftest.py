"""One stock game and one with mudwire for each release of Evennia, shared by all tests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import pytest
from harness.game import MUDWIRE, Game
from harness.releases import RELEASES, Release, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if not installed():
    raise pytest.UsageError("no Evennia is installed to test with. Try: make test-evennia")


def pytest_report_header() -> list[str]:
    lines = []
    for release in RELEASES:
        if release in installed():
            python = release.run("python", "--version").stdout.strip()
            lines.append(f"{release} on {python}")
        else:
            lines.append(f"{release} is left out: no Python {' or '.join(release.pythons)}")
    return lines


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "evennia6: tests a feature that Evennia has since 6.0")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests of features that the release does not have."""
    items[:] = [
        item
        for item in items
        if item.get_closest_marker("evennia6") is None
        or item.callspec.params["release"].has_wire_formats
    ]


class Games(NamedTuple):
    """Two copies of one game; they differ in one line of their settings."""

    stock: Game
    mudwire: Game


@pytest.fixture(scope="session", params=installed(), ids=str)
def release(request: pytest.FixtureRequest) -> Release:
    return request.param


@pytest.fixture(scope="session")
def template(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Game.template(release, tmp_path_factory.mktemp("evennia") / "template")


@pytest.fixture(scope="session")
def games(release: Release, template: Path) -> Iterator[Games]:
    directory = template.parent.parent
    stock = Game.copy(release, template, directory / "stock")
    mudwire = Game.copy(release, template, directory / "mudwire", MUDWIRE)
    games = Games(stock, mudwire)
    with ThreadPoolExecutor() as pool:
        try:
            list(pool.map(Game.start, games))
            yield games
        finally:
            list(pool.map(Game.stop, games))
    for failure in ("Unhandled Error", "could not be handled", "handler failed to disconnect"):
        assert failure not in mudwire.log("portal"), mudwire.log("portal")


@pytest.fixture(params=Games._fields)
def game(games: Games, request: pytest.FixtureRequest) -> Game:
    """Both games in turn: a test that the stock game passes too is itself right."""
    return getattr(games, request.param)


@pytest.fixture
def ours(games: Games) -> Game:
    """The game with mudwire, for tests that the stock game does not pass."""
    return games.mudwire
