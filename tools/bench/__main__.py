"""``python -m tools.bench``: measures every goal and prints a line for each, then what was counted. See docs/performance.md.

A goal that is short is told, not hidden, and fails nothing: the figures are ratios of one run on one machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.aws.places import ROOT, lambda_python
from tools.bench.cold import EXPORT, WEBHOOK, cold
from tools.bench.exports import LIKE, click, cost, imports, own_time
from tools.bench.goals import Finding
from tools.bench.reading import hour, reading, together
from tools.bench.stack import bench
from tools.bench.subcontracts import Subcontracts


def main() -> None:
    findings: list[Finding] = []
    for finding in _found():
        print(*finding.measured, sep="\n", flush=True)
        findings.append(finding)
    print()
    for finding in findings:
        print(*(f"{finding.measured[0].goal}: {line}" for line in finding.counted), sep="\n")


def _found() -> Iterator[Finding]:
    with bench() as here:
        subcontracts = Subcontracts(here, LIKE)
        clicked, transitions = click(here, subcontracts)
        yield clicked
        yield cold(here.build, lambda_python(ROOT), here.environment(), {"commitments": EXPORT, "procore_webhook": WEBHOOK})
        yield own_time(here, subcontracts)
        yield imports(here)
        yield cost(here, subcontracts, transitions)
        yield together(here.environment())
        yield hour(here.environment())  # last of these: it fills the memory of Procore's limits for an hour
    yield reading()  # a million rows take longest


if __name__ == "__main__":
    main()
