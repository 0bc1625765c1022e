"""Evennia's own webclient page in a real browser, against the game with mudwire.

The page loads jQuery, a window manager and an icon maker from other hosts, and a test must not
need them. Django's copy of jQuery replaces the first. Without the window manager the page has one
plain window. The icon maker is a stub.
"""

from __future__ import annotations

import re
import shutil
from urllib.parse import urlsplit

import pytest
from harness.client import PATIENCE
from harness.game import PLAYERS
from playwright.sync_api import expect, sync_playwright

WINDOW_MANAGER = re.compile(r"/plugins/goldenlayout\w*\.js")
ICON_MAKER = "function Favico() { this.badge = () => {} }"

expect.set_options(timeout=1000 * PATIENCE)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            # Chromium takes a page that the test answers for a page of the internet, and such a
            # page may not open a websocket on this machine.
            args=["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, ours):
    """A browser's page; anna is logged in through the form of the website."""
    [jquery] = ours.release.environment.glob("lib/*/site-packages/django/**/jquery.min.js")

    def answer(route):
        url = route.request.url
        if "jquery" in url:
            route.fulfill(path=jquery)
        elif "favico" in url:
            route.fulfill(body=ICON_MAKER, content_type="text/javascript")
        elif urlsplit(url).netloc != urlsplit(ours.web_url).netloc or WINDOW_MANAGER.search(url):
            route.fulfill(body="", content_type="text/javascript")
        elif url.endswith("/webclient/"):
            response = route.fetch()
            html = re.sub(r'integrity="[^"]*"', "", response.text())
            route.fulfill(response=response, body=html)
        else:
            route.continue_()

    page = browser.new_page()
    page.route("**/*", answer)
    page.goto(f"{ours.web_url}/auth/login/")
    page.locator("input[name=username]").fill("anna")
    page.locator("input[name=password]").fill(PLAYERS["anna"])
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{ours.web_url}/")
    yield page
    page.close()


@pytest.fixture
def window(page, ours):
    """The webclient's window for text, after it shows the room."""
    with page.expect_websocket(lambda socket: f":{ours.ports.websocket}/" in socket.url):
        page.goto(f"{ours.web_url}/webclient/")
    window = page.locator("#messagewindow")
    expect(window).to_contain_text("Limbo")
    return window


def type_line(page, line):
    page.locator("#inputfield").fill(line)
    page.locator("#inputfield").press("Enter")


def test_the_page_shows_colours(page, window):
    type_line(page, "say |rred |n|[005on blue|n plain")
    red = window.locator("span", has_text="red").last
    assert red.evaluate("e => getComputedStyle(e).color") == "rgb(255, 0, 0)"
    on_blue = window.locator("span", has_text="on blue").last
    assert on_blue.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(0, 0, 255)"


def test_a_click_on_a_link_sends_its_command(page, window):
    type_line(page, "help")
    window.get_by_role("link", name="inventory", exact=True).click()
    expect(window).to_contain_text("Help for inventory")


def test_the_text_of_other_players_runs_nothing(window, ours):
    with ours.player("bert") as bert:
        bert.command("say <img src=x onerror='document.title=1'>")
    expect(window).to_contain_text("<img src=x")
    assert window.locator("img").count() == 0


def test_a_reload_of_the_webclient_page_logs_in_again(page, window):
    page.reload()
    expect(window).to_contain_text("Limbo")
    type_line(page, "say I am back")
    expect(window).to_contain_text('You say, "I am back"')
