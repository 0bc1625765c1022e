"""Take the picture of the README, ``docs/screenshot.png``.

.venv/bin/python tools/screenshot.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from chromium import chromium  # noqa: E402 # the line above adds its folder to the path

from playing import Player, portals  # noqa: E402 # the line above adds its folder to the path


def main() -> None:
    """Play a short scene in the lobby and take its picture."""
    with portals() as run, chromium() as browser:
        portal = run()
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(portal.url)
        line = page.locator("#line")

        def play(words: str, until: str) -> None:
            line.fill(words)
            line.press("Enter")
            page.get_by_text(until).last.wait_for()

        page.get_by_text("What is your name?").wait_for()
        play("Ada", "Nobody else is here yet.")
        play("colors truecolor", "Truecolor: 16.7 million colours")
        with Player(portal) as bea:
            bea.type("Bea")
            page.get_by_text("comes in.").wait_for()
            play("say Hello, Bea! Look at this.", "You say,")
            bea.type("emote takes off her coat and looks.", "say Every one of them?")
            page.get_by_text("Every one of them?").wait_for()
            line.fill("say Every one.")
            page.screenshot(path=ROOT / "docs" / "screenshot.png")


if __name__ == "__main__":
    main()
