"""``python -m tests.simulation --seed N --days D``: one run, told; the same seed tells the same."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from tests.simulation.simulation import LAST, ROUND, Simulation


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--every", type=float, default=ROUND, help="days from one calm to the next")
    parser.add_argument("--storm", choices=("changing", "worst", "none"), default="changing", help="how hard it blows between two calms")
    parser.add_argument("--log", type=Path, help="a file for everything that happened")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    told = Simulation(given.seed, last=None if given.log else LAST, storm=given.storm).run(given.days, every=given.every)
    if given.log:
        given.log.write_text("".join(f"{line}\n" for line in told.last), "utf-8")
    numbers = ", ".join(f"{number:,} {name}" for name, number in sorted(told.numbers.items()))
    sys.stdout.write(f"seed {told.seed}: {told.days:g} days in {told.seconds:.1f} s ({told.faster:,.0f} times faster): {numbers}\n")
    sys.stdout.write(f"history {told.history}\n")
    for each in told.wrong:
        sys.stdout.write(f"WRONG: {each}\n")
    return 1 if told.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
