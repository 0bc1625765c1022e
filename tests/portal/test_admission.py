"""Who gets a place of ``mudwire serve``, with few file descriptors and hostile crowds."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from itertools import product

import pytest
from websockets.exceptions import InvalidStatus

from in_process import HANDSHAKE, HEALTH, ends, read_until, tcp
from mudwire.limits import LIMITS
from mudwire.transport.admission import BURST_SECONDS
from playing import SECONDS, Browser, Player
from serving import TIMEOUT, in_reactor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="descriptors have no limit there")

BY_ADDRESS_OFF = ("--max-handshake-rate", "off", "--max-connections-per-address", "off")


def silent(portal, address):
    host, port = portal.host.split(":")
    return socket.create_connection((host, int(port)), SECONDS, (address, 0))


def half_a_request(portal, address):
    connection = silent(portal, address)
    connection.sendall(HANDSHAKE[:40])
    return connection


def idle_keep_alive(portal, address):
    connection = silent(portal, address)
    connection.sendall(HEALTH)
    connection.recv(1000)
    return connection


def silent_websocket(portal, address):
    connection = silent(portal, address)
    connection.sendall(HANDSHAKE)
    connection.recv(1000)
    return connection


@pytest.mark.parametrize("attack", [silent, half_a_request, idle_keep_alive, silent_websocket])
@pytest.mark.parametrize("options", [(), BY_ADDRESS_OFF], ids=["default", "off by address"])
def test_a_crowd_that_never_logs_in_locks_nobody_out(run_portal, attack, options):
    portal = run_portal(*options, descriptors=256)
    with ExitStack() as stack:
        player = stack.enter_context(Player(portal))
        player.type("Ada")
        player.read("Welcome")
        for _ in range(400):
            stack.enter_context(attack(portal, "127.0.0.2"))
        if attack is not silent_websocket or options:
            portal.log_line("All places are taken: 2.. connections, of them 1 players")
        for name in ("Bea", "Cleo"):
            newcomer = stack.enter_context(Player(portal, Browser(portal)))
            newcomer.type(name)
            newcomer.read("Welcome")
        player.type("who")
        player.read("Cleo")


def test_out_of_descriptors_new_ones_wait_for_a_player_to_leave(run_portal):
    """The bound is off, and there are players only, so nobody gives way."""
    portal = run_portal("--max-connections", "off", *BY_ADDRESS_OFF, descriptors=45)
    with ExitStack() as stack:
        connections = []
        for first, second in product("bcdfghj", repeat=2):
            connections.append(stack.enter_context(silent(portal, "127.0.0.2")))
            name = f'["text",["A{first}{second}"],{{}}]'.encode()
            connections[-1].sendall(HANDSHAKE + b"\x81\x93\0\0\0\0" + name)
            if len(connections) < 10:  # the portal has opened all its files
                read_until(connections[-1], b"Welcome, ")
        count = portal.log_line("New connections wait: Too many open files. There are (.*) conn")[1]
        players = connections[: int(count)]
        for player in players[10:]:
            read_until(player, b"Welcome, ")
        waiting = connections[len(players) :]
        for _ in range(3):  # one leaves, and the one that has waited longest comes
            players.pop(0).close()
            players.append(waiting.pop(0))
            read_until(players[-1], b"Welcome, ")
        for player in players:
            player.sendall(b"\x89\x80\0\0\0\0")
            read_until(player, b"\x8a\x00")
    assert portal.stop() == 0


# Limits of an address.


def status(service, address, **headers):
    """Return the status of a handshake, and the connection."""
    port = service.address.port
    connection = socket.create_connection(("127.0.0.1", port), TIMEOUT, (address, 0))
    lines = b"".join(b"%s: %s\r\n" % item for item in headers.items())
    connection.sendall(HANDSHAKE[:-2] + lines + b"\r\n")
    return int(read_until(connection, b"\r\n").split()[1]), connection


def test_an_address_gets_429(start):
    service = start(max_connections_per_address=1)
    with ExitStack() as stack:
        for address, expected in (("127.0.0.2", 101), ("127.0.0.2", 429), ("127.0.0.3", 101)):
            code, connection = status(service, address)
            stack.enter_context(connection)
            assert code == expected
        # Plain HTTP is answered.
        with socket.create_connection(
            ("127.0.0.1", service.address.port), TIMEOUT, ("127.0.0.2", 0)
        ) as connection:
            connection.sendall(HEALTH)
            read_until(connection, b"ok\n")


def test_a_page_of_another_site_is_counted_before_it_is_refused(start):
    service = start(max_handshake_rate=1)
    codes = []
    while codes[-1:] != [429]:  # it comes while handshakes come faster than one a second
        assert len(codes) < 1000
        with tcp(service) as connection:
            connection.sendall(HANDSHAKE[:-2] + b"Origin: http://elsewhere\r\n\r\n")
            codes.append(int(read_until(connection, b"\r\n").split()[1]))
    assert set(codes[:-1]) == {403}
    assert len(codes) > BURST_SECONDS


def test_the_log_of_a_player_behind_a_wrong_proxy_says_what_to_do(run_portal):
    portal = run_portal("--max-connections-per-address", "1")
    with Player(portal), pytest.raises(InvalidStatus) as refused:
        Player(portal)
    assert refused.value.response.status_code == 429
    portal.log_line("127.0.0.1: more websockets than .* If this is your proxy, name it")


def test_behind_a_named_proxy_the_player_is_counted(run_portal):
    portal = run_portal("--max-connections-per-address", "1", "--proxy", "127.0.0.1")
    with ExitStack() as stack:
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
            stack.enter_context(Player(portal, X_Forwarded_For=address))
        for _ in range(3):
            stack.enter_context(Player(portal))
        with pytest.raises(InvalidStatus) as refused:
            Player(portal, X_Forwarded_For="192.0.2.1")
        assert refused.value.response.status_code == 429


# The door.


def test_the_place_of_a_connection_at_the_door_becomes_that_of_a_websocket(start):
    service = start()
    with tcp(service) as connection:
        connection.sendall(HEALTH)
        read_until(connection, b"ok\n")
        assert in_reactor(service.admission.count) == 1
        connection.sendall(HANDSHAKE)
        read_until(connection, b"What is your name?")
        assert in_reactor(service.admission.count) == 1
    with tcp(service) as connection:
        connection.sendall(HEALTH.replace(b"1.1", b"1.0"))
        read_until(connection, b"ok\n")
        assert ends(connection)
    in_reactor(lambda: None)
    assert in_reactor(service.admission.count) == 0


# The login.


def test_the_lobby_asks_for_a_login_in_five_minutes(start):
    service = start()
    with tcp(service) as connection:
        connection.sendall(HANDSHAKE)
        read_until(connection, b"What is your name?")
        [session] = service.game.connected
        assert type(session).login_timeout == 300


def test_a_player_who_gives_no_name_is_sent_away(start):
    service = start(login_timeout=0.1)
    with tcp(service) as connection:
        connection.sendall(HANDSHAKE)
        received = read_until(connection, LIMITS["login_timeout"].log.encode())
        assert received[-len(LIMITS["login_timeout"].log) - 2 :].startswith(b"\x03\xf0")  # 1008


def test_the_option_overrides_the_game(run_portal):
    portal = run_portal("--login-timeout", "0.1")
    with Player(portal) as player:
        assert player.close_code() == 1008
        portal.log_line(LIMITS["login_timeout"].log)
