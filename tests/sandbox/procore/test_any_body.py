"""Whatever is sent to whatever operation: an answer of the API, never a crash of the simulator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.procore import COMPANY_ID
from sandbox.procore.objects import ROUTES
from tests.sandbox.procore.small import Api

NAMES = st.sampled_from(
    sorted(
        {
            *("updates", "id", "origin_id", "name", "code", "parent_id", "amount", "status", "vendor_id", "wbs_code_id", "line_items"),
            *("vendor", "project", "cost_code", "work_order_contract", "line_item", "change_order", "requisition", "hook", "trigger"),
            *("segment_items", "bulk", "ids", "attributes", "updated_order", "adjustment_line_items", "items", "direct_cost", "filters"),
            *("cost_code_id", "line_item_type_id", "quantity", "unit_cost", "title", "due_date", "segment_id", "position"),
        }
    )
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["2026-01-01", "12.5", "Approved"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def ids() -> dict[str, str]:
    return {}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(route=st.sampled_from(ROUTES), body=VALUES, query=st.dictionaries(NAMES, st.text(max_size=4), max_size=2), data=st.data())
def test_every_operation_answers(api: Api, route: Any, body: Any, query: dict[str, str], data: st.DataObject) -> None:
    tables = {
        "project_id": "projects",
        "work_order_contract_id": "work_order_contracts",
        "requisition_id": "requisitions",
        "segment_id": "wbs_segments",
        "prime_contract_id": "prime_contracts",
        "budget_view_id": "budget_views",
    }

    def fill(match: re.Match[str]) -> str:
        if match[1] == "company_id":
            return str(COMPANY_ID)
        rows = api.simulator.store[tables.get(match[1], data.draw(st.sampled_from(["line_items", "cost_codes", "vendors"])))].rows()
        return str(rows[0]["id"]) if rows else "1"

    path = re.sub(r"<int:(\w+)>", fill, route.path)
    place = {"project_id": api.job, "company_id": COMPANY_ID, "standard_cost_code_list_id": api.id_of("standard_cost_code_lists")}
    answer = api.call(route.method, path, {**place, **query}, body)
    assert answer.status_code in {200, 201, 204, 207, 400, 404, 405, 406, 408, 409, 413, 422}
