"""The command line, as a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mudwire.limits import HTTP_LIMITS, LIMITS
from mudwire.portal.options import HTTP_LIMIT_OPTIONS, LIMIT_OPTIONS, OPTIONS
from mudwire.portal.running import endpoint_of
from playing import SECONDS, Browser, Player

ALL_OPTIONS = (*OPTIONS, *LIMIT_OPTIONS, *HTTP_LIMIT_OPTIONS)
DICE = Path(__file__).parents[2] / "docs" / "examples" / "dice.py"


def run(*arguments, **environment):
    """Run the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "mudwire", *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, **environment},
        check=False,
    )


def error_of(*arguments, code, **environment):
    """Run ``serve`` until it fails; return its one line of error."""
    result = run("serve", "--listen", "0", "--sessions", ":memory:", *arguments, **environment)
    lines = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (code, ""), result.stderr
    assert "Traceback" not in result.stderr
    assert len(lines) == 1, result.stderr
    return lines[0]


# The help.


def test_help_names_every_option_with_its_variable_and_default():
    text = " ".join(run("serve", "--help").stdout.split())
    for option in ALL_OPTIONS:
        default = f"default: {option.default}; " if option.default else ""
        given = f"--{option.name} {option.metavar}".strip()
        assert f"{given} {option.help} [{default}{option.variable}]" in text
        assert " " not in option.metavar
    for limit in LIMITS.values():
        if limit.auto:
            assert f"auto: {limit.auto} [default: auto; MUDWIRE_{limit.name.upper()}]" in text
    assert "Ctrl-C" in text


def test_help_fits_a_terminal():
    lines = run("serve", "--help", COLUMNS="80").stdout.partition("Examples:")[0].splitlines()
    assert max(map(len, lines)) <= 80


def test_every_limit_except_unclean_close_grace_has_an_option():
    assert {option.dest for option in LIMIT_OPTIONS} == set(LIMITS) - {"unclean_close_grace"}
    assert {option.dest for option in HTTP_LIMIT_OPTIONS} == set(HTTP_LIMITS)


def test_a_missing_command_is_an_error_with_code_2():
    result = run()
    assert result.returncode == 2
    assert "COMMAND" in result.stderr
    assert "serve" in run("--help").stdout


def test_version_prints_the_version_of_the_package():
    assert run("--version").stdout.startswith("mudwire 0.")


# Errors.


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--listen", "99999"), "port 99999 is not between 0 and 65535"),
        (("--listen", "localhost"), "'localhost' is not HOST:PORT, the port is missing"),
        (("--listen", "0.0.0.0"), "'0.0.0.0' is not HOST:PORT, the port is missing"),
        (("--listen", "[::1]"), "'[::1]' is not HOST:PORT, the port is missing"),
        (("--listen", "localhost:http"), "expected PORT, HOST:PORT or a Twisted endpoint string"),
        (("--listen", "carrier:pigeon"), "Unknown endpoint type: 'carrier'; expected PORT"),
        (("--listen", "tcp:port"), "expected PORT, HOST:PORT or a Twisted endpoint string"),
        (("--game", "lobby"), "'lobby' is not MODULE:CLASS or FILE.py:CLASS"),
        (("--game", "no_such_module:Game"), "there is no module no_such_module"),
        (("--game", "nofile.py:Game"), "there is no file nofile.py"),
        (("--game", "json:Nothing"), "json has no class Nothing"),
        (("--game", "json:JSONDecoder"), "is not a subclass of mudwire.game.Game"),
        (("--game", "mudwire.game:Game"), "lacks at_connect, at_text"),
        (("--origin", "example.com"), "is not an origin such as https://example.com"),
        (("--origin", "https://example.com/page"), "is not an origin"),
        (("--proxy", "localhost"), "expected an IP address or a network"),
        (("--max-message-bytes", "many"), "'many' is not a whole number from 0, nor off"),
        (("--max-message-bytes", "auto"), "'auto' is not a whole number from 0, nor off"),
        (("--login-timeout", "never"), "'never' is not a number from 0, nor off or auto"),
        (("--max-message-bytes", "0.5"), "'0.5' is not a whole number from 0"),
        (("--max-message-rate", "1.5"), "'1.5' is not a whole number from 0"),
        (("--max-connections", "inf"), "'inf' is not a whole number from 0"),
        (("--ping-timeout", "-1"), "'-1' is not a number from 0"),
        (("--ping-timeout", "nan"), "'nan' is not a number from 0"),
    ],
)
def test_a_wrong_option_ends_with_one_line_and_code_2(arguments, says):
    line = error_of(*arguments, code=2)
    assert says in line
    assert arguments[0] in line
    assert "mudwire serve --help" in line


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MUDWIRE_PROXY", "127.0.0.1, nonsense", "'nonsense'"),
        ("MUDWIRE_MAX_CONNECTIONS", "0.5", "'0.5' is not a whole number"),
        ("MUDWIRE_VERBOSE", "loud", "'loud' is neither on (or 1) nor off (or 0)"),
        ("MUDWIRE_GAME", "lobby", "'lobby' is not MODULE:CLASS"),
    ],
)
def test_the_error_names_a_wrong_variable(name, value, says):
    line = error_of(code=2, **{name: value})
    assert line.startswith(f"mudwire serve: environment variable {name}: {says}")
    assert "mudwire serve --help" in line


