from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from connector.core.errors import Code
from connector.core.exchange import Query
from connector.engine import preview
from connector.engine.door import StandaloneDoor
from connector.engine.prepare import Prepared, prepare
from connector.engine.world import Source
from connector.objects.subcontractor_invoices import SYNC
from tests.contract.rooms.stage import Case, KnowingIntacct, cases, prepared, world_of
from tests.unit.rooms.api import Api, synced

CASE = next(case for case in cases(SYNC.name) if case.name == "export-progress")
OWN_LINE = next(case for case in cases(SYNC.name) if case.name == "export-stored-on-its-own-line")
COMMITMENT, ORDER = "commitments:562949953500001", "commitment_change_orders:562949953520001"


def changed(case: Case = CASE, configuration: dict[str, Any] | None = None, **changes: Any) -> Case:
    return case.changed({path.replace("__", "."): value for path, value in changes.items()}, {}, configuration or {})


def without(case: Case, *objects: str) -> Case:
    pairs = [pair for pair in case.said["cross_references"] if pair["object"] not in objects]
    return Case(case.object, case.name, {**case.said, "cross_references": pairs})


def later(case: Case, *pending: str) -> Prepared:
    """Read again for the export, once everything is there."""
    return prepare(world_of(case), case.room, case.source, case.said.get("choices", {}), ask=bool(pending), pending=pending)


def lines(found: Prepared) -> Any:
    assert found.record is not None
    return found.record.lines  # type: ignore[attr-defined]  # an invoice


@pytest.mark.parametrize(
    ("missing", "needs"),
    [
        (("commitments",), (COMMITMENT,)),
        (("commitment_change_orders",), (ORDER,)),
        (("commitments", "commitment_change_orders"), (COMMITMENT, ORDER)),
    ],
)
def test_what_it_bills_may_go_first(missing: tuple[str, ...], needs: tuple[str, ...]) -> None:
    """What follows from the lines in Intacct, down to the cost type of a change order's item, is not known before and not missed."""
    shown = prepared(without(CASE, *missing))
    assert (shown.needs, shown.violations) == (needs, ())
    found = later(CASE, *needs)
    assert (found.fingerprint, found.violations) == (shown.fingerprint, ())
    assert [line.source_line for line in lines(found)] == ["9001", "9002", "9050"]


@pytest.mark.parametrize(
    "change",
    [
        {"items__0__work_completed_this_period": "120000.01"},
        {"items__3__cost_code_id": 562949953450001},
        {"items__3__work_completed_retainage_released_this_period": "0.01"},
        {"invoice_number": "9"},
    ],
)
def test_anything_else_is_another_fingerprint_even_so(change: dict[str, Any]) -> None:
    before, after = (without(case, "commitments", "commitment_change_orders") for case in (CASE, changed(**change)))
    assert prepared(after).fingerprint != prepared(before).fingerprint


def test_an_item_whose_line_did_not_come_along_is_refused_at_the_export() -> None:
    case = changed(items__3__line_item_id=562949953540099)
    assert prepared(without(case, "commitment_change_orders")).violations == ()
    first = later(case, ORDER).violations[0]
    assert (first.code, first.field) == (Code.COMMITMENT_NOT_SYNCED, "lines[3].source_line")


def test_intacct_is_asked_for_lines_of_change_orders_only_where_these_are_billed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Query] = []
    answer = KnowingIntacct.read

    def read(self: KnowingIntacct, queries: Sequence[Query], *, entity: str = "") -> list[list[dict[str, str]]]:
        asked.extend(queries)
        return answer(self, queries, entity=entity)

    monkeypatch.setattr(KnowingIntacct, "read", read)
    later(CASE)
    later(changed(items__3__work_completed_this_period="0.00", items__3__work_completed_retainage_retained_this_period="0.00"))
    (query,) = asked
    assert (query.object, [(each.field, each.operator, each.values) for each in query.where]) == (
        "PODOCUMENTENTRY",
        [("RECORDNO", "in", ("9050",))],
    )


def test_a_line_is_held_to_all_items_that_stand_on_it() -> None:
    """A change order's item counts with the line it changed, what another line holds does not."""
    first, second, third = lines(prepared(CASE))
    assert (first.line_limit, first.line_billed) == (Decimal("424000.00"), Decimal("410000.00"))
    assert (second.line_limit, third.line_limit) == (Decimal("74200.00"), Decimal("1800.00"))


