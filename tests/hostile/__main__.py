"""The attacks, measured and judged: ``make hostile`` and ``make hostile-quick``."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from typing import TYPE_CHECKING

import hostile_table
from hostile.instrument import DISTURBED, FULL, QUICK, Instrument
from hostile.variants import VARIANTS, matches
from hostile.verdict import misses, robust_misses

if TYPE_CHECKING:
    from hostile.attacks import Attack
    from hostile.figures import Measurement
    from hostile.variants import Variant


def main() -> int:
    """Measure, print each row, and judge; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m hostile",
        description="Attack a running mudwire serve, and measure what an honest player notices.",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a part of the attacks, in two minutes; exit code 1 if one misses a robust goal",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="write the tables of docs/security.md, or those of the named set-ups",
    )
    for name, what in (("only", "attacks"), ("variant", "set-ups of the server")):
        parser.add_argument(
            f"--{name}", action="append", metavar="NAME", help=f"only these {what}; * for any text"
        )
    arguments = parser.parse_args()
    if arguments.write and (arguments.quick or arguments.only):
        parser.error("--write needs all attacks of a set-up: neither --quick nor --only")
    # An end by SIGTERM is one by an exception, so that no process stays behind.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    judge = robust_misses if arguments.quick else misses
    attacks, variants = tuple(arguments.only or "*"), tuple(arguments.variant or "*")
    rows, missed, began = 0, 0, time.monotonic()
    with Instrument(QUICK if arguments.quick else FULL) as instrument:

        def measured(attack: Attack, variant: Variant) -> tuple[Measurement, list[str]]:
            found = instrument.measure(attack, variant)
            return found, judge(attack, found)

        for variant in VARIANTS.values():
            if not matches(variant.name, variants):
                continue
            print(f"\n{variant.name}", flush=True)
            of_variant = []
            for attack in variant.runs(quick=arguments.quick and not arguments.only):
                if not matches(attack.name, attacks):
                    continue
                found, verdict = measured(attack, variant)
                if verdict and found.disturbed > DISTURBED:
                    found, verdict = measured(attack, variant)
                print(hostile_table.line(found, attack.attackers, verdict), flush=True)
                of_variant.append(hostile_table.stored_row(found, attack.attackers, verdict))
                rows, missed = rows + 1, missed + bool(verdict)
            if arguments.write:
                hostile_table.store(variant.name, of_variant, instrument.environment())
    print(f"\n{rows} rows in {time.monotonic() - began:.0f} s; {missed} miss a goal")
    return 1 if arguments.quick and missed else 0


if __name__ == "__main__":
    sys.exit(main())
