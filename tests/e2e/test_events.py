"""Every sample event invokes its function in the deployed stack, under the function's own role."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.adapters.aws.sync_state import DynamoSyncState
from connector.ports import Run
from connector.rooms import Rooms
from sandbox.aws.packaging import read_template
from sandbox.aws.places import ROOT
from sandbox.story.stage import STACK, Stage
from tests.local_aws import adapters_clients

EVENTS = {path.stem: path for path in sorted((ROOT / "events").glob("*.json"))}
FUNCTIONS = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}


def test_every_function_has_an_event_and_a_place_in_the_template() -> None:
    resources = read_template(ROOT)["Resources"].values()
    placed = {each["Properties"]["CodeUri"].removeprefix("functions/") for each in resources if each["Type"] == "AWS::Serverless::Function"}
    assert set(EVENTS) == FUNCTIONS == placed


@pytest.mark.usefixtures("_sample_runs")
@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_invokes_its_function(staged: Stage, name: str) -> None:
    function = f"{STACK}-{name if name in _OBJECTS else name.replace('_', '-')}"
    answer = staged.aws.clients.functions.invoke(FunctionName=function, Payload=EVENTS[name].read_bytes())
    said: Any = json.loads(answer["Payload"].read() or b"null")
    assert "AccessDenied" not in json.dumps(said)
    expected = _REFUSED.get(name)
    if expected is not None:
        assert said["errorMessage"].startswith(expected) if "errorMessage" in said else expected in json.dumps(said)
    else:
        assert answer.get("FunctionError") is None, said


_OBJECTS = set(Rooms())
_REFUSED = {
    # Nobody is signed in with the token of a sample.
    "authorizer": "Unauthorized",
}


@pytest.fixture(scope="module")
def _sample_runs(staged: Stage) -> None:
    """The runs that the samples speak of."""
    began = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    with adapters_clients(staged.aws) as clients:
        state = DynamoSyncState(clients, table=staged.outputs["StateTable"], cross_references=staged.outputs["CrossReferencesTable"])
        state.put_run(
            Run(id="export-sample", kind="export", state="running", started_at=began, started_by="a test", waves=(("commitments:4711",),))
        )
        state.put_run(
            Run(id="import-sample-1", kind="import", state="running", started_at=began, started_by="a test", objects=("cost_codes",))
        )
