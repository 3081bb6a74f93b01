"""What a cost code must be like, and what Procore is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connector.core.configuration import Configuration
from connector.core.errors import Code
from connector.core.spec import Facts, Leg
from connector.core.wire import write_procore
from connector.engine.incoming import read_rows
from connector.objects.cost_codes import SYNC

COMPANY, JOBS = (leg for leg in SYNC.imports if isinstance(leg, Leg))
GOOD = ("03-000", "03-100", "03-300")


def facts(delimiter: str = "-") -> Facts:
    return Facts(config=Configuration(cost_code_delimiter=delimiter))


def rows_of(*codes: str, **more: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """A row for each code, named after it unless ``more`` (by the code with underscores) says otherwise."""
    for number, code in enumerate(codes):
        ids = {"RECORDNO": str(number), "STANDARDTASKID": code, "TASKID": code, "PROJECTID": "J"}
        yield {**ids, "NAME": f"Name of {code}", "STATUS": "active", **more.get(f"c{code.replace('-', '_')}", {})}


def refusals(*codes: str, delimiter: str = "-", **more: Mapping[str, str]) -> dict[str, list[Code]]:
    read = read_rows(COMPANY, list(rows_of(*codes, **more)), facts(delimiter))
    return {each.natural_id: [violation.code for violation in each.violations] for each in read if each.violations}


def records(leg: Leg[Any], *codes: str, delimiter: str = "-") -> dict[str, Any]:
    read = read_rows(leg, list(rows_of(*codes)), facts(delimiter))
    assert [each.violations for each in read if each.violations] == []
    return {each.natural_id: each.record for each in read}


@pytest.mark.parametrize(
    "codes",
    [
        ("01-000", "01-123"),
        ("01", "01-123"),
        ("01-00-000", "01-04-000", "01-04-ABC"),
        ("1", "1-2", "1-2-3333"),
        ("00-000", "00-100"),
        ("A1-000", "A1-B2C3"),
    ],
)
def test_these_lists_are_fine(codes: tuple[str, ...]) -> None:
    assert refusals(*codes) == {}


def test_a_flat_code_is_refused_unless_codes_stand_below_it() -> None:
    assert refusals(*GOOD, "1234567") == {"1234567": [Code.COST_CODE_FORMAT]}
    assert refusals("03", "03-100") == {}


@pytest.mark.parametrize("code", ["03.400", "03-4.00", "03_400"])
def test_another_delimiter_is_refused(code: str) -> None:
    assert Code.COST_CODE_FORMAT in refusals(*GOOD, code)[code]


def test_the_delimiter_is_a_setting() -> None:
    assert refusals("03.000", "03.100", delimiter=".") == {}
    assert set(refusals("03.000", "03-100", delimiter=".")) == {"03-100"}


def test_a_code_without_a_parent_is_refused_with_the_code_that_is_missing() -> None:
    read = read_rows(COMPANY, list(rows_of(*GOOD, "99-123")), facts())
    (violation,) = read[-1].violations
    assert (violation.code, violation.field) == (Code.COST_CODE_FORMAT, "code")
    assert violation.message == "99-123 has no parent: create 99 in Intacct, then import again."


def test_three_tiers_need_the_grandparent() -> None:
    assert refusals("01-04-000", "01-04-ABC") == {"01-04-000": [Code.COST_CODE_FORMAT]}


def test_a_code_below_an_inactive_one_is_refused() -> None:
    assert refusals(*GOOD, c03_000={"STATUS": "inactive"}) == {code: [Code.COST_CODE_INACTIVE] for code in GOOD[1:]}


def test_the_same_code_twice_is_refused_whatever_its_capitals() -> None:
    assert refusals("a1-000", "a1-bc", "A1-BC", cA1_BC={"NAME": "Other"}) == {
        "a1-bc": [Code.DUPLICATE_NAME],
        "A1-BC": [Code.DUPLICATE_NAME],
    }
    assert refusals("01", "01-000", "01-100") == {"01": [Code.DUPLICATE_NAME], "01-000": [Code.DUPLICATE_NAME]}


def test_the_same_name_twice_is_refused_whatever_its_capitals_and_says_whose_it_is() -> None:
    read = read_rows(COMPANY, list(rows_of(*GOOD, c03_100={"NAME": "Forming"}, c03_300={"NAME": "FORMING"})), facts())
    assert [(each.violations[0].code, each.violations[0].field) for each in read[1:]] == [(Code.DUPLICATE_NAME, "name")] * 2
    assert read[1].violations[0].message == "03-100 has the same name as 03-300."


def test_an_inactive_code_takes_no_name_away() -> None:
    assert refusals(*GOOD, c03_100={"NAME": "Forming", "STATUS": "inactive"}, c03_300={"NAME": "Forming"}) == {}


def test_a_code_without_a_name_is_called_by_its_code() -> None:
    (record,) = (each.record for each in read_rows(COMPANY, list(rows_of("03-000", c03_000={"NAME": ""})), facts()))
    assert record is not None
    assert write_procore(record)["name"] == "03-000"


def test_the_companys_list_takes_the_parents_segments_and_no_zeros_at_the_end() -> None:
    codes = records(COMPANY, "01-00-000", "01-04-000", "01-04-ABC", "02-000")
    assert {code: write_procore(record)["code"] for code, record in codes.items()} == {
        "01-00-000": "01", "01-04-000": "01-04", "01-04-ABC": "01-04-ABC", "02-000": "02",
    }  # fmt: skip


def test_a_projects_list_takes_the_own_segments_only() -> None:
    codes = records(JOBS, "01-00-000", "01-04-000", "01-04-ABC", "01-00-123", "02", "02-7")
    assert {code: write_procore(record)["code"] for code, record in codes.items()} == {
        "01-00-000": "01", "01-04-000": "04", "01-04-ABC": "ABC", "01-00-123": "00-123", "02": "02", "02-7": "7",
    }  # fmt: skip
    assert JOBS.parent is not None
    assert {code: JOBS.parent(record) for code, record in codes.items() if JOBS.parent(record)} == {
        "01-04-000": "J/01-00-000", "01-04-ABC": "J/01-04-000", "01-00-123": "J/01-00-000", "02-7": "J/02",
    }  # fmt: skip


def test_divisions_are_codes_with_others_below_or_zeros_at_the_end() -> None:
    codes = records(JOBS, "01", "01-100", "02-000")
    assert {code: record.division for code, record in codes.items()} == {"01": True, "01-100": False, "02-000": True}


def test_only_active_codes_are_brought_in() -> None:
    (record,) = (each.record for each in read_rows(COMPANY, list(rows_of("03-000", c03_000={"STATUS": "inactive"})), facts()))
    assert record is not None
    assert COMPANY.wanted(record, facts()) is False


@pytest.mark.parametrize("theirs", [{"full_code": "03-100"}, {"code": "03-100"}, {"full_code": "03-100-000"}])
def test_a_code_of_procore_is_the_same_if_its_segments_are(theirs: Mapping[str, str]) -> None:
    assert COMPANY.twins is not None
    record = records(COMPANY, *GOOD)["03-100"]
    assert COMPANY.twins.theirs(theirs, facts()) == COMPANY.twins.ours(record, facts())
