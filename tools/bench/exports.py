"""P6, P7, P8 and P10: what an export takes, from a person's click to the document in Intacct."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sandbox.story.people import until
from tools.bench import prices
from tools.bench.goals import Finding, Measured
from tools.bench.stack import Bench
from tools.bench.subcontracts import Subcontracts

LIKE: Final = "SC-24-107-001"
INTACCT_SECONDS: Final = 0.4
PROCORE_SECONDS: Final = 0.1
"""Think time of the two systems, which the simulators are told to take. Real ones take longer, so that our share is smaller still."""
MEMORY_GB: Final = 0.5
PROCESSOR: Final = 512 / 1769
"""Of one processor, what Lambda gives to so much memory: docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html."""
AWS_SECONDS: Final = 0.01
"""What a call of DynamoDB or S3 takes inside a region; the local AWS takes what the machine leaves it."""
TRANSITION: Final = "StateEntered"


def own_time(bench: Bench, subcontracts: Subcontracts) -> Finding:
    """P6: the processor's time of whole exports in a process of their own, against the time spent waiting for both systems."""
    five, many = [subcontracts.sign(5) for _ in range(6)], [subcontracts.sign(500) for _ in range(4)]
    _think(bench, INTACCT_SECONDS, PROCORE_SECONDS)
    small = bench.worker(five)
    _think(bench, 0, 0)
    large = bench.worker(many)
    cpu, upstream = _median(small, "cpu"), _median(small, "upstream")
    per_line = (_median(large, "cpu") - cpu) / 495
    return Finding(
        measured=(
            Measured(goal="P6", figure=100 * cpu / upstream, unit="% of upstream latency per export", bound=3),
            Measured(goal="P6", figure=1000 * 500 * per_line, unit="ms CPU for 500 lines", bound=25),
        ),
        counted=(
            (
                f"an export of 5 lines: {1000 * cpu:.1f} ms CPU, {upstream:.2f} s upstream "
                f"({INTACCT_SECONDS} s of think time a request at Intacct, {PROCORE_SECONDS} s at Procore)"
            ),
            f"an export of 500 lines: {1000 * _median(large, 'cpu'):.1f} ms CPU, all told",
            f"calls upstream: {_tally(small[0]['upstream_calls'])}",
        ),
    )


def cost(bench: Bench, subcontracts: Subcontracts, transitions: int) -> Finding:
    """P8: the units that AWS bills for an export of a subcontract of five lines, times its prices."""
    (found,) = bench.worker([subcontracts.sign(5) for _ in range(2)])
    calls = Counter(found["before"]["calls"]) + Counter(found["export"]["calls"])
    units = Counter(found["before"]["units"]) + Counter(found["export"]["units"])
    upstream = sum(PROCORE_SECONDS if path.partition(" ")[2].startswith("/rest") else INTACCT_SECONDS for path in found["upstream_calls"])
    behind = sum(found["export"]["calls"].values())
    seconds = upstream + found["cpu"] / PROCESSOR + behind * AWS_SECONDS
    puts, gets = calls["s3.PutObject"], calls["s3.GetObject"]
    parts = {
        f"Step Functions, {transitions} transitions": transitions * prices.TRANSITION,
        f"DynamoDB, {units['write']} write and {units['read']} read units": units["write"] * prices.WRITE_UNIT
        + units["read"] * prices.READ_UNIT,
        f"S3, {puts} puts and {gets} gets": puts * prices.S3_PUT + gets * prices.S3_GET,
        f"Lambda, {seconds:.2f} s of {MEMORY_GB} GB ({upstream:.1f} s upstream) and 3 short calls": (seconds + 0.3)
        * MEMORY_GB
        * prices.LAMBDA_GB_SECOND
        + 4 * prices.LAMBDA_REQUEST,
        "API Gateway, 2 calls": 2 * prices.API_REQUEST,
        "logs, 10 kB": 10_000 / 1e9 * prices.LOG_GB,
    }
    mails = calls["sesv2.SendEmail"]
    return Finding(
        measured=(Measured(goal="P8", figure=1000 * sum(parts.values()), unit="dollars of AWS per 1,000 exports", bound=0.15),),
        counted=(
            *(f"{name}: ${1000 * dollars:.4f} per 1,000" for name, dollars in parts.items()),
            f"beside it, where mail is on: {mails} mails: ${1000 * mails * prices.MAIL:.2f} per 1,000",
            f"calls of AWS before the click: {_named(found['before']['calls'])}",
            f"calls of AWS behind it: {_named(found['export']['calls'])}",
        ),
    )


