"""What is true of every request: the headers it needs, the errors it meets, the limits it spends, the log it leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.procore import COMPANY_ID, ProcoreSimulator, Settings
from tests.sandbox.procore.small import V1, V2, Api, Browser, StillClock

COMPANY = {"company_id": COMPANY_ID}


def test_the_company_header_is_asked_for_in_words(api: Api) -> None:
    api.company = None
    answer = api.call("GET", f"{V1}/projects", COMPANY)
    assert answer.status_code == 400
    assert answer.content_type.startswith("text/plain")
    assert answer.text.startswith("Missing Procore-Company-Id header!")


def test_two_reads_do_without_the_header_for_people_only(api: Api, person: Callable[[str], Api]) -> None:
    pat = person("pat")
    pat.company = api.company = None
    for path in (f"{V1}/me", f"{V1}/companies"):
        assert pat.call("GET", path).status_code == 200
        assert api.call("GET", path).text.startswith("Missing Procore-Company-Id header!")
    api.simulator.settings.company_header_required = False
    assert len(api.get(f"{V1}/projects", **COMPANY)) == 2, "for clients that never send it"


def test_a_company_where_the_app_is_not_installed(api: Api, settings: Settings) -> None:
    api.company = "5"
    assert api.refused(403, "GET", f"{V1}/me")["message"] == "App is not connected to this company"
    api.company = str(COMPANY_ID)
    settings.connected.discard("sandbox")
    assert api.refused(403, "GET", f"{V1}/me")["message"] == "App is not connected to this company"


def test_another_company_in_path_or_query_is_not_there(api: Api) -> None:
    assert api.call("GET", f"{V1}/projects", {"company_id": 5}).status_code == 404
    assert api.call("GET", f"{V1}/companies/5/users").status_code == 404
    assert api.call("GET", "/rest/v2.0/companies/5/webhooks/hooks").status_code == 404


def test_no_token_no_answer(api: Api) -> None:
    api.token = "made-up"
    assert api.refused(401, "GET", f"{V1}/me")["message"] == "The access token is invalid"


def test_errors_have_the_shape_of_their_version(api: Api) -> None:
    assert api.refused(404, "GET", f"{V1}/projects/5", COMPANY) == {
        "code": 404,
        "message": "The requested resource could not be found",
        "fields": "",
        "reason": "Not Found",
    }
    contract = f"{V2}/projects/{api.job}/commitment_contracts/5"
    assert api.refused(404, "GET", contract)["error"]["code"] == "NOT_FOUND"
    assert api.refused(422, "PATCH", f"{V1}/vendors/{api.id_of('vendors')}", None, {**COMPANY, "vendor": {"parent_id": 5}}) == {
        "errors": {"parent_id": ["must exist"]}
    }


def test_an_unknown_path_and_a_wrong_method(api: Api) -> None:
    assert api.call("GET", f"{V1}/erp_requests").status_code == 404
    assert api.call("GET", f"{V1}/vendors/", COMPANY).status_code == 200, "as the documentation prints some addresses"
    answer = api.call("DELETE", f"{V1}/vendors", COMPANY)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")


def test_bodies_that_cannot_be_read(api: Api, simulator: ProcoreSimulator, settings: Settings) -> None:
    client = Browser(simulator)
    broken = client.post(f"{V1}/vendors", data="{", content_type="application/json", headers=api.headers)
    assert (broken.status_code, broken.json["reason"]) == (400, "Bad Request")
    xml = client.post(f"{V1}/vendors", data="<a/>", content_type="application/xml", headers=api.headers)
    assert xml.status_code == 406
    settings.largest_body = 10
    assert api.call("POST", f"{V1}/vendors", None, {"vendor": {"name": "x" * 20}}).status_code == 413


def test_what_is_missing_is_named(api: Api) -> None:
    assert api.refused(400, "GET", f"{V1}/work_order_contracts")["message"].endswith("project_id")
    assert api.refused(400, "POST", f"{V1}/vendors", None, COMPANY)["message"].endswith("vendor")
    answer = api.refused(400, "POST", f"{V1}/vendors", None, {**COMPANY, "vendor": {"city": "Reno"}})
    assert (answer["fields"], answer["message"]) == ("name", "name can't be blank")
    assert api.call("GET", f"{V1}/projects", {"company_id": "x"}).status_code == 400


def test_attributes_that_do_not_exist_are_refused_or_by_choice_ignored(api: Api, settings: Settings) -> None:
    body = {**COMPANY, "vendor": {"name": "New", "shoe_size": 9}}
    assert "shoe_size" in api.refused(406, "POST", f"{V1}/vendors", None, body)["message"]
    settings.strict = False
    assert api.done("POST", f"{V1}/vendors", None, body)["name"] == "New"


@pytest.mark.parametrize("value", ["x", True, [], {}, "1e999", "NaN"])
def test_a_value_of_the_wrong_form_is_refused(api: Api, value: object) -> None:
    body = {"project_id": api.job, "work_order_contract": {"retainage_percent": value}}
    contract = api.id_of("work_order_contracts")
    assert api.refused(400, "PATCH", f"{V1}/work_order_contracts/{contract}", None, body)["fields"] == "retainage_percent"


def test_the_spike_limit(api: Api, settings: Settings, clock: StillClock) -> None:
    settings.spike_limit = 3
    first = api.call("GET", f"{V1}/me")
    end = int(clock.time.timestamp()) + 10
    assert [first.headers[f"X-Rate-Limit-{name}"] for name in ("Limit", "Remaining", "Reset")] == ["3", "2", str(end)]
    assert api.call("GET", f"{V1}/nowhere").status_code == 404, "not an operation, not counted"
    assert api.call("GET", f"{V1}/projects/5", COMPANY).headers["X-Rate-Limit-Remaining"] == "1", "a failure counts"
    clock.move(seconds=4)
    assert api.call("GET", f"{V1}/me").headers["X-Rate-Limit-Remaining"] == "0"
    over = api.call("GET", f"{V1}/me")
    assert over.status_code == 429
    assert "error" in over.json["error"]
    assert (over.headers["Retry-After"], over.headers["X-Rate-Limit-Reset"]) == ("6", str(end))
    clock.move(seconds=6)
    assert api.call("GET", f"{V1}/me").headers["X-Rate-Limit-Remaining"] == "2"


def test_the_hourly_limit_shows_when_it_is_nearer(api: Api, settings: Settings, clock: StillClock) -> None:
    settings.hourly_limit, settings.spike_limit = 4, 3
    start = int(clock.time.timestamp())
    assert api.call("GET", f"{V1}/me").headers["X-Rate-Limit-Limit"] == "3"
    api.call("GET", f"{V1}/me")
    clock.move(seconds=10)
    nearer = api.call("GET", f"{V1}/me")
    assert nearer.headers["X-Rate-Limit-Limit"] == "4"
    assert nearer.headers["X-Rate-Limit-Reset"] == str(start + 3600)
    api.call("GET", f"{V1}/me")
    assert api.call("GET", f"{V1}/me").headers["Retry-After"] == "3590"
    clock.move(seconds=3590)
    assert api.call("GET", f"{V1}/me").status_code == 200


def test_every_caller_has_limits_of_his_own(api: Api, person: Callable[[str], Api], simulator: ProcoreSimulator) -> None:
    simulator.settings.spike_limit = 1
    assert api.call("GET", f"{V1}/me").status_code == 200
    assert Api(simulator, simulator.token()).call("GET", f"{V1}/me").status_code == 429, "a new token is no new quota"
    assert person("pat").call("GET", f"{V1}/me").status_code == 200


def test_requests_are_logged(api: Api, simulator: ProcoreSimulator, clock: StillClock) -> None:
    api.call("PATCH", f"{V1}/vendors/sync", {"a": "b"}, {**COMPANY, "updates": []})
    api.call("GET", "/_sandbox/state")
    assert len(simulator.requests) == 1
    seen = simulator.requests[0]
    assert (seen.method, seen.path, seen.query, seen.status, seen.time) == ("PATCH", f"{V1}/vendors/sync", "a=b", 200, clock.time)
    assert seen.body == {**COMPANY, "updates": []}
    assert seen.company == str(COMPANY_ID)
    assert seen.user_id == api.id_of("users", service_of="sandbox")
