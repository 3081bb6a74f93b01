from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import Code
from connector.core.flaws import flaws

OBJECTS = ("commitments", "vendors")
IMPORTED = ("vendors",)


def found(**settings: Any) -> list[str]:
    violations = list(flaws(Configuration.model_validate(settings), OBJECTS, IMPORTED))
    assert {violation.code for violation in violations} <= {Code.MALFORMED}
    assert all(violation.message.endswith(".") for violation in violations)
    return [violation.field for violation in violations]


def test_the_settings_that_hold_without_any_have_no_flaw() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"location": " 100"}, "location"),
        ({"items": {"SUB": ""}}, "items.SUB"),
        ({"location_by_project": {"77": ""}}, "location_by_project.77"),
        ({"unit": ""}, "unit"),
        ({"project_category": ""}, "project_category"),
        ({"change_request_status": ""}, "change_request_status"),
        ({"definitions": {"subcontract": ""}}, "definitions.subcontract"),
        ({"definitions": {"subcontract_change_order": "Subcontract"}}, "definitions.subcontract_change_order"),
        ({"definitions": {"subcontract_adjustment": "Subcontract Invoice"}}, "definitions.subcontract_adjustment"),
        ({"approvers": [{"login": ""}]}, "approvers.0.login"),
        ({"approvers": [{"login": "a@example.com", "up_to": "-0.01"}]}, "approvers.0.up_to"),
        ({"approvers": [{"login": "a@example.com", "objects": ["commitment"]}]}, "approvers.0.objects"),
        ({"approvers": [{"login": "a@example.com"}, {"login": "A@example.com", "up_to": "5"}]}, "approvers.1"),
        ({"procore_admins_are_admins": False}, "admins"),
        ({"accounting_flag_approves": False}, "approvers"),
        ({"schedules": {"commitments": {"every": "day"}}}, "schedules.commitments"),
        ({"cost_code_delimiter": ""}, "cost_code_delimiter"),
        ({"cost_code_delimiter": "x"}, "cost_code_delimiter"),
    ],
)
def test_a_flaw_is_named_by_its_path(settings: dict[str, Any], field: str) -> None:
    assert found(**settings) == [field]


@pytest.mark.parametrize(
    "settings",
    [
        {"definitions": {"purchase_order": "Subcontract", "purchase_order_invoice": "Subcontract Invoice"}},
        {"definitions": {"subcontract_adjustment": "", "purchase_order_adjustment": ""}},
        {"approvers": [{"login": "a@example.com", "up_to": Decimal(0)}, {"login": "a@example.com", "objects": ["vendors"]}]},
        {"procore_admins_are_admins": False, "admins": ["a@example.com"]},
        {"accounting_flag_approves": False, "approvers": [{"login": "a@example.com"}]},
        {"schedules": {"vendors": {"every": "off"}}},
        {"cost_code_delimiter": "."},
        {"default_terms": "", "location": "", "department": ""},
    ],
)
def test_what_may_be_so_is_left_alone(settings: dict[str, Any]) -> None:
    assert found(**settings) == []
