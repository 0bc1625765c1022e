"""Evennia and mudwire convert each token of a game's parser alike, alone and in pairs."""

import importlib
import json
import random
import re

import pytest
from django.test import override_settings
from evennia.contrib.base_systems.color_markups import color_markups
from evennia.utils import ansi, text2html

from mudwire import markup
from mudwire.evennia.dialect import game_markup
from mudwire.evennia.formats import game_formats


def contrib(style):
    """Return the settings for a style of the contrib ``color_markups``."""
    return {
        f"COLOR_{name}": getattr(color_markups, f"{style}_COLOR_{name}")
        for name in (
            "ANSI_EXTRA_MAP",
            "XTERM256_EXTRA_FG",
            "XTERM256_EXTRA_BG",
            "XTERM256_EXTRA_GFG",
            "XTERM256_EXTRA_GBG",
            "ANSI_XTERM256_BRIGHT_BG_EXTRA_MAP",
        )
    }


ALONE = {"COLOR_NO_DEFAULT": True}
GAMES = {
    "stock": {},
    "curly": contrib("CURLY"),
    "mux": contrib("MUX"),
    "curly alone": contrib("CURLY") | ALONE,
    "mux alone": contrib("MUX") | ALONE,
    "none": ALONE,
    "one more": {"COLOR_ANSI_EXTRA_MAP": [("|@", "\x1b[1m\x1b[34m"), ("|~", "    ")]},
    "free expression": {"COLOR_XTERM256_EXTRA_FG": [r"\|\$([0-5])[-:]?([0-5])([0-5])"]},
}

# D2: upstream's HTML lacks these sequences.
UNKNOWN = {ansi.ANSI_ITALIC, ansi.ANSI_STRIKE, "\x1b[23m", "\x1b[24m", "\x1b[29m"}


@pytest.fixture(scope="module", params=GAMES, autouse=True)
def game(request):
    """Reload Evennia's modules with the settings of a game."""
    before = {module: dict(vars(module)) for module in (ansi, text2html)}
    with override_settings(**GAMES[request.param]):
        for module in before:
            importlib.reload(module)
        game_markup.cache_clear()
        with pytest.MonkeyPatch.context() as patch:
            # An empty colour group makes upstream log a traceback for each character.
            patch.setattr(ansi.logger, "log_trace", lambda *_: None)
            yield request.param
    for module, names in before.items():
        vars(module).update(names)
    game_markup.cache_clear()


@pytest.fixture(scope="module")
def texts(game):
    parser = ansi.ANSI_PARSER
    tokens = [
        *(token for token, becomes in parser.ansi_map if becomes not in UNKNOWN),
        *(token for token, _ in parser.ansi_xterm256_bright_bg_map),
        *colours(parser.xterm256_fg + parser.xterm256_bg, ["000", "123", "555", "610", "5"]),
        *colours(parser.xterm256_gfg + parser.xterm256_gbg, "amzA"),
        *["|", "||", "{", "{{", "%", "%%", "\\", "<", "|lcx|lty|le", "12", "n", "|$1:23"],
    ]
    pick = random.Random(1).choice
    pairs = [f"a{pick(tokens)}{pick(tokens)}b {pick(tokens)}c" for _ in range(400)]
    texts = [*(f"a{token}b" for token in tokens), *pairs]
    # D26: upstream reads the escaped brace of a bright background as markup.
    return [text for text in texts if "{{[" not in text]


def colours(patterns, tails):
    """Return tokens that match the colour patterns of a parser."""
    literals = [re.sub(r"\\(.)", r"\1", pattern.partition("(")[0]) for pattern in patterns]
    return [literal + tail for literal in literals for tail in tails]


def test_only_a_free_expression_needs_the_games_parser(game):
    _, to_ansi = game_markup()
    assert (to_ansi is not None) == (game == "free expression")


def test_html_is_the_same(texts):
    v1 = game_formats()["v1.evennia.com"]
    for text in texts:
        for nocolor in (False, True):
            payload, _ = v1.encode_text(text, options={"nocolor": nocolor})
            [_, [html], _] = json.loads(payload)
            assert html == text2html.parse_html(text, strip_ansi=nocolor), text


def test_ansi_is_the_same(texts, game):
    dialect, to_ansi = game_markup()
    for text in texts:
        for xterm256 in (False, True):
            expected = ansi.parse_ansi(text, xterm256=xterm256)
            if to_ansi is None:
                assert markup.parse_ansi(text, xterm256=xterm256, dialect=dialect) == expected, text


@pytest.mark.parametrize("game", ["stock"], indirect=True)
def test_a_replaced_parser_is_used(game, monkeypatch):
    monkeypatch.setattr(ansi.ANSIParser, "sub_ansi", lambda self, match: "*")
    game_markup.cache_clear()
    payload, _ = game_formats()["v1.evennia.com"].encode_text("a|rb <\x1b[31mc")
    [_, [html], _] = json.loads(payload)
    assert html == 'a*b &lt;<span class="color-001">c</span>'


@pytest.mark.parametrize("game", ["stock"], indirect=True)
@pytest.mark.parametrize("name", ["ansi_sub", "xterm256_fg_sub", "mxp_sub", "ansi_regex"])
def test_a_parser_with_a_changed_pattern_is_used(game, name, monkeypatch):
    monkeypatch.setattr(ansi.ANSIParser, name, re.compile(r"\|(never)"))
    game_markup.cache_clear()
    assert game_markup()[1] is not None


@pytest.mark.parametrize("game", ["free expression"], indirect=True)
def test_the_use_of_the_games_parser_is_logged_once(game, monkeypatch):
    said = []
    monkeypatch.setattr(ansi.logger, "log_warn", said.append)
    game_markup.cache_clear()
    game_formats()
    game_formats()
    assert len(said) == 1
    assert r"\|\$([0-5])[-:]?([0-5])([0-5])" in said[0].replace("\\\\", "\\")
