"""The page in a real browser, with the lobby as its game."""

from __future__ import annotations

import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_two_people_talk(portal, visit):
    ada = visit(portal).enter("Ada")
    bea = visit(portal).enter("Bea")
    ada.sees("Bea comes in.")
    ada.type("say Hello, Bea!")
    ada.sees('You say, "Hello, Bea!"')
    bea.sees('Ada says, "Hello, Bea!"')
    expect(ada.status).to_have_text("connected")
    expect(ada.line).to_have_value("")
    expect(ada.page).to_have_title("mudwire lobby")


# The look of the text.


def test_the_page_shows_the_colours_of_the_markup(portal, visit):
    tab = visit(portal).enter("Cyd")
    tab.type("markup |500red|n |[005blue|n |#123456true|n |[#abcdef ground|n |utext|n")
    tab.sees("red blue true")
    assert tab.style("#log .color-196", "color") == "rgb(255, 0, 0)"
    assert tab.style("#log .bgcolor-021", "background-color") == "rgb(0, 0, 255)"
    assert tab.style("#log span[style*=rgb]:text-is('true')", "color") == "rgb(18, 52, 86)"
    assert tab.style("#log span:text-is(' ground')", "background-color") == "rgb(171, 205, 239)"
    assert "underline" in tab.style("#log .underline", "text-decoration-line")


def test_every_colour_of_the_palette_has_a_rule(portal, visit):
    tab = visit(portal)
    classes = tab.page.evaluate(
        """() => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
            .map((rule) => rule.selectorText)
            .filter((selector) => /^\\.(bg)?color-\\d{3}$/.test(selector))"""
    )
    assert sorted(classes) == sorted(
        f".{kind}-{number:03}" for kind in ("color", "bgcolor") for number in range(256)
    )


def test_the_theme_colours_are_legible_on_the_background(portal, visit):
    """The theme colours but black and grey have WCAG's contrast of 4.5 to 1."""
    tab = visit(portal)
    ratios = tab.page.evaluate(
        """() => {
            const light = (text) => {
                const [r, g, b] = text.match(/\\d+/g).map((part) => {
                    const c = part / 255;
                    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ground = light(getComputedStyle(document.documentElement).backgroundColor);
            return Array.from({ length: 15 }, (_, index) => {
                const probe = document.createElement("span");
                probe.className = `color-${String(index + 1).padStart(3, "0")}`;
                document.body.append(probe);
                const text = light(getComputedStyle(probe).color);
                probe.remove();
                return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
            });
        }"""
    )
    # Colour 8 is a grey for text of less weight; it has a contrast of 3 to 1.
    assert [ratio >= 4.5 for ratio in ratios] == [True] * 7 + [ratios[7] >= 4.5] + [True] * 7
    assert ratios[7] >= 3


def test_blinking_stops_with_reduced_motion(portal, visit):
    tab = visit(portal).enter("Dot")
    tab.type("markup |hblink|^now|n")
    tab.sees("now")
    assert tab.style("#log .blink", "animation-name") == "blink"
    tab.page.emulate_media(reduced_motion="reduce")
    assert tab.style("#log .blink", "animation-name") == "none"


# Links.


def test_a_link_sends_its_command_when_it_is_pressed(portal, visit):
    tab = visit(portal).enter("Eve")
    tab.type("links")
    link = tab.log.get_by_role("link", name="say something")
    assert link.get_attribute("onclick") is None
    link.click()
    tab.sees('You say, "I pressed a link!"')
    link.focus()
    tab.page.keyboard.press("Enter")
    expect(tab.log.get_by_text('You say, "I pressed a link!"')).to_have_count(2)
    assert tab.page.url == portal.url


def test_a_link_to_an_address_opens_a_new_tab(portal, visit):
    tab = visit(portal).enter("Fay")
    tab.type("links")
    link = tab.log.get_by_role("link", name="Evennia")
    expect(link).to_have_attribute("href", "https://www.evennia.com/")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_a_link_command_with_every_kind_of_quote_arrives_whole(portal, visit):
    tab = visit(portal).enter("Gus")
    tab.type("""markup |lcmarkup it's "<&>" \\ 100%|ltpress|le""")
    tab.log.get_by_role("link", name="press").click()
    expect(tab.last).to_have_text("""it's "<&>" \\ 100%""")


# Hostile text.

