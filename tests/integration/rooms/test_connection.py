"""The connection check against both simulators: every step holds in the seed company, and each can fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from connector.core.configuration import Configuration
from connector.core.connection import CheckStep, StepState
from connector.core.errors import Code, RetryLater, Who
from connector.engine.connection import check
from connector.engine.settings_change import refusals
from tests.integration.rooms.office import SETTINGS, Office

UNCHECKED_IN_INTACCT = 14
"""Formats, objects, and the looks at settings."""

ONE_STAMP: Final = {"GLDETAIL": {"WHENMODIFIED"}}
"""The ledger's change stamp goes by one of two names."""


def steps(office: Office, **settings: Any) -> dict[str, CheckStep]:
    checked = check(office.world, Configuration.model_validate(SETTINGS | settings))
    assert checked.holds is all(step.state is StepState.HOLDS for step in checked.steps)
    return {step.name: step for step in checked.steps}


def wrong(office: Office, **settings: Any) -> dict[str, list[tuple[Code, str]]]:
    """What does not hold, by step: codes and settings."""
    found = steps(office, **settings)
    assert not [step for step in found.values() if (step.state is StepState.WRONG) != bool(step.wrong)]
    assert all(each.found.endswith((".", ")")) and each.do for step in found.values() for each in step.wrong)
    return {step.name: [(each.code, each.field) for each in step.wrong] for step in found.values() if step.state is not StepState.HOLDS}


def change(office: Office, name: str, where: dict[str, str], **values: str) -> None:
    """As an administrator of Intacct would."""
    row = office.intacct.store.first(name, **where)
    assert row is not None
    row.update(values)


def lacks(office: Office, name: str, *fields: str) -> None:
    """The company never had these fields."""
    table = office.intacct.store.tables[name]
    table.kind = table.kind.without(*fields)


def test_in_a_company_that_is_set_up_every_step_holds(office: Office) -> None:
    office.intacct.forget_requests()
    calls = office.api.calls
    assert wrong(office) == {}
    asked = [request.functions for request in office.intacct.requests]
    assert [len(functions) for functions in asked] == [1, 1, 1, len(asked[3]), len(asked[4])]
    assert {name for name, _, _ in asked[3]} == {"lookup"}
    assert {name for name, _, _ in asked[4]} == {"query"}
    assert office.api.calls - calls == 3
    assert office.world.tenant().lacking == ONE_STAMP
    assert office.world.tenant().checked_at == office.clock.now()


def test_nothing_is_written_by_the_check(office: Office) -> None:
    steps(office)
    assert not [request for request in office.intacct.requests if request.unique]


def test_a_refused_sign_in_leaves_the_rest_of_that_system_unchecked(office: Office) -> None:
    office.intacct.settings.user_password = "another"
    found = steps(office)
    assert [(each.code, each.who) for each in found["intacct_sign_in"].wrong] == [(Code.SIGN_IN_FAILED, Who.ADMIN)]
    unchecked = [step for step in found.values() if step.state is StepState.NOT_CHECKED]
    assert len(unchecked) == UNCHECKED_IN_INTACCT + 1
    assert {step.found for step in unchecked} == {"The connector is not signed in to Intacct."}
    assert found["procore_permissions"].state is StepState.HOLDS


def test_procore_refuses_the_credentials(office: Office) -> None:
    office.procore.settings.clients = {"sandbox": "another"}
    found = steps(office)
    assert [each.code for each in found["procore_sign_in"].wrong] == [Code.SIGN_IN_FAILED]
    assert found["procore_permissions"].state is StepState.NOT_CHECKED
    assert found["intacct_sign_in"].state is StepState.HOLDS


def test_intacct_away_is_a_finding_and_no_failure(office: Office) -> None:
    office.intacct.faults.plan({"fault": "status", "status": 503, "match": "", "times": 50})
    assert wrong(office)["intacct_sign_in"] == [(Code.UNAVAILABLE, "")]


@pytest.mark.parametrize("setting", [{"date_format": "/dmY"}, {"clock_hours": "12"}, {"locale": "en_GB"}])
def test_a_user_with_other_formats_is_found(office: Office, setting: dict[str, Any]) -> None:
    office.intacct.settings.change(setting)
    assert wrong(office) == {"intacct_user": [(Code.USER_FORMAT, "")]}


