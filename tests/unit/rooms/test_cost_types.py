"""What a cost type must be like, and what Procore is told of it."""

from __future__ import annotations

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import Code
from connector.core.spec import Assignment, Facts, Leg
from connector.core.wire import write_procore
from connector.engine.incoming import read_rows
from connector.objects.cost_types import SYNC, base_type

FACTS = Facts(config=Configuration())
COMPANY = next(leg for leg in SYNC.imports if isinstance(leg, Leg))
ASSIGNMENTS = next(leg for leg in SYNC.imports if isinstance(leg, Assignment))


def row(code: str, name: str, status: str = "active") -> dict[str, str]:
    return {"RECORDNO": code, "STANDARDCOSTTYPEID": code, "NAME": name, "STATUS": status}


@pytest.mark.parametrize(
    ("rows", "field"),
    [([row("L", "Labor"), row("M", "LABOR")], "name"), ([row("L", "Labor"), row("l", "Other")], "code")],
)
def test_a_name_or_code_twice_is_refused_whatever_its_capitals(rows: list[dict[str, str]], field: str) -> None:
    read = read_rows(COMPANY, rows, FACTS)
    assert [[(violation.code, violation.field) for violation in each.violations] for each in read] == [[(Code.DUPLICATE_NAME, field)]] * 2
    assert (
        read[0].violations[0].message
        == f"Cost type {rows[0]['STANDARDCOSTTYPEID']} has the same {field} as {rows[1]['STANDARDCOSTTYPEID']}."
    )


def test_an_inactive_type_takes_no_name_away_and_is_not_brought_in() -> None:
    read = read_rows(COMPANY, [row("L", "Labor"), row("X", "Labor", "inactive")], FACTS)
    assert [each.violations for each in read] == [(), ()]
    assert [COMPANY.wanted(each.record, FACTS) for each in read] == [True, False]


def test_procore_is_told_the_code_under_its_other_name() -> None:
    (each,) = read_rows(COMPANY, [row("SUB", "Subcontract")], FACTS)
    assert each.record is not None
    assert write_procore(each.record) == {"csv_import_code": "SUB", "name": "Subcontract", "base_type": "commitment"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Field Labour", "labor"),
        ("Materials", "materials"),
        ("Equipment Rental", "equipment"),
        ("Subcontract", "commitment"),
        ("Design fees", "professional_services"),
        ("Owner cost", "owner_cost"),
        ("Bonds", "other"),
    ],
)
def test_the_base_type_goes_by_words_of_the_name(name: str, expected: str) -> None:
    assert base_type(name) == expected


@pytest.mark.parametrize("theirs", [{"code": "sub", "name": "Trade"}, {"code": "S", "name": "SUBCONTRACT"}])
def test_a_type_of_procore_is_the_same_by_code_or_by_name(theirs: dict[str, str]) -> None:
    (each,) = read_rows(COMPANY, [row("SUB", "Subcontract")], FACTS)
    assert COMPANY.twins is not None
    assert set(COMPANY.twins.ours(each.record, FACTS)) & set(COMPANY.twins.theirs(theirs, FACTS))


@pytest.mark.parametrize(
    ("detail", "takes"),
    [({"division": "no", "active": "yes"}, True), ({"division": "yes"}, False), ({"division": "no", "active": "no"}, False)],
)
def test_divisions_and_inactive_codes_take_no_type(detail: dict[str, str], *, takes: bool) -> None:
    assert ASSIGNMENTS.takes(detail) is takes
