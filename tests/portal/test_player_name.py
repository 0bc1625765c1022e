"""Names: what is one, and which are one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mudwire.portal.player_name import NameRefusedError, PlayerName


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada", "Ada"),
        ("Ren\u00e9e", "Ren\u00e9e"),
        ("Rene\u0301e", "Ren\u00e9e"),
        ("O\u2019Brien", "O'Brien"),
        ("Jo-Ann", "Jo-Ann"),
        ("\uff21\uff44\uff41", "Ada"),
        ("\U0001d4d0da", "Ada"),
        ("\ufb01nn", "finn"),
        ("S\u00f8ren", "S\u00f8ren"),
        ("\u0141ukasz", "\u0141ukasz"),
        ("\u0110or\u0111e", "\u0110or\u0111e"),
        ("\u00c6sa", "\u00c6sa"),
        ("I\u015f\u0131l", "I\u015f\u0131l"),
        ("Gro\u00df", "Gro\u00df"),
        ("Hi\u1ebfu", "Hi\u1ebfu"),
        ("x" * 20, "x" * 20),
    ],
)
def test_a_name_has_one_form(typed, name):
    assert PlayerName.read(typed).text == name
    assert PlayerName.read(name) == PlayerName.read(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada", "ADA"),
        ("Alice", "AIice"),
        ("Alice", "Aiice"),
        ("Alice", "A\u0142\u0131ce"),
        ("Iris", "lris"),
        ("Ren\u00e9e", "Renee"),
        ("Soren", "S\u00f8ren"),
        ("Dorde", "\u0110or\u00f0e"),
        ("Thora", "\u0166hora"),
        ("Mara", "rnara"),
        ("Marla", "Mar-la"),
        ("OBrien", "O'Brien"),
        ("Wendy", "VVendy"),
        ("Wendy", "Vv\u0117ndy"),
        ("Aesa", "\u00c6sa"),
        ("Grossi", "Gro\u00dfi"),
    ],
)
def test_names_that_look_alike_are_one(one, other):
    assert PlayerName.read(one).key == PlayerName.read(other).key


def test_other_names_are_different():
    names = ["Ada", "Adam", "Bea", "Ben", "Bern", "Clara", "Dara", "Mal", "Hal", "Tim", "Tom"]
    assert len({PlayerName.read(name).key for name in names}) == len(names)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "A",
        "x" * 21,
        "x" * 100_000,
        "Ada Lovelace",
        "Ada1",
        "Ad0",
        "Ada_",
        "|rAda",
        "-Ada",
        "Ada-",
        "A--da",
        "A-'da",
        "<b>",
        "Ada\u0334\u0335",
        "A\u0336d\u0336a\u0336",
        "A\u0301\u0301\u0301da",
        "A\u0434a",
        "\u0410\u0434\u0430",
        "\u0391\u03b4\u03b1",
        "A\u200bda",
        "\u202eAda",
        "Ad\u01c3",
        "A\u1d00a",
        "\U0001f600\U0001f600",
        "\u00b2\u00b3",
    ],
)
def test_other_texts_are_no_names(typed):
    with pytest.raises(NameRefusedError, match="2 to 20 Latin letters"):
        PlayerName.read(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("You", "YOU", "Y\u00f6u", "yo-u", "Somebody", "Nobody", "N\u00f8body", "No-One"),
        *("Admin", "Adrnin", "System", "Moderator", "Everyone", "Sh\u00e9", "The-Lobby"),
    ],
)
def test_nobody_is_called_as_the_lobby_calls_others(typed):
    with pytest.raises(NameRefusedError, match="Nobody can be called"):
        PlayerName.read(typed)


@given(st.text(max_size=30))
def test_every_text_is_a_name_in_its_one_form_or_refused(typed):
    try:
        name = PlayerName.read(typed)
    except NameRefusedError:
        return
    assert PlayerName.read(name.text) == name
    assert 2 <= len(name.text) <= 20
    assert name.key.isascii()
    assert not any(unicodedata.category(char)[0] in "MC" for char in name.text)
