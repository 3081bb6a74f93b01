"""Webhooks: hooks, triggers and payloads without a socket; deliveries to a receiver on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from sandbox.procore import COMPANY_ID, ProcoreSimulator
from sandbox.serving import RunningServer, serve
from tests.sandbox.procore.small import V1, V2, Api, StillClock

COMPANY = {"company_id": COMPANY_ID}
HOOKS = f"{V1}/webhooks/hooks"
NOWHERE = "http://127.0.0.1:9/hook"


def hook(api: Api, url: str = NOWHERE, *, project: int | None = None, version: str = "v2", **changes: Any) -> int:
    place = COMPANY if project is None else {"project_id": project}
    headers = {"Authorization": "Bearer secret-12345", "X-Other": "yes-please"}
    given = {"api_version": version, "namespace": "my-app", "destination_url": url, "destination_headers": headers, **changes}
    return int(api.done("POST", HOOKS, None, {**place, "hook": given})["id"])


def trigger(api: Api, hook_id: int, resource: str, reason: str = "update", *, project: int | None = None) -> int:
    place = COMPANY if project is None else {"project_id": project}
    body = {**place, "api_version": "v2", "trigger": {"resource_name": resource, "event_type": reason}}
    return int(api.done("POST", f"{HOOKS}/{hook_id}/triggers", None, body)["id"])


def rename(api: Api, text: str = "n") -> int:
    """Change a vendor; its id."""
    vendor = api.id_of("vendors", name="Brace Steel")
    api.done("PATCH", f"{V1}/vendors/{vendor}", None, {**COMPANY, "vendor": {"notes": text}})
    return vendor


def queued(api: Api, hook_id: int) -> list[dict[str, Any]]:
    return [row["event"] for row in api.simulator.store["deliveries"].rows(hook_id=hook_id)]


def test_a_hook_shows_the_end_of_its_secret_only(api: Api) -> None:
    hook(api)
    assert api.call("GET", HOOKS, {"company_id": 5}).status_code in (403, 404)
    shown = api.get(HOOKS, **COMPANY)[0]
    assert shown["destination_headers"] == {"Authorization": "*****12345", "X-Other": "*****lease"}
    assert (shown["api_version"], shown["namespace"], shown["owned_by_company_id"]) == ("v2.0", "my-app", COMPANY_ID)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"namespace": "My App"}, "namespace"),
        ({"destination_url": "ftp://x"}, "destination_url"),
        ({"api_version": "v9"}, "payload_version"),
        ({"destination_headers": {"Authorization": 5}}, "headers"),
    ],
)
def test_hooks_that_are_refused(api: Api, wrong: dict[str, Any], field: str) -> None:
    given = {"api_version": "v2", "namespace": "a", "destination_url": NOWHERE, **wrong}
    assert field in api.refused(400, "POST", HOOKS, None, {**COMPANY, "hook": given})["message"]


def test_a_trigger_is_of_its_hook_s_scope(api: Api) -> None:
    company, project = hook(api), hook(api, project=api.job)
    body = {"trigger": {"resource_name": "Work Order Contracts", "event_type": "update"}}
    assert "resource_name" in api.refused(422, "POST", f"{HOOKS}/{company}/triggers", None, {**COMPANY, **body})["errors"]
    assert api.call("POST", f"{HOOKS}/{project}/triggers", None, {"project_id": api.job, **body}).status_code == 201
    assert api.call("POST", f"{HOOKS}/{project}/triggers", None, {"project_id": api.job, **body}).status_code == 422, "twice"
    assert api.call("GET", f"{HOOKS}/{project}/triggers", COMPANY).status_code == 404
    gone = {"project_id": api.job, "trigger": {"resource_name": "Project Vendors", "event_type": "update"}}
    assert "event_type" in api.refused(422, "POST", f"{HOOKS}/{project}/triggers", None, gone)["errors"]
    names = {each["tools"] for each in api.get(f"{V1}/webhooks/resources", **COMPANY)}
    assert "Company Vendors" in names
    assert "Work Order Contracts" not in names


def test_triggers_in_bulk(api: Api) -> None:
    path = f"{HOOKS}/{hook(api)}/triggers/bulk"
    good = {"resource_name": "Company Vendors", "event_type": "update"}
    assert len(api.done("POST", path, None, {**COMPANY, "triggers": [good]})["success"]) == 1
    mixed = api.call("POST", path, None, {**COMPANY, "triggers": [{**good, "event_type": "create"}, good]})
    assert (mixed.status_code, len(mixed.json["success"]), len(mixed.json["failed"])) == (207, 1, 1)
    assert api.call("POST", path, None, {**COMPANY, "triggers": [good] * 501}).status_code == 413
    ids = [row["id"] for row in api.simulator.store["triggers"].rows()]
    assert api.done("DELETE", path, None, {**COMPANY, "trigger_ids": ids}) == {"success": ids}
    assert api.call("DELETE", path, None, {**COMPANY, "trigger_ids": [5]}).status_code == 207


def test_v2_hooks(api: Api) -> None:
    hooks = f"{V2}/projects/{api.job}/webhooks/hooks"
    given = {"payload_version": "v4.0", "namespace": "a", "destination_url": NOWHERE, "destination_headers": {"Authorization": "abcdefgh"}}
    made = api.done("POST", hooks, None, given)["data"]
    assert (made["project_id"], made["status"], made["trigger_count"]) == (str(api.job), "active", 0)
    assert isinstance(made["id"], str)
    body = {"resource_name": "Cost Codes", "event_type": "create"}
    assert api.done("POST", f"{hooks}/{made['id']}/triggers", None, body)["data"]["webhook_hook_id"] == made["id"]
    assert api.get(f"{hooks}/{made['id']}")["data"]["trigger_count"] == 1
    api.done("POST", f"{V1}/cost_codes", None, {"project_id": api.job, "cost_code": {"code": "1", "name": "N"}})
    deliveries = api.get(f"{hooks}/{made['id']}/deliveries", **{"filter[resource_name]": "Cost Codes"})["data"]
    assert [each["status"] for each in deliveries] == ["enqueued"]
    assert api.get(f"{hooks}/{made['id']}/deliveries", **{"filter[event_type]": "delete"})["data"] == []
    assert api.call("DELETE", f"{hooks}/{made['id']}").status_code == 204
    assert api.get(hooks)["data"] == []
    listed = api.get(f"{V2}/webhooks/resources", payload_version="v4.0", per_page=100)["data"]
    assert {"category", "tool", "name", "payload_version", "actions"} == set(listed[0])


def test_an_event_tells_who_did_what(api: Api, person: Callable[[str], Api]) -> None:
    """A client knows its own changes by the user; so events of a person and of the service account differ."""
    hook_id = hook(api)
    trigger(api, hook_id, "Company Vendors")
    vendor = rename(api)
    rename(person("ada"))
    first, second = queued(api, hook_id)
    assert (first["resource_name"], first["event_type"], first["resource_id"]) == ("Company Vendors", "update", vendor)
    assert (first["company_id"], first["project_id"], first["api_version"]) == (COMPANY_ID, None, "v2.0")
    assert first["timestamp"] == "2026-11-23T12:00:00.000000Z"
    assert first["metadata"]["source_user_id"] == first["user_id"] == api.id_of("users", service_of="sandbox")
    assert second["user_id"] == api.id_of("users", key="ada")
    assert first["id"] != second["id"]
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", first["ulid"])
    assert first["ulid"] != second["ulid"]
    assert "related_resources" not in first


def test_payloads_by_version(api: Api) -> None:
    hooks = {version: hook(api, project=api.job, version=version) for version in ("v3.0", "v4.0")}
    for hook_id in hooks.values():
        trigger(api, hook_id, "Purchase Order Contract Line Items", "create", project=api.job)
    order = api.id_of("purchase_order_contracts")
    body = {"project_id": api.job, "line_item": {"amount": "1"}}
    line = api.done("POST", f"{V1}/purchase_order_contracts/{order}/line_items", None, body)["id"]
    [third] = queued(api, hooks["v3.0"])
    assert third["related_resources"] == [{"id": order, "name": "Purchase Order Contracts"}]
    [fourth] = queued(api, hooks["v4.0"])
    assert fourth == {
        "id": fourth["id"],
        "timestamp": "2026-11-23T12:00:00.000000Z",
        "reason": "create",
        "company_id": str(COMPANY_ID),
        "project_id": str(api.job),
        "user_id": str(api.id_of("users", service_of="sandbox")),
        "resource_type": "Purchase Order Contract Line Items",
        "resource_id": str(line),
    }


def test_events_go_to_hooks_of_their_project_with_that_trigger(api: Api) -> None:
    here, there, other = hook(api, project=api.job), hook(api, project=api.other_job), hook(api, project=api.job)
    trigger(api, here, "Sub Jobs", "create", project=api.job)
    trigger(api, there, "Sub Jobs", "create", project=api.other_job)
    trigger(api, other, "Sub Jobs", "delete", project=api.job)
    made = api.done("POST", f"{V1}/sub_jobs", None, {"project_id": api.job, "sub_job": {"name": "B", "code": "B"}})
    assert ([len(queued(api, each)) for each in (here, there, other)]) == [1, 0, 0]
    api.done("DELETE", f"{V1}/sub_jobs/{made['id']}", {"project_id": api.job})
    assert ([len(queued(api, each)) for each in (here, there, other)]) == [1, 0, 1]


def test_a_disabled_or_deleted_hook_hears_nothing(api: Api) -> None:
    path = f"{V2}/webhooks/hooks"
    first, second = hook(api), hook(api)
    for each in (first, second):
        trigger(api, each, "Company Vendors")
    api.done("PATCH", f"{path}/{first}", None, {"status": "disabled"})
    api.done("DELETE", f"{path}/{second}")
    rename(api)
    assert queued(api, first) == queued(api, second) == []


def test_a_change_order_is_told_of_as_its_package(api: Api) -> None:
    hook_id = hook(api, project=api.job)
    trigger(api, hook_id, "Change Order Packages", project=api.job)
    order = api.simulator.store["change_orders"].rows(number="002")[0]
    body = {"change_order": {"status": "approved"}}
    api.done("PATCH", f"{V1}/projects/{api.job}/commitment_change_orders/{order['id']}", None, body)
    assert [event["resource_id"] for event in queued(api, hook_id)] == [order["package_id"]]


@dataclass
class Receiver:
    """Answers with ``status`` and keeps what came."""

    status: int = 200
    came: list[tuple[dict[str, Any], str | None]] = field(default_factory=list)
    server: RunningServer | None = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.came.append((json.loads(request.get_data()), request.headers.get("Authorization")))
        return Response(f"status {self.status}", self.status)(environ, start_response)

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"{self.server.url}/hook?from=procore"

    @property
    def notes(self) -> list[int]:
        return [body["id"] for body, _ in self.came]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with serve(receiver) as receiver.server:
        yield receiver


@pytest.fixture
def sender(served: ProcoreSimulator) -> Api:
    return Api(served, served.token())


def outcomes(api: Api, hook_id: int, **query: Any) -> list[str]:
    return [each["outcome"] for each in api.get(f"{HOOKS}/{hook_id}/deliveries", **COMPANY, **query)]


def test_a_delivery_carries_its_headers(sender: Api, receiver: Receiver) -> None:
    hook_id = hook(sender, receiver.url)
    trigger(sender, hook_id, "Company Vendors")
    vendor = rename(sender)
    assert sender.simulator.webhooks.settle()
    [(body, authorization)] = receiver.came
    assert (body["resource_id"], authorization) == (vendor, "Bearer secret-12345")
    [delivery] = sender.get(f"{HOOKS}/{hook_id}/deliveries", **COMPANY)
    assert (delivery["outcome"], delivery["response_status"], delivery["response_body"]) == ("ok", 200, "status 200")
    assert delivery["event"] == body


def test_duplicates_and_disorder_on_order(sender: Api, receiver: Receiver, clock: StillClock) -> None:
    trigger(sender, hook(sender, receiver.url), "Company Vendors")
    webhooks = sender.simulator.webhooks
    sender.simulator.faults.plan({"fault": "reorder", "match": '"event_type": "update"'})
    rename(sender, "first")
    assert webhooks.settle()
    assert receiver.came == [], "held back"
    sender.simulator.faults.plan({"fault": "duplicate"})
    rename(sender, "second")
    assert webhooks.settle()
    clock.move(seconds=2)
    webhooks.wake()
    assert webhooks.settle()
    assert receiver.notes == [2, 2, 1]


def test_a_failing_receiver_pauses_its_own_queue(sender: Api, receiver: Receiver, clock: StillClock) -> None:
    webhooks = sender.simulator.webhooks
    failing, well = Receiver(500), hook(sender, receiver.url)
    trigger(sender, well, "Company Vendors")
    with serve(failing) as failing.server:
        ill = hook(sender, failing.url)
        trigger(sender, ill, "Company Vendors")
        rename(sender, "a")
        rename(sender, "b")
        assert webhooks.settle()
        assert (receiver.notes, failing.notes) == ([1, 3], [2]), "the other hook goes on"
        for pause in (1, 2, 4):
            clock.move(seconds=pause - 0.1)
            webhooks.wake()
            assert webhooks.settle()
            tries = len(failing.came)
            clock.move(seconds=0.1)
            webhooks.wake()
            assert webhooks.settle()
            assert len(failing.came) == tries + 1, pause
        assert outcomes(sender, ill) == ["failed", "retried"], "the newest first"
        assert outcomes(sender, ill, **{"filters[status]": "failing"}) == ["retried"]
        failing.status = 204
        clock.move(hours=1)
        webhooks.wake()
        assert webhooks.settle()
    assert failing.notes == [2, 2, 2, 2, 2, 4]
    assert outcomes(sender, ill) == ["ok", "ok"]


def test_after_twelve_hours_everything_queued_is_discarded(sender: Api, clock: StillClock) -> None:
    hook_id = hook(sender)
    trigger(sender, hook_id, "Company Vendors")
    webhooks = sender.simulator.webhooks
    rename(sender, "a")
    rename(sender, "b")
    assert webhooks.settle()
    assert webhooks.waiting(hook_id) == 2
    for _ in range(12):
        assert webhooks.waiting(hook_id) == 2
        clock.move(hours=1)
        webhooks.wake()
        assert webhooks.settle()
    sender.token = sender.simulator.token()
    assert outcomes(sender, hook_id) == ["discarded", "discarded"]
    assert webhooks.waiting(hook_id) == 0
    rename(sender, "c")
    assert webhooks.settle()
    assert outcomes(sender, hook_id)[0] == "retried", "what comes later is tried again"


def test_deliveries_are_paged_backwards(api: Api) -> None:
    hook_id = hook(api)
    trigger(api, hook_id, "Company Vendors")
    for _ in range(3):
        rename(api)
    path = f"{HOOKS}/{hook_id}/deliveries"
    first = api.get(path, **COMPANY, page_size=2)
    assert [each["event_id"] for each in first] == [3, 2]
    assert [each["event_id"] for each in api.get(path, **COMPANY, page_size=2, page_start=2)] == [1]
    assert api.call("GET", path, {**COMPANY, "filters[status]": "some"}).status_code == 400
