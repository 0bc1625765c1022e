"""The plots of docs/performance.md: ``python benches/plots.py`` draws them from the stored results.

The same results give the same SVG, so that a commit shows only real changes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter
from measurements import RESULTS, Micro, Servers, cpu

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

DIRECTORY = Path(__file__).parents[1] / "docs" / "performance"
MUDWIRE, EVENNIA, OTHERS = "#c2410c", "#334155", "#a3b1c6"

plt.rcParams.update(
    {
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.size": 10,
        "savefig.bbox": "tight",
        "svg.fonttype": "none",
        "svg.hashsalt": "mudwire",
    }
)


def colour(contender: str) -> str:
    if "mudwire" in contender:
        return MUDWIRE
    return EVENNIA if "evennia" in contender.lower() else OTHERS


def message(axes: Axes, servers: Servers) -> None:
    """Draw the server CPU of one message as a bar for each server."""
    bars = [
        (
            f"{server}, {answer}",
            servers.ratio("per_message", server, answer, to="twisted"),
            colour(server),
        )
        for server, answer in servers.names("per_message")
    ]
    names, ratios, colours = zip(*reversed(bars), strict=True)
    drawn = axes.barh(names, ratios, color=colours)
    axes.bar_label(drawn, fmt="%.2f", padding=3)
    axes.axvline(1, color="black", linewidth=0.6, linestyle=":")
    axes.set_xscale("log")
    axes.set_xlim(left=0.1)
    plain_numbers(axes.xaxis)
    axes.set_xlabel("server CPU for one message; a bare Twisted echo is 1 (logarithmic)")


def conversion(axes: Axes, micro: Micro) -> None:
    """Draw the speed of ``parse_html`` as two bars for each text."""
    texts = micro.texts("parse_html")
    for offset, contender in enumerate(("mudwire", "Evennia")):
        axes.barh(
            [place + 0.2 - 0.4 * offset for place in range(len(texts))][::-1],
            [micro.bytes_a_second("parse_html", text, contender) / 1e6 for text in texts],
            height=0.38,
            color=colour(contender),
            label=contender,
        )
    axes.set_yticks(range(len(texts)), reversed(texts))
    axes.set_xscale("log")
    plain_numbers(axes.xaxis)
    axes.set_xlabel("markup or ANSI to HTML, megabytes a second (logarithmic)")
    axes.legend(frameon=False)


def connections(axes: Axes, servers: Servers) -> None:
    """Draw the server CPU of one message as a line over the number of connections."""
    for (server, _), line in zip(servers.names("crowded"), (":", "--", "-", "-"), strict=True):
        rows = servers.rows("crowded", server=server)
        axes.plot(
            [row["connections"] for row in rows],
            [1e6 * cpu(row) for row in rows],
            marker="o",
            linestyle=line,
            color=colour(server),
            label=server,
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="connections that send",
        ylabel="server CPU, µs a message",
    )
    plain_numbers(axes.xaxis, axes.yaxis)
    axes.set_ylim(bottom=10)
    axes.legend(frameon=False)


def plain_numbers(*axis: Axis) -> None:
    """Label an axis with 0.1, 10, 1,000 and not with powers of ten."""
    for each in axis:
        each.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        each.set_minor_formatter(NullFormatter())


def latency(axes: Axes, servers: Servers) -> None:
    """Draw three percentiles of the latency as points for each server."""
    names = [server for server, _ in servers.names("at_a_rate")][::-1]
    for percentile, marker in (("p50", "o"), ("p99", "s"), ("p999", "^")):
        values = [1e3 * servers.median_of("at_a_rate", percentile, server=name) for name in names]
        axes.scatter(values, names, marker=marker, color=[colour(name) for name in names])
    axes.set_xscale("log")
    plain_numbers(axes.xaxis)
    axes.set_xlabel("latency at 500 messages a second, ms: ● 50 %, ■ 99 %, ▲ 99.9 %")


def main() -> None:
    micro, servers = Micro(RESULTS), Servers(RESULTS)
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for name, draw in (
        ("message", lambda axes: message(axes, servers)),
        ("conversion", lambda axes: conversion(axes, micro)),
        ("connections", lambda axes: connections(axes, servers)),
        ("latency", lambda axes: latency(axes, servers)),
    ):
        canvas, axes = plt.subplots(figsize=(7, 3.6))
        draw(axes)
        canvas.savefig(DIRECTORY / f"{name}.svg", metadata={"Date": None})
        plt.close(canvas)


if __name__ == "__main__":
    main()
