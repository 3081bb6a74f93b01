"""``python -m tools.bench [PART...]``: measures every goal (or those of these parts) and prints a line for each, then what was counted.
See docs/performance.md.

A goal that is short is told, not hidden, and fails nothing: the figures are ratios of one run on one machine. What could not be measured
is told at the end, does not stop the others, and fails. Progress goes to standard error.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from sandbox.aws.places import ROOT, lambda_python
from tools.bench.cold import EXPORT, WEBHOOK, cold
from tools.bench.exports import LIKE, click, cost, imports, own_time
from tools.bench.goals import Finding
from tools.bench.parsing import xml
from tools.bench.reading import hour, pages, reading, together
from tools.bench.stack import Bench, bench
from tools.bench.subcontracts import Subcontracts

DEPLOYED: Final = {
    "exports": "P10, P7, P6, P8",
    "cold": "P5",
    "imports": "P7",
    "pages": "the list of 500",
    "together": "P4",
    "hour": "P9",
}
"""Parts that need the deployed stack. The last fills the memory of Procore's limits for an hour."""
ALONE: Final = {"xml": "reader and writer", "reading": "P1, P2, P3"}


class Bencher:
    def __init__(self) -> None:
        self.began = time.monotonic()
        self.findings: list[Finding] = []
        self.not_measured: list[str] = []

    def say(self, line: str) -> None:
        print(f"[{time.monotonic() - self.began:4.0f} s] {line}", file=sys.stderr, flush=True)

    def measure(self, name: str, findings: Callable[[], Iterator[Finding]]) -> None:
        self.say(f"{name} ...")
        try:
            for finding in findings():
                print(*finding.measured, sep="\n", flush=True)
                self.findings.append(finding)
        except Exception as problem:  # noqa: BLE001 -- the others are measured still
            traceback.print_exc(file=sys.stderr)
            self.not_measured.append(f"{name}: not measured: {problem}")

    def on_the_stack(self, wanted: Sequence[str]) -> None:
        with bench(self.say) as here:
            for name in wanted:
                self.measure(name, partial(self._found, name, here))

    def _found(self, name: str, here: Bench) -> Iterator[Finding]:
        environment = here.environment()
        match name:
            case "exports":
                subcontracts = Subcontracts(here, LIKE)
                finding, transitions = click(here, subcontracts)
                yield finding
                yield own_time(here, subcontracts)
                yield cost(here, subcontracts, transitions)
            case "cold":
                yield cold(here.build, lambda_python(ROOT), environment, {"commitments": EXPORT, "procore_webhook": WEBHOOK})
            case "imports":
                yield imports(here)
            case "pages":
                yield pages(environment, here.stage.app, self.say)
            case "together":
                yield together(environment, self.say)
            case "hour":
                yield hour(environment, self.say)


def main(wanted: Sequence[str]) -> int:
    unknown = {*wanted} - DEPLOYED.keys() - ALONE.keys()
    if unknown:
        print(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join([*DEPLOYED, *ALONE])}.", file=sys.stderr)
        return 2
    bencher = Bencher()
    if on_the_stack := [name for name in DEPLOYED if name in wanted or not wanted]:
        bencher.on_the_stack(on_the_stack)
    if "xml" in wanted or not wanted:
        bencher.measure("xml", lambda: iter([xml()]))
    if "reading" in wanted or not wanted:
        bencher.measure("reading", lambda: reading(bencher.say))
    print()
    for finding in bencher.findings:
        print(*(f"{finding.measured[0].goal}: {line}" for line in finding.counted), sep="\n")
    print(*bencher.not_measured, sep="\n", end="")
    bencher.say("done")
    return 1 if bencher.not_measured else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
