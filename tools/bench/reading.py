"""P1 to P4 and P9: reading 100,000 rows of the ledger, beside sageintacctsdk (MIT), each in a process of its own against the same bytes.

Rates are rows a second of the reader's own processor time: what the gateway or other programs take counts for neither. The SDK has no
JSON; its rows are dictionaries of texts, ours are typed records.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sandbox.aws.places import ROOT
from tools.bench.goals import Finding, Measured

ROWS: Final = 100_000
PAGES: Final = ROWS // 2_000
PASSES: Final = 10
WORKERS: Final = 4
ROWS_SHARED: Final = 40_000
THINK_SECONDS: Final = 0.4
THEIR_PYTHON: Final = ROOT / ".run" / "bench-venv" / "bin" / "python"
PATH: Final = "/ia/xml/xmlgw.phtml"


def reading() -> Finding:
    """P1, P2 and P3."""
    with _front(ROWS) as (url, _):
        ours, calls = _measured(url, _ours(url, "xml"))
        as_json, _ = _measured(url, _ours(url, "json"))
        theirs, their_calls = _measured(url, _theirs(url, "get_all"))
        generator, generator_calls = _measured(url, _theirs(url, "get_all_generator"))
        long, _ = _measured(url, _ours(url, "xml", "--passes", str(PASSES)))
    rate = {name: each["rows"] / each["cpu"] for name, each in {"xml": ours, "json": as_json, "all": theirs, "gen": generator}.items()}
    signed_in = 1
    return Finding(
        measured=(
            Measured(goal="P1", figure=rate["xml"] / rate["all"], unit="x the rows/s of get_all, on XML", bound=3, sign=">="),
            Measured(goal="P1", figure=rate["json"] / rate["all"], unit="x the rows/s of get_all, on JSON", bound=10, sign=">="),
            Measured(goal="P1", figure=rate["xml"] / rate["gen"], unit="x the rows/s of get_all_generator, on XML", bound=8, sign=">="),
            Measured(goal="P2", figure=ours["kilobytes"] / theirs["kilobytes"], unit="x the memory of get_all", bound=0.2),
            Measured(
                goal="P2",
                figure=long["kilobytes_at_last"] / long["kilobytes"],
                unit=f"x the memory after {PASSES * ROWS:,} rows as after {ROWS:,}",
                bound=1.1,
            ),
            Measured(goal="P3", figure=calls["calls"] - signed_in, unit=f"calls for {PAGES} pages", bound=PAGES),
            Measured(goal="P3", figure=calls["connections"], unit="connections", bound=1),
        ),
        counted=(
            f"ours, XML: {_told(ours, calls)}",
            f"ours, JSON: {_told(as_json, calls)}",
            f"get_all: {_told(theirs, their_calls)}",
            f"get_all_generator: {_told(generator, generator_calls)}",
            f"memory is the growth of the process's peak (RSS) while it reads; the long run reads the same rows {PASSES} times over",
        ),
    )


def together(environment: Mapping[str, str]) -> Finding:
    """P4: four workers that share the company's two slots, against the SDK, whose calls run one after the other."""
    with _front(ROWS_SHARED) as (url, first):
        share = ROWS_SHARED // WORKERS
        parts = [f"{begin}:{begin + share}" for begin in range(first - 1, first - 1 + ROWS_SHARED, share)]
        for part in parts:
            _run(_ours(url, "xml", "--part", part))  # so that the front has every answer
        _run(_theirs(url, "get_all"))
        _counts(url, seconds=THINK_SECONDS)
        at = str(time.monotonic() + 10)
        workers = [_begun(_ours(url, "xml", "--part", part, "--slots", "--at", at), environment) for part in parts]
        found = [_ended(worker) for worker in workers]
        counts = _counts(url, seconds=THINK_SECONDS)
        theirs = _run(_theirs(url, "get_all"))
        their_counts = _counts(url)
    assert sum(each["rows"] for each in found) == theirs["rows"]  # noqa: S101 -- the same rows, or nothing is compared
    wall = max(each["ended"] for each in found) - min(each["began"] for each in found)
    return Finding(
        measured=(
            Measured(goal="P4", figure=counts["most_in_flight"], unit="requests in flight at once, four workers", bound=2),
            Measured(goal="P4", figure=wall / theirs["seconds"], unit="x the time of get_all", bound=0.45),
        ),
        counted=(
            f"{ROWS_SHARED:,} rows, {THINK_SECONDS} s of think time a request",
            f"{wall:.1f} s with {counts['calls']} calls by four processes that each sign in and take their slots in DynamoDB",
            f"{theirs['seconds']:.1f} s with {their_counts['calls']} calls by get_all, one after the other",
        ),
    )


def hour(environment: Mapping[str, str]) -> Finding:
    """P9. See :mod:`tools.bench.hour`."""
    found = _ended(_begun([sys.executable, "-m", "tools.bench.hour"], environment))
    return Finding(
        measured=(
            Measured(goal="P9", figure=found["refused"], unit="calls refused for their number in a simulated hour", bound=0),
            Measured(goal="P9", figure=100 * found["answered"] / found["allowed"], unit="% of Procore's allowance", bound=95, sign=">="),
        ),
        counted=(f"{found['answered']:,} of {found['allowed']:,} calls by three workers that share the memory of the limits",),
    )


def _told(took: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    return (
        f"{took['rows'] / took['cpu']:,.0f} rows/s of processor time, {took['kilobytes'] / 1024:.0f} MB, "
        f"{counts['calls']} calls with the sign-in, {counts['connections']} connections"
    )


def _ours(url: str, form: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "tools.bench.ours", f"{url}{PATH}", form, *options]


def _theirs(url: str, way: str) -> list[str]:
    return [str(THEIR_PYTHON), str(Path(__file__).with_name("theirs.py")), f"{url}{PATH}", way]


def _measured(url: str, command: list[str]) -> tuple[dict[str, Any], dict[str, int]]:
    _counts(url, seconds=0)
    took = _run(command)
    return took, _counts(url)


def _run(command: list[str]) -> dict[str, Any]:
    return _ended(_begun(command, {}))


def _begun(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT / "layers" / "common"), str(ROOT)])
    return subprocess.Popen(
        command, env={"PATH": os.defpath, **environment, "PYTHONPATH": path}, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def _ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    took: dict[str, Any] = json.loads(said.splitlines()[-1])
    return took


@contextmanager
def _front(rows: int) -> Iterator[tuple[str, int]]:
    """Its address, and the RECORDNO of the first row."""
    command = [sys.executable, "-m", "tools.bench.front", str(rows)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 -- a pipe was asked for
        url, first = process.stdout.readline().split()
        yield url, int(first)
        process.terminate()


def _counts(url: str, *, seconds: float | None = None) -> dict[str, int]:
    """What the front counted; with ``seconds`` it forgets it, and thinks so long before each answer from then on."""
    asked = f"{url}/counts" + ("" if seconds is None else f"?seconds={seconds}")
    request = urllib.request.Request(asked, method="GET" if seconds is None else "POST")  # noqa: S310 -- our own front
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        counts: dict[str, int] = json.load(answer)
    return counts
