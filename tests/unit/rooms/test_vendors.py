"""What a vendor must be like, and what each side is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from connector.core.compare import compare
from connector.core.configuration import Configuration
from connector.core.errors import Code, Violation
from connector.core.exchange import Where
from connector.core.record import rows
from connector.core.spec import Facts, Leg
from connector.core.wire import read_intacct, read_procore, write_intacct, write_procore
from connector.objects.vendors import SYNC, Vendor, active_company, contact_free, fits, id_free, type_known

EXPORT = SYNC.export
COMPANY = next(leg for leg in SYNC.imports if isinstance(leg, Leg))
PROCORE: dict[str, Any] = {
    "id": 8821, "name": "Beta Concrete", "is_active": True, "business_phone": "555-0100", "email_address": "ap@beta.example",
    "address": "1 Kiln Rd", "city": "Reno", "state_code": "NV", "zip": "89501", "country_code": "US",
}  # fmt: skip
NOTHING: dict[str, frozenset[str]] = {"ids": frozenset(), "contacts": frozenset(), "types": frozenset()}


def facts(known: dict[str, frozenset[str]] | None = None, **settings: Any) -> Facts:
    return Facts(config=Configuration(**settings), known=NOTHING | (known or {}))


def completed(changes: dict[str, Any] | None = None, **settings: Any) -> Vendor:
    record, problems = read_procore(Vendor, PROCORE | (changes or {}))
    assert record is not None, problems
    assert EXPORT is not None and EXPORT.complete is not None  # noqa: PT018 -- declared
    return EXPORT.complete(record, facts(**settings))


def only(violations: Any) -> Violation:
    (violation,) = violations
    assert isinstance(violation, Violation)
    return violation


def test_an_inactive_company_is_not_sent() -> None:
    assert only(active_company(completed({"is_active": False}), facts())).code is Code.INACTIVE_IN_PROCORE
    assert list(active_company(completed(), facts())) == []


def test_the_id_is_the_choice_else_procores_else_intacct_gives_it() -> None:
    assert completed().vendor_id == "PC-8821"
    assert completed(vendor_ids="by Intacct").vendor_id is None
    chosen = completed().model_copy(update={"vendor_id": "BETA"})
    assert EXPORT is not None and EXPORT.complete is not None  # noqa: PT018 -- declared
    assert EXPORT.complete(chosen, facts()).vendor_id == "BETA"


def test_a_vendor_is_looked_for_by_its_id_or_by_its_contact_where_intacct_numbers() -> None:
    assert EXPORT is not None
    assert EXPORT.held.find(completed(), facts()) == (Where("VENDORID", "equalto", ("PC-8821",)),)
    numbered = completed(vendor_ids="by Intacct")
    assert EXPORT.held.find(numbered, facts()) == (Where("DISPLAYCONTACT.CONTACTNAME", "equalto", ("Beta Concrete (PC-8821)",)),)


def test_intacct_is_told_id_name_and_contact_in_one_create() -> None:
    assert EXPORT is not None
    vendor = completed()
    (function,) = EXPORT.write.functions(vendor, write_intacct(vendor))
    assert function == (
        "create",
        [
            (
                "VENDOR",
                [
                    ("VENDORID", "PC-8821"),
                    ("NAME", "Beta Concrete"),
                    ("STATUS", "active"),
                    (
                        "DISPLAYCONTACT",
                        [
                            ("CONTACTNAME", "Beta Concrete (PC-8821)"),
                            ("PRINTAS", "Beta Concrete"),
                            ("COMPANYNAME", "Beta Concrete"),
                            ("PHONE1", "555-0100"),
                            ("EMAIL1", "ap@beta.example"),
                            (
                                "MAILADDRESS",
                                [
                                    ("ADDRESS1", "1 Kiln Rd"),
                                    ("CITY", "Reno"),
                                    ("STATE", "NV"),
                                    ("ZIP", "89501"),
                                    ("COUNTRY", "United States"),
                                ],
                            ),
                        ],
                    ),
                ],
            )
        ],
    )


def test_a_long_id_or_name_is_refused_with_one_that_would_fit() -> None:
    long_id = completed().model_copy(update={"vendor_id": "BETA-CONCRETE-OF-NEVADA"})
    violation = only(fits(long_id, facts()))
    assert (violation.code, violation.field) == (Code.TOO_LONG, "vendor_id")
    assert "3 characters too long for Intacct (20 allowed)" in violation.message
    assert "PC-8821 would fit" in violation.message
    name = "Beta " * 20 + "Works"
    violation = only(fits(completed({"name": name}), facts()))
    assert (violation.code, violation.field) == (Code.TOO_LONG, "name")
    assert f"{('Beta ' * 20).strip()!r} would fit" in violation.message
    assert list(fits(completed({"name": "B" * 100}), facts())) == []


def test_an_id_or_a_contact_that_is_taken_is_refused_and_explained() -> None:
    taken = facts({"ids": frozenset({"PC-8821"}), "contacts": frozenset({"Beta Concrete (PC-8821)"})})
    assert only(id_free(completed(), taken)).code is Code.DUPLICATE_NUMBER
    clash = only(contact_free(completed(), taken))
    assert (clash.code, clash.field) == (Code.CONTACT_NAME_TAKEN, "contact_name")
    assert "customers and employees share one list" in clash.message
    assert [*id_free(completed(), facts()), *contact_free(completed(), facts())] == []


def test_a_vendor_type_must_be_one_of_intaccts() -> None:
    vendor = completed().model_copy(update={"vendor_type": "Trades"})
    assert only(type_known(vendor, facts())).code is Code.DIMENSION_UNKNOWN
    assert list(type_known(vendor, facts({"types": frozenset({"Trades"})}))) == []
    assert list(type_known(completed(), facts())) == []


def test_the_questions_are_asked_only_where_there_is_a_value() -> None:
    assert EXPORT is not None
    asked = {ask.name: ask.query(completed(vendor_ids="by Intacct"), facts()) for ask in EXPORT.asks}
    assert (asked["ids"], asked["types"]) == (None, None)
    assert asked["contacts"] is not None
    assert asked["contacts"].where == (Where("CONTACTNAME", "equalto", ("Beta Concrete (PC-8821)",)),)


def test_what_intacct_holds_is_compared_down_to_the_address() -> None:
    vendor = completed()
    row = {"VENDORID": "PC-8821", "NAME": "Beta Concrete", "STATUS": "active", "DISPLAYCONTACT.CONTACTNAME": "Beta Concrete (PC-8821)",
           "DISPLAYCONTACT.PRINTAS": "Beta Concrete", "DISPLAYCONTACT.COMPANYNAME": "Beta Concrete", "DISPLAYCONTACT.PHONE1": "555-0100",
           "DISPLAYCONTACT.EMAIL1": "ap@beta.example", "DISPLAYCONTACT.MAILADDRESS.ADDRESS1": "1 Kiln Rd",
           "DISPLAYCONTACT.MAILADDRESS.CITY": "Elko", "DISPLAYCONTACT.MAILADDRESS.STATE": "Nevada",
           "DISPLAYCONTACT.MAILADDRESS.ZIP": "89501", "DISPLAYCONTACT.MAILADDRESS.COUNTRY": "United States"}  # fmt: skip
    held, problems = read_intacct(Vendor, row)
    assert held is not None, problems
    assert [(difference.field, difference.ours, difference.theirs) for difference in compare(vendor, held)] == [("city", "Reno", "Elko")]


def test_tax_ids_and_bank_accounts_have_no_row() -> None:
    paths = {
        path for row in rows(Vendor) for column in (row.procore, row.intacct) if column for path in (column.read, column.write) if path
    }
    assert not [path for path in paths if any(word in path.lower() for word in ("tax", "1099", "bank", "account", "ach", "register"))]


@pytest.mark.parametrize(
    ("vendor_type", "status", "types", "wanted"),
    [
        ("Sub", "active", {"Sub"}, True),
        (None, "active", {"Sub"}, True),
        ("Rent", "active", {"Sub"}, False),
        ("Rent", "active", set(), True),
        ("Sub", "inactive", set(), False),
    ],
)
def test_the_type_filter_lets_untyped_vendors_through(vendor_type: str | None, status: str, types: set[str], *, wanted: bool) -> None:
    vendor = Vendor(name="Beta", vendor_type=vendor_type, status=status)
    assert COMPANY.wanted(vendor, facts(vendor_types=frozenset(types))) is wanted


def test_procore_is_told_codes_for_state_and_country_and_nothing_of_what_it_decides() -> None:
    row = {
        "NAME": "Beta",
        "DISPLAYCONTACT.MAILADDRESS.STATE": "Nevada",
        "DISPLAYCONTACT.MAILADDRESS.COUNTRY": "United States",
        "STATUS": "active",
    }
    vendor, _ = read_intacct(Vendor, row)
    assert vendor is not None
    assert write_procore(vendor) == {"name": "Beta", "state_code": "NV", "country_code": "US"}
