"""The webhook door and what stands behind it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from connector import bootstrap_webhook
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.entrypoints import procore_webhook, webhook_events
from connector.ports import Contention, Json
from tests.unit.entrypoints.office import COMMITMENT, COMPANY, PIER_9, Office, call, context

SECRET = "a-long-secret"
PAYLOAD = {
    "id": "01HZX",
    "timestamp": "2026-06-01T12:00:00Z",
    "reason": "update",
    "company_id": COMPANY,
    "project_id": "24107",
    "user_id": "77",
    "resource_type": "Work Order Contracts",
    "resource_id": "4711",
}


@pytest.fixture
def door(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(bootstrap_webhook, "webhook_secrets", lambda: (SECRET, "previous"))
    monkeypatch.setattr(bootstrap_webhook, "webhook_queue", lambda: office.queue)
    monkeypatch.setattr("connector.entrypoints.procore_webhook.environment", lambda: SimpleNamespace(procore_company=COMPANY))
    return office


def knock(body: object = PAYLOAD, authorization: str | None = f"Bearer {SECRET}", **change: Any) -> tuple[int, dict[str, Any]]:
    event = call("POST", "/webhooks/procore", None, body) | {"headers": {"Authorization": authorization} if authorization else {}} | change
    answer = procore_webhook.lambda_handler(event, context())
    return answer["statusCode"], json.loads(answer["body"] or "{}")


class TestTheDoor:
    def test_an_event_is_queued_once_however_often_it_comes(self, door: Office) -> None:
        assert [knock()[0] for _ in range(3)] == [204] * 3
        assert knock(authorization="previous")[0] == 204
        [(group, text)] = door.queue.put_once.values()
        assert group == "Work Order Contracts 4711"
        assert json.loads(text)["resource_id"] == "4711"

    @pytest.mark.parametrize("authorization", [None, "", "Bearer wrong", f"{SECRET}x", "Bearer "])
    def test_a_wrong_secret_is_401_and_nothing_is_kept(self, door: Office, authorization: str | None) -> None:
        status, said = knock(authorization=authorization)
        assert (status, said["error"]["code"]) == (401, "WRONG_SECRET")
        assert SECRET not in json.dumps(said)
        assert door.queue.put_once == {}

    @pytest.mark.parametrize("body", ["", "[]", "{", json.dumps(PAYLOAD | {"resource_id": None}), json.dumps(PAYLOAD | {"id": {"a": 1}})])
    def test_a_malformed_event_is_422(self, door: Office, body: str) -> None:
        assert knock(body)[0] == 422
        assert door.queue.put_once == {}

    def test_an_oversized_event_is_413(self, door: Office) -> None:
        assert knock(PAYLOAD | {"more": "x" * 65_536})[0] == 413
        assert knock("A" * 200_000, isBase64Encoded=True)[0] == 413
        assert door.queue.put_once == {}

    def test_a_body_may_come_in_base64(self, door: Office) -> None:
        assert knock(base64.b64encode(json.dumps(PAYLOAD).encode()).decode(), isBase64Encoded=True)[0] == 204
        assert len(door.queue.put_once) == 1
        assert knock("%%", isBase64Encoded=True)[0] == 422

    def test_another_companys_event_is_none_of_ours(self, door: Office) -> None:
        assert knock(PAYLOAD | {"company_id": "1"})[0] == 204
        assert door.queue.put_once == {}

    def test_when_the_queue_is_away_procore_sends_again(self, door: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object, **__: object) -> None:
            raise RetryLater(Code.UNAVAILABLE, "SQS does not answer.", seconds=2)

        monkeypatch.setattr(door.queue, "put", away)
        assert knock()[0] == 503

    def test_our_own_fault_is_a_code(self, door: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("hunter2")

        monkeypatch.setattr(door.queue, "put", broken)
        status, said = knock()
        assert (status, said["error"]["code"]) == (500, "OUR_FAULT")
        assert "hunter2" not in json.dumps(said)


def bring(*bodies: str) -> list[str]:
    """The messages that are to come again."""
    records = [{"messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)]
    return [each["itemIdentifier"] for each in webhook_events.lambda_handler({"Records": records}, context())["batchItemFailures"]]


def hint(resource_id: str = "4711") -> str:
    known = {"id": "e", "resource": "Work Order Contracts", "event": "update", "resource_id": resource_id, "project_id": "", "by_us": False}
    return json.dumps(known | {"company_id": COMPANY})


class TestTheQueue:
    def test_events_are_acted_on(self, office: Office) -> None:
        before = office.send()
        office.door.records["commitments", "4711"][1]["title"] = "Steel, changed"
        assert bring(hint(), hint("1"), hint()) == []
        assert office.item().title == "Steel, changed"
        assert office.item().fingerprint != before.fingerprint

    @pytest.mark.parametrize(
        "problem", [RetryLater(Code.UNAVAILABLE, "away", seconds=1), ConnectorError(Code.NO_PERMISSION, "no"), Contention("x")]
    )
    def test_what_fails_comes_again_with_all_behind_it(self, office: Office, monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
        office.send()

        def fetch(_room: object, source: Any) -> None:
            assert source.procore_id == "4711"
            raise problem

        monkeypatch.setattr(office.door, "fetch", fetch)
        assert bring(hint("1"), hint(), hint("2")) == ["m1", "m2"]

    @pytest.mark.parametrize(("project", "asked"), [(PIER_9, [{"project_id": PIER_9, "contract_id": "4711"}]), ("99", [])])
    def test_what_goes_by_itself_is_looked_for_in_the_project_of_the_event(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, project: str, asked: list[dict[str, str]]
    ) -> None:
        seen: list[Mapping[str, str]] = []

        def pages(_path: str, params: Mapping[str, str]) -> list[list[Json]]:
            seen.append(params)
            return []

        monkeypatch.setattr(office.world.procore, "pages", pages, raising=False)
        office.link_commitment()
        assert bring(json.dumps(json.loads(hint()) | {"resource": "Contract Payments", "project_id": project})) == []
        assert seen == asked

    @pytest.mark.usefixtures("office")
    def test_a_poisoned_message_goes_to_the_dead_letters(self) -> None:
        assert bring("{", hint("1")) == ["m0", "m1"]


def test_the_item_named_in_the_tests_is_the_one_of_the_office(office: Office) -> None:
    assert office.send().id == COMMITMENT
