"""A process that exports as the functions do, and says what each took: ``python -m tools.bench.worker < task.json > found.json``.

It has the environment of a deployed function, so that everything but the processor is the product's own: the handler, the engine, both
systems' adapters, DynamoDB, S3. Alone in its process, its CPU time is the connector's own time.

Task: ``{"function", "sender", "approver", "records": [{"object", "procore_id", "project_id"}]}``; the first record warms up.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import requests

from tools.bench.meter import Meter

FUNCTIONS = Path(__file__).parents[2] / "functions"


class Upstream:
    """Seconds and requests at Procore and Intacct, measured where requests hands over to the network."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls: list[str] = []

    def install(self) -> None:
        sent = requests.adapters.HTTPAdapter.send
        upstream = self

        def timed(adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            began = time.perf_counter()
            try:
                return sent(adapter, request, **options)
            finally:
                upstream.seconds += time.perf_counter() - began
                upstream.calls.append(f"{request.method} {request.path_url.partition('?')[0]}")

        requests.adapters.HTTPAdapter.send = timed  # type: ignore[method-assign,assignment]

    def reset(self) -> None:
        self.seconds = 0.0
        self.calls.clear()


class _NotStarted:
    """The state machines: what they would call is called here."""

    def start_export(self, run_id: str, wave: int, items: Sequence[str]) -> None: ...

    def start_sends(self, run_id: str, wave: int, items: Sequence[str]) -> None: ...

    def start_import(self, run_id: str, object_name: str) -> None: ...


def main() -> None:
    task = json.load(sys.stdin)
    meter, upstream = Meter(), Upstream()
    meter.install()
    upstream.install()
    from connector import bootstrap  # noqa: PLC0415 -- after the meters

    world = replace(bootstrap.world(), workflows=_NotStarted())
    handler = _handler(task["function"])
    found = [_exported(world, handler, task, record, meter, upstream) for record in task["records"]]
    json.dump(found[1:], sys.stdout)


def _handler(function: str) -> Any:
    spec = importlib.util.spec_from_file_location("app", FUNCTIONS / function / "app.py")
    assert spec is not None  # noqa: S101 -- the folder is ours
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.lambda_handler


def _exported(world: Any, handler: Any, task: dict[str, Any], record: dict[str, str], meter: Meter, upstream: Upstream) -> dict[str, Any]:
    from connector.core.people import Person  # noqa: PLC0415
    from connector.engine.decide import Decision, decide  # noqa: PLC0415
    from connector.engine.finish import finish_wave  # noqa: PLC0415
    from connector.engine.submit import send  # noqa: PLC0415
    from connector.engine.world import Source  # noqa: PLC0415

    meter.reset()
    sender, approver = (Person(id=task[who], login=task[who], name=task[who], company=world.company) for who in ("sender", "approver"))
    source = Source(procore_id=record["procore_id"], project_id=record["project_id"])
    sent = send(world, sender, record["object"], source, {})
    if sent.item is None:
        raise SystemExit(f"{record} is refused: {[violation.message for violation in sent.violations]}")
    (decided,) = decide(world, approver, [Decision(item=sent.item.id, verdict="approve", fingerprint=sent.item.fingerprint)], via="bench")
    before = {"calls": dict(meter.calls), "units": dict(meter.units)}
    meter.reset()
    upstream.reset()
    context = SimpleNamespace(aws_request_id=f"bench-{sent.item.id}", function_name="bench", get_remaining_time_in_millis=lambda: 300_000)
    began, cpu = time.perf_counter(), time.process_time()
    outcome = handler({"do": "export", "run": decided.run, "item": sent.item.id}, context)
    taken = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "upstream": upstream.seconds}
    finish_wave(world, decided.run, 1, [outcome])
    if outcome["result"] != "done":
        raise SystemExit(f"{record} was not exported: {outcome}")
    return taken | {
        "upstream_calls": list(upstream.calls),
        "before": before,
        "export": {"calls": dict(meter.calls), "units": dict(meter.units)},
    }


if __name__ == "__main__":
    main()
