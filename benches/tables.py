"""The tables of docs/performance.md, from the stored results.

``python benches/tables.py --write`` replaces what stands between ``<!-- table: NAME -->`` and
``<!-- end -->`` in the page; all other lines of the page are written by hand. ``--check`` fails if
that would change the page. ``--quick`` prints the budget of the last quick run.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from budget import budget
from measurements import QUICK_RESULTS, RESULTS, Game, Micro, Servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
PLAIN_PATH = "mudwire, plain path"


class Results(NamedTuple):
    """All that was measured."""

    micro: Micro
    servers: Servers
    game: Game


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown whose columns hold figures, except the first."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure(value: float | None) -> str:
    """Return a number with three significant digits, or all digits before the point."""
    if value is None:
        return ""
    digits = max(0, 3 - len(str(int(abs(value))))) if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def microseconds(seconds: float | None) -> str:
    return figure(seconds and 1e6 * seconds)


def milliseconds(seconds: float) -> str:
    return figure(1e3 * seconds)


def environment(results: Results) -> str:
    """Return a sentence on what the servers were measured on."""
    found = results.servers.stages["environment"]
    packages = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return (
        f"Measured {found['date']}, commit `{found['commit']}`, {found['python']}, {found['cpu']} "
        f"({found['cores']} cores), {found['system']}; {packages}."
    )


def budget_table(micro: Micro, servers: Servers) -> str:
    rows = (
        [
            row.what,
            f"{'≤' if row.at_most else '≥'} {figure(row.target)} {row.unit}",
            figure(row.measured),
            "met" if row.met else "**missed**",
        ]
        for row in budget(micro, servers)
    )
    return markdown(["", "budget", "measured", ""], rows)


def messages(results: Results) -> str:
    servers = results.servers

    def rows() -> Iterator[list[str]]:
        for server, answer in servers.names("per_message"):
            labels = {"server": server, "answer": answer}
            found = servers.rows("per_message", **labels)
            rate = sum(row["count"] for row in found) / sum(row["seconds"] for row in found)
            yield [
                f"{server}, {answer}",
                microseconds(servers.cpu("per_message", **labels)),
                figure(servers.ratio("per_message", server, answer, to="twisted")),
                f"{rate:,.0f}",
                milliseconds(servers.median_of("per_message", "p50", **labels)),
                milliseconds(servers.median_of("per_message", "p99", **labels)),
            ]

    return markdown(["", "CPU, µs", "ratio", "messages/s", "p50, ms", "p99"], rows())


def latency(results: Results) -> str:
    servers = results.servers
    rows = (
        [
            server,
            microseconds(servers.cpu("at_a_rate", server)),
            *(
                milliseconds(servers.median_of("at_a_rate", name, server=server))
                for name in ("p50", "p99", "p999")
            ),
        ]
        for server, _ in servers.names("at_a_rate")
    )
    return markdown(["", "CPU, µs", "p50, ms", "p99", "p99.9"], rows)


def connections(results: Results) -> str:
    servers = results.servers
    names = [server for server, _ in servers.names("crowded")]
    counts = dict.fromkeys(row["connections"] for row in servers.rows("crowded"))
    rows = (
        [
            f"{count:,}",
            *(microseconds(servers.cpu("crowded", name, connections=count)) for name in names),
        ]
        for count in counts
    )
    return markdown(["connections", *names], rows)


def arriving(results: Results) -> str:
    servers = results.servers
    rows = (
        [
            server,
            microseconds(servers.cpu("arriving", server)),
            figure(servers.ratio("arriving", server, None, to="autobahn")),
            f"{1 / servers.cpu('arriving', server):,.0f}",
        ]
        for server, _ in servers.names("arriving")
    )
    return markdown(["", "CPU, µs", "ratio to Autobahn", "handshakes/s of one core"], rows)


def idle(results: Results) -> str:
    rows = (
        [row["server"], f"{row['connections']:,}", figure(row["bytes"] / 1024)]
        for row in results.servers.rows("idle")
    )
    return markdown(["", "connections", "KiB each"], rows)


def game(results: Results) -> str:
    kinds = {"chat": "a command that does not exist", "room": "the welcome screen"}

    def rows() -> Iterator[list[str]]:
        for answer, what in kinds.items():
            for server in ("evennia", "mudwire"):
                labels = {"server": server, "answer": answer}
                portal = results.game.cpu(process="portal", **labels)
                alone = results.servers.cpu("per_message", **labels)
                yield [
                    f"{what}, {server}",
                    microseconds(portal),
                    microseconds(alone),
                    microseconds(portal - alone),
                    microseconds(results.game.cpu(process="server", **labels)),
                ]

    return markdown(["", "Portal, µs", "the class alone", "the rest", "Server, µs"], rows())


def calls(subject: str) -> Callable[[Results], str]:
    """Return the function that makes the table of one benchmark subject.

    The table has the time of mudwire's call, and each contender's time with its ratio to mudwire's.
    """

    def make(results: Results) -> str:
        micro = results.micro
        texts = micro.texts(subject)
        others = [name for name in micro.contenders(subject) if name != "mudwire"]
        have_sizes = any(micro.sizes[subject, text] for text in texts)

        def row(text: str) -> Iterator[str]:
            yield text
            if have_sizes:
                yield f"{micro.sizes[subject, text]:,}"
                yield figure(micro.bytes_a_second(subject, text) / 1e6)
            yield microseconds(micro.seconds(subject, text))
            for name in others:
                yield from time_and_ratio(micro, subject, text, name)

        head = ["", *(["bytes", "MB/s"] if have_sizes else []), "mudwire, µs"]
        head += [column for name in others for column in (f"{name}, µs", "ratio")]
        return markdown(head, (list(row(text)) for text in texts))

    return make


def classes(results: Results) -> str:
    micro = results.micro
    subjects = (
        "send_text",
        "send_prompt",
        "send_default",
        "onMessage",
        "dataReceived",
        "broadcast",
    )
    rows = (
        [
            f"`{subject}`, {text}",
            microseconds(micro.seconds(subject, text)),
            *time_and_ratio(micro, subject, text, PLAIN_PATH),
            *time_and_ratio(micro, subject, text, "Evennia"),
        ]
        for subject in subjects
        for text in micro.texts(subject)
    )
    head = ["", "mudwire, µs", f"{PLAIN_PATH}, µs", "ratio", "Evennia, µs", "ratio"]
    return markdown(head, rows)


def time_and_ratio(micro: Micro, subject: str, text: str, contender: str) -> list[str]:
    return [
        microseconds(micro.seconds(subject, text, contender)),
        figure(micro.times(subject, text, contender)),
    ]


TABLES: dict[str, Callable[[Results], str]] = {
    "environment": environment,
    "budget": lambda results: budget_table(results.micro, results.servers),
    "messages": messages,
    "latency": latency,
    "connections": connections,
    "arriving": arriving,
    "idle": idle,
    "game": game,
    "parse_html": calls("parse_html"),
    "parse_ansi": calls("parse_ansi"),
    "encode_text": calls("encode_text"),
    "decode_incoming": calls("decode_incoming"),
    "encode_default": calls("encode_default"),
    "classes": classes,
    "handshake": calls("handshake"),
    "install": calls("install"),
}
"""Name in the page -> the function that makes the text of that place."""


def fill(page: str, results: Results) -> str:
    """Return the page with all its tables made anew."""
    if absent := TABLES.keys() - {name for _, name, _ in BLOCK.findall(page)}:
        sys.exit(f"docs/performance.md has no place for {', '.join(sorted(absent))}")
    return BLOCK.sub(
        lambda block: f"{block[1]}\n{TABLES[block[2]](results)}\n\n{block[3]}",
        page,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the tables of docs/performance.md.")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write them into the page")
    action.add_argument("--check", action="store_true", help="fail if the page is out of date")
    action.add_argument("--quick", action="store_true", help="print the budget of the quick run")
    arguments = parser.parse_args()
    if arguments.quick:
        print(budget_table(Micro(QUICK_RESULTS), Servers(QUICK_RESULTS)))
        return
    page = PAGE.read_text(encoding="utf-8")
    filled = fill(page, Results(Micro(RESULTS), Servers(RESULTS), Game(RESULTS)))
    if arguments.write:
        PAGE.write_text(filled, encoding="utf-8")
    elif filled != page:
        sys.exit("docs/performance.md is out of date: run python benches/tables.py --write")


if __name__ == "__main__":
    main()
