"""Direct costs: lines, syncs, the lock of synced ones, and one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import requests

from sandbox.procore import COMPANY_ID, ProcoreSimulator
from tests.sandbox.procore.small import V1, Api

COST = {"direct_cost_type": "expense", "direct_cost_date": "2026-11-01", "status": "approved", "description": "Fuel"}


def path(api: Api, version: str = "v1.0") -> str:
    return f"/rest/{version}/projects/{api.job}/direct_costs"


def code(api: Api) -> int:
    return int(api.simulator.store["budget_line_items"].rows(original_budget_amount=900)[0]["wbs_code_id"])


def make(api: Api, **attributes: Any) -> Any:
    lines = [{"wbs_code_id": code(api), "manual_amount": 10.25, "ref": "a"}, {"wbs_code_id": code(api), "quantity": 2, "unit_cost": 1.5}]
    return api.done("POST", path(api, "v1.1"), None, {"direct_cost": {**COST, "line_items": lines, **attributes}})


def test_a_cost_comes_with_its_lines(api: Api) -> None:
    made = make(api)
    assert (made["grand_total"], [line["amount"] for line in made["line_items"]]) == ("13.25", ["10.25", "3.0"])
    assert made["line_items"][0]["ref"] == "a"
    listed = api.get(path(api, "v1.1"))
    assert (listed[0]["grand_total"], "line_items" in listed[0]) == ("13.25", False)
    budget = api.get(f"{V1}/budget_line_items/{api.id_of('budget_line_items', original_budget_amount=900)}", project_id=api.job)
    assert budget["direct_costs"] == 13.25
    line = made["line_items"][0]
    changed = {"direct_cost": {"line_items": [{"id": line["id"], "manual_amount": 20}]}}
    assert api.done("PATCH", f"{path(api, 'v1.1')}/{made['id']}", None, changed)["grand_total"] == "23.0"
    assert api.done("DELETE", f"{path(api)}/{made['id']}") == {"id": made["id"]}


def test_an_invoice_names_its_vendor_and_number(api: Api) -> None:
    cost = {**COST, "direct_cost_type": "invoice", "invoice_number": "I-1"}
    assert "vendor_id" in api.refused(422, "POST", path(api, "v1.1"), None, {"direct_cost": cost})["errors"]
    steel = api.id_of("vendors", name="Brace Steel")
    assert api.done("POST", path(api, "v1.1"), None, {"direct_cost": {**cost, "vendor_id": steel}})["vendor_name"] == "Brace Steel"


def test_at_most_a_hundred_lines(api: Api) -> None:
    lines = [{"wbs_code_id": code(api), "manual_amount": 1}] * 101
    body = {"direct_cost": {**COST, "line_items": lines}}
    assert "line_items" in api.refused(422, "POST", path(api, "v1.1"), None, body)["errors"]


def test_costs_and_lines_are_synced(api: Api) -> None:
    costs = api.sync(f"{path(api)}/sync", [{**COST, "origin_id": "gl:1"}, {"origin_id": "gl:2"}])
    assert [error["errors"] for error in costs["errors"]] == [{"direct_cost_type": ["can't be blank"]}]
    cost = costs["entities"][0]["id"]
    updates = [
        {"direct_cost_id": cost, "amount": -5.5, "wbs_code_id": code(api), "origin_id": "l:1"},
        {"direct_cost_id": 5, "amount": 1},
        {"amount": 1},
    ]
    lines = api.sync(f"{path(api)}/line_items/sync", updates)
    assert [entity["amount"] for entity in lines["entities"]] == ["-5.5"]
    assert [list(error["errors"]) for error in lines["errors"]] == [["direct_cost_id"], ["direct_cost_id"]]
    again = api.sync(f"{path(api)}/line_items/sync", [{"direct_cost_id": cost, "amount": -6, "origin_id": "l:1"}])
    assert again["entities"][0]["id"] == lines["entities"][0]["id"]
    assert api.get(f"{path(api)}/{cost}")["grand_total"] == "-6.0"
    listed = api.get(f"{path(api)}/line_items", **{"filters[direct_cost_id]": cost})
    assert [each["cost_code"]["full_code"] for each in listed] == ["03-300"]


def test_a_synced_cost_is_the_integration_s_own(api: Api, person: Callable[[str], Api]) -> None:
    made = make(api, origin_id="gl:1")
    ada = person("ada")
    body = {"direct_cost": {"description": "Mine"}}
    assert "synced with ERP" in str(ada.refused(422, "PATCH", f"{path(api, 'v1.1')}/{made['id']}", None, body))
    line = {"line_item": {"amount": 1}}
    lines = f"{path(api)}/{made['id']}/line_items"
    assert ada.call("POST", lines, None, line).status_code == 422
    assert ada.call("DELETE", f"{path(api)}/{made['id']}").status_code == 422
    assert api.done("PATCH", f"{path(api, 'v1.1')}/{made['id']}", None, body)["description"] == "Mine"
    assert api.call("POST", lines, None, line).status_code == 201


def test_one_writer_at_a_time_in_a_project(served: ProcoreSimulator) -> None:
    api = Api(served, served.token())
    headers = {"Authorization": f"Bearer {api.token}", "Procore-Company-Id": str(COMPANY_ID)}
    address = f"{served.url}{path(api)}/sync"
    served.faults.plan({"fault": "delay", "seconds": 0.2, "match": "slow one"})
    statuses: list[int] = []

    def send(text: str, to: str = address) -> None:
        body = {"updates": [{**COST, "description": text}]}
        statuses.append(requests.patch(to, json=body, headers=headers, timeout=5).status_code)

    slow = threading.Thread(target=send, args=("slow one",))
    slow.start()
    while served.application.traffic.in_flight == 0:
        slow.join(0.005)
    send("meanwhile")
    send("elsewhere", address.replace(str(api.job), str(api.other_job)))
    assert requests.get(address.removesuffix("/sync"), headers=headers, timeout=5).status_code == 200, "reading may go on"
    slow.join()
    send("afterwards")
    assert statuses == [409, 200, 200, 200]
    assert served.max_in_flight == 2
