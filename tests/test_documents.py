"""The documents: named files and targets exist, examples run, generated parts are up to date."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import conformance_table
import hostile_table
import limits_table
from mudwire.game import Game

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_has_a_target(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("name", ["README.md", "docs/output_formats.md"])
def test_the_examples_run(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("```", "")
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_readme_names_the_methods_that_a_game_needs() -> None:
    [sentence] = re.findall(
        r"A class with two methods, ([^.]*)\.", (ROOT / "README.md").read_text(encoding="utf-8")
    )
    assert set(re.findall(r"`(\w+)`", sentence)) == Game.__abstractmethods__


def test_the_document_lists_the_tags_that_the_page_makes() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    page = (ROOT / "python" / "mudwire" / "portal" / "page" / "markup.js").read_text("utf-8")
    with_attributes = set(re.findall(r"^\| `(\w+)` \|", text.partition("## Conn")[0], re.MULTILINE))
    assert with_attributes == set(re.findall(r'\btag === "(\w+)"', page))
    [listed] = re.findall(r"tags without attributes: ([^.]*)\.", text)
    [plain] = re.findall(r'const PLAIN = new Set\(\s*"([^"]*)"', page)
    assert re.findall(r"`(\w+)`", listed) == plain.split()


def test_named_files_exist() -> None:
    sources = [*PAGES, *ROOT.glob("python/**/*.py"), *ROOT.glob("rust/**/src/**/*.rs")]
    named = re.compile(
        r"(?<![\w/])(?:benches|tests|docs|rust|python)/[\w/-]+\.(?:py|rs|md|toml)\b(?!\.)"
    )
    for path in sources:
        for name in named.findall(path.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), f"{path.name} names {name}"


def test_named_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for path in PAGES:
        named = set(re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8")))
        assert named <= targets, f"{path.name} names {named - targets}"


def test_the_table_of_limits_is_up_to_date() -> None:
    assert limits_table.PAGE.read_text(encoding="utf-8") == limits_table.page(), (
        "docs/security.md is stale: run python tools/limits_table.py --write"
    )


def test_the_tables_of_conformance_are_up_to_date() -> None:
    assert conformance_table.PAGE.read_text(encoding="utf-8") == conformance_table.page(), (
        "docs/conformance.md is stale: run make conformance ARGS=--write"
    )


def test_the_tables_of_attacks_are_up_to_date() -> None:
    assert hostile_table.PAGE.read_text(encoding="utf-8") == hostile_table.page(), (
        "docs/security.md is stale: run make hostile ARGS=--write"
    )


def test_the_tables_of_performance_are_up_to_date() -> None:
    command = [sys.executable, ROOT / "benches" / "tables.py", "--check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
