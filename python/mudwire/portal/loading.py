"""Load a game class by its name, and report each failure in one line."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from typing import Any

from mudwire.game import Game


class NoGameError(ValueError):
    """The reason why a game class cannot be loaded, in one line."""


def load_game(text: str) -> type[Game]:
    """Return a game class by its name.

    Args:
        text: ``module:Class`` or ``path.py:Class``.

    Raises:
        NoGameError: The file, module or class does not exist or cannot be imported, or the
            class is no complete subclass of ``Game``.

    """
    place, colon, name = text.rpartition(":")
    if not colon or not place or not name.isidentifier():
        raise NoGameError(f"{text!r} is not MODULE:CLASS or FILE.py:CLASS, as in mygame:MyGame")
    try:
        module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    except SyntaxError as error:
        raise NoGameError(f"{error.filename}, line {error.lineno}: {error.msg}") from None
    except NoGameError:
        raise
    except Exception as error:
        at = extract_tb(error.__traceback__)[-1]
        raise NoGameError(
            f"{place} cannot be imported: {type(error).__name__}: {error} "
            f"({at.filename}, line {at.lineno})"
        ) from None
    game = getattr(module, name, None)
    if game is None:
        raise NoGameError(f"{place} has no class {name}")
    if not (isinstance(game, type) and issubclass(game, Game)):
        raise NoGameError(f"{text} is not a subclass of mudwire.game.Game")
    missing = sorted(game.__abstractmethods__)
    if missing:
        raise NoGameError(f"{text} lacks {', '.join(missing)}")
    return game


def _load_module(name: str) -> Any:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise NoGameError(f"there is no module {error.name}") from None
        raise


def _load_file(path: Path) -> Any:
    if not path.is_file():
        raise NoGameError(f"there is no file {path}")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
