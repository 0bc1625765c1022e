"""The documents: what they name is there, what they show runs, what is generated is fresh."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import limits_table

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("name", ["README.md", "docs/formats.md"])
def test_the_examples_run(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("```", "")
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_files_that_are_named_exist() -> None:
    sources = [*PAGES, *ROOT.glob("python/**/*.py"), *ROOT.glob("rust/**/src/**/*.rs")]
    named = re.compile(
        r"(?<![\w/])(?:benches|tests|docs|rust|python)/[\w/-]+\.(?:py|rs|md|toml)\b(?!\.)"
    )
    for path in sources:
        for name in named.findall(path.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), f"{path.name} names {name}"


def test_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for path in PAGES:
        named = set(re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8")))
        assert named <= targets, f"{path.name} names {named - targets}"


def test_the_table_of_limits_is_fresh() -> None:
    assert limits_table.PAGE.read_text(encoding="utf-8") == limits_table.page(), (
        "docs/security.md is stale: run python tests/limits_table.py --write"
    )
