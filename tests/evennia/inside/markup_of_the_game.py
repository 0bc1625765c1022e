"""Every token of the game's parser, alone and in pairs, as Evennia and as mudwire convert it."""

import os
import random
import re

import game_settings

game_settings.set_up()

import mudwire.evennia
import pytest
from evennia.utils import ansi, text2html
from mudwire import markup

# An empty colour group makes upstream log a traceback for each character.
ansi.logger.log_trace = lambda *_: None
PARSER = ansi.ANSI_PARSER
FITS = "free" not in os.environ.get("GAME_SETTINGS", "")


def colour_tokens(patterns, tails):
    """Return tokens that match the colour patterns of a parser."""
    literals = [re.sub(r"\\(.)", r"\1", pattern.partition("(")[0]) for pattern in patterns]
    return [literal + tail for literal in literals for tail in tails]


# D2: what upstream's HTML does not know
UNKNOWN = {ansi.ANSI_ITALIC, ansi.ANSI_STRIKE, "\x1b[23m", "\x1b[24m", "\x1b[29m"}
TOKENS = [
    *(token for token, becomes in PARSER.ansi_map if becomes not in UNKNOWN),
    *(token for token, _ in PARSER.ansi_xterm256_bright_bg_map),
    *colour_tokens([*PARSER.xterm256_fg, *PARSER.xterm256_bg], ["000", "123", "555", "610", "5"]),
    *colour_tokens([*PARSER.xterm256_gfg, *PARSER.xterm256_gbg], "amzA"),
    *["|", "||", "{", "{{", "%", "%%", "\\", "<", "|lcx|lty|le", "12", "n"],
]


@pytest.fixture(scope="module")
def texts():
    pick = random.Random(1).choice
    pairs = [f"a{pick(TOKENS)}{pick(TOKENS)}b {pick(TOKENS)}c" for _ in range(400)]
    texts = [*(f"a{token}b" for token in TOKENS), *pairs]
    # Upstream takes the escaped brace of a bright background for markup.
    return [text for text in texts if "{{[" not in text]


def test_the_dialect_says_it_all():
    assert (mudwire.evennia.dialect.game_markup()[1] is None) == FITS


def test_html(texts):
    v1 = mudwire.evennia.WebSocketClient.wire_formats["v1.evennia.com"]
    upstream = text2html.parse_html
    for text in texts:
        expected = markup_json(upstream(text))
        assert v1.encode_text(text)[0].decode() == expected, text
        expected = markup_json(upstream(text, strip_ansi=True))
        assert v1.encode_text(text, options={"nocolor": True})[0].decode() == expected, text


def test_ansi(texts):
    if FITS:
        dialect, _ = mudwire.evennia.dialect.game_markup()
        for text in texts:
            for xterm256 in (True, False):
                expected = ansi.parse_ansi(text, xterm256=xterm256)
                assert markup.parse_ansi(text, xterm256=xterm256, dialect=dialect) == expected, text


def markup_json(html):
    escaped = html.replace("\\", "\\\\").replace('"', '\\"')
    return f'["text",["{escaped}"],{{}}]'
