"""The webclient's protocol, class against class, between the transport and the session handler."""

from __future__ import annotations

import json

import pytest
from connections import CLASSES, connected, sent

from client_frames import TEXT, client_frame
from mudwire.bench.texts import TEXTS, command

pytestmark = pytest.mark.parametrize("contender", CLASSES)


def by_all(send):
    """Let each class send; what they sent must be the same."""
    answers = []
    for name in CLASSES:
        connection = connected(name)
        send(connection)
        answers.append(json.loads(sent(connection)))
    assert answers == [answers[0]] * len(CLASSES)


@pytest.mark.parametrize("text", ["chat line", "room", "combat", "table", "216 colours"])
def bench_send_text(measure, stock, contender, text):
    by_all(lambda connection: connection.send_text(TEXTS[text](1)))
    send = connected(contender).send_text

    def run(batch):
        for each in batch:
            send(each, options={})

    measure(run, TEXTS[text], subject="send_text", text=text, contender=contender)


def bench_send_prompt(measure, stock, contender):
    by_all(lambda connection: connection.send_prompt(prompt(1)))
    send = connected(contender).send_prompt

    def run(batch):
        for each in batch:
            send(each, options={})

    measure(run, prompt, subject="send_prompt", text="prompt", contender=contender)


def prompt(number):
    return f"|gHP|n {number:06} |bMP|n 20 >"


def bench_send_default(measure, stock, contender):
    by_all(lambda connection: connection.send_default("vitals", **vitals(1)))
    send = connected(contender).send_default

    def run(batch):
        for each in batch:
            send("vitals", **each)

    measure(run, vitals, subject="send_default", text="vitals", contender=contender)


def vitals(number):
    return {"hp": number, "mp": 20, "max": {"hp": 100, "mp": 40}, "state": ["poisoned", "blind"]}


def bench_on_message(measure, stock, contender):
    """The payload of a command to the session handler, and its answer to the transport."""
    connection = connected(contender)
    hear = connection.onMessage
    hear(command(7), False)
    answers_with_the_line(connection)

    def run(batch):
        for payload in batch:
            hear(payload, False)

    measure(run, command, subject="onMessage", text="command", contender=contender)


def bench_data_received(measure, stock, contender):
    """The same from the bytes of the frame, as the transport hands them over."""
    connection = connected(contender)
    hear = connection.dataReceived
    hear(frame(7))
    answers_with_the_line(connection)

    def run(batch):
        for segment in batch:
            hear(segment)

    measure(run, frame, subject="dataReceived", text="command", contender=contender)


def answers_with_the_line(connection):
    assert connection.sessionhandler.heard == {"text": [["say Hello there 000007"], {"cid": 7}]}
    assert json.loads(sent(connection)) == ["text", ["say Hello there 000007"], {}]


def frame(number):
    return client_frame(TEXT, command(number))
