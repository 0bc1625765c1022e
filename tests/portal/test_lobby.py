"""The lobby, played over real connections; tests of absences use a fake clock."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from mudwire.limits import Limits
from mudwire.markup import strip_ansi
from mudwire.portal.lobby import ABSENCE_SECONDS, HELP, MAX_LISTED, Lobby
from mudwire.room_budget import MAX_SILENCE, ROOM_ROWS
from mudwire.sessions.handler import EmbeddedSessionHandler
from mudwire.sessions.session import Session
from playing import Player, portals


@pytest.fixture(scope="module")
def portal():
    """Give a portal with a spacious lobby; all tests of this file share it."""
    with portals() as run:
        yield run("--game", f"{Path(__file__).parent / 'spacious_lobby.py'}:SpaciousLobby")


@pytest.fixture
def enter(portal):
    """Give a function that connects a player and waits until they are in the lobby."""
    players = []

    def enter(name, browser=None):
        players.append(Player(portal, browser))
        players[-1].type(name)
        players[-1].read("Welcome")
        players[-1].read("The lobby")
        return players[-1]

    yield enter
    for player in players:
        player.close()


def visible(markup):
    """Return the text that a browser shows; fail if the HTML holds tags other than spans."""
    assert "<" not in re.sub("</?span[^>]*>", "", markup)
    return html.unescape(re.sub("</?span[^>]*>", "", markup))


# Names.


def test_a_name_belongs_to_one_player(portal, enter):
    enter("Ada")
    with Player(portal) as other:
        other.type("ADA")
        other.read("called Ada already")
        other.type("12")
        other.read("2 to 20 Latin letters")
        other.type("You")
        other.read("Nobody can be called You here. What is yours?")
        other.type("Bea")
        other.read("Welcome")


# Talking.


def test_two_players_talk(enter):
    ada = enter("Ada")
    bea = enter("Bea")
    ada.read("Bea</span> comes in.")
    ada.type("say Hello, Bea!")
    assert ada.read("Hello") == 'You say, "Hello, Bea!"'
    assert bea.read("Hello") == ('<span class="color-014">Ada</span> says, "Hello, Bea!"')
    bea.type("'hi", ":waves.", "emote smiles.")
    ada.read("hi")
    assert ada.read("waves") == '* <span class="color-014">Bea</span> waves.'
    ada.read("Bea</span> smiles.")
    ada.type("who")
    assert "Bea" in ada.read("In the lobby")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("|rred", "|rred"),
        ("|lclook|ltfree gold|le", "|lclook|ltfree gold|le"),
        ("|lujavascript:alert(1)|ltx|le", "|lujavascript:alert(1)|ltx|le"),
        ("{rold", "{rold"),
        ("a\x1b[31mb\x07\x08\x00c\x7f\x9b31m", "a[31mbc31m"),
        ("one\nAda says, two", "one Ada says, two"),
        ('x" and Bea says, "y', "x' and Bea says, 'y"),
        ("a" + " \u3000" * 100 + "b", "a b"),
        ("left\u202eright\u200b", "leftright"),
        ("a\u2028b", "a b"),
    ],
)
def test_other_players_see_typed_text_literally(enter, typed, shown):
    bea = enter("Bea")
    enter("Ada").type(f"say {typed}")
    assert visible(bea.read("says, ")) == f'Ada says, "{shown}"'


@pytest.mark.parametrize(
    "typed",
    [
        "smiles." + " " * 200 + 'Bea says, "I quit."',
        "smiles.\nBea says, \u201cI quit.\u201d",
        "smiles." + "\u3000" * 60 + "Bea says, ''I quit.''",
        "\u2800 \u3164smiles. Bea says, \uff02I quit.\uff02",
    ],
)
def test_no_part_of_an_emote_is_a_line_of_speech(enter, typed):
    watcher = enter("Cyd")
    enter("Ada").type(f"emote {typed}")
    heard = visible(watcher.read("smiles"))
    assert heard == "* Ada smiles. Bea says, 'I quit.'"


def test_an_unknown_command_is_repeated_literally(enter):
    ada = enter("Ada")
    ada.type("|lcquit|ltx|le")
    assert "<a" not in ada.read("There is no command").partition("Ask for")[0]


# The other commands.


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("look", "<a id"),
        ("colors", 'class="color-009"'),
        ("colors 256", 'class="bgcolor-231"'),
        ("colors truecolor", 'style="background-color: #'),
        ("colors 3", "There are the charts 16, 256, truecolor."),
        ("links", 'href="https://www.evennia.com"'),
        ("markup |rred", 'class="color-009">red'),
        ("help", "leave for good"),
        ("say", "Say what?"),
        ("say \u200b", "Say what?"),
        ("'", "Say what?"),
        ("say\u00a0hello", "You say"),
        ("x" * 1000, "There is no command " + "x" * 40 + "."),
        ("emote", "Do what?"),
        ("nocolor maybe", "nocolor on, or nocolor off?"),
    ],
)
def test_a_command_answers(enter, command, part):
    ada = enter("Ada")
    ada.type(command)
    ada.read(part)


def test_help_fits_a_phone():
    assert max(map(len, strip_ansi(HELP).splitlines())) < 40


@pytest.mark.parametrize("flag", ["nocolor", "screenreader"])
def test_colour_is_switched_off_and_on(enter, flag):
    ada = enter("Ada")
    ada.type(f"{flag} on")
    assert ada.read(f"{flag} is on.") == f"{flag} is on."
    ada.type(f"{flag} off")
    assert "<span" in ada.read(f"{flag} is off.")


def test_the_prompt_is_changed_and_reset(enter):
    ada = enter("Ada")
    ada.type("prompt |rnow|n>")
    assert ada.next("prompt")[0] == ['<span class="color-009">now</span>&gt;']
    ada.type("prompt")
    assert "lobby" in ada.next("prompt")[0][0]


def test_an_out_of_band_command_goes_both_ways(enter):
    ada = enter("Ada")
    ada.type("oob")
    _, sent = ada.next("ping")
    assert sent["players"] == 1
    ada.send("pong", **sent)
    ada.read("Your client answered")
    ada.send("pong", sent="never")
    ada.send("nothing", [], 7)
    ada.type("who")
    assert "In the lobby" in ada.next("text")[0][0]


# Absences, on a fake clock.


class Page(Limits, Session):
    """A page of a browser, without a network and without a file of sessions."""

    stores_at_once = True

    def __init__(self, lobby, browser, uid=None):
        self.init_session("websocket", None, lobby.sessions)
        self.csessid = browser
        self.uid, self.logged_in = uid, uid is not None
        self.read = []
        lobby.sessions.connect(self)

    def send_text(self, text, **_):
        self.read.append(text)

    def send_default(self, *_, **__):
        pass

    def type(self, line):
        self.sessionhandler.data_in(self, text=[[line], {}])

    def at_login(self):
        self.sessionhandler.hold(self)
        if self.stores_at_once:
            self.sessionhandler.logged_in(self)

    def close(self):
        self.sessionhandler.disconnect(self)

    def disconnect(self, reason=None):
        self.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lobby(clock):
    lobby = Lobby(clock)
    lobby.sessions = EmbeddedSessionHandler(lobby)
    lobby.at_start()
    return lobby


@pytest.fixture
def watcher(lobby):
    watcher = Page(lobby, "watcher")
    watcher.type("Bea")
    watcher.read.clear()
    return watcher


def test_a_reload_goes_unnoticed(lobby, clock, watcher):
    page = Page(lobby, "browser")
    page.type("Ada")
    page.close()
    clock.advance(ABSENCE_SECONDS / 2)
    Page(lobby, "browser", uid="Ada")
    clock.advance(ABSENCE_SECONDS * 2)
    assert watcher.read == ["|cAda|n comes in."]


def test_a_player_who_stays_away_leaves(lobby, clock, watcher):
    page = Page(lobby, "browser")
    page.type("Ada")
    page.close()
    watcher.type("who")
    assert "|cAda|n (away)" in watcher.read[-1]
    clock.advance(ABSENCE_SECONDS)
    assert watcher.read[-1] == "|cAda|n leaves."


def test_a_player_without_a_browser_session_leaves_at_once(lobby, clock, watcher):
    page = Page(lobby, None)
    page.type("Ada")
    page.close()
    assert watcher.read[-1] == "|cAda|n leaves."
    assert clock.getDelayedCalls() == []


def test_a_player_stays_until_their_last_page_closes(lobby, clock, watcher):
    first = Page(lobby, "browser")
    first.type("Ada")
    second = Page(lobby, "browser", uid="Ada")
    watcher.type("say hi")
    assert first.read[-1] == second.read[-1] == '|cBea|n says, "hi"'
    first.close()
    assert clock.getDelayedCalls() == []
    second.type("quit")
    assert watcher.read[-1] == "|cAda|n leaves."


def test_quitting_closes_every_page(lobby, watcher):
    first = Page(lobby, "browser")
    first.type("Ada")
    Page(lobby, "browser", uid="Ada")
    first.type("quit")
    assert list(lobby.sessions) == [watcher]


def test_a_player_comes_in_when_their_login_is_stored(lobby, watcher):
    page = Page(lobby, "browser")
    page.stores_at_once = False
    page.type("Ada")
    page.type("say I am here")
    page.csessid = "key of the login"
    watcher.type("who")
    assert "Ada" not in "".join(watcher.read)
    lobby.sessions.logged_in(page)
    assert watcher.read[1:] == ["|cAda|n comes in.", '|cAda|n says, "I am here"']
    Page(lobby, "key of the login", uid="Ada").type("say again")
    assert watcher.read[-1] == '|cAda|n says, "again"'


def test_a_name_is_taken_while_its_login_is_stored(lobby, watcher):
    page = Page(lobby, "browser")
    page.stores_at_once = False
    page.type("Ada")
    late = Page(lobby, "other")
    late.type("ADA")
    assert "called ADA already" in late.read[-1]
    page.close()
    late.type("ADA")
    assert "Welcome, |cADA|n" in late.read[-2]
    assert watcher.read == ["|cADA|n comes in."]


def test_an_open_page_with_the_key_from_before_the_login_does_not_become_its_player(lobby):
    """Whoever planted the cookie may have such a page."""
    page, planter = Page(lobby, "planted"), Page(lobby, "planted")
    page.stores_at_once = False
    page.type("Ada")
    page.csessid = "key of the login"
    lobby.sessions.logged_in(page)
    planter.type("Ada")
    assert "called Ada already" in planter.read[-1]


def test_a_login_whose_name_is_taken_asks_for_another_name(lobby):
    Page(lobby, "one").type("Ada")
    late = Page(lobby, "other", uid="Ada")
    assert "What is your name?" in late.read[-1]


# A crowd, on a fake clock.


def named(number):
    return "Talker-" + "abcdefghij"[number // 10] + "klmopqrstu"[number % 10]


@pytest.fixture
def crowd(lobby, clock):
    """Give fifty players who have been in the lobby for a minute."""
    pages = [Page(lobby, f"browser {number}") for number in range(50)]
    for number, page in enumerate(pages):
        page.type(named(number))
    clock.advance(60)
    for page in pages:
        page.read.clear()
    return pages


def lines(page, part):
    return [line for line in page.read if part in line]


@pytest.mark.parametrize("talk", ["say hi", "say " + "x" * 956, "emote waves.", ":waves.", "'hi"])
def test_a_room_of_fifty_talkers_stays_readable(lobby, clock, watcher, crowd, talk):
    watcher.read.clear()
    for _ in range(200):
        clock.advance(0.05)
        for page in crowd:
            page.type(talk)
    assert len(watcher.read) <= ROOM_ROWS[0] + MAX_SILENCE + 10 * ROOM_ROWS[1]
    watcher.type("say Hello?")
    assert watcher.read[-1] == 'You say, "Hello?"'
    for page in crowd:
        assert page.read[-1] == '|cBea|n says, "Hello?"'
        assert len(lines(page, "your line was not heard")) <= 3
        heard = [line for line in page.read if re.match(r"\|c|\* |You say", line)]
        assert len(heard) == len(watcher.read)


def test_a_player_who_is_refused_is_told_how_long_to_wait(lobby, clock, watcher):
    for _ in range(9):
        watcher.type("say hi")
    assert watcher.read[-1] == (
        "|yToo much talk at once: your line was not heard. Wait 2 seconds.|n"
    )
    clock.advance(2)
    watcher.type("say hi")
    assert watcher.read[-1] == 'You say, "hi"'


def test_a_flood_does_not_use_up_other_commands(lobby, watcher):
    for _ in range(50):
        watcher.type("say hi")
    watcher.type("who")
    assert "In the lobby" in watcher.read[-1]


def test_players_who_come_and_go_do_not_flood_the_room(lobby, clock, watcher):
    clock.advance(60)
    for number in range(500):
        page = Page(lobby, None)
        page.type(named(number % 50))
        page.type("say hi")
        page.type("quit")
    assert len(watcher.read) == ROOM_ROWS[0]
    watcher.type("say Hello?")
    assert watcher.read[-1] == 'You say, "Hello?"'


@pytest.mark.parametrize("command", ["look", "who"])
def test_a_list_of_players_has_a_bound(lobby, crowd, watcher, command):
    for number in range(MAX_LISTED - 45):
        Page(lobby, None).type(f"Late-{named(number)}")
    watcher.read.clear()
    watcher.type(command)
    listed = watcher.read[0].count("alker-")
    assert listed in (MAX_LISTED, MAX_LISTED - 1)
    assert f"and {50 + MAX_LISTED - 45 - listed} more" in watcher.read[0]
