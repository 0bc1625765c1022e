"""Count the CPU instructions of one call with valgrind: ``make instructions``.

A time varies with the machine's load; a count hardly varies, so it shows changes of one per cent.
``--save FILE`` keeps the counts as JSON. ``--against FILE`` compares with them, and fails if an
operation takes more instructions than ``--at-most`` allows. Counts compare only with counts of the
same Python on the same machine. Evennia is not needed.

One process under callgrind imports everything once. It then forks twice for each operation: one
child makes ``FEW`` calls and the other makes ``MANY``. The difference of their counts leaves out
what both do before the first call.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import shutil
import subprocess
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connections import Handler, connect, factory_of, frame_of, on_the_plain_path, sent

from mudwire import Session, WebClientProtocol, parse_ansi, parse_html, strip_ansi
from mudwire.bench.texts import TEXTS, command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Operation = tuple[Callable[[int], Any], Callable[[Any], Any]]
    """The function that makes the input of a number, and the call that is counted."""

FEW, MANY = 200, 2200
AT_MOST = 3.0
V1 = WebClientProtocol.wire_formats["v1.evennia.com"]
FLAGS = {"NOCOLOR": False, "RAW": False, "SCREENREADER": False}
COLLECTED = re.compile(r"==(\d+)== Collected : (\d+)")
"""How callgrind reports the count of one process, after its id."""


class FastPath(WebClientProtocol, Session):
    """A player's connection as most games have it."""


PlainPath = on_the_plain_path(FastPath)


def converting(convert: Callable[[str], str], text: str) -> Operation:
    """Convert a text; the answer must contain the number of the text."""
    make = TEXTS[text]
    assert "000001" in convert(make(1))
    return make, convert


def encoding(text: str) -> Operation:
    """Encode a text to the payload of its message."""
    make = TEXTS[text]

    def encode(each: str) -> Any:
        return V1.encode_text(each, protocol_flags=FLAGS, options={})

    assert json.loads(encode(make(1))[0]) == ["text", [parse_html(make(1))], {}]
    return make, encode


def decoding() -> Operation:
    """Decode the payload of a command."""

    def decode(payload: bytes) -> Any:
        return V1.decode_incoming(payload, False, protocol_flags=FLAGS)

    assert decode(command(7)) == {"text": [["say Hello there 000007"], {"cid": 7}]}
    return command, decode


def message_in(protocol: type) -> Operation:
    """Receive a command, from the bytes of its frame to the session handler."""
    connection = connect(factory_of(protocol, Handler))
    connection.dataReceived(command_frame(7))
    assert connection.sessionhandler.heard == {"text": [["say Hello there 000007"], {"cid": 7}]}
    return command_frame, connection.dataReceived


def command_frame(number: int) -> bytes:
    return frame_of(command(number))


def message_out(protocol: type, text: str) -> Operation:
    """Send a text, from the session's method to the socket."""
    make = TEXTS[text]
    connection = connect(factory_of(protocol, Handler))
    connection.send_text(make(1), options={})
    assert json.loads(sent(connection)) == ["text", [parse_html(make(1))], {}]

    def send(each: str) -> None:
        connection.send_text(each, options={})

    return make, send


OPERATIONS: dict[str, Callable[[], Operation]] = {
    "parse_html, chat line": partial(converting, parse_html, "chat line"),
    "parse_html, room": partial(converting, parse_html, "room"),
    "parse_html, table": partial(converting, parse_html, "table"),
    "parse_ansi, room": partial(converting, partial(parse_ansi, xterm256=True), "room"),
    "strip_ansi, room": partial(converting, strip_ansi, "room"),
    "encode_text, chat line": partial(encoding, "chat line"),
    "encode_text, room": partial(encoding, "room"),
    "decode_incoming, command": decoding,
    "fast path, command in": partial(message_in, FastPath),
    "fast path, chat line out": partial(message_out, FastPath, "chat line"),
    "fast path, room out": partial(message_out, FastPath, "room"),
    "plain path, command in": partial(message_in, PlainPath),
    "plain path, chat line out": partial(message_out, PlainPath, "chat line"),
    "plain path, room out": partial(message_out, PlainPath, "room"),
}
"""Name -> the function that prepares an operation and checks its answer."""


def call_in_child(prepare: Callable[[], Operation], calls: int) -> int:
    """Make the calls in a forked process, and return its id after it has ended."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        if status:
            sys.exit("an operation failed under valgrind")
        return child
    try:
        make, call = prepare()
        inputs = [make(number) for number in range(MANY)]
        gc.freeze()  # a full garbage collection would be counted, and walk all modules
        for each in inputs[:calls]:
            call(each)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def run_children(names: Sequence[str]) -> None:
    """Run all operations, and print the process ids of each; this process is under valgrind."""
    for name in names:
        print(*(call_in_child(OPERATIONS[name], calls) for calls in (FEW, MANY)), flush=True)


def count(names: Sequence[str]) -> dict[str, float]:
    """Return the instructions of one call of each operation."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        sys.exit("valgrind is not installed. Try: apt-get install valgrind")
    for name in names:
        OPERATIONS[name]()  # a wrong answer fails here, before the slow part
    callgrind = (valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null")
    ran = subprocess.run(
        [*callgrind, sys.executable, __file__, "--children", *names],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        sys.exit(ran.stderr)
    of_process = {pid: int(collected) for pid, collected in COLLECTED.findall(ran.stderr)}
    counts = {}
    for name, line in zip(names, ran.stdout.splitlines(), strict=True):
        few, many = line.split()
        counts[name] = (of_process[many] - of_process[few]) / (MANY - FEW)
    return counts


def show(counts: Mapping[str, float], before: Mapping[str, float], at_most: float) -> bool:
    """Print the counts beside earlier ones; return False if one grew by over ``at_most`` %."""
    within = True
    print("instructions of one call" + (", before, and the change" if before else ""))
    for name, now in counts.items():
        line = f"{name:28}{now:12,.0f}"
        if earlier := before.get(name):
            change = 100 * (now / earlier - 1)
            line += f"{earlier:12,.0f}{change:+9.1f}%"
            if change > at_most:
                within = False
                line += f"  more than {at_most:g}%"
        print(line)
    return within


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the CPU instructions of one call.")
    parser.add_argument("names", nargs="*", help="parts of the names of operations; default: all")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the counts to this file")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with a saved file")
    parser.add_argument(
        "--at-most",
        type=float,
        default=AT_MOST,
        metavar="PERCENT",
        help="fail if an operation takes this much more (default: %(default)s)",
    )
    parser.add_argument("--children", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.children:
        run_children(arguments.names)
        return
    wanted = arguments.names or [""]
    names = [name for name in OPERATIONS if any(part in name for part in wanted)]
    if not names:
        parser.error(f"no operation has such a name; there are: {'; '.join(OPERATIONS)}")
    before = json.loads(arguments.against.read_text()) if arguments.against else {}
    counts = count(names)
    if arguments.save:
        arguments.save.write_text(json.dumps(counts, indent=4) + "\n")
    if not show(counts, before, arguments.at_most):
        sys.exit(1)


if __name__ == "__main__":
    main()