def click(bench: Bench, subcontracts: Subcontracts) -> tuple[Finding, int]:
    """P10 and P7 for exports: from ``POST /decisions`` to the document in Intacct's books, on the deployed stack, warm; and the
    transitions of the run."""
    marco, dana = bench.story.people["marco"], bench.story.people["dana"]
    taken, executions = [], []
    for _ in range(6):
        item = marco.ask("POST", "/items", subcontracts.sign(5), expect=201).body["item"]
        began, upstream = time.monotonic(), len(bench.stage.intacct.requests)
        decision = {"item": item["id"], "verdict": "approve", "fingerprint": item["fingerprint"]}
        run = dana.ask("POST", "/decisions", {"decisions": [decision]}, expect=200).body["results"][0]["run"]
        _booked(bench, item["number"])
        seconds = time.monotonic() - began
        taken.append(seconds - sum(each.ended - each.began for each in list(bench.stage.intacct.requests)[upstream:] if each.ended))
        bench.story.desk.booked(item)
        executions.append(run)
    # The local Step Functions writes no history of what happens inside a Map; on AWS each item enters one state there, Export.
    inside = 1
    transitions = [_transitions(bench, bench.stage.outputs["ExportRunArn"], f"{run}-w1") + inside for run in executions]
    finding = Finding(
        measured=(
            Measured(goal="P7", figure=max(transitions), unit="transitions of a run of one", bound=4),
            Measured(goal="P10", figure=statistics.median(taken[1:]), unit="s beside upstream time, click to document, warm", bound=1),
        ),
        counted=("seconds of each: " + ", ".join(f"{seconds:.2f}" for seconds in taken) + " (the first is cold)",),
    )
    return finding, max(transitions)


def imports(bench: Bench) -> Finding:
    """P7 for imports: the largest import there is, all cost codes and types, and what travels between its states."""
    alex = bench.story.people["alex"]
    run = alex.ask("POST", "/imports", {"objects": ["cost_codes", "cost_types"], "full": True}, expect=202).body["run"]["id"]
    counts = until(lambda: _ended(alex.ask("GET", f"/runs/{run}", expect=200).body["run"]), run)["counts"]
    arn = bench.stage.outputs["ImportRunArn"]
    return Finding(
        measured=(
            Measured(
                goal="P7", figure=_transitions(bench, arn, run), unit=f"transitions of an import of {counts.get('read', 0):,} rows", bound=8
            ),
        ),
        counted=(f"largest state: {_largest_state(bench, arn, run):,} bytes",),
    )


def _booked(bench: Bench, number: str) -> None:
    until(lambda: bench.stage.intacct.store.find("PODOCUMENT", DOCNO=number) or None, f"{number} is in Intacct's books")


def _ended(run: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return run if run["state"] in {"ended", "stopped", "failed"} else None


def _history(bench: Bench, machine: str, name: str) -> list[dict[str, Any]]:
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    states = bench.stage.aws.clients.stepfunctions
    until(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING" or None, f"{name} ends")
    pages = states.get_paginator("get_execution_history").paginate(executionArn=execution)
    return [dict(event) for page in pages for event in page["events"]]


def _transitions(bench: Bench, machine: str, name: str) -> int:
    """What AWS bills: each state entered."""
    return sum(1 for event in _history(bench, machine, name) if event["type"].endswith(TRANSITION))


def _largest_state(bench: Bench, machine: str, name: str) -> int:
    return max(len(json.dumps(event, default=str)) for event in _history(bench, machine, name))


def _think(bench: Bench, intacct: float, procore: float) -> None:
    for simulator, seconds in ((bench.stage.intacct, intacct), (bench.stage.procore, procore)):
        simulator.faults.clear()
        if seconds:
            simulator.faults.plan({"fault": "delay", "seconds": seconds, "times": 100_000})


def _median(found: Sequence[Mapping[str, Any]], name: str) -> float:
    return float(statistics.median(each[name] for each in found))


def _tally(calls: Sequence[str]) -> str:
    return ", ".join(f"{number} x {call}" if number > 1 else call for call, number in Counter(calls).items())


def _named(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(calls.items()))