def test_a_missing_right_is_found_by_asking(office: Office) -> None:
    office.intacct.settings.denied_objects = {"VENDOR", "APTERM"}
    found = steps(office)
    assert [(each.code, each.who) for each in found["intacct_objects"].wrong] == [(Code.NO_PERMISSION, Who.INTACCT_ADMIN)]
    assert "VENDOR (vendor)" in found["intacct_objects"].wrong[0].found
    assert [(each.code, each.field) for each in found["terms"].wrong] == [(Code.NO_PERMISSION, "default_terms")]
    assert found["items"].state is StepState.HOLDS


def test_a_field_that_the_company_lacks_is_left_out_or_missed(office: Office) -> None:
    lacks(office, "PODOCUMENTENTRY", "TASKID", "MEMO")
    lacks(office, "PODOCUMENT", "SCOPE")
    found = steps(office)["intacct_objects"]
    assert [(each.code, each.found.partition(" (")[0]) for each in found.wrong] == [
        (Code.FIELD_MISSING, "PODOCUMENTENTRY has no field MEMO in this Intacct company"),
        (Code.FIELD_MISSING, "PODOCUMENTENTRY has no field TASKID in this Intacct company"),
    ]
    assert "PODOCUMENT.SCOPE (Scope, commitment)" in found.found
    assert office.world.tenant().lacking == {"PODOCUMENTENTRY": {"TASKID", "MEMO"}, "PODOCUMENT": {"SCOPE"}, **ONE_STAMP}


def test_a_field_over_a_relation_is_known_by_asking(office: Office) -> None:
    lacks(office, "PODOCUMENT", "TERM.NAME")
    found = steps(office)["intacct_objects"]
    assert "PODOCUMENT.TERM.NAME" in found.found
    assert office.world.tenant().lacking == {"PODOCUMENT": {"TERM.NAME"}, **ONE_STAMP}
    queries = [request for request in office.intacct.requests if any(name == "query" for name, _, _ in request.functions)]
    assert len(queries) == 2 + 2  # all together, then the one field; what is refused this way the gateway asks a second time


def _definition(**values: str) -> Callable[[Office], None]:
    return lambda office: change(office, "PODOCUMENTPARAMS", {"DOCID": "Subcontract"}, **values)


@pytest.mark.parametrize(
    ("breaks", "settings", "step", "expected"),
    [
        (None, {"approvers": [], "accounting_flag_approves": False}, "settings", (Code.MALFORMED, "approvers")),
        (None, {"entity": "900"}, "entity", (Code.SIGN_IN_FAILED, "entity")),
        (_definition(ENABLE_RETAINAGE="false"), {}, "definitions", (Code.DEFINITION_UNSUITABLE, "definitions.subcontract")),
        (_definition(ENABLEDOCCHANGE="No Change"), {}, "definitions", (Code.DEFINITION_UNSUITABLE, "definitions.subcontract")),
        (_definition(DOCCLASS="Quote"), {}, "definitions", (Code.DEFINITION_UNSUITABLE, "definitions.subcontract")),
        (_definition(STATUS="inactive"), {}, "definitions", (Code.DEFINITION_UNSUITABLE, "definitions.subcontract")),
        (
            None,
            {"definitions": {"purchase_order_invoice": "Subcontract Invoice"}},
            "definitions",
            (Code.DEFINITION_UNSUITABLE, "definitions.purchase_order_invoice"),
        ),
        (None, {"items": {"SUB": "NOTHING"}}, "items", (Code.SETTING_UNKNOWN, "items.SUB")),
        (None, {"items": {"SUBS": "SUBCONTRACT"}}, "items", (Code.SETTING_UNKNOWN, "items.SUBS")),
        (None, {"default_item": "", "items": {}}, "items", (Code.ITEM_NOT_MAPPED, "items.SUB")),
        (
            lambda office: change(office, "ITEM", {"ITEMID": "MATERIAL"}, STATUS="inactive"),
            {},
            "items",
            (Code.SETTING_UNKNOWN, "items.M"),
        ),
        (None, {"unit": "each"}, "unit", (Code.SETTING_UNKNOWN, "unit")),
        (None, {"default_terms": "Whenever"}, "terms", (Code.SETTING_UNKNOWN, "default_terms")),
        (None, {"location": ""}, "locations", (Code.DIMENSION_MISSING, "location")),
        (None, {"location_by_project": {"77": "999"}}, "locations", (Code.SETTING_UNKNOWN, "location_by_project.77")),
        (None, {"department": "99"}, "department", (Code.SETTING_UNKNOWN, "department")),
        (None, {"project_category": "Contracts"}, "project_category", (Code.SETTING_UNKNOWN, "project_category")),
        (None, {"estimate_type": "Wishes"}, "estimate_type", (Code.SETTING_UNKNOWN, "estimate_type")),
        (None, {"change_request_status": "Pending"}, "change_request_status", (Code.SETTING_UNKNOWN, "change_request_status")),
        (None, {"change_request_status": "Perhaps"}, "change_request_status", (Code.SETTING_UNKNOWN, "change_request_status")),
        (None, {"contract_line_account": "4"}, "contract_lines", (Code.SETTING_UNKNOWN, "contract_line_account")),
        (None, {"contract_line_item": "NOTHING"}, "contract_lines", (Code.SETTING_UNKNOWN, "contract_line_item")),
        (None, {"vendor_types": ["Ghost"]}, "vendor_types", (Code.SETTING_UNKNOWN, "vendor_types")),
        (lambda office: lacks(office, "GLACCOUNT", "PC_COST_TYPES"), {}, "gl_account_fields", (Code.FIELD_MISSING, "")),
    ],
)
def test_each_step_can_fail(
    office: Office, breaks: Callable[[Office], None] | None, settings: dict[str, Any], step: str, expected: tuple[Code, str]
) -> None:
    if breaks is not None:
        breaks(office)
    assert expected in wrong(office, **settings)[step]


