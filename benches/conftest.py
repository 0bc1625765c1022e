"""How all benchmarks here measure: the answer first, then batches of inputs that differ."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest
from environment import environment

from mudwire.bench import stock as mudwire_bench_stock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_numbers = itertools.cycle(range(1_000_000))
"""No text comes twice before Evennia's cache has forgotten it, whichever benchmarks run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="fewer and shorter rounds")


def pytest_benchmark_update_json(config: Any, benchmarks: Any, output_json: Any) -> None:
    output_json["environment"] = environment()
    del output_json["machine_info"], output_json["commit_info"]
    kept = ("median", "iqr", "rounds")
    output_json["benchmarks"] = [
        {**each["extra_info"], **{name: each["stats"][name] for name in kept}}
        for each in output_json["benchmarks"]
    ]


@pytest.fixture(scope="session")
def stock() -> mudwire_bench_stock.Stock:
    found = mudwire_bench_stock.stock()
    assert found is not None, "these benchmarks run in the virtual environment of an Evennia"
    return found


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("quick")


@pytest.fixture
def measure(benchmark: Any, quick: bool) -> Callable[..., None]:
    """Time ``run``, which makes one call for each input of the batch it gets.

    ``make`` gives the input of a number. A batch is as large as takes a few milliseconds; the time
    of one call is that of its batch divided by ``calls``, which goes into the result with
    ``labels``.
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
    """Return the bytes of a text or a payload; None for what has no such size."""
    if isinstance(value, str):
        value = value.encode()
    return len(value) if isinstance(value, bytes) else None
