"""A thread that makes calls in their order."""

from __future__ import annotations

import threading

import pytest
from twisted.internet import reactor
from twisted.internet.defer import gatherResults

from mudwire.sessions.call_thread import CallThread
from serving import TIMEOUT, in_reactor


@pytest.fixture
def thread(reactor_thread):
    thread = CallThread("test", reactor)
    yield thread
    thread.stop()


def test_calls_are_made_in_their_order_in_one_other_thread(thread):
    calls = []

    def call(number):
        calls.append((number, threading.current_thread().name))
        return number

    def answers():
        return gatherResults([thread.call(call, number) for number in range(100)])

    assert in_reactor(answers) == list(range(100))
    assert calls == [(number, "test") for number in range(100)]


def test_an_answer_arrives_in_the_thread_of_the_reactor(thread):
    def name():
        return thread.call(lambda: None).addCallback(lambda _: threading.current_thread().name)

    assert in_reactor(name) == "reactor"


def test_an_error_is_the_answer_of_its_call_alone(thread):
    def fail():
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        in_reactor(thread.call, fail)
    assert in_reactor(thread.call, int, "7") == 7


def test_the_thread_ends_after_the_calls_that_it_has(thread):
    go_on = threading.Event()

    def last():
        first, second = thread.call(go_on.wait, TIMEOUT), thread.call(threading.current_thread)
        thread.stop()
        go_on.set()
        return gatherResults([first, second])

    ending = in_reactor(last)[1]
    ending.join(TIMEOUT)
    assert not ending.is_alive()


def test_the_process_does_not_wait_for_the_thread(thread):
    assert in_reactor(thread.call, threading.current_thread).daemon
