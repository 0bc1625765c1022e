"""A player's line draws nothing over the lines of others and looks like nobody else's speech."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mudwire.portal.player_text import MAX_LINE, MAX_MARKS, plain_line, without_double_quotes


def is_mark(char):
    return unicodedata.category(char)[0] == "M"


@pytest.mark.parametrize(
    "text",
    [
        "Hello, world!",
        "na\u00efve caf\u00e9",
        "e\u0301te\u0301",
        "Ti\u0065\u0302\u0301ng Vi\u0065\u0323\u0302t",
        "\u0e17\u0e35\u0e48\u0e19\u0e35\u0e48",
        "\u0939\u093f\u0928\u094d\u0926\u0940",
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
        "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f",
        "\u65e5\u672c\u8a9e",
        "\u2554\u2550\u2557",
        "\ufdfd",
        "\U0001f44d\U0001f3fd",
    ],
)
def test_ordinary_text_stays(text):
    assert plain_line(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  a  \t b  ", "a b"),
        ("a" + " " * 200 + "b", "a b"),
        ("a" + "\u00a0" * 200 + "b", "a b"),
        ("a" + "\u3000" * 20 + "b", "a b"),
        ("a" + "\u2800" * 20 + "b", "a b"),
        ("a" + "\u3164\u115f\u1160\uffa0" * 20 + "b", "a b"),
        ("a" + " \u200b" * 20 + "b", "a b"),
        ("a\nb\r\nc\u2028d\u2029e\x85f\x0bg", "a b c d e f g"),
        ("a\x1b[31mb\x07\x08\x00c\x7f\x9b31m", "a[31mbc31m"),
        ("left\u202eright\u2066\u200b", "leftright"),
        ("\ue000\U000f0000\ud800", ""),
        ("\u0301\u0301a", "a"),
        ("a \u0301b", "a b"),
        ("a\u200b\u0301b", "a\u0301b"),
    ],
)
def test_what_moves_or_hides_text_is_removed(text, line):
    assert plain_line(text) == line


@pytest.mark.parametrize("between", ["", "\u200b", "\u200d", "\x00", "\ufe0f"])
def test_marks_do_not_stack(between):
    line = plain_line("a" + f"\u0301{between}" * 50 + "b")
    assert sum(map(is_mark, line)) == MAX_MARKS
    assert (line[0], line[-1]) == ("a", "b")


def test_a_long_line_is_cut():
    assert plain_line("x" * 5000) == "x" * MAX_LINE


@given(
    st.text(max_size=60) | st.text("a \u0301\u0489\u20dd\u200b\u2800\u3000\n\ufe0f", max_size=60)
)
def test_a_line_has_no_stacks_blanks_or_controls(text):
    line = plain_line(text)
    assert line.isprintable()
    assert line == " ".join(line.split(" ")).strip()
    assert "  " not in line
    marks = MAX_MARKS
    for char in line:
        marks = marks + 1 if is_mark(char) else MAX_MARKS if char == " " else 0
        assert marks <= MAX_MARKS
    assert plain_line(line) == line


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ('says, "I quit."', "says, 'I quit.'"),
        ("says, \u201cI quit.\u201d", "says, 'I quit.'"),
        ("says, ''I quit.''", "says, 'I quit.'"),
        ("says, \u2018\u2019I quit.``", "says, 'I quit.'"),
        ("says, \uff02I quit.\u00bb", "says, 'I quit.'"),
        ("don't, \u2018so\u2019", "don't, \u2018so\u2019"),
    ],
)
def test_a_double_quotation_mark_becomes_a_single_one(line, plain):
    assert without_double_quotes(line) == plain