def test_the_error_names_the_variable_of_a_wrong_endpoint():
    result = run("serve", "--sessions", ":memory:", MUDWIRE_LISTEN="carrier:pigeon")
    assert result.returncode == 2
    says = "mudwire serve: environment variable MUDWIRE_LISTEN: 'carrier:pigeon': Unknown"
    assert result.stderr.startswith(says)


WRONG = {option.variable: "::no::value" for option in ALL_OPTIONS}


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("serve", "--help"), ("bench", "--seconds", "0.001")]
)
def test_a_command_ignores_wrong_variables_that_it_does_not_read(arguments):
    assert run(*arguments, **WRONG).returncode == 0


def test_a_given_option_overrides_a_wrong_variable(run_portal):
    options = []
    for option in ALL_OPTIONS:
        value = {"origin": "*", "proxy": "127.0.0.1", "listen": "0", "sessions": ":memory:"}
        options.append(f"--{option.name}")
        if not option.switch:
            options.append(value.get(option.name, option.default))
    run_portal(*options, environment=WRONG)


def test_an_empty_variable_means_the_default(run_portal):
    environment = dict.fromkeys(WRONG, "")
    with Player(run_portal(environment=environment)) as player:
        player.read("What is your name?")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def broken(:\n", "line 1: "),
        ("\nimport no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("\n\n1 / 0\n", "ZeroDivisionError: division by zero"),
        ("raise ValueError('at a bad time')", "ValueError: at a bad time"),
    ],
)
def test_the_error_of_a_broken_game_file_names_the_place(tmp_path, code, says):
    game = tmp_path / "game.py"
    game.write_text(code)
    line = error_of("--game", f"{game}:Game", code=2)
    assert says in line
    assert str(game) in line


def test_a_game_that_fails_in_at_start_ends_with_code_1_and_a_traceback(tmp_path):
    game = tmp_path / "game.py"
    game.write_text(
        "from mudwire.portal.lobby import Lobby\n"
        "class Broken(Lobby):\n"
        "    def at_start(self):\n"
        "        raise OSError('no world')\n"
    )
    result = run("serve", "--listen", "0", "--sessions", ":memory:", "--game", f"{game}:Broken")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "mudwire: the game did not start: OSError: no world"
    assert f'File "{game}", line 4' in result.stderr


def test_a_game_that_cannot_be_made_ends_with_code_1(tmp_path):
    game = tmp_path / "game.py"
    game.write_text(
        "from mudwire.portal.lobby import Lobby\n"
        "class Choosy(Lobby):\n"
        "    def __init__(self, world):\n"
        "        super().__init__()\n"
    )
    line = error_of("--game", f"{game}:Choosy", code=1)
    assert "mudwire: the game cannot be made: TypeError: " in line


def test_a_port_in_use_ends_with_code_1():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        line = error_of("--listen", address, code=1)
    assert line == f"mudwire: cannot listen on {address}: Address already in use"


def test_a_missing_tls_key_ends_with_code_1(tmp_path):
    key = tmp_path / "key.pem"
    line = error_of("--listen", f"ssl:0:privateKey={key}", code=1)
    assert line.startswith("mudwire: cannot listen on 'ssl:0:privateKey=")
    assert f"No such file or directory: '{key}'" in line


def test_a_sessions_file_that_cannot_be_written_ends_with_code_1(tmp_path):
    path = tmp_path / "nowhere" / "sessions.sqlite3"
    line = error_of("--sessions", str(path), code=1)
    assert f"cannot keep browser sessions in {path}: No such file or directory" in line
    assert "--sessions" in line


def test_a_sessions_file_that_is_no_database_ends_with_code_1(tmp_path):
    path = tmp_path / "sessions.sqlite3"
    path.write_text("words " * 1000)
    assert "file is not a database" in error_of("--sessions", str(path), code=1)


def test_a_sessions_file_of_another_portal_ends_with_code_1(run_portal, tmp_path):
    path = tmp_path / "sessions.sqlite3"
    portal = run_portal("--sessions", str(path))
    with Player(portal, Browser(portal)) as player:
        player.enter("Ada")  # the portal has opened the file
    line = error_of("--sessions", str(path), code=1)
    assert f"cannot keep browser sessions in {path}: another process uses it" in line


# Running.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_all_connections_and_ends_with_code_0(run_portal, number):
    portal = run_portal()
    with Player(portal) as player, Player(portal) as other:
        player.type("Ada")
        player.read("Welcome")
        portal.process.send_signal(number)
        assert player.close_code() == other.close_code() == 1001
        assert portal.process.wait(SECONDS) == 0


