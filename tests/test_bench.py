"""``mudwire bench`` prints a table of times, beside Evennia's if Evennia is installed."""

from __future__ import annotations

import re

import pytest

from mudwire import cli, parse_html
from mudwire.bench import command, texts
from mudwire.bench.stock import Stock
from mudwire.formats import WIRE_FORMATS

FIGURES = re.compile(r"(\S.*?)  +([\d.]+)(?: +([\d.]+) +([\d.]+)x)?")
SUBJECTS = [
    *(f"parse_html, {text}" for text in ("chat line", "room", "table", "216 colours", "plain")),
    "encode_text, chat line",
    "encode_text, room",
    "decode_incoming",
]


@pytest.fixture
def evennia(monkeypatch):
    """Give a fake Evennia, because these tests run without Evennia."""
    stands_in = Stock("9.9.9", parse_html, None, WIRE_FORMATS["v1.evennia.com"])
    monkeypatch.setattr(command, "stock", lambda: stands_in)
    return stands_in


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(command, "stock", lambda: None)


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        cli.main(["bench", *arguments])
    printed = capsys.readouterr()
    return end.value.code, printed.out.splitlines(), printed.err


def test_without_evennia_each_row_has_one_figure(alone, capsys):
    code, lines, _ = run(capsys, "--seconds", "0.001")
    rows = [FIGURES.fullmatch(line).groups() for line in lines[3 : 3 + len(SUBJECTS)]]
    assert code == 0
    assert "no Evennia" in lines[0]
    assert [name for name, *_ in rows] == SUBJECTS
    assert all(float(ours) > 0 and theirs is None for _, ours, theirs, _ in rows)
    assert "virtual environment of a game" in lines[-1]


def test_with_evennia_each_row_has_both_figures_and_their_ratio(evennia, capsys):
    code, lines, _ = run(capsys, "--seconds", "0.001")
    rows = [FIGURES.fullmatch(line).groups() for line in lines[3:]]
    assert code == 0
    assert "Evennia 9.9.9" in lines[0]
    assert [name for name, *_ in rows] == SUBJECTS
    assert all(float(figure) > 0 for _, *figures in rows for figure in figures)


def test_answers_that_differ_are_not_compared(evennia, monkeypatch):
    monkeypatch.setattr(command, "stock", lambda: evennia._replace(parse_html=str))
    differing = [line for line in command.bench(0.001) if "the answers differ" in line]
    assert [line.split("  ")[0] for line in differing] == SUBJECTS[:4]


@pytest.mark.parametrize("seconds", ["0", "-1", "61", "nan", "soon"])
def test_seconds_outside_of_the_range_are_refused(capsys, seconds):
    code, _, error = run(capsys, "--seconds", seconds)
    assert code == 2
    assert f"{seconds!r} is not a number of seconds up to 60" in error


@pytest.mark.parametrize(
    "make", [*texts.TEXTS.values(), texts.command], ids=lambda make: make.__name__
)
def test_no_two_texts_are_equal(make):
    made = [make(number) for number in range(100)]
    assert len(set(made)) == 100
    assert {len(text) for text in made} <= {len(made[0]), len(made[0]) + 1}


def test_the_texts_have_the_sizes_that_the_documents_name():
    assert len(texts.chat_line(7)) == 26
    assert len(texts.room(7)) == 400
    assert 8_000_000 <= len(texts.log(7)) < 8_001_000
