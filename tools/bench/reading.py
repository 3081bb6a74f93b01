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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sandbox.aws.places import ROOT
from tools.bench.goals import Finding, Measured

type Say = Callable[[str], None]

ROWS: Final = 100_000
PAGES: Final = ROWS // 2_000
MANY_ROWS: Final = 1_000_000
WORKERS: Final = 4
ROWS_SHARED: Final = 40_000
THINK_SECONDS: Final = 0.4
HEAD_START: Final = 15
"""Seconds until the workers begin together: on a busy machine a process takes its time to start."""
PATIENCE: Final = 900
"""Seconds that one process may take before it is ended, and its goals are told as not measured."""
THEIR_PYTHON: Final = ROOT / ".run" / "bench-venv" / "bin" / "python"
PATH: Final = "/ia/xml/xmlgw.phtml"


def reading(say: Say) -> Iterator[Finding]:
    """P1, P2 and P3; the million rows, which take longest, come last and by themselves."""
    with _front(ROWS) as (url, _):
        told: dict[str, tuple[dict[str, Any], dict[str, int]]] = {}
        for name, command in {
            "ours, XML": _ours(url, "xml"),
            "ours, JSON": _ours(url, "json"),
            "get_all": _theirs(url, "get_all"),
            "get_all_generator": _theirs(url, "get_all_generator"),
        }.items():
            say(f"reading {ROWS:,} rows: {name}")
            told[name] = _measured(url, command)
        yield _beside_theirs(told)
        say(f"reading {MANY_ROWS:,} rows: ours, XML")
        yield _flat(told["ours, XML"][0], *_measured(url, _ours(url, "xml"), rows=MANY_ROWS))


def _flat(ours: Mapping[str, Any], long: Mapping[str, Any], calls: Mapping[str, int]) -> Finding:
    unit = f"x the memory after {long['rows']:,} rows as after {ours['rows']:,}"
    return Finding(
        measured=(Measured(goal="P2", figure=long["kilobytes"] / ours["kilobytes"], unit=unit, bound=1.1),),
        counted=(f"ours, XML, {long['rows']:,} rows: {_told(long, calls)}",),
    )


def _beside_theirs(told: Mapping[str, tuple[dict[str, Any], dict[str, int]]]) -> Finding:
    (ours, calls), (theirs, _) = told["ours, XML"], told["get_all"]
    rate = {name: took["rows"] / took["cpu"] for name, (took, _) in told.items()}
    signed_in = 1
    return Finding(
        measured=(
            Measured(goal="P1", figure=rate["ours, XML"] / rate["get_all"], unit="x the rows/s of get_all, on XML", bound=3, sign=">="),
            Measured(goal="P1", figure=rate["ours, JSON"] / rate["get_all"], unit="x the rows/s of get_all, on JSON", bound=10, sign=">="),
            Measured(
                goal="P1",
                figure=rate["ours, XML"] / rate["get_all_generator"],
                unit="x the rows/s of get_all_generator, on XML",
                bound=8,
                sign=">=",
            ),
            Measured(goal="P2", figure=ours["kilobytes"] / theirs["kilobytes"], unit="x the memory of get_all", bound=0.2),
            Measured(goal="P3", figure=calls["calls"] - signed_in, unit=f"calls for {PAGES} pages", bound=PAGES),
            Measured(goal="P3", figure=calls["connections"], unit="connections", bound=1),
        ),
        counted=(
            *(f"{name}: {_told(*each)}" for name, each in told.items()),
            "memory is the growth of the process's peak (RSS) while it reads",
        ),
    )


