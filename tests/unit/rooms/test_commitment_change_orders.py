from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from connector.core.errors import Code
from connector.core.exchange import Query, Where
from connector.engine.door import StandaloneDoor
from connector.engine.prepare import Prepared, prepare
from connector.engine.world import Source
from connector.objects.commitment_change_orders import SYNC
from tests.contract.rooms.stage import Case, KnowingIntacct, cases, prepared, world_of
from tests.unit.rooms.api import Api, synced

CASE = next(case for case in cases(SYNC.name) if case.name == "export-changes-and-additions")
COMMITMENT, PACKAGE = "562949953500001", "562949953530001"
NEED = f"commitments:{COMMITMENT}"


def changed(case: Case = CASE, configuration: dict[str, Any] | None = None, **changes: Any) -> Case:
    return case.changed({path.replace("__", "."): value for path, value in changes.items()}, {}, configuration or {})


def before_the_commitment(case: Case = CASE) -> Case:
    pairs = [pair for pair in case.said["cross_references"] if pair["object"] != "commitments"]
    return Case(case.object, case.name, {**case.said, "cross_references": pairs})


def of_line(found: Prepared, place: int) -> Any:
    assert found.record is not None
    return found.record.lines[place]  # type: ignore[attr-defined]  # a change order


def test_the_commitment_may_go_first() -> None:
    found = prepared(before_the_commitment())
    assert (found.needs, found.violations) == ((NEED,), ())
    assert (of_line(found, 0).commitment_key, of_line(found, 0).intacct_key) == (None, None)


def test_what_was_approved_before_the_commitment_was_there_is_still_it_afterwards() -> None:
    shown = prepared(before_the_commitment())
    later = prepare(world_of(CASE), CASE.room, CASE.source, {}, ask=True, pending=[NEED])
    assert (later.fingerprint, later.violations) == (shown.fingerprint, ())
    assert [line.intacct_key for line in later.record.lines] == ["9001", "9001", None, None]  # type: ignore[union-attr]  # it has lines
    assert {line.commitment_key for line in later.record.lines} == {"5120"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        {"lines__0__amount": "12000.01"},
        {"lines__0__commitment_line_item_id": None},
        {"package__line_items__0__cost_code__id": 562949953450002},
    ],
)
def test_any_other_line_is_another_fingerprint_even_so(change: dict[str, Any]) -> None:
    assert prepared(before_the_commitment(changed(**change))).fingerprint != prepared(before_the_commitment()).fingerprint


def test_a_line_that_the_commitment_lost_is_refused_once_the_commitment_is_there() -> None:
    """Sent as it is, it would be added to the commitment instead of changing it."""
    case = changed(lines__0__commitment_line_item_id="562949953510099")
    assert prepared(before_the_commitment(case)).violations == ()
    (violation,) = prepare(world_of(case), case.room, case.source, {}, ask=True, pending=[NEED]).violations
    assert (violation.code, violation.field) == (Code.COMMITMENT_NOT_SYNCED, "lines[1].changes")


def test_lines_go_in_their_order_whatever_the_order_of_the_list() -> None:
    numbered: dict[str, Any] = {f"lines__{place}__position": 9 - place for place in range(4)}
    found = prepared(changed(**numbered))
    assert [of_line(found, place).procore_id[-1] for place in range(4)] == ["4", "3", "2", "1"]


def test_half_a_cent_goes_up_as_in_both_systems() -> None:
    half = changed(commitment__accounting_method="unit", lines__0__quantity=3, lines__0__unit_cost="0.115", lines__0__amount="0.35")
    assert "lines[1].change" not in [violation.field for violation in prepared(half).violations]


def test_a_code_of_no_job_of_its_own_is_the_commitments() -> None:
    pairs = [pair | {"detail": {}} if pair["object"] == "cost_codes" else pair for pair in CASE.said["cross_references"]]
    found = prepared(Case(CASE.object, CASE.name, {**CASE.said, "cross_references": pairs}))
    assert of_line(found, 0).job == "24-107"


