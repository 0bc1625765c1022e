"""Evennia's own webclient page in a real browser, against the game with mudwire.

The page takes jQuery and a window manager from other hosts, which a test must not need: Django's
copy of jQuery stands in for the first, and without the second the page has one plain window.
"""

from __future__ import annotations

import re
import shutil
from urllib.parse import urlsplit

import pytest
from harness.client import PATIENCE
from harness.game import PLAYERS
from playwright.sync_api import expect, sync_playwright

expect.set_options(timeout=1000 * PATIENCE)

WINDOW_MANAGER = re.compile(r"/plugins/goldenlayout\w*\.js")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, ours):
    [jquery] = ours.release.environment.glob("lib/*/site-packages/django/**/jquery.min.js")

    def answer(route):
        url = route.request.url
        if "jquery" in url:
            route.fulfill(path=jquery)
        elif urlsplit(url).netloc != urlsplit(ours.web_url).netloc or WINDOW_MANAGER.search(url):
            route.fulfill(body="", content_type="text/javascript")
        elif url.endswith("/webclient/"):
            response = route.fetch()
            route.fulfill(response=response, body=re.sub(r'integrity="[^"]*"', "", response.text()))
        else:
            route.continue_()

    page = browser.new_page()
    page.route("**/*", answer)
    yield page
    page.close()


@pytest.fixture
def window(page, ours):
    """The page's window, with a player logged in by typing."""
    page.goto(f"{ours.web_url}/webclient/")
    window = page.locator("#messagewindow")
    expect(window).to_contain_text("Welcome to game")
    type_line(page, f"connect anna {PLAYERS['anna']}")
    expect(window).to_contain_text("Limbo")
    return window


def type_line(page, line):
    page.locator("#inputfield").fill(line)
    page.locator("#inputfield").press("Enter")


def test_colours_are_computed(page, window):
    type_line(page, "say |rred |[005on blue|n plain")
    red = window.locator("span", has_text="red").last
    assert red.evaluate("e => getComputedStyle(e).color") == "rgb(255, 0, 0)"
    on_blue = window.locator("span", has_text="on blue").last
    assert on_blue.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(0, 0, 255)"


def test_a_click_on_a_link_is_a_command(page, window):
    type_line(page, "say |lcsay clicked|ltclick me|le")
    window.locator("a", has_text="click me").last.click()
    expect(window).to_contain_text('You say, "clicked"')


def test_what_others_say_is_text(page, window, ours):
    with ours.player("bert") as bert:
        bert.command("say <img src=x onerror='document.title=1'>")
    expect(window).to_contain_text("<img src=x")
    assert window.locator("img").count() == 0


def test_loading_the_page_again_logs_in_again(page, window):
    page.reload()
    expect(window).to_contain_text("Limbo")
    type_line(page, "say I am back")
    expect(window).to_contain_text('You say, "I am back"')
