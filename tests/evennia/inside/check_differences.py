"""The upstream answers in the table of differences are those of the installed Evennia."""

import pytest
from evennia.contrib.base_systems.godotwebsocket.text2bbcode import parse_to_bbcode
from evennia.utils import ansi, text2html

from compatibility import differences

NAMES = {**vars(ansi), **vars(text2html), "parse_bbcode": parse_to_bbcode}


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(example, id=f"{difference.id}-{place}")
        for difference in differences()
        for place, example in enumerate(difference.examples)
        if example.upstream is not None
    ],
)
def test_upstream_gives_the_answer_of_the_table(example):
    try:
        answer = eval(example.call, dict(NAMES))
    except Exception as error:
        answer = type(error).__name__
    assert answer == example.upstream
