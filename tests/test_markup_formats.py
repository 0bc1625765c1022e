"""The output formats beside Evennia's: what each takes, and that all tell the same text."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbcode_shown import shown
from html_closed_list import read
from mudwire import Dialect, parse_bbcode, parse_html, parse_markdown, parse_spans
from mudwire._native import convert

PIECES = [
    *[
        "|r",
        "|n",
        "|[g",
        "|500",
        "|#f00",
        "|h",
        "|H",
        "|u",
        "|U",
        "|i",
        "|s",
        "|^",
        "|*",
        "|/",
        "|_",
    ],
    *[
        "|lclook|lt",
        "|luhttp://a|lt",
        "|lujavascript:x|lt",
        "|le",
        "||",
        "\x1b[1;31m",
        "\b",
        "\x07",
    ],
    *[
        "http://a.org/b",
        "www.bb.org",
        "[b]",
        "]",
        '"',
        "'",
        "<",
        "&",
        "*",
        "_",
        "@everyone",
        "\n# ",
    ],
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)
FORMATS = [parse_bbcode, parse_markdown, parse_spans]


def text_of(spans: list[Any]) -> str:
    return "".join(text for text, _, _ in spans)


@pytest.mark.parametrize(
    ("function", "red", "plain"),
    [
        (parse_bbcode, "[color=#ff0000]red[/color]", "red"),
        (parse_markdown, "**red**", "red"),
        (parse_spans, [("red", {"fg": 9, "bold": True}, None)], [("red", {}, None)]),
        (
            lambda *args, **kwargs: parse_html(*args, styles="inline", **kwargs),
            '<span style="color: #ff0000;">red</span>',
            "red",
        ),
    ],
)
def test_the_arguments_are_those_of_parse_html(function: Any, red: Any, plain: Any) -> None:
    for text in ("|rred|n", b"|rred|n"):
        assert function(text) == red
        assert function(text, strip_ansi=True) == plain
        assert function(text, True) == plain
    assert function(None) == function("")
    assert function("\x1b[1;31mred", dialect=Dialect.ansi_only()) == red


def test_a_wrong_kind_of_styles_is_named() -> None:
    for wrong in ("css", "", "\ud800", 5):
        with pytest.raises(
            ValueError, match="styles should be 'classes' or 'inline', not "
        ) as raised:
            parse_html("x", styles=wrong)  # type: ignore[arg-type]
        assert repr(wrong) in str(raised.value)
    assert parse_html("|rx", styles="classes") == parse_html("|rx")


def test_inline_styles_say_what_the_classes_say() -> None:
    for text, style in [
        ("|500x", "color: #ff0000;"),
        ("|[004x", "background-color: #0000d7;"),
        ("|*x", "color: #000000;background-color: #c0c0c0;"),
        ("|#102030|[#405060x", "color: #102030;background-color: #405060;"),
        ("|i|rx", "color: #ff0000;font-style: italic;"),
        ("|u|s|^x", "text-decoration: underline line-through blink;"),
    ]:
        assert parse_html(text, styles="inline") == f'<span style="{style}">x</span>'
    assert parse_html("a|nb", styles="inline") == "a<span>b</span>"


@given(TEXTS, st.booleans())
def test_inline_html_differs_in_its_spans_alone(text: str, strip: bool) -> None:
    inline = parse_html(text, strip_ansi=strip, styles="inline")
    spans = re.compile(r"<span[^>]*>")
    assert spans.sub("<span>", inline) == spans.sub("<span>", parse_html(text, strip_ansi=strip))
    for span in spans.findall(inline):
        assert re.fullmatch(r'<span(?: style="(?:[a-z-]+: [a-z0-9# -]+;)+")?>', span)


@given(TEXTS, st.booleans())
def test_runs_are_the_visible_text_and_its_links(text: str, strip: bool) -> None:
    spans = parse_spans(text, strip_ansi=strip)
    html = read(parse_html(text, strip_ansi=strip))
    assert text_of(spans) == html.text
    assert json.loads(json.dumps(spans)) == [list(span) for span in spans]
    assert all(one[1:] != other[1:] for one, other in pairwise(spans))
    commands = [link["target"] for _, _, link in spans if link and link["kind"] == "command"]
    assert set(commands) <= set(html.commands)
    addresses = [link["target"] for _, _, link in spans if link and link["kind"] == "address"]
    assert set(addresses) <= set(html.hrefs)


@given(TEXTS, st.booleans())
def test_godot_shows_the_visible_text(text: str, strip: bool) -> None:
    bbcode = parse_bbcode(text, strip_ansi=strip)
    visible = text_of(parse_spans(text, strip_ansi=strip))
    assert "".join(character for character, _ in shown(bbcode)) == visible


@given(TEXTS)
def test_godot_shows_the_style_of_each_run(text: str) -> None:
    characters = iter(shown(parse_bbcode(text)))
    for run, style, _ in parse_spans(text):
        names = {"underline": "u", "italic": "i", "strike": "s", "blink": "pulse"}
        expected = {names[key] for key in style if key in names}
        for _ in run:
            _, tags = next(characters)
            assert {tag for tag in tags if tag in names.values()} == expected
            assert any(tag.startswith("color=") for tag in tags) == ("fg" in style)
            assert any(tag.startswith("bgcolor=") for tag in tags) == ("bg" in style)


@given(TEXTS, st.booleans())
def test_markdown_notifies_nobody(text: str, strip: bool) -> None:
    markdown = parse_markdown(text, strip_ansi=strip)
    assert not re.search(r"@(?:everyone|here|[!&]?\d)", markdown)
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", markdown)
    assert not re.search(
        r"[`|>#]", re.sub(r"<https?://[^<>\s]+>", "", unescaped, flags=re.IGNORECASE)
    )


@given(st.text() | st.text(st.characters(max_codepoint=127)), st.booleans())
def test_no_text_raises(text: str, strip: bool) -> None:
    for function in FORMATS:
        str(function(text, strip_ansi=strip)).encode()
    parse_html(text, strip_ansi=strip, styles="inline").encode()


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(
        ValueError, match="the format should be one of 'bbcode', 'markdown', not 'rtf'"
    ):
        convert("rtf", "x")
