"""Every wanted difference from Evennia is as the table says, and the page matches the table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compatibility import PAGE, Difference, Example, differences, page
from mudwire import markup

ROOT = Path(__file__).parents[1]
NAMES = {name: getattr(markup, name) for name in markup.__all__}


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(example, id=f"{difference.id}-{place}")
        for difference in differences()
        for place, example in enumerate(difference.examples)
    ],
)
def test_each_example_gives_the_answer_of_the_table(example: Example) -> None:
    assert eval(example.call, NAMES) == example.here
    assert example.here != example.upstream


@pytest.mark.parametrize("difference", differences(), ids=lambda difference: difference.id)
def test_every_difference_has_an_example_or_an_existing_test(difference: Difference) -> None:
    assert difference.examples or difference.tests
    for test in difference.tests:
        path, _, name = test.partition("::")
        assert re.search(rf"\b(def|fn) {name}\(", (ROOT / path).read_text(encoding="utf-8")), test


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "docs/compatibility.md is stale: run python tools/compatibility.py > docs/compatibility.md"
    )
