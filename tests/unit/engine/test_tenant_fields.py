from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from connector.core.errors import Code, Violation
from connector.core.exchange import FieldInfo
from connector.core.tenant import Tenant
from connector.engine import tenant_fields
from connector.engine.tenant_fields import Need
from connector.rooms import Rooms
from tests.unit.core.shapes import part, widget
from tests.unit.engine.rooms import ROOMS

NEEDS = {(need.object, need.field): need for need in tenant_fields.needs(Rooms().values())}


@pytest.mark.parametrize(
    ("place", "essential"),
    [
        (("PODOCUMENT", "DOCID"), True),
        (("PODOCUMENT", "SCOPE"), False),
        (("PODOCUMENTENTRY", "DOCHDRID"), True),
        (("PODOCUMENTENTRY", "TASKID"), True),
        (("PODOCUMENTENTRY", "MEMO"), True),
        (("PODOCUMENTENTRY", "TOTAL"), True),
        (("PODOCUMENTENTRY", "RETAINAGEPERCENTAGE"), False),
        (("VENDOR", "NAME"), True),
        (("VENDOR", "WHENMODIFIED"), True),
        (("VENDOR", "DISPLAYCONTACT.FAX"), False),
        (("TASK", "PROJECTID"), True),
    ],
)
def test_what_a_room_cannot_do_without_is_known_from_its_rows(place: tuple[str, str], *, essential: bool) -> None:
    assert NEEDS[place].essential is essential


def test_an_amount_that_is_only_read_is_the_proof_of_those_that_are_sent() -> None:
    """In this room's rows it is optional otherwise."""
    places = {(need.object, need.field): need.essential for need in tenant_fields.needs([Rooms()["commitment_change_orders"]])}
    assert places["PODOCUMENTENTRY", "TOTAL"]
    assert not places["PODOCUMENTENTRY", "QUANTITY"]


def test_every_room_is_covered() -> None:
    read = {name for name, _ in NEEDS}
    for room in Rooms().values():
        objects = {leg.reads.object for leg in room.imports}
        objects |= {room.export.held.object, room.export.held.lines_object} - {""} if room.export else set()
        assert objects <= read, room.name


def lacking(**fields: set[str]) -> Tenant:
    return Tenant(lacking={name: frozenset(names) for name, names in fields.items()})


def refused(tenant: Tenant, **changes: Any) -> list[str]:
    found = list(tenant_fields.without_a_place(tenant, ROOMS["widgets"], widget(**changes)))
    assert {violation.code for violation in found} <= {Code.FIELD_MISSING}
    return [violation.field or violation.message.partition(" in this")[0] for violation in found]


def test_a_company_that_has_everything_refuses_nothing() -> None:
    assert refused(Tenant()) == []
    assert refused(lacking(ELSEWHERE={"DOCNO"})) == []


def test_a_text_without_a_place_goes_unread() -> None:
    assert refused(lacking(WIDGET={"STATUS", "CONTACT.PRINTAS"})) == []


def test_without_its_number_or_its_lines_marks_nothing_goes() -> None:
    assert refused(lacking(WIDGET={"DOCNO"})) == ["WIDGET has no field DOCNO"]
    assert refused(lacking(PARTS={"MEMO", "WIDGETNO"})) == ["PARTS has no field WIDGETNO", "PARTS has no field MEMO"]


def test_a_number_without_a_place_is_refused_only_where_there_is_one() -> None:
    lacks = lacking(PARTS={"SHARE"})
    assert refused(lacks) == []
    assert refused(lacks, parts=(part(1, share=Decimal(0)), part(2, share=part(1).amount))) == ["parts[2].share"]


def field(name: str) -> FieldInfo:
    return FieldInfo(name=name, label="", data_type="TEXT", required=False, read_only=False, custom=False)


WANTED = {"A": [Need(object="A", field=name, words="a", essential=name == "ID") for name in ("ID", "NOTE", "B.NAME", "B.FAX")]}
NO: Violation = Violation(code=Code.REFUSED_BY_INTACCT, field="", message="no", their_words="DL02000001")


def judged(listed: tuple[str, ...], probe: Any, doubted: Mapping[str, Any] | None = None) -> tenant_fields.Judged:
    fields = {name: field(name) for name in listed}
    return tenant_fields.judge(WANTED, {"A": fields}, {"A": probe}, {"A": doubted} if doubted is not None else {})


def test_the_probe_asks_for_what_is_listed_and_for_what_lies_over_a_relation() -> None:
    query = tenant_fields.probe("A", WANTED["A"], {"ID": field("ID"), "B.NAME": field("B.NAME")})
    assert query.fields == ("ID", "B.NAME", "B.FAX")
    assert set(tenant_fields.doubts("A", WANTED["A"], {"ID": field("ID"), "B.NAME": field("B.NAME")})) == {"B.FAX"}


def test_of_fields_over_a_relation_only_those_that_are_refused_are_lacking() -> None:
    outcome = judged(("ID", "NOTE"), NO, {"B.NAME": [], "B.FAX": NO})
    assert outcome.lacking == {"A": {"B.FAX"}}
    assert outcome.wrong == ()


def test_a_refusal_that_no_field_explains_is_wrong() -> None:
    outcome = judged(("ID", "NOTE"), NO, {"B.NAME": [], "B.FAX": []})
    assert [(wrong.code, wrong.their_words) for wrong in outcome.wrong] == [(Code.REFUSED_BY_INTACCT, "DL02000001")]
    assert outcome.lacking == {}


def test_an_unlisted_field_is_lacking_and_an_essential_one_is_wrong() -> None:
    assert judged(("ID",), []).left_out == ("A.NOTE (a)",)
    outcome = judged(("NOTE",), [])
    assert [wrong.code for wrong in outcome.wrong] == [Code.FIELD_MISSING]
    assert outcome.lacking == {"A": {"ID"}}


def test_an_object_that_is_not_there_is_wrong() -> None:
    outcome = tenant_fields.judge(WANTED, {"A": NO}, {}, {})
    assert [wrong.found for wrong in outcome.wrong] == ["This Intacct company does not show the object A (a)."]
