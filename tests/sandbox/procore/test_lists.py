"""Lists: pages, silent caps, filters, sorting, deleted records, and an order that nobody promised."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.procore import COMPANY_ID, Settings
from tests.sandbox.procore.small import NOON, V1, V2, Api, StillClock

COMPANY = {"company_id": COMPANY_ID}
VENDORS = f"{V1}/vendors"


@pytest.fixture
def many(api: Api) -> Api:
    """25 active vendors, among them 23 new ones."""
    api.sync(f"{VENDORS}/sync", [{"name": f"Vendor {number:02d}", "origin_id": f"v{number}"} for number in range(23)], **COMPANY)
    return api


def links(header: str) -> dict[str, str]:
    return {match[2]: match[1] for match in re.finditer(r'<([^>]*)>; rel="(\w+)"', header)}


def page_in(address: str) -> int:
    return int(parse_qs(urlsplit(address).query)["page"][0])


def test_a_middle_page_links_to_all_four(many: Api) -> None:
    answer = many.call("GET", VENDORS, {**COMPANY, "per_page": 10, "page": 2, "filters[search]": "e"})
    assert (answer.headers["Total"], answer.headers["Per-Page"], len(answer.json)) == ("25", "10", 10)
    found = links(answer.headers["Link"])
    assert {name: page_in(address) for name, address in found.items()} == {"first": 1, "prev": 1, "next": 3, "last": 3}
    assert "filters%5Bsearch%5D=e" in found["next"]
    assert f"company_id={COMPANY_ID}" in found["next"]


def test_ends_of_a_list(many: Api) -> None:
    first = many.call("GET", VENDORS, {**COMPANY, "per_page": 10})
    assert set(links(first.headers["Link"])) == {"next", "last"}
    last = many.call("GET", VENDORS, {**COMPANY, "per_page": 10, "page": 3})
    assert (set(links(last.headers["Link"])), len(last.json)) == ({"first", "prev", "last"}, 5)
    beyond = many.call("GET", VENDORS, {**COMPANY, "per_page": 10, "page": 4})
    assert (beyond.json, beyond.headers["Total"]) == ([], "25")


def test_one_page_has_no_link(many: Api) -> None:
    answer = many.call("GET", VENDORS, COMPANY)
    assert "Link" not in answer.headers
    assert answer.headers["Total"] == "25"


def test_links_name_the_address_called_or_another(many: Api, settings: Settings) -> None:
    query = {**COMPANY, "per_page": 10}
    assert links(many.call("GET", VENDORS, query).headers["Link"])["next"].startswith("http://localhost/rest/v1.0/vendors?")
    settings.link_base = "https://api.procore.com"
    assert links(many.call("GET", VENDORS, query).headers["Link"])["next"].startswith("https://api.procore.com/rest/v1.0/vendors?")


def test_all_pages_together_are_the_list(many: Api) -> None:
    pages = [many.get(VENDORS, **COMPANY, per_page=7, page=number) for number in (1, 2, 3, 4)]
    ids = [vendor["id"] for page in pages for vendor in page]
    assert len(ids) == len(set(ids)) == 25


@pytest.mark.parametrize(
    ("path", "asked", "given"),
    [
        (f"{V1}/tax_codes", {**COMPANY, "per_page": 500}, "100"),
        (f"{V1}/vendors", {**COMPANY, "per_page": 9000}, "2000"),
        (f"{V1}/vendors", COMPANY, "100"),
        (f"{V2}/webhooks/hooks", {"per_page": 500}, "100"),
        (f"{V2}/webhooks/hooks", {}, "10"),
    ],
)
def test_page_sizes_are_capped_in_silence(api: Api, path: str, asked: dict[str, Any], given: str) -> None:
    assert api.call("GET", path, asked).headers["Per-Page"] == given


def test_requisitions_come_thirty_at_a_time(api: Api) -> None:
    assert api.call("GET", "/rest/v1.1/requisitions", {"project_id": api.job}).headers["Per-Page"] == "30"


def test_some_lists_do_not_page(api: Api, settings: Settings) -> None:
    path = f"{V1}/projects/{api.job}/commitment_change_orders"
    answer = api.call("GET", path, {"per_page": 1})
    assert len(answer.json) == 2
    assert "Per-Page" not in answer.headers
    settings.slow_listing = 1
    assert api.call("GET", path).status_code == 408


@pytest.mark.parametrize(
    "query",
    [
        {"filters[id]": "{a}"},
        {"filters[id][]": ["{a}", "{b}"]},
        {"filters[id]": "[{a},{b}]"},
        {"filters[id]": "{a},{b}"},
    ],
    ids=["one", "repeated", "bracketed", "commas"],
)
def test_filters_take_several_values_in_several_ways(many: Api, query: dict[str, Any]) -> None:
    a, b = (many.id_of("vendors", origin_id=origin) for origin in ("v1", "v2"))

    def fill(value: Any) -> Any:
        return [fill(item) for item in value] if isinstance(value, list) else value.format(a=a, b=b)

    found = many.get(VENDORS, **COMPANY, **{name: fill(value) for name, value in query.items()})
    assert {vendor["id"] for vendor in found} == ({a} if query == {"filters[id]": "{a}"} else {a, b})


def test_search_ignores_case_and_keeps_commas(api: Api) -> None:
    assert [vendor["name"] for vendor in api.get(VENDORS, **COMPANY, **{"filters[search]": "concrete, ll"})] == ["Acme Concrete, LLC"]


def test_a_range_of_moments_includes_both_ends(api: Api, clock: StillClock) -> None:
    clock.move(hours=1)
    vendor = api.id_of("vendors", name="Brace Steel")
    api.done("PATCH", f"{VENDORS}/{vendor}", None, {**COMPANY, "vendor": {"notes": "n"}})

    def within(text: str) -> list[int]:
        return [row["id"] for row in api.get(VENDORS, **COMPANY, **{"filters[updated_at]": text})]

    assert within("2026-11-23T13:00:00Z...2026-11-23T13:00:00Z") == [vendor]
    assert within('"2026-11-23T12:59:59Z...2026-11-24T00:00:00Z"') == [vendor], "quoted, as the documentation prints it"
    assert within("2026-11-23...2026-11-23") == [vendor], "a day is all of it"
    assert within("2026-11-23T13:00:01Z...2026-12-01T00:00:00Z") == []
    assert within("2026-11-23T12:00:00-01:00...2026-11-23T12:00:00-01:00") == [vendor], "any zone"


@pytest.mark.parametrize("text", ["2026-11-23", "x...y", "..."])
def test_a_range_that_is_none_is_refused(api: Api, text: str) -> None:
    assert api.call("GET", VENDORS, {**COMPANY, "filters[updated_at]": text}).status_code == 400


def test_a_filter_that_does_not_exist_is_refused_or_by_choice_ignored(api: Api, settings: Settings) -> None:
    assert api.call("GET", VENDORS, {**COMPANY, "filters[shoe]": "9"}).status_code == 400
    settings.strict = False
    assert len(api.get(VENDORS, **COMPANY, **{"filters[shoe]": "9"})) == 2


def test_sorting(many: Api) -> None:
    names = [vendor["name"] for vendor in many.get(VENDORS, **COMPANY, sort="name")]
    assert names == sorted(names)
    assert [vendor["name"] for vendor in many.get(VENDORS, **COMPANY, sort="-name")] == names[::-1]
    assert many.call("GET", VENDORS, {**COMPANY, "sort": "city"}).status_code == 400


def test_without_sort_what_was_written_last_comes_last(many: Api) -> None:
    ids = [vendor["id"] for vendor in many.get(VENDORS, **COMPANY)]
    many.done("PATCH", f"{VENDORS}/{ids[3]}", None, {**COMPANY, "vendor": {"notes": "n"}})
    assert [vendor["id"] for vendor in many.get(VENDORS, **COMPANY)] == [*ids[:3], *ids[4:], ids[3]]


def test_a_view_that_is_not_offered_is_refused(api: Api) -> None:
    assert set(api.get(VENDORS, **COMPANY, view="compact")[0]) == {"id", "name", "company"}
    assert api.call("GET", VENDORS, {**COMPANY, "view": "huge"}).status_code == 400


def test_deleted_records_are_listed_on_request(api: Api) -> None:
    path, query = f"{V1}/purchase_order_contracts", {"project_id": api.job}
    order = api.id_of("purchase_order_contracts")
    api.done("DELETE", f"{path}/{order}", query)
    assert api.get(path, **query) == []
    assert [row["id"] for row in api.get(path, **query, **{"filters[include_deleted]": "only"})] == [order]
    shown = api.get(path, **query, **{"filters[include_deleted]": "with"})[0]
    assert shown["deleted_at"] == NOON.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert api.call("GET", f"{path}/{order}", query).status_code == 404