HOSTILE = (
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    '<a href="javascript:window.hit = 1">x</a>',
    "|lujavascript:window.hit=1|ltx|le",
    "|lcquit|ltx|le",
    '"onmouseover="window.hit = 1',
    "&lt;script&gt;",
    "{lcquit{ltx{le",
)


def test_the_text_of_other_players_runs_nothing(portal, visit):
    mal = visit(portal).enter("Mal")
    tab = visit(portal).enter("Hal")
    for words in HOSTILE:
        mal.type(f"say {words}")
        shown = words.replace('"', "'")  # double quotes are the lobby's
        expect(tab.last).to_have_text(f'Mal says, "{shown}"')
        assert tab.last.locator(":not(span)").count() == 0
        assert tab.last.locator("[style], [onclick], [onmouseover]").count() == 0
    assert tab.page.evaluate("window.hit") is None


def test_the_page_makes_only_elements_on_its_list(portal, visit):
    """The page is a second barrier: it also filters HTML that the server never sends."""
    tab = visit(portal)
    html = tab.page.evaluate(
        """async (given) => {
            const { readMarkup } = await import("/markup.js");
            const host = document.createElement("div");
            host.append(...given.map(readMarkup));
            document.body.append(host);
            host.querySelectorAll("*").forEach((element) => element.click());
            const made = host.getHTML();
            host.remove();
            return made;
        }""",
        [
            "<script>window.hit = 1</script>",
            '<img src="x" onerror="window.hit = 1">',
            '<a href="javascript:window.hit=1" onclick="window.hit = 1">a</a>',
            '<a href="#" onclick="Evennia.msg(&quot;text&quot;,[hit=1],{});return false;">b</a>',
            '<span class="color-001 evil" style="color: #fff000; position: fixed" id="c">c</span>',
            '<span style="background-color: url(//evil.example)">d</span>',
            "<b>bold</b><unknown>e</unknown></span></b>f",
            '<div class="entry" data-command="quit">g</div>',
            "1 < 2 && 3 > 2 &amp; &#39;&#x27; &nope;",
        ],
    )
    assert tab.page.evaluate("window.hit") is None
    assert re.sub("<span></span>", "", html) == (
        "window.hit = 1"
        "<span>a</span>"
        "<span>b</span>"
        '<span class="color-001" style="color: rgb(255, 240, 0);">c</span>'
        "<span>d</span>"
        "<b>bold</b>ef"
        "<div>g</div>"
        "1 &lt; 2 &amp;&amp; 3 &gt; 2 &amp; '' &amp;nope;"
    )


WRAPS = [
    "* |cZoltan|n " + "waves and " * 30 + "Bea says, hello",
    "* |cZoltan|n waves" + "-" * 200 + " Bea says, hello",
    '|cZoltan|n says, "' + "a b " * 150 + '"',
    '|cZoltan|n says, "' + "\u05d0\u05d1 " * 200 + '"',
    "* |cZoltan|n " + "\U00012031\ufdfd " * 100,
    "|cZoltan|n http://example.com/" + "x" * 500,
]


@pytest.mark.parametrize(("width", "name"), [(320, "Abe"), (390, "Abel"), (1280, "Abela")])
def test_only_the_first_row_of_a_line_is_at_the_left_edge(portal, visit, width, name):
    tab = visit(portal, viewport={"width": width, "height": 800}).enter(name)
    entries = tab.page.locator("#log .text", has_text="Zoltan")
    for count, line in enumerate(WRAPS, 1):
        tab.type(f"markup {line}")
        expect(entries).to_have_count(count)
        edges = entries.last.evaluate(
            """(entry) => {
                const range = document.createRange();
                range.selectNodeContents(entry);
                const left = entry.getBoundingClientRect().left;
                const rows = [...range.getClientRects()].filter((row) => row.width > 0);
                const tops = new Map();
                for (const row of rows) {
                    const top = Math.round(row.bottom / 10);
                    tops.set(top, Math.min(tops.get(top) ?? Infinity, Math.round(row.left - left)));
                }
                return [...tops.entries()].sort(([a], [b]) => a - b).map(([, edge]) => edge);
            }"""
        )
        assert len(edges) > 2
        assert edges[0] == 0
        assert min(edges[1:]) >= 10, edges


def test_marks_cover_no_other_entry(portal, visit):
    tab = visit(portal)
    assert tab.style("#log .text", "overflow-y") == "clip"


