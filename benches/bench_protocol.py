"""The webclient's protocol, class against class, from the call to the transport and back."""

from __future__ import annotations

import json

import pytest
from client_frames import TEXT, client_frame
from connections import CLASSES, connected, payload_of

from mudwire.bench.texts import TEXTS, command

pytestmark = pytest.mark.parametrize("contender", CLASSES)


def sent(connection):
    return json.loads(payload_of(connection.transport.written))


def sent_by_both(stock, send):
    """Let both classes send, and return what they sent, which must be the same."""
    ours, theirs = (connected(name) for name in CLASSES)
    for connection in (ours, theirs):
        send(connection)
    assert sent(ours) == sent(theirs)


@pytest.mark.parametrize("text", ["chat line", "room", "combat", "table", "216 colours"])
def bench_send_text(measure, stock, contender, text):
    sent_by_both(stock, lambda connection: connection.send_text(TEXTS[text](1)))
    send = connected(contender).send_text

    def run(batch):
        for each in batch:
            send(each, options={})

    measure(run, TEXTS[text], subject="send_text", text=text, contender=contender)


def bench_send_prompt(measure, stock, contender):
    sent_by_both(stock, lambda connection: connection.send_prompt(prompt(1)))
    send = connected(contender).send_prompt

    def run(batch):
        for each in batch:
            send(each, options={})

    measure(run, prompt, subject="send_prompt", text="prompt", contender=contender)


def prompt(number):
    return f"|gHP|n {number:06} |bMP|n 20 >"


def bench_send_default(measure, stock, contender):
    sent_by_both(stock, lambda connection: connection.send_default("vitals", **vitals(1)))
    send = connected(contender).send_default

    def run(batch):
        for each in batch:
            send("vitals", **each)

    measure(run, vitals, subject="send_default", text="vitals", contender=contender)


def vitals(number):
    return {"hp": number, "mp": 20, "max": {"hp": 100, "mp": 40}, "state": ["poisoned", "blind"]}


def bench_on_message(measure, stock, contender):
    connection = connected(contender)
    hear = connection.onMessage
    hear(command(7), False)
    assert connection.sessionhandler.heard == {"text": [["say Hello there 000007"], {"cid": 7}]}

    def run(batch):
        for payload in batch:
            hear(payload, False)

    measure(run, command, subject="onMessage", text="command", contender=contender)


def bench_data_received(measure, stock, contender):
    """The frame of a command, as the transport hands it over, to the session handler."""
    connection = connected(contender)
    hear = connection.dataReceived
    hear(frame(7))
    assert connection.sessionhandler.heard == {"text": [["say Hello there 000007"], {"cid": 7}]}

    def run(batch):
        for segment in batch:
            hear(segment)

    measure(run, frame, subject="dataReceived", text="command", contender=contender)


def frame(number):
    return client_frame(TEXT, command(number))
