"""The import graphs of the package and of each crate have no circle; imports for types count."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / "python"
CRATES = sorted(path.parent for path in (ROOT / "rust").glob("*/Cargo.toml"))

Graph = dict[str, set[str]]


def python_graph() -> Graph:
    """Return the imports of each module within the package."""
    paths = {
        ".".join(path.relative_to(PYTHON).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PYTHON.rglob("*.py*")
        if path.suffix in (".py", ".pyi")
    }
    return {
        name: {
            module
            for imported in imported_names(path)
            if (module := longest_prefix(imported.split("."), paths, ".")) not in (None, name)
        }
        for name, path in paths.items()
    }


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rust_graph(crate: Path) -> Graph:
    """Return the modules of the crate that each of its modules names."""
    source = crate / "src"
    paths = {
        "::".join(("crate", *path.relative_to(source).with_suffix("").parts)): path
        for path in source.rglob("*.rs")
        if path.stem != "tests"
    }
    paths = {"crate" if name == "crate::lib" else name: path for name, path in paths.items()}
    return {
        name: {
            module
            for used in used_paths(path.read_text(encoding="utf-8"), name, paths)
            if (module := longest_prefix(used, paths, "::")) not in (None, name)
        }
        for name, path in paths.items()
    }


def used_paths(code: str, name: str, modules: dict[str, Path]) -> Iterator[list[str]]:
    """Yield the paths in a module's code from the crate's root, without those of its unit tests."""
    code = re.sub(r"//.*", "", code.partition("#[cfg(test)]\nmod tests {")[0])
    code = re.sub(r"#\[cfg\(test\)\]\s*mod tests;", "", code)
    uses = [
        path.split("::")
        for tree in re.findall(r"\buse ([^;]+);", code)
        for path in expand(re.sub(r"\s+", "", tree))
    ]
    inline = [path.split("::") for path in re.findall(r"\b(?:crate|super|self)(?:::\w+)+", code)]
    here = name.split("::")
    for first, *rest in uses + inline:
        if first == "crate":
            yield ["crate", *rest]
        elif first == "self":
            yield [*here, *rest]
        elif first == "super":
            above = [part for part in rest if part == "super"]
            yield [*here[: -1 - len(above)], *rest[len(above) :]]
        elif "::".join([*here, first]) in modules:
            yield [*here, first, *rest]


def expand(tree: str) -> Iterator[str]:
    """Yield each path of a use tree: ``a::{b,c::d}`` is ``a::b`` and ``a::c::d``."""
    prefix, brace, rest = tree.partition("{")
    if not brace:
        yield tree
        return
    depth, part = 0, ""
    for character in rest:
        if depth == 0 and character in ",}":
            if part:
                yield from (prefix + path for path in expand(part))
            part = ""
            continue
        depth += {"{": 1, "}": -1}.get(character, 0)
        part += character


def longest_prefix(parts: list[str], modules: dict[str, Path], separator: str) -> str | None:
    """Return the module of a name: ``a.b.C`` is in ``a.b``."""
    for end in range(len(parts), 0, -1):
        if (name := separator.join(parts[:end])) in modules:
            return name
    return None


def rooms(graph: Graph) -> Graph:
    """Return the graph of the package's rooms, which are its top-level modules and packages."""

    def room(module: str) -> str:
        return ".".join(module.split(".")[:2])

    rooms: Graph = {}
    for module, imports in graph.items():
        rooms.setdefault(room(module), set()).update(room(imported) for imported in imports)
    return {name: imports - {name} for name, imports in rooms.items()}


LAYERS = (
    {"_native", "metrics", "token_bucket"},
    {"quiet_log"},
    {"limits", "markup", "formats"},
    {"transport", "sessions"},
    {"protocol"},
    {"fast_path"},
    {"game", "room_budget", "evennia", "bench"},
    {"portal"},
    {"cli"},
    {"__main__"},
)
"""The rooms of the package: each imports from its own layer and those above it in this list."""


def circle(graph: Graph) -> list[str]:
    """Return a circle of the graph; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_python_modules_have_no_import_circle() -> None:
    graph = python_graph()
    assert "mudwire.transport.connection" in graph["mudwire.protocol"]
    assert circle(graph) == []


def test_python_rooms_have_no_import_circle() -> None:
    assert circle(rooms(python_graph())) == []


def test_no_room_imports_from_a_layer_above_its_own() -> None:
    layer_of = {f"mudwire.{room}": layer for layer, rooms in enumerate(LAYERS) for room in rooms}
    graph = rooms(python_graph())
    del graph["mudwire"]  # the names that the package exports
    assert graph.keys() == layer_of.keys()
    for room, imports in graph.items():
        assert all(layer_of[imported] <= layer_of[room] for imported in imports), room


def test_only_the_drop_in_and_the_comparison_import_evennia_and_django() -> None:
    for path in (PYTHON / "mudwire").rglob("*.py"):
        first = {name.partition(".")[0] for name in imported_names(path)}
        if not {"evennia", "bench"} & set(path.parts):
            assert first.isdisjoint({"evennia", "django"}), path


def test_only_the_binding_crate_knows_python() -> None:
    with_python = [crate for crate in CRATES if "pyo3" in (crate / "Cargo.toml").read_text()]
    assert [crate.name for crate in with_python] == ["native"]


@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.name)
def test_rust_modules_have_no_circle(crate: Path) -> None:
    graph = rust_graph(crate)
    assert any(graph.values())
    assert circle(graph) == []


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []
    assert sorted(expand("a::{b,c::{d,e},f}")) == ["a::b", "a::c::d", "a::c::e", "a::f"]
