"""What differs between two settings, in words."""

from __future__ import annotations

from decimal import Decimal

from connector.core.changes import differences
from connector.core.configuration import Configuration, Definitions, Schedule
from connector.core.people import ApprovalRight

DANA = ApprovalRight(login="dana", up_to=Decimal(250000))


def test_each_setting_is_compared_by_itself_and_the_same_is_no_difference() -> None:
    before = Configuration(items={"L": "LABOR"}, approvers=(DANA,), definitions=Definitions(subcontract="Sub"))
    assert differences(before, before.model_copy()) == []
    after = before.model_copy(
        update={
            "items": {"L": "WORK", "S": "SUB"},
            "definitions": Definitions(subcontract="PC Sub"),
            "schedules": {"vendors": Schedule(every="off")},
            "sender_may_approve": True,
            "funded": frozenset({"b", "a"}),
        }
    )
    assert sorted(differences(before, after)) == [
        ("definitions.subcontract", "Sub", "PC Sub"),
        ("funded", "completed, funded, funding complete, paid, settled", "a, b"),
        ("items.L", "LABOR", "WORK"),
        ("items.S", "none", "SUB"),
        ("schedules.vendors.every", "none", "off"),
        ("sender_may_approve", "no", "yes"),
    ]


def test_approvers_are_compared_by_person_with_jobs_by_their_numbers() -> None:
    limited = ApprovalRight(login="tom", objects=frozenset({"prime_contracts"}), projects=frozenset({"24107", "9"}))
    changed = differences(Configuration(approvers=(DANA,)), Configuration(approvers=(limited,)), {"24107": "24-107"})
    assert changed == [
        ("approvers.dana", "all objects, all jobs, up to 250,000.00", "none"),
        ("approvers.tom", "none", "prime contracts, job 24-107, 9, without limit"),
    ]