def test_charts_stay_in_their_columns(portal, visit):
    tab = visit(portal).enter("Abi")
    tab.type("colors")
    tab.sees("The 16 colours")
    assert tab.style("#log .text", "text-indent") == "0px"


# The input line.


def test_the_arrow_keys_show_earlier_lines_even_after_a_reload(portal, visit):
    tab = visit(portal).enter("Ida")
    tab.type("who", "look")
    tab.sees("A low room")
    tab.page.reload()
    tab.sees("Welcome, Ida.")
    tab.line.fill("unfinished")
    tab.line.press("ArrowUp")
    expect(tab.line).to_have_value("look")
    tab.line.press("ArrowUp")
    expect(tab.line).to_have_value("who")
    tab.line.press("ArrowDown")
    tab.line.press("ArrowDown")
    expect(tab.line).to_have_value("unfinished")
    tab.line.press("Escape")
    expect(tab.line).to_have_value("")


def test_typing_outside_of_a_control_goes_to_the_input_line(portal, visit):
    tab = visit(portal).enter("Jo")
    tab.log.focus()
    tab.page.keyboard.type("who")
    expect(tab.line).to_have_value("who")
    expect(tab.line).to_be_focused()


def test_the_prompt_is_shown_beside_the_input_line(portal, visit):
    tab = visit(portal).enter("Kim")
    prompt = tab.page.locator("#prompt")
    expect(prompt).to_have_text("lobby>")
    tab.type("prompt |500now|n")
    expect(prompt).to_have_text("now")
    assert tab.style("#prompt span", "color") == "rgb(255, 0, 0)"


def test_out_of_band_commands_are_answered_and_listed(portal, visit):
    tab = visit(portal).enter("Lee")
    panel = tab.page.locator("#oob")
    expect(panel).to_be_hidden()
    tab.type("oob")
    tab.sees("Your client answered")
    expect(panel).to_be_visible()
    panel.locator("summary").click()
    expect(panel.locator("li")).to_contain_text("ping [] {")


# Pastes.


def paste(tab, *lines):
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.page.evaluate("(text) => navigator.clipboard.writeText(text)", "\n".join(lines))
    tab.line.press("Control+V")


def numbered(count):
    return [f"markup n{number}" for number in range(count)]


def typed(tab):
    """Return the lines that the page has sent and shown."""
    return tab.page.locator("#log .typed").all_text_contents()


def test_each_line_of_a_paste_is_sent_in_order(portal, visit):
    tab = visit(portal).enter("Ann")
    expect(tab.log).to_contain_text("Lamplight")
    tab.line.fill("say one two")
    for _ in " two":
        tab.line.press("ArrowLeft")
    paste(tab, " and", *numbered(250), "markup unfinished")
    tab.sees("n249")
    assert typed(tab)[1:] == ["say one and", *numbered(250)]
    answers = tab.page.locator("#log .text").all_text_contents()
    assert answers[-251:] == ['You say, "one and"', *(f"n{number}" for number in range(250))]
    expect(tab.line).to_have_value("markup unfinished two")
    assert tab.line.evaluate("(line) => line.selectionStart") == len("markup unfinished")
    expect(tab.page.locator("#sending")).to_be_hidden()


def test_a_paste_without_a_line_end_stays_in_the_input(portal, visit):
    tab = visit(portal).enter("Art")
    paste(tab, "say hello")
    expect(tab.line).to_have_value("say hello")


def test_what_is_typed_during_a_paste_comes_after_it(portal, visit):
    tab = visit(portal).enter("Bob")
    paste(tab, *numbered(400), "")
    expect(tab.page.locator("#sending")).to_be_visible()
    expect(tab.page.locator("#waiting")).to_have_text(re.compile(r"^\d+ lines to send$"))
    tab.type("say done")
    tab.sees('You say, "done"')
    assert typed(tab)[1:] == [*numbered(400), "say done"]
    expect(tab.page.locator("#sending")).to_be_hidden()


