"""Exports and imports of a company that lacks fields the rooms read: what the connection check found is left out, and nothing else."""

from __future__ import annotations

import pytest

from connector.core.item import State
from connector.engine.connection import check
from tests.integration.rooms.contracts import Contract
from tests.integration.rooms.office import Office, codes
from tests.integration.rooms.test_connection import change, lacks

NAME = "commitments"


def test_what_the_company_lacks_is_not_read_back_once_the_check_has_been_made(office: Office, concrete: Contract) -> None:
    lacks(office, "PODOCUMENT", "SCOPE", "MESSAGE")
    check(office.world)
    office.intacct.forget_requests()
    item = office.export(NAME, concrete.id, concrete.project)
    assert (item.state, item.problems) == (State.SYNCED, ())
    selected = [request.body for request in office.intacct.requests if "<field>DOCID</field>" in request.body]
    assert selected
    assert not [body for body in selected if "<field>SCOPE</field>" in body or "<field>MESSAGE</field>" in body]
    assert all("<field>CONTRACTSTARTDATE</field>" in body for body in selected if "<field>CUSTVENDID</field></select>" in body)


def test_a_number_without_a_place_is_refused_before_it_is_sent(office: Office, concrete: Contract) -> None:
    lacks(office, "PODOCUMENTENTRY", "RETAINAGEPERCENTAGE")
    check(office.world)
    sent = office.send(NAME, concrete.id, concrete.project)
    assert set(codes(sent.violations)) == {"FIELD_MISSING"}
    assert sent.violations[0].field == "lines[1].retainage_percent"
    assert "RETAINAGEPERCENTAGE" in sent.violations[0].message


def test_without_what_a_record_needs_nothing_is_sent(office: Office, concrete: Contract) -> None:
    lacks(office, "PODOCUMENTENTRY", "TASKID")
    check(office.world)
    sent = office.send(NAME, concrete.id, concrete.project)
    assert codes(sent.violations) == ["FIELD_MISSING"]


def test_an_import_reads_what_is_there(office: Office) -> None:
    lacks(office, "VENDOR", "VENDTYPE", "DISPLAYCONTACT.FAX")
    lacks(office, "CONTACT", "FAX")
    check(office.world)
    assert office.world.tenant().lacking["VENDOR"] == {"VENDTYPE", "DISPLAYCONTACT.FAX"}
    office.intacct.forget_requests()
    assert office.bring("vendors").counts["read"] > 0
    (body,) = [request.body for request in office.intacct.requests if "<object>VENDOR</object>" in request.body]
    assert "<field>DISPLAYCONTACT.PHONE1</field>" in body
    assert "<field>VENDTYPE</field>" not in body
    assert "<field>DISPLAYCONTACT.FAX</field>" not in body


@pytest.mark.parametrize(("value", "said"), [({"ENABLE_RETAINAGE": "false"}, "retainage"), ({"ENABLEDOCCHANGE": "No Change"}, "change")])
def test_a_commitment_is_refused_whose_definition_cannot_carry_it(
    office: Office, concrete: Contract, value: dict[str, str], said: str
) -> None:
    change(office, "PODOCUMENTPARAMS", {"DOCID": "Subcontract"}, **value)
    office.intacct.forget_requests()
    sent = office.send(NAME, concrete.id, concrete.project)
    assert codes(sent.violations) == ["DEFINITION_UNSUITABLE"]
    assert "definitions.subcontract" in sent.violations[0].message
    assert said in sent.violations[0].message
    (together,) = [request.functions for request in office.intacct.requests if ("query", "PODOCUMENTPARAMS") in _asked(request.functions)]
    assert {("query", "PODOCUMENT"), ("query", "PODOCUMENTPARAMS")} <= _asked(together)


def _asked(functions: tuple[tuple[str, str, str], ...]) -> set[tuple[str, str]]:
    return {(name, object_name) for name, object_name, _ in functions}
