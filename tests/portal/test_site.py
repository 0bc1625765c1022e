"""The portal's answers over HTTP."""

from __future__ import annotations

import http.client
import socket

import pytest

from mudwire import parse_html
from mudwire.portal.palette import colours
from playing import SECONDS, Browser

FILES = {
    "/palette.css": "text/css; charset=utf-8",
    "/style.css": "text/css; charset=utf-8",
    "/main.js": "text/javascript; charset=utf-8",
    "/icon.svg": "image/svg+xml",
}


@pytest.fixture
def ask(portal):
    """Give a function that asks the portal and returns the response and its body."""
    connections = []

    def ask(path, method="GET", body=None, **headers):
        connections.append(http.client.HTTPConnection(portal.host, timeout=SECONDS))
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connections[-1].request(method, path, body, names)
        response = connections[-1].getresponse()
        return response, response.read()

    yield ask
    for connection in connections:
        connection.close()


def test_the_page_names_the_game_and_the_browser_session(ask):
    response, body = ask("/")
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert b"<title>mudwire lobby</title>" in body
    assert b"{" not in body


def test_every_answer_has_the_security_headers(ask):
    for path in ("/", "/main.js", "/ws", "/nowhere"):
        headers = ask(path)[0].headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert policy["trusted-types"] == policy["base-uri"] == policy["form-action"] == "'none'"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "mudwire"


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("game.example", "'self' ws://game.example wss://game.example"),
        ("[::1]:4008", "'self' ws://[::1]:4008 wss://[::1]:4008"),
        ("a_b", "'self'"),
        ("a;script-src", "'self'"),
    ],
)
def test_the_page_may_connect_to_its_own_websocket_only(ask, host, allowed):
    policy = ask("/", Host=host)[0].headers["Content-Security-Policy"]
    assert f"; connect-src {allowed}; " in policy
    assert policy.count("script-src ") == 1


@pytest.mark.parametrize("path", FILES)
def test_a_file_has_its_type_and_is_revalidated_by_its_etag(ask, path):
    response, body = ask(path)
    assert response.status == 200
    assert response.headers["Content-Type"] == FILES[path]
    assert response.headers["Cache-Control"] == "no-cache"
    assert body
    again, nothing = ask(path, If_None_Match=response.headers["ETag"])
    assert (again.status, nothing) == (304, b"")


def test_head_answers_as_get_without_the_body(ask):
    got, body = ask("/style.css")
    head, nothing = ask("/style.css", "HEAD")
    assert (head.status, nothing) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(body)
    assert head.headers["ETag"] == got.headers["ETag"]


@pytest.mark.parametrize(
    "path", ["/nowhere", "/..", "/../../etc/passwd", "/%2e%2e/style.css", "/page/", "/index.html"]
)
def test_an_unknown_path_is_not_found(ask, path):
    response, body = ask(path)
    assert response.status == 404
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert body == b"There is nothing here. The game is at /\n"


def test_other_methods_are_refused_and_their_bodies_discarded(ask):
    response, _ = ask("/", "POST", body=b"x" * 5_000_000)
    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_health_answers_ok(ask):
    assert ask("/health")[1] == b"ok\n"


def test_the_websocket_path_without_an_upgrade_answers_426(ask):
    response, _ = ask("/ws")
    assert response.status == 426
    assert response.headers["Upgrade"] == "websocket"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400 "),
        (b"GET / HTTP/1.1\r\n" + b"A: x\r\n" * 10_000, b"HTTP/1.1 400 "),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 20_000, b"HTTP/1.1 431 "),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 400 "),
        (b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", b"HTTP/1.1 400 "),
        (b"GET / HTTP/1.1\r\nHost: a\r\nCookie: \xff=1\r\n\r\n", b"HTTP/1.1 200 "),
        (b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: \xff\r\n\r\n", b"HTTP/1.1 426 "),
    ],
)
def test_a_bad_request_ends_only_its_connection(portal, ask, sent, answer):
    host, port = portal.host.split(":")
    with socket.create_connection((host, int(port)), SECONDS) as connection:
        connection.sendall(sent)
        assert connection.recv(100).startswith(answer)
    assert ask("/health")[0].status == 200


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [
        ("1.1", [], 400),
        ("1.1", ["game.example", "game.example"], 400),
        ("1.1", ["a b"], 400),
        ("1.1", ["a; script-src *"], 400),
        ("1.1", ["\xff"], 400),
        ("1.1", ["game.example"], 200),
        ("1.1", ["[::1]:4008"], 200),
        ("1.1", [""], 200),
        ("1.0", [], 200),
        ("1.0", ["a", "b"], 400),
    ],
)
@pytest.mark.parametrize("path", ["/", "/health"])
def test_a_request_must_have_one_valid_host(portal, path, version, hosts, status):
    lines = [f"GET {path} HTTP/{version}", *(f"Host: {host}" for host in hosts), "", ""]
    host, port = portal.host.split(":")
    with socket.create_connection((host, int(port)), SECONDS) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1"))
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == status
        answer.read()


# The cookie.


def test_a_new_browser_gets_a_secret_hidden_from_scripts_and_other_sites(portal):
    browser = Browser(portal)
    assert browser.set_cookie.startswith("mudwire=")
    assert browser.set_cookie.endswith("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax")
    assert browser.csessid not in browser.set_cookie
    assert Browser(portal).cookie != browser.cookie


def test_a_known_browser_keeps_its_secret(portal):
    browser = Browser(portal)
    again = Browser(portal, Cookie=f"other=1; {browser.cookie}")
    # The cookie is not set again: that could undo the change of a login that happens meanwhile.
    assert (again.set_cookie, again.csessid) == (None, browser.csessid)


def test_an_invalid_secret_is_replaced(portal):
    assert Browser(portal, Cookie="mudwire=chosen-by-somebody").cookie != (
        "mudwire=chosen-by-somebody"
    )


def test_behind_tls_a_cookie_of_another_host_is_ignored(portal):
    browser = Browser(portal, X_Forwarded_Proto="https")
    assert browser.set_cookie.startswith("__Host-mudwire=")
    assert browser.set_cookie.endswith("; Secure")
    planted = Browser(portal).cookie
    assert Browser(portal, X_Forwarded_Proto="https", Cookie=planted).cookie[len("__Host-") :] != (
        planted
    )


def test_the_page_has_the_colours_of_the_inline_styles():
    # The first sixteen are the theme's own.
    for number, colour in list(enumerate(colours()))[16:]:
        assert parse_html(f"\x1b[38;5;{number}mx", styles="inline") == (
            f'<span style="color: {colour};">x</span>'
        )
