"""What a job must be like, and what each side is told of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from connector.core.compare import compare
from connector.core.configuration import Configuration
from connector.core.errors import Code, Violation
from connector.core.exchange import Where
from connector.core.jobs import id_free, location_known
from connector.core.spec import Facts, Leg
from connector.core.wire import read_intacct, read_procore, write_intacct, write_procore
from connector.engine.prepare import choose
from connector.objects.projects import SYNC, Project, active_project, contact_free

EXPORT = SYNC.export
COMPANY = next(leg for leg in SYNC.imports if isinstance(leg, Leg))
PROCORE: dict[str, Any] = {
    "id": 301, "name": "Pier 9", "project_number": "24-107", "active": True, "start_date": "2025-03-03", "completion_date": "2027-09-30",
    "address": "9 Quayside Road", "city": "Port Ellery", "state_code": "WA", "zip": "98299", "country_code": "US",
}  # fmt: skip
NO_ADDRESS = dict.fromkeys(("address", "city", "state_code", "zip", "country_code"))
NOTHING: dict[str, frozenset[str]] = {"ids": frozenset(), "contacts": frozenset(), "locations": frozenset()}


def facts(known: dict[str, frozenset[str]] | None = None, **settings: Any) -> Facts:
    return Facts(config=Configuration(**settings), project_id="301", known=NOTHING | (known or {}))


def completed(changes: dict[str, Any] | None = None, choices: dict[str, str] | None = None, **settings: Any) -> Project:
    record, problems = read_procore(Project, PROCORE | (changes or {}))
    assert record is not None, problems
    chosen, wrong = choose(record, choices or {})
    assert wrong == []
    assert isinstance(chosen, Project)
    assert EXPORT is not None and EXPORT.complete is not None  # noqa: PT018 -- declared
    return EXPORT.complete(chosen, facts(**settings))


def only(violations: Any) -> Violation:
    (violation,) = violations
    assert isinstance(violation, Violation)
    return violation


def test_an_inactive_project_is_not_sent() -> None:
    assert only(active_project(completed({"active": False}), facts())).code is Code.INACTIVE_IN_PROCORE
    assert list(active_project(completed(), facts())) == []


def test_the_job_id_is_the_number_and_job_id_category_and_location_are_the_approvers_to_choose() -> None:
    job = completed(location="100", location_by_project={"301": "200"})
    assert (job.job_id, job.category, job.location) == ("24-107", "Contract", "200")
    job = completed(choices={"job_id": "PIER-9", "category": "Internal Billable", "location": "300"}, location="100")
    assert (job.job_id, job.category, job.location) == ("PIER-9", "Internal Billable", "300")


def test_the_address_is_a_contact_that_goes_first_in_the_same_request() -> None:
    assert EXPORT is not None
    job = completed()
    contact, project = EXPORT.write.functions(job, write_intacct(job))
    assert contact == (
        "create",
        [
            (
                "CONTACT",
                [
                    ("CONTACTNAME", "Pier 9 (PC-301)"),
                    ("PRINTAS", "Pier 9"),
                    (
                        "MAILADDRESS",
                        [
                            ("ADDRESS1", "9 Quayside Road"),
                            ("CITY", "Port Ellery"),
                            ("STATE", "WA"),
                            ("ZIP", "98299"),
                            ("COUNTRY", "United States"),
                        ],
                    ),
                ],
            )
        ],
    )
    assert project == (
        "create",
        [
            (
                "PROJECT",
                [
                    ("PROJECTID", "24-107"),
                    ("NAME", "Pier 9"),
                    ("PROJECTCATEGORY", "Contract"),
                    ("STATUS", "active"),
                    ("BEGINDATE", "03/03/2025"),
                    ("ENDDATE", "09/30/2027"),
                    ("CONTACTINFO", [("CONTACTNAME", "Pier 9 (PC-301)")]),
                ],
            )
        ],
    )


def test_without_an_address_there_is_no_contact() -> None:
    assert EXPORT is not None
    job = completed(NO_ADDRESS)
    functions = EXPORT.write.functions(job, write_intacct(job))
    assert [name for name, _ in functions] == ["create"]
    assert "CONTACT" not in str(functions)


def test_an_id_a_contact_or_a_location_that_cannot_be_is_refused() -> None:
    known = facts({"ids": frozenset({"24-107"}), "contacts": frozenset({"Pier 9 (PC-301)"})})
    assert only(id_free(completed(), known)).code is Code.DUPLICATE_NUMBER
    assert only(contact_free(completed(), known)).code is Code.DUPLICATE_NAME
    assert only(location_known(completed(location="999"), facts())).code is Code.DIMENSION_UNKNOWN
    fine = completed(location="100")
    there = facts({"locations": frozenset({"100"})})
    assert [*id_free(fine, there), *contact_free(fine, there), *location_known(fine, there), *location_known(completed(), there)] == []


def test_a_job_is_looked_for_by_its_id() -> None:
    assert EXPORT is not None
    assert EXPORT.held.find(completed(), facts()) == (Where("PROJECTID", "equalto", ("24-107",)),)
    asked = {ask.name: ask.query(completed(NO_ADDRESS), facts()) for ask in EXPORT.asks}
    assert (asked["contacts"], asked["locations"]) == (None, None)
    assert asked["ids"] is not None


def test_what_intacct_holds_is_compared_down_to_the_contacts_address() -> None:
    row = {"PROJECTID": "24-107", "NAME": "Pier 9", "PROJECTCATEGORY": "Contract", "STATUS": "active", "BEGINDATE": "03/04/2025",
           "ENDDATE": "09/30/2027", "CONTACTINFO.CONTACTNAME": "Pier 9 (PC-301)", "CONTACTINFO.MAILADDRESS.ADDRESS1": "9 Quayside Road",
           "CONTACTINFO.MAILADDRESS.CITY": "Tolvane", "CONTACTINFO.MAILADDRESS.STATE": "WA", "CONTACTINFO.MAILADDRESS.ZIP": "98299",
           "CONTACTINFO.MAILADDRESS.COUNTRY": "United States"}  # fmt: skip
    held, problems = read_intacct(Project, row)
    assert held is not None, problems
    assert [difference.field for difference in compare(completed(), held)] == ["start", "city"]


def test_procore_is_told_number_name_dates_and_address() -> None:
    row = {"PROJECTID": "24-107", "NAME": "Pier 9", "STATUS": "active", "BEGINDATE": "03/03/2025"}
    row |= {"CONTACTINFO.MAILADDRESS.CITY": "Port Ellery", "CONTACTINFO.MAILADDRESS.COUNTRY": "United States"}
    job, _ = read_intacct(Project, row)
    assert job is not None
    assert job.start == date(2025, 3, 3)
    assert write_procore(job) == {
        "project_number": "24-107", "name": "Pier 9", "start_date": "2025-03-03", "city": "Port Ellery", "country_code": "US",
    }  # fmt: skip


def test_sub_jobs_are_not_jobs_and_inactive_ones_are_not_brought_in() -> None:
    assert COMPANY.reads.where == (Where("PARENTID", "isnull"),)
    assert [COMPANY.wanted(Project(name="Pier 9", status=status), facts()) for status in ("active", "inactive")] == [True, False]


def test_a_project_of_procore_is_the_same_by_number_and_then_by_name() -> None:
    assert COMPANY.twins is not None
    ours = COMPANY.twins.ours(Project(name="Pier 9", job_id="24-107A"), facts())
    assert ours == ("number:24-107a", "name:pier 9")
    assert COMPANY.twins.theirs({"project_number": None, "name": " PIER 9"}, facts()) == ("name:pier 9",)
