"""How every benchmark here is measured: in batches of inputs that differ from call to call."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest

from mudwire.bench import stock as evennia_stock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_numbers = itertools.cycle(range(1_000_000))
"""Shared by all benchmarks, so that a text comes back only after Evennia's cache has dropped it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="run fewer and shorter rounds")


def pytest_benchmark_update_machine_info(config: Any, machine_info: dict[str, Any]) -> None:
    del machine_info["node"]  # the host name says nothing about the figures


def pytest_benchmark_update_json(config: Any, benchmarks: Any, output_json: dict[str, Any]) -> None:
    # The time of every single round would make up most of the committed file, and is not used.
    # pytest-benchmark leaves it out only of files that it names and numbers itself.
    for benchmark in output_json["benchmarks"]:
        del benchmark["stats"]["data"]


@pytest.fixture(scope="session")
def stock() -> evennia_stock.Stock:
    found = evennia_stock.stock()
    assert found is not None, (
        "the benchmarks need a virtual environment with Evennia. Try: make bench"
    )
    return found


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("quick")


@pytest.fixture
def measure(benchmark: Any, quick: bool) -> Callable[..., None]:
    """Give the function that times ``run``.

    ``run`` makes one call for each input of the batch that it gets, and ``make`` returns the input
    of a number. A batch is large enough to take a few milliseconds. ``calls`` in the result's
    ``extra_info`` is the size of a batch, so one call takes the time of a round divided by
    ``calls``. The labels go into ``extra_info`` too.
    """

    def measure(
        run: Callable[[Sequence[Any]], Any], make: Callable[[int], Any], **labels: str
    ) -> None:
        def batch(size: int) -> list[Any]:
            return [make(next(_numbers)) for _ in range(size)]

        run(batch(1))
        sample = batch(1)
        begin = time.perf_counter()
        run(sample)
        once = time.perf_counter() - begin
        calls = min(max(round((0.001 if quick else 0.004) / once), 1), 4000)
        rounds = min(max(round((0.03 if quick else 0.3) / (calls * once)), 1), 100)
        benchmark.group = f"{labels['subject']}, {labels['text']}"
        benchmark.extra_info.update(labels, calls=calls, size=size_of(sample[0]))
        benchmark.pedantic(run, setup=lambda: ((batch(calls),), {}), rounds=rounds)

    return measure


def size_of(value: Any) -> int | None:
    """Return the bytes of a text or a payload, or None for an input of another kind."""
    if isinstance(value, str):
        value = value.encode()
    return len(value) if isinstance(value, bytes) else None
