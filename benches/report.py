"""Write docs/performance.md and its plots from what was measured; ``make bench`` ends with it.

The prose is in ``performance.md.in``; what stands there as ``${name}`` is what the method of that
name below returns.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from statistics import median
from string import Template
from typing import TYPE_CHECKING

from budget import budget
from environment import QUICK_RESULTS, RESULTS
from measured import Game, Micro, Servers, cpu
from plots import draw_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table of Markdown; all columns but the first are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def figure(value: float | None) -> str:
    """Write a number with three digits that count, or more if it is whole."""
    if value is None:
        return ""
    digits = max(0, 2 - len(str(int(abs(value)))) + 1) if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def budget_table(micro: Micro, servers: Servers) -> str:
    return table(
        ["", "budget", "measured", ""],
        (
            [
                row.what,
                f"{'≤' if row.at_most else '≥'} {figure(row.target)} {row.unit}",
                figure(row.measured),
                "met" if row.met else "**missed**",
            ]
            for row in budget(micro, servers)
        ),
    )


class Tables:
    """All tables, by the name that the template has for them."""

    def __init__(self, micro: Micro, servers: Servers, game: Game) -> None:
        self.micro, self.servers, self.game_result = micro, servers, game
        self.notes = tomllib.loads((HERE / "notes.toml").read_text())

    def environment(self) -> str:
        """What the figures were taken on."""
        found = self.servers.result["environment"]
        packages = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
        return (
            f"{found['date']}, commit `{found['commit']}`, {found['python']}, {found['cpu']} "
            f"({found['cores']} cores), {found['system']}; {packages}."
        )

    def budget(self) -> str:
        missed = [row for row in budget(self.micro, self.servers) if not row.met]
        return budget_table(self.micro, self.servers) + "".join(
            f"\n\nMissed, {row.what}: {self.notes.get(row.key, 'nobody has looked into it yet.')}"
            for row in missed
        )

    def messages(self) -> str:
        def rows() -> Iterable[list[str]]:
            for server, answer in self.servers.names("per_message"):
                wanted = {"server": server, "answer": answer}
                found = self.servers.rows("per_message", **wanted)
                count = sum(row["count"] for row in found)
                yield [
                    f"{server}, {answer}",
                    figure(1e6 * self._cpu("per_message", server, answer=answer)),
                    figure(self.servers.ratio("per_message", server, answer, to="twisted")),
                    f"{count / sum(row['seconds'] for row in found):,.0f}",
                    *(
                        figure(1e3 * self.servers.median_of("per_message", name, **wanted))
                        for name in ("p50", "p99")
                    ),
                ]

        return table(["", "CPU, µs", "ratio", "messages/s", "p50, ms", "p99"], rows())

    def rate(self) -> str:
        return table(
            ["", "CPU, µs", "p50, ms", "p99", "p99.9"],
            (
                [
                    server,
                    figure(1e6 * self._cpu("at_a_rate", server)),
                    *(
                        figure(1e3 * self.servers.median_of("at_a_rate", name, server=server))
                        for name in ("p50", "p99", "p999")
                    ),
                ]
                for server, _ in self.servers.names("at_a_rate")
            ),
        )

    def crowded(self) -> str:
        names = [server for server, _ in self.servers.names("crowded")]
        crowds = dict.fromkeys(row["connections"] for row in self.servers.rows("crowded"))
        return table(
            ["connections", *names],
            (
                [
                    f"{connections:,}",
                    *(
                        figure(1e6 * self._cpu("crowded", name, connections=connections))
                        for name in names
                    ),
                ]
                for connections in crowds
            ),
        )

    def arriving(self) -> str:
        return table(
            ["", "CPU, µs", "ratio to Autobahn", "handshakes/s of one core"],
            (
                [
                    server,
                    figure(1e6 * self._cpu("arriving", server)),
                    figure(self.servers.ratio("arriving", server, None, to="autobahn")),
                    f"{1 / self._cpu('arriving', server):,.0f}",
                ]
                for server, _ in self.servers.names("arriving")
            ),
        )

    def idle(self) -> str:
        return table(
            ["", "connections", "KiB each"],
            (
                [row["server"], f"{row['connections']:,}", figure(row["bytes"] / 1024)]
                for row in self.servers.rows("idle")
            ),
        )

    def _cpu(self, stage: str, server: str, **wanted: object) -> float:
        return median(cpu(row) for row in self.servers.rows(stage, server=server, **wanted))

    def conversion(self) -> str:
        return self._calls("parse_html")

    def parse_ansi(self) -> str:
        return self._calls("parse_ansi")

    def encode_text(self) -> str:
        return self._calls("encode_text")

    def decode_incoming(self) -> str:
        return self._calls("decode_incoming")

    def encode_default(self) -> str:
        return self._calls("encode_default")

    def handshake(self) -> str:
        return self._calls("handshake")

    def install(self) -> str:
        return self._calls("install")

    def classes(self) -> str:
        subjects = (
            "send_text",
            "send_prompt",
            "send_default",
            "onMessage",
            "dataReceived",
            "broadcast",
        )
        plainly = "mudwire, Autobahn's way"
        return table(
            ["", "mudwire, µs", f"{plainly}, µs", "ratio", "Evennia, µs", "ratio"],
            (
                [
                    f"`{subject}`, {text}",
                    *self._beside(subject, text, plainly),
                    *self._beside(subject, text, "Evennia")[1:],
                ]
                for subject in subjects
                for text in self.micro.texts(subject)
            ),
        )

    def _calls(self, subject: str) -> str:
        """Make the table of one function: the time of a call, and of the others' against it."""
        others = [name for name in self.micro.contenders(subject) if name != "mudwire"]
        have_sizes = any(self.micro.sizes[subject, text] for text in self.micro.texts(subject))
        head = ["", *(["bytes", "MB/s"] if have_sizes else []), "mudwire, µs"]
        for name in others:
            head += [f"{name}, µs", "ratio"]
        rows = []
        for text in self.micro.texts(subject):
            row = [text]
            if have_sizes:
                speed = self.micro.bytes_a_second(subject, text)
                row += [f"{self.micro.sizes[subject, text]:,}", figure(speed / 1e6)]
            row.append(figure(1e6 * self.micro.seconds(subject, text)))
            for name in others:
                row += self._beside(subject, text, name)[1:]
            rows.append(row)
        return table(head, rows)

    def _beside(self, subject: str, text: str, contender: str) -> list[str]:
        theirs = self.micro.seconds(subject, text, contender)
        return [
            figure(1e6 * self.micro.seconds(subject, text)),
            figure(theirs and 1e6 * theirs),
            figure(self.micro.times(subject, text, contender)),
        ]

    def game(self) -> str:
        kinds = {"chat": "a command that does not exist", "room": "the welcome screen"}

        def rows() -> Iterable[list[str]]:
            for answer, what in kinds.items():
                for server in ("evennia", "mudwire"):
                    portal = self.game_result.cpu(server=server, process="portal", answer=answer)
                    alone = self._cpu("per_message", server, answer=answer)
                    yield [
                        f"{what}, {server}",
                        figure(1e6 * portal),
                        figure(1e6 * alone),
                        figure(1e6 * (portal - alone)),
                        figure(
                            1e6
                            * self.game_result.cpu(server=server, process="server", answer=answer)
                        ),
                    ]

        return table(
            ["", "Portal, µs", "the class alone", "the rest", "Server, µs"],
            rows(),
        )


def write(micro: Micro, servers: Servers, game: Game) -> None:
    """Write the document and its plots."""
    tables = Tables(micro, servers, game)
    template = Template((HERE / "performance.md.in").read_text())
    filled = {name: getattr(tables, name)() for name in template.get_identifiers()}
    (DOCS / "performance.md").write_text(template.substitute(filled))
    draw_all(micro, servers, DOCS / "performance")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="print the budget of the quick run")
    directory = QUICK_RESULTS if parser.parse_args().quick else RESULTS
    micro, servers = Micro(directory), Servers(directory)
    if directory == RESULTS:
        write(micro, servers, Game(directory))
    print(budget_table(micro, servers))


if __name__ == "__main__":
    main()
