"""The attacks, measured and judged: ``make hostile`` and ``make hostile-quick``."""

from __future__ import annotations

import argparse
import sys
import time

import hostile_table
from hostile.instrument import FULL, QUICK, Instrument
from hostile.variants import VARIANTS, matches
from hostile.verdict import misses, robust_misses


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
    parser.add_argument("--write", action="store_true", help="write the tables of docs/security.md")
    for name, what in (("only", "attacks"), ("variant", "set-ups of the server")):
        parser.add_argument(
            f"--{name}", action="append", metavar="NAME", help=f"only these {what}; * for any text"
        )
    arguments = parser.parse_args()
    if arguments.write and (arguments.quick or arguments.only or arguments.variant):
        parser.error("--write needs the full run, without --quick, --only and --variant")
    judge = robust_misses if arguments.quick else misses
    attacks, variants = tuple(arguments.only or "*"), tuple(arguments.variant or "*")
    rows, missed, began = [], 0, time.monotonic()
    with Instrument(QUICK if arguments.quick else FULL) as instrument:
        for variant in VARIANTS.values():
            if not matches(variant.name, variants):
                continue
            print(f"\n{variant.name}", flush=True)
            for attack in variant.runs(quick=arguments.quick and not arguments.only):
                if matches(attack.name, attacks):
                    found = instrument.measure(attack, variant)
                    verdict = judge(attack, found)
                    missed += bool(verdict)
                    rows.append(hostile_table.stored_row(found, attack.attackers, verdict))
                    print(hostile_table.line(found, attack.attackers, verdict), flush=True)
        if arguments.write:
            hostile_table.store(rows, instrument.environment())
    print(f"\n{len(rows)} rows in {time.monotonic() - began:.0f} s; {missed} miss a goal")
    return 1 if arguments.quick and missed else 0


if __name__ == "__main__":
    sys.exit(main())