def together(environment: Mapping[str, str], say: Say) -> Finding:
    """P4: four workers that share the company's two slots, against the SDK, whose calls run one after the other."""
    with _front(ROWS_SHARED) as (url, first):
        share = ROWS_SHARED // WORKERS
        parts = [f"{begin}:{begin + share}" for begin in range(first - 1, first - 1 + ROWS_SHARED, share)]
        say("two in flight: so that the front has every answer")
        for command in (_ours(url, "xml", "--part", parts[0]), _ours(url, "xml", "--part", parts[-1]), _theirs(url, "get_all")):
            _run(command)
        _counts(url, seconds=THINK_SECONDS)
        say(f"two in flight: {WORKERS} workers with {THINK_SECONDS} s of think time")
        at = str(time.monotonic() + HEAD_START)
        workers = [_begun(_ours(url, "xml", "--part", part, "--slots", "--at", at), environment) for part in parts]
        found = [_ended(worker) for worker in workers]
        counts = _counts(url, seconds=THINK_SECONDS)
        say("two in flight: get_all, one call after the other")
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
            f"{sum(each['cpu'] for each in found):.1f} s of processor time in these four, {theirs['cpu']:.1f} s in get_all",
            f"{theirs['seconds']:.1f} s with {their_counts['calls']} calls by get_all, one after the other",
        ),
    )


def hour(environment: Mapping[str, str], say: Say) -> Finding:
    """P9. See :mod:`tools.bench.hour`."""
    say("an hour of calls to Procore")
    found = _ended(_begun([sys.executable, "-m", "tools.bench.hour"], environment))
    return Finding(
        measured=(
            Measured(goal="P9", figure=found["refused"], unit="calls refused for their number in a simulated hour", bound=0),
            Measured(goal="P9", figure=100 * found["answered"] / found["allowed"], unit="% of Procore's allowance", bound=95, sign=">="),
        ),
        counted=(f"{found['answered']:,} of {found['allowed']:,} calls by three workers that share the memory of the limits",),
    )


def pages(environment: Mapping[str, str], app: str, say: Say) -> Finding:
    """The list of what waits, with five hundred in it. See :mod:`tools.bench.crowd`."""
    say("a list of five hundred")
    taken = sorted(_ended(_begun([sys.executable, "-m", "tools.bench.crowd", app], environment))["seconds"])
    return Finding(
        measured=(
            Measured(goal="Pages", figure=1000 * taken[int(len(taken) * 0.95) - 1], unit="ms for a list of 500, 95 of 100", bound=150),
        ),
        counted=(
            f"{1000 * taken[0]:.0f} ms the quickest of {len(taken)}, {1000 * taken[-1]:.0f} ms the slowest, the local API Gateway in it",
        ),
    )


def _told(took: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    return (
        f"{took['rows'] / took['cpu']:,.0f} rows/s of processor time, {took['kilobytes'] / 1024:.0f} MB, "
        f"{counts['calls']} calls with the sign-in, {counts['connections']} connections"
    )


def _ours(url: str, form: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "tools.bench.ours", f"{url}{PATH}", form, *options]


def _theirs(url: str, way: str) -> list[str]:
    return [str(THEIR_PYTHON), "-P", str(Path(__file__).with_name("theirs.py")), f"{url}{PATH}", way]


def _measured(url: str, command: list[str], *, rows: int | None = None) -> tuple[dict[str, Any], dict[str, int]]:
    _counts(url, seconds=0, rows=rows or ROWS)
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
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise RuntimeError(f"{process.args!r} was not done after {PATIENCE} s") from None
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
        try:
            yield url, int(first)
        finally:
            process.terminate()


def _counts(url: str, *, seconds: float | None = None, rows: int | None = None) -> dict[str, int]:
    """What the front counted; with ``seconds`` it forgets it, thinks so long before each answer from then on, and has so many ``rows``."""
    asked = f"{url}/counts" + ("" if seconds is None else f"?seconds={seconds}") + ("" if rows is None else f"&rows={rows}")
    request = urllib.request.Request(asked, method="GET" if seconds is None else "POST")  # noqa: S310 -- our own front
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        counts: dict[str, int] = json.load(answer)
    return counts
