"""The converters against the recorded answers of Evennia (tests/oracle)."""

from __future__ import annotations

import pytest

from html_closed_list import read, visible
from mudwire import markup
from oracle_vectors import Vector, vectors

# Where the visible text is wanted to differ.
OTHER_TEXT = {"D5", "D11", "D13", "D17"}


def answer(vector: Vector) -> object:
    return getattr(markup, vector.fn)(*vector.args, **vector.kwargs)


@pytest.mark.parametrize(
    "fn",
    [
        "parse_html",
        "parse_ansi",
        "strip_ansi",
        "strip_raw_ansi",
        "strip_mxp",
        "strip_unsafe_tokens",
        "raw",
    ],
)
def test_untagged_answers_are_the_same(fn: str) -> None:
    untagged = [vector for vector in vectors(fn) if not vector.tags]
    assert len(untagged) > 900
    for vector in untagged:
        assert answer(vector) == vector.out, vector


def test_all_html_keeps_to_the_closed_list() -> None:
    for vector in vectors("parse_html"):
        read(str(answer(vector)))


def test_tagged_html_shows_the_same_text() -> None:
    compared = 0
    for vector in vectors("parse_html"):
        if vector.raises or not vector.tags or OTHER_TEXT & set(vector.tags):
            continue
        try:
            expected = visible(vector.out)
        except AssertionError:
            continue  # upstream's HTML is broken
        assert read(str(answer(vector))).text == expected, vector
        compared += 1
    assert compared > 3000


@pytest.mark.parametrize("fn", ["parse_ansi", "strip_ansi", "strip_raw_ansi", "strip_mxp", "raw"])
def test_tagged_answers_are_strings_that_can_be_encoded(fn: str) -> None:
    for vector in vectors(fn):
        if vector.tags:
            result = answer(vector)
            assert isinstance(result, str)
            result.encode()