def test_what_intacct_does_not_say_is_not_checked(office: Office) -> None:
    lacks(office, "ITEM", "BASEUOM")
    lacks(office, "PODOCUMENTPARAMS", "RECALLS.RECALL.RECDOCPAR")
    found = steps(office)
    assert found["unit"].state is StepState.NOT_CHECKED
    assert found["definitions"].state is StepState.HOLDS
    assert "does not show what each can be converted from" in found["definitions"].found


class TestAChange:
    def refused(self, office: Office, **settings: Any) -> list[tuple[Code, str]]:
        before = office.world.config()
        after = Configuration.model_validate(SETTINGS | settings)
        return [(violation.code, violation.field) for violation in refusals(office.world, before, after)]

    def test_is_judged_by_what_changed_and_by_nothing_else(self, office: Office) -> None:
        change(office, "ITEM", {"ITEMID": "MATERIAL"}, STATUS="inactive")
        change(office, "APTERM", {"NAME": "Net 30"}, STATUS="inactive")
        assert self.refused(office, items={"SUB": "JOBCOST", "M": "MATERIAL"}) == []
        assert self.refused(office, items={"SUB": "NOTHING", "M": "MATERIAL"}) == [(Code.SETTING_UNKNOWN, "items.SUB")]
        assert self.refused(office, default_item="MATERIAL") == [(Code.SETTING_UNKNOWN, "default_item")]

    def test_that_needs_no_look_asks_nobody(self, office: Office) -> None:
        office.intacct.forget_requests()
        assert self.refused(office, due_days=45, admins=["ana@example.com"], department="") == []
        assert office.intacct.requests == []

    def test_that_needs_a_look_is_not_saved_unseen(self, office: Office) -> None:
        office.intacct.faults.plan({"fault": "status", "status": 503, "match": "", "times": 50})
        with pytest.raises(RetryLater) as away:
            self.refused(office, default_terms="Net 45")
        assert away.value.code is Code.UNAVAILABLE

    def test_to_an_entity_where_nobody_lets_us_in_is_refused(self, office: Office) -> None:
        assert self.refused(office, entity="900") == [(Code.SIGN_IN_FAILED, "entity")]
        assert self.refused(office, entity="100") == []

    def test_on_which_intacct_does_not_answer_is_refused(self, office: Office) -> None:
        office.intacct.settings.denied_objects = {"ITEM"}
        assert self.refused(office, default_item="MATERIAL") == [(Code.NO_PERMISSION, "items")]