@pytest.mark.parametrize(
    ("number", "document", "log"), [("003", "SC-2041-CO003", "3"), ("CO-012", "SC-2041-CO-012", "12"), ("B", "SC-2041-B", None)]
)
def test_the_number_tells_the_commitment_and_the_change(number: str, document: str, log: str | None) -> None:
    record = prepared(changed(number=number)).record
    assert record is not None
    assert (record.document_number, record.log_number) == (document, log)  # type: ignore[attr-defined]


def test_earlier_changes_are_asked_for_only_where_amounts_are_new_values(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Query] = []

    def read(_self: KnowingIntacct, queries: Sequence[Query], *, entity: str = "") -> list[list[dict[str, str]]]:
        del entity
        asked.extend(queries)
        return [[] for _ in queries]

    monkeypatch.setattr(KnowingIntacct, "read", read)
    for configuration in ({}, {"change_order_amounts": "new value"}):
        case = changed(configuration=configuration)
        prepare(world_of(case), case.room, case.source, {}, ask=False)
    (query,) = asked
    assert (query.object, [(each.field, each.values) for each in query.where]) == ("PODOCUMENTENTRY", [("RELATEDDOCKEY", ("5120",))])


@pytest.mark.parametrize(("amounts", "changes"), [("delta", 2), ("new value", 0)])
def test_the_effects_are_on_the_vendor_and_on_the_job(amounts: str, changes: int) -> None:
    """Change orders that say the value after the change would count it twice."""
    found = prepared(changed(configuration={"change_order_amounts": amounts}))
    assert SYNC.export is not None
    assert isinstance(found.record, SYNC.record)
    of_vendor, of_job = (effect.query(found.record, found.facts) for effect in SYNC.export.effects)
    assert of_vendor is not None
    assert of_job is not None
    assert [(each.field, len(each.values)) for each in of_job.where] == [("PROJECT", 1), ("DOCPARID", 2 + changes)]
    assert of_vendor.where == (*of_job.where, Where("CUSTVENDID", "equalto", ("V-10233",)))


def test_the_door_reads_header_lines_commitment_and_package() -> None:
    order = {"id": 7, "contract_id": 8, "legacy_package_id": 9, "number": "1"}
    api = Api(
        {
            "/rest/v1.0/projects/77/commitment_change_orders/7": order,
            "/rest/v2.0/companies/1/projects/77/commitment_change_orders/7/line_items": [{"id": "71"}, {"id": "72"}],
            "/rest/v1.0/commitments/8": {"id": 8, "type": "WorkOrderContract"},
            "/rest/v1.0/change_order_packages/9": {"id": 9, "origin_id": None},
        }
    )
    kind, raw = StandaloneDoor(api, "1").fetch(SYNC, Source(procore_id="7", project_id="77"))
    assert kind == "CommitmentChangeOrder"
    assert raw == order | {
        "project_id": "77",
        "lines": [{"id": "71"}, {"id": "72"}],
        "commitment": {"id": 8, "type": "WorkOrderContract"},
        "package": {"id": 9, "origin_id": None},
    }
    assert {tuple(sorted(params.items())) for _, params in api.asked} == {(("project_id", "77"),)}


def test_the_origin_id_is_kept_on_the_package() -> None:
    api = Api(
        {
            "/rest/v1.0/projects/77/commitment_change_orders/7": {"id": 7, "legacy_package_id": 9},
            "/rest/v1.0/change_order_packages/9": {"id": 9, "origin_id": ""},
        }
    )
    item = synced(SYNC.name, "CommitmentChangeOrder")
    StandaloneDoor(api, "1").write_back(
        SYNC, item, origin="intacct:PODOCUMENT:5133", code="CO-1", lines={"71": "intacct:PODOCUMENTENTRY:9050"}
    )
    marks = {"project_id": 77, "change_order": {"origin_id": "intacct:PODOCUMENT:5133", "origin_code": "CO-1"}}
    assert api.told == [("PATCH", "/rest/v1.0/change_order_packages/9", marks)]
