"""mudwire.markup: what a text may be, and markup of a game's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from html_closed_list import read
from mudwire import markup
from mudwire.game import CONTROLS, literal
from mudwire.markup import Dialect, parse_ansi, parse_html, strip_ansi

FUNCTIONS = [getattr(markup, name) for name in markup.__all__ if name != "Dialect"]


class Subclass(str):
    __slots__ = ()


class AnsiString(str):
    """What the converters know of Evennia's ANSIString."""

    _raw_string = "\x1b[1m\x1b[31m|gred\x1b[0m"

    def raw(self) -> str:
        return self._raw_string

    def clean(self) -> str:
        return "|gred"


class Lazy:
    def __str__(self) -> str:
        return "|rlater|n"


class Broken:
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


RED = '<span class="color-009">red</span>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("|rred|n", RED),
        (Subclass("|rred|n"), RED),
        (b"|rred|n", RED),
        (b"\xff\xfe|rred|n", "\ufffd\ufffd" + RED),
        (Lazy(), '<span class="color-009">later</span>'),
        (5, "5"),
        (["a"], "['a']"),
        (None, ""),
        (0, ""),
        ("", ""),
        (b"", ""),
        ("\ud800|rred|n\udfff", "\ufffd" + RED + "\ufffd"),
    ],
)
def test_anything_is_a_text(text: object, html: str) -> None:
    assert parse_html(text) == html


def test_anything_is_a_flag() -> None:
    assert parse_html("|rred", strip_ansi=1) == "red"
    assert parse_ansi("|500x", xterm256=None) == "\x1b[1m\x1b[31mx"


def test_an_ansi_string_has_done_its_markup() -> None:
    text = AnsiString("|gred")
    assert parse_html(text) == '<span class="color-009">|gred</span>'
    assert parse_html(text, strip_ansi=True) == "|gred"
    assert parse_ansi(text) == text.raw()
    assert strip_ansi(text) == "|gred"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_text_raises_is_raised(function: Any) -> None:
    with pytest.raises(RuntimeError):
        function(Broken())


@given(st.text() | st.text(st.characters(max_codepoint=127)), st.booleans())
def test_every_text_converts(text: str, strip: bool) -> None:
    read(parse_html(text, strip_ansi=strip))
    for function in FUNCTIONS:
        str(function(text)).encode()


@given(st.text(st.characters(exclude_categories=["C"])))
def test_raw_text_is_shown_as_it_is(text: str) -> None:
    text = text.replace("\\", "")  # a backslash only keeps markup apart
    assert strip_ansi(markup.raw(text)) == markup.strip_mxp(text)


PIECES = [
    "|",
    "l",
    "c",
    "t",
    "e",
    "u",
    "|lc",
    "|lt",
    "|le",
    "||",
    "{",
    "\\",
    "\b",
    "\x1b[0m",
    "\x07",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=2)), st.booleans())
def test_a_literal_is_no_link(pieces: list[str], strip: bool) -> None:
    text = "".join(pieces)
    for markup_text in (literal(text), f"|r{literal(text)}lc", f"|lu{literal(text)}|ltx|le"):
        links = read(parse_html(markup_text, strip_ansi=strip))
        assert not links.commands
    assert strip_ansi(literal(text)).replace("\x1b[K", "") == CONTROLS.sub("", text)


STOCK: dict[str, Any] = {
    "ansi_map": [("|r", "\x1b[1m\x1b[31m"), ("|n", "\x1b[0m")],
    "bright_backgrounds": [("|[r", "|[500")],
    "xterm256_fg": [r"\|([0-5])([0-5])([0-5])"],
    "xterm256_bg": [r"\|\[([0-5])([0-5])([0-5])"],
    "gray_fg": [r"\|=([a-z])"],
    "gray_bg": [r"\|\[=([a-z])"],
    "hex_colors": True,
}


def dialect(**changes: Any) -> Dialect:
    return Dialect(**{**STOCK, **changes})


def test_markup_of_a_games_own() -> None:
    curly = dialect(
        ansi_map=[*STOCK["ansi_map"], ("{r", "\x1b[1m\x1b[31m"), ("{/", "\r\n"), ("{x", "<\x07>")],
        bright_backgrounds=[*STOCK["bright_backgrounds"], ("{[r", "{[500")],
        xterm256_bg=[*STOCK["xterm256_bg"], r"\{\[([0-5])([0-5])([0-5])"],
    )
    assert (
        parse_html("{rred|n{/{[rx", dialect=curly) == RED + '<br><span class="bgcolor-196">x</span>'
    )
    assert parse_html("{{r{{[r{x", dialect=curly) == "{r{[r&lt;&gt;"
    assert parse_ansi("{[r", xterm256=True, dialect=curly) == "\x1b[48;5;196m"
    mux = dialect(
        ansi_map=[("%cr", "\x1b[31m"), ("%cn", "\x1b[0m"), ("%r", "\r\n"), ("%cR", "\x1b[41m")],
        bright_backgrounds=[("%ch%cR", "%c[500")],
        xterm256_bg=[r"%c\[([0-5])([0-5])([0-5])"],
    )
    assert parse_html("100%%cr%cn%r|r", dialect=mux) == '100%<span class=""><br>|r</span>'
    assert parse_ansi("%ch%cRa%cR", dialect=mux) == "\x1b[41ma\x1b[41m"


def test_empty_lists_are_no_markup() -> None:
    nothing = Dialect(**dict.fromkeys(STOCK, ()) | {"hex_colors": False})
    assert parse_html("|r|500|#fff||", dialect=nothing) == "|r|500|#fff|"
    assert parse_html("|rred||\x1b[31mx", dialect=Dialect.ansi_only()) == (
        '|rred||<span class="color-001">x</span>'
    )


def test_hex_colours_fall_back_to_what_the_table_has() -> None:
    hex_only = dialect(xterm256_fg=[])
    assert (
        parse_ansi("|#fff", xterm256=True, truecolor=True, dialect=hex_only)
        == "\x1b[38;2;255;255;255m"
    )
    assert parse_ansi("|#fff", xterm256=True, dialect=hex_only) == "|555"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ansi_map": [("", "x")]}, "a markup token is empty"),
        ({"ansi_map": [("|r|n", "x")]}, r"'\|r\|n' holds '\|'"),
        ({"ansi_map": [("|\\", "x")]}, "holds"),
        ({"ansi_map": [("ar", "x")]}, "'ar' holds 'a'"),
        ({"ansi_map": [("|é", "x")]}, "printable ASCII"),
        ({"ansi_map": [("%r", "x"), ("^r", "x")]}, "only one character besides"),
        ({"xterm256_fg": [r"\|(\d)"]}, r"is not a literal followed by \(\[0-5\]\)"),
        ({"gray_fg": [r"\|=([A-Z])"]}, r"is not a literal followed by \(\[a-z\]\)"),
        ({"gray_fg": [r"(\||%)([a-z])"]}, "is not a literal followed by"),
        ({"bright_backgrounds": [("|[r", "red")]}, "stands for 'red', which is no colour token"),
    ],
)
def test_a_table_that_does_not_fit_says_why(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("'", "[\"']")):
        dialect(**change)
