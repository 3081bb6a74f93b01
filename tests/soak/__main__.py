"""``python -m tests.soak --items 10000``: plays the soak, prints its figures, fails when anything is wrong."""

from __future__ import annotations

import argparse
import sys

from tests.proof.stage import Address, Addresses
from tests.soak.story import Soak, report, say

MANY, APPROVERS = 10_000, 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=MANY)
    parser.add_argument("--approvers", type=int, default=APPROVERS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    addresses = Addresses(Address(), Address())
    try:
        figures = Soak(addresses, items=given.items, approvers=given.approvers, seed=given.seed, say=say).play()
    finally:
        addresses.procore.close()
        addresses.intacct.close()
    print(report(figures))
    return bool(figures.wrong)


if __name__ == "__main__":
    sys.exit(main())
