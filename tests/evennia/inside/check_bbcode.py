"""BBCode beside the contrib ``godotwebsocket``: the same wherever the contrib is right."""

import random
import re

import pytest
from evennia.contrib.base_systems.godotwebsocket.text2bbcode import parse_to_bbcode

from bbcode_shown import shown
from mudwire.markup import parse_bbcode

TOKENS = [
    *(f"|{letter}" for letter in "rgybmcwxRGYBMCWXnhH*^u/_>"),
    *(f"|[{letter}" for letter in "rgybmcwxRGYBMCWX"),
    *["|500", "|[050", "|123", "|004", "|[444", "|=a", "|=m", "|[=z", "|!R"],
    *["a", "b c", "x.y", "\n", "||", "{{", " ", '"', "'"],
    *["|lclook|ltLook|le", "|lcgo north|lt|gnorth|n|le", " http://a.org/b ", "\x1b[38;5;200m"],
]
# D34: attributes are opened with their text, so tags around nothing are left out.
EMPTY = re.compile(r"\[(u|pulse)\]\[/\1\]")


def upstream(text):
    """Return the contrib's answer without what D33 and D34 name."""
    bbcode = parse_to_bbcode(text).replace("[blink]", "[pulse]").replace("[/blink]", "[/pulse]")
    before = None
    while before != bbcode:
        before, bbcode = bbcode, EMPTY.sub("", bbcode)
    return bbcode


@pytest.fixture(scope="module")
def texts():
    pick = random.Random(1)
    texts = [
        *(f"a{token}b" for token in TOKENS),
        *("".join(pick.choices(TOKENS, k=pick.randint(2, 8))) for _ in range(4000)),
    ]
    # D31: the contrib does not escape brackets.
    return [text for text in texts if "[lb]" not in parse_bbcode(text)]


def test_what_the_contrib_shows_right_is_the_same(texts):
    same = 0
    for text in texts:
        theirs, ours = upstream(text), parse_bbcode(text)
        if shown(theirs) == shown(ours):
            assert ours == theirs, text
            same += 1
    assert same > len(texts) / 2


def test_what_the_contrib_shows_wrong_is_a_style_that_has_ended(texts):
    """D32: the text is the same, with tags that it should not have any more."""
    for text in texts:
        if "|gnorth" in text:
            continue  # D35: the tags of a coloured label may cross those of its link.
        theirs, ours = shown(upstream(text)), shown(parse_bbcode(text))
        assert [character for character, _ in ours] == [character for character, _ in theirs], text
        for (_, their_tags), (_, our_tags) in zip(theirs, ours, strict=True):
            assert our_tags <= their_tags, text


@pytest.mark.parametrize("text", ["|hx|Hy", "|ra|Wb", "|[ra|[Xb"])
def test_d32_the_contrib_keeps_a_colour_that_ended(text):
    *_, theirs = shown(upstream(text))
    *_, ours = shown(parse_bbcode(text))
    assert theirs[1]
    assert not ours[1]
