"""Pages of the portal in a real browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parent))

from chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from playing import Portal

expect.set_options(timeout=15_000)


class Tab:
    """A page of the portal, with the actions of a player."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss())
        )
        self.page.goto(url)

    def _hear(self, kind: str, text: str) -> None:
        # Some tests stop the server or lose an answer, and the browser reports that on the console.
        expected = ("WebSocket connection to", "net::ERR_")
        if kind in ("error", "warning") and not any(part in text for part in expected):
            self.complaints.append(text)

    @property
    def line(self) -> Locator:
        return self.page.locator("#line")

    @property
    def log(self) -> Locator:
        return self.page.locator("#log")

    @property
    def status(self) -> Locator:
        return self.page.locator("#status")

    @property
    def last(self) -> Locator:
        return self.page.locator("#log .text").last

    def type(self, *lines: str) -> None:
        for line in lines:
            self.line.fill(line)
            self.line.press("Enter")

    def sees(self, text: str) -> None:
        expect(self.log).to_contain_text(text)

    def enter(self, name: str) -> Tab:
        self.sees("What is your name?")
        self.type(name)
        self.sees(f"Welcome, {name}.")
        return self

    def style(self, selector: str, name: str) -> str:
        """Return the computed value of a CSS property of the last match."""
        return self.page.locator(selector).last.evaluate(
            "(element, name) => getComputedStyle(element).getPropertyValue(name)", name
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Give a function that opens a portal in ``context``, or in a new browser profile.

    The test fails if a page logged an error, or a violation of its Content-Security-Policy.
    """
    contexts: list[BrowserContext] = []
    tabs: list[Tab] = []

    def visit(portal: Portal, context: BrowserContext | None = None, **options: object) -> Tab:
        if context is None:
            context = browser.new_context(**options)
            contexts.append(context)
        tabs.append(Tab(context, portal.url))
        return tabs[-1]

    yield visit
    complaints = [complaint for tab in tabs for complaint in tab.complaints]
    for context in contexts:
        context.close()
    assert complaints == []