def test_a_game_that_fails_in_at_stop_does_not_stop_the_shutdown(run_portal, tmp_path):
    game = tmp_path / "game.py"
    game.write_text(
        "from mudwire.portal.lobby import Lobby\n"
        "class Bad(Lobby):\n"
        "    def at_stop(self):\n"
        "        raise RuntimeError('the end')\n"
    )
    portal = run_portal("--game", f"{game}:Bad")
    portal.process.send_signal(signal.SIGTERM)
    portal.log_line("RuntimeError: the end")
    assert portal.process.wait(SECONDS) == 0


def test_a_second_signal_kills_the_process(run_portal, tmp_path):
    game = tmp_path / "game.py"
    game.write_text(
        "from twisted.internet.defer import Deferred\n"
        "from twisted.logger import Logger\n"
        "from mudwire.portal.lobby import Lobby\n"
        "class Endless(Lobby):\n"
        "    def at_stop(self):\n"
        "        Logger().warn('it takes its time')\n"
        "        return Deferred()\n"
    )
    portal = run_portal("--game", f"{game}:Endless")
    portal.process.send_signal(signal.SIGTERM)
    portal.log_line("it takes its time")
    portal.process.send_signal(signal.SIGTERM)
    assert portal.process.wait(SECONDS) == -signal.SIGTERM


def test_the_command_line_overrides_the_environment(run_portal):
    variables = {"MUDWIRE_MAX_MESSAGE_BYTES": "100", "MUDWIRE_GAME": f"{DICE}:Dice"}
    portal = run_portal(environment=variables)
    with Player(portal) as player:
        player.read("Who are you?")
        player.type("x" * 200)
        assert player.close_code() == 1009
    for value in ("0", "off", "1e3"):
        portal = run_portal("--max-message-bytes", value, environment=variables)
        with Player(portal) as player:
            player.type("x" * 200)
            player.read("Hello, ")


def test_verbose_comes_from_the_environment(run_portal):
    portal = run_portal(environment={"MUDWIRE_VERBOSE": "on"})
    with Player(portal):
        portal.log_line("debug Session 1 begins")


def test_a_game_is_loaded_from_a_module_of_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "mygame.py").write_text("from mudwire.portal.lobby import Lobby as MyGame\n")
    monkeypatch.chdir(tmp_path)
    result = run("serve", "--game", "mygame:MyGame", "--listen", "carrier:pigeon")
    assert "Unknown endpoint type" in result.stderr


def test_the_portal_listens_on_a_unix_socket(run_portal, tmp_path):
    path = tmp_path / "portal.sock"
    portal = run_portal("--listen", f"unix:{path}")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(str(path))
        connection.sendall(
            b"GET /ws HTTP/1.1\r\nHost: game\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        received = b""
        while b"What is your name?" not in received:
            part = connection.recv(4096)
            assert part, received
            received += part
    assert portal.stop() == 0


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("4008", "tcp:4008:interface=127.0.0.1"),
        ("0.0.0.0:80", "tcp:80:interface=0.0.0.0"),
        ("localhost:1", "tcp:1:interface=localhost"),
        ("[::1]:4008", r"tcp6:4008:interface=\:\:1"),
        ("tcp:4008", "tcp:4008"),
        ("unix:/run/mudwire.sock", "unix:/run/mudwire.sock"),
        ("ssl:443:privateKey=key.pem", "ssl:443:privateKey=key.pem"),
    ],
)
def test_an_address_becomes_its_endpoint(text, endpoint):
    assert endpoint_of(text) == endpoint


# The examples of the documentation.


def test_the_example_game_can_be_played(run_portal):
    portal = run_portal("--game", f"{DICE}:Dice")
    with Player(portal) as ada, Player(portal) as bea:
        ada.type("Ada")
        ada.read("Hello, ")
        bea.type("|rBea")
        bea.read("|rBea")
        ada.type("roll")
        bea.read("rolls")
        args, kwargs = bea.next("dice")
        assert args == []
        assert kwargs["who"] == "Ada"
        assert all(1 <= one <= 6 for one in kwargs["rolled"])
        ada.type("jump")
        ada.read("You can")
        ada.type("quit")
        assert ada.close_code() == 1000


def test_a_flood_in_the_example_with_a_budget_is_refused_once(run_portal):
    portal = run_portal("--game", f"{DICE.parent / 'square.py'}:Square")
    with Player(portal) as ada, Player(portal) as bea:
        ada.type("|rHello")
        assert "|rHello" in bea.read("</span> says, ")
        for number in range(20):
            ada.type(f"line {number}")
        ada.read("The square is too loud.")
        bea.type("I am still here.")
        ada.read("I am still here.")
        bea.read("line 6")
        assert "I am still here." in bea.read("</span> says, ")
