"""New connections wait while there are no file descriptors, and nothing spins meanwhile."""

from __future__ import annotations

import errno
import os
import socket
from threading import Event

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from websockets.exceptions import ConnectionClosed

from mudwire.transport import listener as listener_module
from mudwire.transport.listener import EXHAUSTED, Listener
from serving import TIMEOUT, in_reactor


class Exhausted:
    """A listening socket that cannot accept, for a number of times."""

    def __init__(self, listening, failures, number=errno.EMFILE):
        self.listening = listening
        self.failures = failures
        self.number = number
        self.calls = 0
        self.failed = Event()

    def __getattr__(self, name):
        return getattr(self.listening, name)

    def accept(self):
        self.calls += 1
        if self.failures:
            self.failures -= 1
            self.failed.set()
            raise OSError(self.number, os.strerror(self.number))
        return self.listening.accept()


@pytest.fixture
def exhaust(serve):
    """Give a function that makes the socket of a new server fail."""

    def exhaust(failures, number=errno.EMFILE, *, with_stranger=False):
        server = serve()
        client = server.connect(proxy=None).__enter__()
        session = server.session()
        if not with_stranger:
            session.uid, session.logged_in = 7, True
        listener = server.port.socket
        listener._socket = Exhausted(listener._socket, failures, number)
        clients.append(client)
        return server, listener._socket, client

    clients = []
    yield exhaust
    for client in clients:
        client.close()


def iterations(count):
    """Return a Deferred that fires after this many iterations of the reactor."""
    done = Deferred()

    def next_one(left):
        if left:
            reactor.callLater(0, next_one, left - 1)
        else:
            done.callback(None)

    next_one(count)
    return done


def shortage_lines(server):
    return [line for line in server.logged() if line.startswith("New connections wait: ")]


@pytest.mark.parametrize("number", sorted(EXHAUSTED))
def test_a_new_connection_waits_and_is_accepted_later(exhaust, monkeypatch, number):
    monkeypatch.setattr(listener_module, "PAUSE_SECONDS", 0.01)
    server, exhausted, player = exhaust(3, number)
    with server.connect(proxy=None) as client:
        server.session()
        assert client.ping().wait(TIMEOUT)
    assert player.ping().wait(TIMEOUT)
    assert exhausted.failures == 0
    [line] = shortage_lines(server)
    assert os.strerror(number) in line
    assert "There are 1 connections" in line
    assert "ulimit -n" in line
    assert "max_connections" in line


def test_the_reactor_does_not_spin_while_new_connections_wait(exhaust, monkeypatch):
    monkeypatch.setattr(listener_module, "PAUSE_SECONDS", 3600)
    server, exhausted, _ = exhaust(1_000_000)
    with socket.create_connection(server.address, TIMEOUT):
        assert exhausted.failed.wait(TIMEOUT)
        in_reactor(iterations, 1000)
        assert exhausted.calls == 1
    waiting = [call for call in in_reactor(reactor.getDelayedCalls) if "_go_on" in str(call)]
    assert len(waiting) == 1
    in_reactor(waiting[0].cancel)


def test_a_stranger_gives_way_and_the_next_try_is_at_once(exhaust, monkeypatch):
    monkeypatch.setattr(listener_module, "PAUSE_SECONDS", 3600)
    server, _, stranger = exhaust(1, with_stranger=True)
    with server.connect(proxy=None) as client:
        server.handler.next("disconnect")
        server.session()
        assert client.ping().wait(TIMEOUT)
        with pytest.raises(ConnectionClosed):
            stranger.recv(TIMEOUT)


def test_a_port_that_stops_while_new_connections_wait_stays_stopped(exhaust, monkeypatch):
    monkeypatch.setattr(listener_module, "PAUSE_SECONDS", 3600)
    server, exhausted, _ = exhaust(1_000_000)
    with socket.create_connection(server.address, TIMEOUT):
        assert exhausted.failed.wait(TIMEOUT)
        [call] = [call for call in in_reactor(reactor.getDelayedCalls) if "_go_on" in str(call)]
        in_reactor(server.port.stopListening)
        in_reactor(call.reset, 0)
        in_reactor(iterations, 2)
        assert server.port not in in_reactor(reactor.getReaders)
        assert exhausted.calls == 1


def test_other_errors_are_twisteds(exhaust):
    server, exhausted, _ = exhaust(1, errno.ECONNABORTED)
    with server.connect(proxy=None) as client:
        server.session()
        assert client.ping().wait(TIMEOUT)
    assert exhausted.failures == 0
    assert not shortage_lines(server)


@pytest.mark.parametrize("port", [None, object()])
def test_another_kind_of_port_is_left_alone(port):
    Listener.adopt(port, None)
