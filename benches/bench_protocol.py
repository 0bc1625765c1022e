"""The webclient's protocol class between the transport and the session handler.

mudwire's class is measured beside Evennia's and beside itself on the plain path. The transport is
in memory, so the kernel has no part in these figures.
"""

from __future__ import annotations

import json

import pytest
from connections import CLASSES, connect, connected, factory_of, frame_of, sent

from mudwire.bench.texts import TEXTS, command

BROADCAST_SESSIONS = 1000

of_each_class = pytest.mark.parametrize("contender", ["mudwire", "mudwire, plain path", "Evennia"])
of_both_projects = pytest.mark.parametrize("contender", ["mudwire", "Evennia"])


def check_that_all_send_the_same(send):
    """Let a connection of each class send, and compare the messages."""
    messages = []
    for name in ("mudwire", "mudwire, plain path", "Evennia"):
        connection = connected(name)
        send(connection)
        messages.append(json.loads(sent(connection)))
    assert messages == [messages[0]] * 3


@pytest.mark.parametrize("text", ["chat line", "room", "combat", "table", "216 colours"])
@of_each_class
def bench_send_text(measure, stock, contender, text):
    check_that_all_send_the_same(lambda connection: connection.send_text(TEXTS[text](1)))
    send = connected(contender).send_text

    def run(batch):
        for each in batch:
            send(each, options={})

    measure(run, TEXTS[text], subject="send_text", text=text, contender=contender)


@of_each_class
def bench_send_prompt(measure, stock, contender):
    check_that_all_send_the_same(lambda connection: connection.send_prompt(prompt(1)))
    send = connected(contender).send_prompt

    def run(batch):
        for each in batch:
            send(each, options={})

    measure(run, prompt, subject="send_prompt", text="prompt", contender=contender)


def prompt(number):
    return f"|gHP|n {number:06} |bMP|n 20 >"


@of_each_class
def bench_send_default(measure, stock, contender):
    check_that_all_send_the_same(lambda connection: connection.send_default("vitals", **vitals(1)))
    send = connected(contender).send_default

    def run(batch):
        for each in batch:
            send("vitals", **each)

    measure(run, vitals, subject="send_default", text="vitals", contender=contender)


def vitals(number):
    return {"hp": number, "mp": 20, "max": {"hp": 100, "mp": 40}, "state": ["poisoned", "blind"]}


@of_each_class
def bench_on_message(measure, stock, contender):
    """A command from its payload to the session handler, and the answer to the transport."""
    connection = connected(contender)
    receive = connection.onMessage
    receive(command(7), False)
    check_the_answer(connection)

    def run(batch):
        for payload in batch:
            receive(payload, False)

    measure(run, command, subject="onMessage", text="command", contender=contender)


@of_each_class
def bench_data_received(measure, stock, contender):
    """The same command from the bytes of its frame."""
    connection = connected(contender)
    receive = connection.dataReceived
    receive(command_frame(7))
    check_the_answer(connection)

    def run(batch):
        for segment in batch:
            receive(segment)

    measure(run, command_frame, subject="dataReceived", text="command", contender=contender)


def command_frame(number):
    return frame_of(command(number))


def check_the_answer(connection):
    """Check that command 7 reached the session handler, and its answer the socket."""
    assert connection.sessionhandler.heard == {"text": [["say Hello there 000007"], {"cid": 7}]}
    assert json.loads(sent(connection)) == ["text", ["say Hello there 000007"], {}]


@pytest.mark.parametrize("text", ["chat line", "room"])
@of_both_projects
def bench_broadcast(measure, stock, text, contender):
    """One text to every session of a busy game."""
    sessions = [connected(contender) for _ in range(BROADCAST_SESSIONS)]

    def run(batch):
        for each in batch:
            for session in sessions:
                session.send_text(each, options={})

    run([TEXTS[text](1)])
    payloads = {sent(session) for session in sessions}
    assert len(payloads) == 1
    assert json.loads(*payloads) == ["text", [stock.parse_html(TEXTS[text](1))], {}]
    measure(run, TEXTS[text], subject="broadcast", text=text, contender=contender)


@pytest.mark.parametrize("contender", ["mudwire", "Evennia", "Autobahn"])
def bench_handshake(measure, stock, contender):
    """A new connection, until it is open."""
    factory = factory_of(CLASSES[contender]())
    connection = connect(factory)
    assert connection.state == connection.STATE_OPEN

    def run(batch):
        for _ in batch:
            connect(factory)

    measure(run, int, subject="handshake", text="handshake", contender=contender)
