"""Every function has a sample event, and it runs."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connector import bootstrap, bootstrap_webhook
from connector.ports import Run
from tests.unit.entrypoints.office import COMPANY, DANA, Office, context

ROOT = Path(__file__).parents[3]
ANSWERS: dict[str, dict[str, Any]] = {
    "api": {"statusCode": 200, "body": '{"items":[],"cursor":""}'},
    "approval_link": {"statusCode": 404},
    "embedded_app": {"statusCode": 401},
    "authorizer": {"principalId": DANA.id},
    "procore_webhook": {"statusCode": 204},
    "webhook_events": {"batchItemFailures": []},
    "finish_run": {"counts": {"refused": 1}},
    "sweep": {"approved, never started": 0, "worker gone": 0, "not written back": 0},
    "scheduled_import": {},
    "drift_watch": {},
}
"""What each answers in a fresh office, as far as it counts."""
OF_OBJECTS: dict[str, dict[str, Any]] = {"export": {"result": "refused", "code": "NOT_FOUND"}, "import": {"more": False}}


@pytest.fixture
def fresh(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    here = SimpleNamespace(procore_company=COMPANY, procore_frames="https://*.procore.com")
    for module in ("authorizer", "procore_webhook", "embedded_app"):
        monkeypatch.setattr(f"connector.entrypoints.{module}.environment", lambda: here)
    monkeypatch.setattr(bootstrap, "identity", lambda: SimpleNamespace(who_is=lambda _token, _company: DANA))
    monkeypatch.setattr(bootstrap_webhook, "webhook_secrets", lambda: ("the-webhook-secret",))
    monkeypatch.setattr(bootstrap_webhook, "webhook_queue", lambda: office.queue)
    run = Run(
        id="export-sample", kind="export", state="running", started_at=office.clock.now(), started_by="x", waves=(("commitments:4711",),)
    )
    office.state.put_run(run)
    office.state.put_run(run.model_copy(update={"id": "import-sample-1", "kind": "import", "state": "ended"}))
    return office


@pytest.mark.parametrize("function", sorted(path.parent.name for path in ROOT.glob("functions/*/app.py")))
@pytest.mark.usefixtures("fresh")
def test_the_sample_of_each_function_runs(function: str) -> None:
    found = importlib.util.spec_from_file_location(f"sample_of_{function}", ROOT / "functions" / function / "app.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    event = json.loads((ROOT / "events" / f"{function}.json").read_text())
    answer = module.lambda_handler(event, context())
    expected = ANSWERS[function] if function in ANSWERS else OF_OBJECTS[event["do"]]
    assert {name: answer[name] for name in expected} == expected