@pytest.mark.parametrize("way", ["Escape", "Escape elsewhere", "button"])
def test_a_paste_can_be_stopped(portal, visit, way):
    tab = visit(portal).enter(f"Cid-{way.replace(' ', '-')}")
    paste(tab, *numbered(5000), "")
    expect(tab.page.locator("#sending")).to_be_visible()
    tab.line.fill("draft")
    if way == "button":
        tab.page.get_by_role("button", name="Stop").click()
    else:
        (tab.log if "elsewhere" in way else tab.line).press("Escape")
    expect(tab.page.locator("#sending")).to_be_hidden()
    tab.sees("Stopped: ")
    expect(tab.line).to_have_value("draft")
    tab.line.press("Escape")
    expect(tab.line).to_have_value("")
    tab.type("say go on")
    tab.sees('You say, "go on"')
    sent = typed(tab)[1:-1]
    assert sent == numbered(len(sent))
    tab.sees(f"Stopped: {5000 - len(sent)} lines not sent.")


def test_a_paste_goes_on_after_the_connection_was_lost(run_portal, visit, tmp_path):
    sessions = ("--sessions", str(tmp_path / "sessions.sqlite3"))
    first = run_portal(*sessions)
    tab = visit(first).enter("Dan")
    paste(tab, *numbered(700), "")
    expect(tab.page.locator("#sending")).to_be_visible()
    first.process.kill()
    expect(tab.status).to_have_text("connection lost, trying again\u2026")
    first.close()
    sent = len(typed(tab)) - 1
    assert 0 < sent < 700
    tab.type("markup typed")
    run_portal(*sessions, "--listen", first.host)
    tab.sees("Welcome, Dan.")
    tab.log.get_by_text("typed", exact=True).wait_for()
    assert typed(tab)[1:] == [*numbered(700), "markup typed"]
    answers = tab.page.locator("#log .text").all_text_contents()
    assert answers[sent - 701 :] == [*(f"n{number}" for number in range(sent, 700)), "typed"]


def test_a_paste_without_a_connection_is_refused(portal, visit):
    tab = visit(portal).enter("Eli")
    tab.type("quit")
    expect(tab.status).to_have_text("disconnected")
    paste(tab, *numbered(7), "")
    tab.sees("Not connected: your 7 lines were not sent.")


def test_lines_that_wait_are_dropped_when_the_game_ends_the_connection(portal, visit):
    tab = visit(portal).enter("Flo")
    paste(tab, "quit", *numbered(1000), "")
    expect(tab.status).to_have_text("disconnected")
    tab.sees("Stopped: ")
    expect(tab.page.locator("#sending")).to_be_hidden()


# Server: max_message_rate, max_message_burst and max_byte_rate of a player, and of a stranger.
@pytest.mark.parametrize(
    ("logged_in", "burst", "rate", "byte_rate"),
    [(True, 400, 160, 64 * 1024), (False, 100, 40, 16 * 1024)],
)
@pytest.mark.parametrize("length", [1, 1000, 10_000])
def test_a_paste_stays_below_the_rates_of_the_server(  # noqa: PLR0917 # a table
    portal, visit, logged_in, burst, rate, byte_rate, length
):
    tab = visit(portal)
    tab.page.clock.install()
    tab.page.evaluate(
        """async ([loggedIn, length]) => {
            const { LineQueue } = await import("/line_queue.js");
            window.sent = [];
            const connection = {
                isOpen: true,
                isFlushed: true,
                send: (_, [line]) => {
                    window.sent.push(performance.now());
                    return line.length + 15;
                },
            };
            const queue = new LineQueue(connection, () => {}, () => {});
            queue.connected();
            if (loggedIn) queue.loggedIn();
            window.queue = queue;
        }""",
        [logged_in, length],
    )
    tab.page.clock.run_for(10_000)
    tab.page.evaluate("(length) => window.queue.add(Array(5000).fill('x'.repeat(length)))", length)
    begin = tab.page.evaluate("performance.now()")
    tab.page.clock.run_for(10_000)
    sent = [(moment - begin) / 1000 for moment in tab.page.evaluate("window.sent")]
    assert len(sent) > (10 if length > 1000 else 50)
    for count, moment in enumerate(sent, 1):
        assert count <= 0.9 * (burst + rate * moment)
        assert count * (256 + length) <= byte_rate * (4 + moment)
    if length == 1:
        assert sent[199] <= (1 if logged_in else 6)


# Scrolling.


