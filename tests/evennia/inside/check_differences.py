"""The table of differences says what the installed Evennia really answers."""

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
def test_upstreams_answer(example):
    try:
        answer = eval(example.call, dict(NAMES))
    except Exception as error:
        answer = type(error).__name__
    assert answer == example.upstream
