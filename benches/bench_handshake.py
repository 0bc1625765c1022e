"""A connection opened: what each class costs, Autobahn's own among them."""

from __future__ import annotations

import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol
from connections import CLASSES, connect, factory_of

CONTENDERS = {
    "mudwire": CLASSES["mudwire"],
    "Evennia": CLASSES["Evennia"],
    "Autobahn": lambda: WebSocketServerProtocol,
}


@pytest.mark.parametrize("contender", CONTENDERS)
def bench_handshake(measure, stock, contender):
    factory = factory_of(CONTENDERS[contender]())
    assert connect(factory).state == WebSocketServerProtocol.STATE_OPEN

    def run(batch):
        for _ in batch:
            connect(factory)

    measure(run, int, subject="handshake", text="handshake", contender=contender)