def test_the_newest_text_stays_in_sight_unless_the_player_scrolled_up(portal, visit):
    tab = visit(portal).enter("Max")
    tab.type("colors 256", "colors 256")
    expect(tab.page.get_by_text("The 256 colours")).to_have_count(2)
    expect(tab.last).to_be_in_viewport()
    newer = tab.page.get_by_role("button", name="New text below")
    expect(newer).to_be_hidden()
    tab.log.evaluate("(log) => { log.scrollTop = 0; }")
    other = visit(portal).enter("Nat")
    tab.sees("Nat comes in.")
    expect(newer).to_be_visible()
    expect(tab.last).not_to_be_in_viewport()
    newer.click()
    expect(tab.last).to_be_in_viewport()
    expect(newer).to_be_hidden()
    other.type("quit")
    tab.sees("Nat leaves.")
    expect(tab.last).to_be_in_viewport()


def test_the_log_keeps_the_newest_2000_entries(portal, visit):
    tab = visit(portal)
    count = tab.page.evaluate(
        """async () => {
            const { Screen } = await import("/screen.js");
            const log = document.createElement("div");
            const screen = new Screen(log, document.createElement("button"));
            for (let line = 0; line < 2100; line += 1) screen.add(String(line));
            return [log.childElementCount, log.firstElementChild.textContent];
        }"""
    )
    assert count == [2000, "100"]


# The connection.


def test_a_reload_logs_in_again(portal, visit):
    tab = visit(portal).enter("Oz")
    tab.page.reload()
    tab.sees("Welcome, Oz.")
    expect(tab.log).not_to_contain_text("What is your name?")


def test_two_tabs_are_one_player(portal, visit):
    one = visit(portal).enter("Pia")
    two = visit(portal, one.page.context)
    two.sees("Welcome, Pia.")
    two.type("say both")
    one.sees('You say, "both"')


def secret_of(tab):
    """Return the secret in the cookie, which the page itself cannot read."""
    [cookie] = tab.page.context.cookies()
    return cookie["value"]


def fetched_cookie(response):
    return response.request.method == "POST" and response.status == 204


def test_a_login_changes_the_cookie_and_a_planted_one_is_worth_nothing(portal, visit, browser):
    planter = visit(portal)
    planted = secret_of(planter)
    context = browser.new_context()
    try:
        context.add_cookies([{"name": "mudwire", "value": planted, "url": portal.url}])
        victim = visit(portal, context)
        assert secret_of(victim) == planted
        with victim.page.expect_response(fetched_cookie):
            victim.enter("Wim")
        assert secret_of(victim) != planted
        assert [cookie["httpOnly"] for cookie in context.cookies()] == [True]
        planter.page.reload()
        planter.sees("What is your name?")
        planter.type("Wim")
        planter.sees("Somebody is called Wim already.")
        assert secret_of(planter) == planted
        victim.page.reload()
        victim.sees("Welcome, Wim.")
    finally:
        context.close()


def test_another_tab_stays_connected_and_comes_back_with_the_new_cookie(portal, visit):
    other = visit(portal)
    other.sees("What is your name?")
    tab = visit(portal, other.page.context)
    with tab.page.expect_response(fetched_cookie):
        tab.enter("Xia")
    expect(other.status).to_have_text("connected")
    other.type("Xaver")
    other.sees("Welcome, Xaver.")


def test_a_tab_that_was_there_before_the_login_reconnects_as_the_player(portal, visit):
    other = visit(portal)
    other.sees("What is your name?")
    tab = visit(portal, other.page.context)
    with tab.page.expect_response(fetched_cookie):
        tab.enter("Yan")
    other.page.context.set_offline(True)
    expect(other.status).to_have_text("offline")
    other.page.context.set_offline(False)
    other.sees("Welcome, Yan.")
    expect(tab.log.get_by_text("Welcome, Yan.")).to_have_count(2)


def test_a_lost_answer_is_made_good_with_another_token(portal, visit):
    tab = visit(portal)
    planted = secret_of(tab)
    tokens = []

    def lose(route):
        """Let the server answer, and the page wait in vain."""
        tokens.append(route.request.headers["mudwire-token"])
        headers = {"Mudwire-Token": tokens[-1]}
        with urlopen(Request(f"{portal.url}session", method="POST", headers=headers)) as answer:
            assert answer.status == 204
        route.abort()

    tab.page.route("**/session", lose, times=1)
    with tab.page.expect_response(fetched_cookie) as second:
        tab.enter("Zoe")
        assert secret_of(tab) == planted
    assert second.value.request.headers["mudwire-token"] not in tokens
    tab.page.reload()
    tab.sees("Welcome, Zoe.")


