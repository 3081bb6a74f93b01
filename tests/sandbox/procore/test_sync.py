"""Sync actions ("Using Sync Actions") and the ids of other systems."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.procore import COMPANY_ID, ProcoreSimulator
from tests.sandbox.procore.small import V1, Api

COMPANY = {"company_id": COMPANY_ID}
SYNC = f"{V1}/vendors/sync"


@pytest.fixture
def other(simulator: ProcoreSimulator) -> Api:
    """Another integration's service account."""
    return Api(simulator, simulator.tokens.grant("other-integration", None).access)


def sync(api: Api, *updates: dict[str, Any]) -> Any:
    return api.sync(SYNC, list(updates), **COMPANY)


def test_neither_id_creates_and_twice_creates_twice(api: Api) -> None:
    first, second = (sync(api, {"name": "Twin"})["entities"][0] for _ in range(2))
    assert first["id"] != second["id"]
    assert first["origin_id"] is None


def test_an_unknown_id_is_an_error_beside_the_success_of_others(api: Api) -> None:
    answer = sync(api, {"id": 5, "name": "Nobody"}, {"name": "Somebody"})
    assert answer["errors"] == [{"id": 5, "name": "Nobody", "errors": {"id": ["Entity with this ID not found"]}}]
    assert [entity["name"] for entity in answer["entities"]] == ["Somebody"]


def test_an_origin_id_creates_once_and_then_updates(api: Api) -> None:
    first = sync(api, {"name": "One", "origin_id": "x-1"})["entities"][0]
    second = sync(api, {"name": "Two", "origin_id": "x-1"})["entities"][0]
    assert (second["id"], second["name"]) == (first["id"], "Two")


def test_both_ids_find_by_id_and_set_the_origin_id(api: Api) -> None:
    vendor = api.id_of("vendors", name="Brace Steel")
    assert sync(api, {"id": vendor, "origin_id": "a"})["entities"][0]["origin_id"] == "a"
    moved = sync(api, {"id": vendor, "origin_id": "b"})["entities"][0]
    assert (moved["id"], moved["origin_id"]) == (vendor, "b")
    assert sync(api, {"origin_id": "a", "name": "New"})["entities"][0]["id"] != vendor, "the old one is free again"


def test_an_origin_id_is_taken_once_in_the_company(api: Api) -> None:
    """Also by a record of another project: the same value cannot appear in two."""
    vendor = api.id_of("vendors", name="Brace Steel")
    sync(api, {"name": "One", "origin_id": "x-1"})
    refused = sync(api, {"id": vendor, "origin_id": "x-1"})
    assert refused["errors"][0]["errors"] == {"origin_id": ["has already been taken"]}
    for job, outcome in ((api.job, "entities"), (api.other_job, "errors")):
        updates = {"updates": [{"code": "77", "name": "N", "origin_id": "c"}]}
        answer = api.done("PATCH", f"{V1}/cost_codes/sync", {"project_id": job}, updates)
        assert len(answer[outcome]) == 1, job
    assert sync(api, {"name": "Two", "origin_id": "c"})["errors"] == [], "another type of object may have the same"


def test_an_empty_origin_id_unlinks(api: Api) -> None:
    vendor = api.id_of("vendors", name="Brace Steel")
    sync(api, {"id": vendor, "origin_id": "a"})
    assert sync(api, {"id": vendor, "origin_id": None})["entities"][0]["origin_id"] is None


def test_only_one_integration_owns_an_origin_id(api: Api, other: Api) -> None:
    vendor = api.id_of("vendors", name="Brace Steel")
    sync(other, {"id": vendor, "origin_id": "theirs"})
    for value in ("ours", None):
        refused = sync(api, {"id": vendor, "origin_id": value})["errors"][0]
        assert refused["errors"] == {"origin_id": ["is in use by another integration"]}
    body = {**COMPANY, "vendor": {"origin_id": "ours"}}
    assert "origin_id" in api.refused(422, "PATCH", f"{V1}/vendors/{vendor}", None, body)["errors"]
    assert sync(api, {"id": vendor, "origin_id": "theirs", "notes": "n"})["errors"] == [], "the same value is no change"


def test_one_bad_record_does_not_stop_the_others(api: Api) -> None:
    answer = sync(api, {"name": "A"}, {"name": "B", "is_active": "perhaps"}, {"city": "Reno"}, {"name": "C", "hat": 1}, {"name": "D"})
    assert [entity["name"] for entity in answer["entities"]] == ["A", "D"]
    assert [error["errors"] for error in answer["errors"]] == [
        {"is_active": ["is not a boolean"]},
        {"name": ["can't be blank"]},
        {"hat": ["is not an attribute of this resource"]},
    ]
    assert answer["errors"][1]["city"] == "Reno", "what was sent comes back"


@pytest.mark.parametrize(("count", "status"), [(1000, 200), (1001, 413)])
def test_a_thousand_and_no_more(api: Api, count: int, status: int) -> None:
    updates = [{"origin_id": str(number), "name": str(number)} for number in range(count)]
    answer = api.call("PATCH", SYNC, None, {**COMPANY, "updates": updates})
    assert answer.status_code == status
    assert len(api.simulator.store["vendors"]) == (1003 if status == 200 else 3)


@pytest.mark.parametrize("updates", [None, {}, "x", [1]])
def test_updates_must_be_a_list_of_objects(api: Api, updates: object) -> None:
    assert api.call("PATCH", SYNC, None, {**COMPANY, "updates": updates}).status_code == 400


def test_a_sync_in_a_project_does_not_reach_into_another(api: Api) -> None:
    code = api.id_of("cost_codes", project_id=api.job)
    answer = api.done("PATCH", f"{V1}/cost_codes/sync", {"project_id": api.other_job}, {"updates": [{"id": code, "name": "Mine"}]})
    assert answer["errors"][0]["errors"] == {"id": ["Entity with this ID not found"]}
