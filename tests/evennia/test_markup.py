"""What the settings of a game make of its markup, mudwire makes of it too."""

from __future__ import annotations

import pytest

CONTRIB = """
from evennia.contrib.base_systems.color_markups import color_markups as contrib
COLOR_ANSI_EXTRA_MAP = contrib.{0}_COLOR_ANSI_EXTRA_MAP
COLOR_XTERM256_EXTRA_FG = contrib.{0}_COLOR_XTERM256_EXTRA_FG
COLOR_XTERM256_EXTRA_BG = contrib.{0}_COLOR_XTERM256_EXTRA_BG
COLOR_XTERM256_EXTRA_GFG = contrib.{0}_COLOR_XTERM256_EXTRA_GFG
COLOR_XTERM256_EXTRA_GBG = contrib.{0}_COLOR_XTERM256_EXTRA_GBG
COLOR_ANSI_XTERM256_BRIGHT_BG_EXTRA_MAP = contrib.{0}_COLOR_ANSI_XTERM256_BRIGHT_BG_EXTRA_MAP
"""

SETTINGS = {
    "stock": "",
    "curly": CONTRIB.format("CURLY"),
    "mux": CONTRIB.format("MUX"),
    "curly alone": CONTRIB.format("CURLY") + "COLOR_NO_DEFAULT = True",
    "mux alone": CONTRIB.format("MUX") + "COLOR_NO_DEFAULT = True",
    "none": "COLOR_NO_DEFAULT = True",
    "one more": "COLOR_ANSI_EXTRA_MAP = [('|@', '\\033[1m\\033[34m'), ('|~', '    ')]",
    "free expression": "COLOR_XTERM256_EXTRA_FG = [r'\\|\\$([0-5])[-:]?([0-5])([0-5])']  # free",
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_markup_of_the_game(release, settings):
    ran = release.test_inside("markup_of_the_game.py", settings)
    assert ran.returncode == 0, ran.stdout