def test_a_player_whose_cookie_never_comes_plays_on_and_can_log_in_again(portal, visit):
    tab = visit(portal)
    tab.page.route("**/session", lambda route: route.abort())
    tab.enter("Abe")
    tab.type("say still here")
    tab.sees('You say, "still here"')
    tab.page.unroute_all()
    tab.page.reload()
    tab.enter("Abbie")


def test_the_page_reconnects_after_quitting_only_on_request(portal, visit):
    tab = visit(portal).enter("Quin")
    expect(tab.page.locator("#prompt")).to_have_text("lobby>")
    tab.type("quit")
    expect(tab.status).to_have_text("disconnected")
    expect(tab.page.locator("#prompt")).to_be_empty()
    tab.type("look")
    tab.sees("Not connected: your line was not sent.")
    expect(tab.line).to_have_value("look")
    tab.page.get_by_role("button", name="Connect").click()
    expect(tab.status).to_have_text("connected")
    expect(tab.log.get_by_text("What is your name?")).to_have_count(2)


def test_the_page_reconnects_after_a_restart_of_the_server(run_portal, visit, tmp_path):
    sessions = ("--sessions", str(tmp_path / "sessions.sqlite3"))
    first = run_portal(*sessions)
    tab = visit(first).enter("Ray")
    assert first.stop() == 0
    expect(tab.status).to_have_text("connection lost, trying again\u2026")
    run_portal(*sessions, "--listen", first.host)
    expect(tab.status).to_have_text("connected")
    expect(tab.log.get_by_text("Welcome, Ray.")).to_have_count(2)


def test_the_page_reconnects_after_the_server_was_killed(run_portal, visit, tmp_path):
    sessions = ("--sessions", str(tmp_path / "sessions.sqlite3"))
    first = run_portal(*sessions)
    tab = visit(first).enter("Sue")
    first.process.kill()
    expect(tab.status).to_have_text("connection lost, trying again\u2026")
    first.close()
    run_portal(*sessions, "--listen", first.host)
    expect(tab.log.get_by_text("Welcome, Sue.")).to_have_count(2)


def test_the_page_shows_that_it_is_offline_and_reconnects_when_online(portal, visit):
    tab = visit(portal).enter("Tom")
    tab.page.context.set_offline(True)
    expect(tab.status).to_have_text("offline")
    tab.sees("Your browser is offline.")
    tab.page.context.set_offline(False)
    expect(tab.status).to_have_text("connected")
    expect(tab.log.get_by_text("Welcome, Tom.")).to_have_count(2)


def test_going_online_does_not_reconnect_a_player_who_has_quit(portal, visit):
    tab = visit(portal).enter("Vic")
    tab.type("quit")
    expect(tab.status).to_have_text("disconnected")
    tab.page.context.set_offline(True)
    tab.page.context.set_offline(False)
    tab.page.evaluate("new Promise((done) => setTimeout(done, 0))")
    expect(tab.status).to_have_text("disconnected")


# Screen readers, phones, browsers without scripts.


def test_the_page_has_the_roles_that_a_screen_reader_needs(portal, visit):
    tab = visit(portal)
    expect(tab.page.get_by_role("log", name="Game text")).to_be_visible()
    expect(tab.page.get_by_role("status")).to_have_text("connected")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("mudwire lobby")
    expect(tab.page.get_by_role("textbox")).to_be_focused()
    assert tab.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("height", [844, 400])
def test_a_phone_shows_the_whole_page(portal, visit, height):
    """A phone's keyboard leaves about 400 pixels."""
    tab = visit(portal, **{**PHONE, "viewport": {"width": 390, "height": height}})
    tab.enter(f"Una{'a' * (height // 100)}")
    tab.type("colors 256")
    tab.sees("The 256 colours")
    expect(tab.page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    expect(tab.line).to_be_in_viewport(ratio=1)
    expect(tab.last).to_be_in_viewport()
    widths = tab.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    assert float(tab.style("#line", "font-size").removesuffix("px")) >= 16


def test_without_scripts_the_page_says_what_it_needs(portal, browser):
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(portal.url)
        reason = page.locator("noscript p")
        expect(reason).to_contain_text("needs JavaScript")
        expect(reason).to_be_in_viewport(ratio=1)
    finally:
        context.close()