@pytest.mark.parametrize(
    ("scheduled", "work", "to_date", "refused"),
    [
        ("-500.00", "-500.00", "-500.00", False),
        ("-500.00", "-500.01", "-500.01", True),
        ("-500.00", "0.01", "0.01", True),
        ("500.00", "-0.01", "-0.01", True),
        ("500.00", "-100.00", "500.01", False),
        ("-500.00", "100.00", "-500.01", False),
    ],
    ids=["a credit", "too much of it", "more than its end", "less than nothing", "back towards the limit", "back towards the credit"],
)
def test_a_line_is_held_to_its_amount_in_both_directions(*, scheduled: str, work: str, to_date: str, refused: bool) -> None:
    case = changed(
        items__3__scheduled_value=scheduled, items__3__work_completed_this_period=work, items__3__total_completed_and_stored_to_date=to_date
    )
    found = [violation.field for violation in prepared(case).violations if violation.code is Code.OVERBILLED]
    assert found == (["lines[3].amount"] if refused else [])


@pytest.mark.parametrize(("work", "found"), [("120000.00", [Code.OVERBILLED]), ("-130000.00", [])])
def test_an_overbilled_commitment_may_be_credited(work: str, found: list[Code]) -> None:
    case = changed(items__0__work_completed_this_period=work, summary__contract_sum_to_date="100000.00")
    assert [each.code for each in prepared(case).violations if each.code is Code.OVERBILLED] == found


def test_the_approver_sees_the_lines_that_go_and_no_others() -> None:
    shown = preview.build(world_of(CASE), prepared(CASE))
    assert [line[0]["path"] for line in shown["lines"]] == ["lines[1].item", "lines[2].item", "lines[3].item"]


def test_the_effect_is_what_is_invoiced_before_retainage() -> None:
    (effect,) = prepared(CASE).effects
    assert (effect.label, effect.after - effect.before) == ("Invoiced on SC-2041", Decimal("127800.00"))


def test_nothing_is_said_of_retainage_where_the_commitment_has_none() -> None:
    """A definition without retainage refuses even a zero."""
    none = changed(
        commitment__retainage_percent="0.0",
        items__0__work_completed_retainage_retained_this_period="0.00",
        items__0__materials_stored_retainage_currently_retained="400.00",
        items__1__work_completed_this_period="1.00",
        items__1__work_completed_retainage_released_this_period="0.00",
    )
    assert [line.retained for line in lines(prepared(none))] == [None, None, Decimal("180.00")]
    with_retainage = changed(items__1__work_completed_this_period="1.00", items__1__work_completed_retainage_released_this_period="0.00")
    assert lines(prepared(with_retainage))[1].retained == Decimal("0.00")


def test_retainage_that_goes_with_what_is_billed_back_is_no_release() -> None:
    refuse = {"retainage_releases": "refused"}
    assert prepared(changed(OWN_LINE, refuse)).violations == ()
    assert [each.code for each in prepared(changed(CASE, refuse)).violations] == [Code.SETTINGS_FORBID]


def test_a_code_of_no_job_of_its_own_is_the_commitments() -> None:
    pairs = [pair | {"detail": {}} if pair["object"] == "cost_codes" else pair for pair in CASE.said["cross_references"]]
    found = prepared(Case(CASE.object, CASE.name, {**CASE.said, "cross_references": pairs}))
    assert [line.job for line in lines(found)] == ["24-107"] * 3


def test_billing_back_needs_the_setting() -> None:
    forbidden = prepared(changed(OWN_LINE, {"reverse_conversions": False})).violations
    assert [(each.code, each.field) for each in forbidden] == [(Code.SETTINGS_FORBID, "lines[2].amount")]


def test_the_door_reads_items_detail_and_commitment() -> None:
    invoice = {"id": 7, "commitment_id": 8}
    api = Api(
        {
            "/rest/v1.1/requisitions/7": invoice,
            "/rest/v1.0/requisitions/7/detail": [{"id": 1}],
            "/rest/v1.0/commitments/8": {"id": 8},
        }
    )
    kind, raw = StandaloneDoor(api, "1").fetch(SYNC, Source(procore_id="7", project_id="77"))
    assert (kind, raw) == ("Requisition", invoice | {"detail": [{"id": 1}], "commitment": {"id": 8}})
    project = {"project_id": "77"}
    assert api.asked == [
        ("/rest/v1.1/requisitions/7", project | {"view": "items"}),
        ("/rest/v1.0/requisitions/7/detail", project),
        ("/rest/v1.0/commitments/8", project),
    ]


def test_the_origin_id_goes_back_beside_the_commitment_and_without_a_code() -> None:
    """Procore wants the commitment named, and requisitions have no origin_code."""
    api = Api({"/rest/v1.1/requisitions/7": {"id": 7, "commitment_id": 8, "origin_id": None}})
    item = synced(SYNC.name, "Requisition")
    StandaloneDoor(api, "1").write_back(SYNC, item, origin="intacct:PODOCUMENT:5140", code="SC-1-03", lines={"x": "y"})
    body = {"project_id": 77, "commitment_id": 8, "requisition": {"origin_id": "intacct:PODOCUMENT:5140"}}
    assert api.told == [("PATCH", "/rest/v1.1/requisitions/7", body)]
