"""One text to 1,000 players, class against class, on transports in memory."""

from __future__ import annotations

import json

import pytest
from connections import connected, sent

from mudwire.bench.texts import TEXTS

SESSIONS = 1000


@pytest.mark.parametrize("text", ["chat line", "room"])
@pytest.mark.parametrize("contender", ["mudwire", "Evennia"])
def bench_broadcast(measure, stock, text, contender):
    crowd = [connected(contender) for _ in range(SESSIONS)]

    def run(batch):
        for each in batch:
            for connection in crowd:
                connection.send_text(each, options={})

    run([TEXTS[text](1)])
    payloads = {sent(connection) for connection in crowd}
    assert len(payloads) == 1
    assert json.loads(*payloads) == ["text", [stock.parse_html(TEXTS[text](1))], {}]
    measure(run, TEXTS[text], subject="broadcast", text=text, contender=contender)
