"""Run cases of the Autobahn testsuite against a server, and print one line of JSON for each.

python run_cases.py URL CONCURRENCY PATTERN [PATTERN ...]

It is a process of its own, because kosoku puts a replacement of ``autobahn`` first in its path.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from kosoku import FailureError, run_fuzzingclient


async def run(url: str, concurrency: int, patterns: list[str]) -> None:
    """Run the cases that match one of the patterns, so many at once."""
    try:
        results = await run_fuzzingclient(url, patterns, concurrency=concurrency)
    except FailureError as failure:
        results = failure.results
    for result in results:
        fields = {
            "case": result.case_id,
            "behavior": result.behavior.value,
            "closing": result.behavior_close.value,
            "close_code": result.remote_close_code,
            "explanation": f"{result.result} {result.result_close}",
        }
        print(json.dumps(fields))


if __name__ == "__main__":
    _, url, concurrency, *patterns = sys.argv
    asyncio.run(run(url, int(concurrency), patterns))
    sys.stdout.flush()
    os._exit(0)  # threads of kosoku may still run, and abort an interpreter that ends
