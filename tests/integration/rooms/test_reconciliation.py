"""How a job stands in both systems, read over the wire; the story's own comparison, which knows neither engine nor rooms, is the oracle.

Every test plants a difference in the month, looks, and takes it away again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.core.errors import Code, ConnectorError, RetryLater
from connector.core.reconciliation import FIGURES, Cause, Reading, Why
from connector.engine.import_ import import_step
from connector.engine.reconcile_runs import job_of, request
from connector.ports import CrossReference
from sandbox.companies.jobs import SCHOOL
from sandbox.intacct.state import state as intacct_state
from sandbox.procore.procore_pay import pay
from sandbox.story.ledgers import rows
from tests.integration.rooms.contracts import by_hand
from tests.integration.rooms.office import Office
from tests.integration.rooms.test_month import INTACCT, PROCORE
from tests.proof.stage import DANA, MARCO

CENT = Decimal("0.01")


@pytest.fixture(autouse=True)
def _agreeing(month: Office) -> Iterator[None]:
    """Each test leaves the month as it was."""
    yield
    assert [*read(month).named()] == []


def read(office: Office) -> Reading:
    project = office.project(SCHOOL)
    office.play(request(office.world, DANA, project).id)
    _, reading = job_of(office.world, DANA, project)
    assert reading is not None
    return reading


def figures(reading: Reading) -> dict[tuple[str, str, str, str], tuple[Decimal, Decimal]]:
    """By code and figure, Procore's and Intacct's."""
    return {
        (*row.code, each.figure): (each.procore or Decimal(0), each.intacct or Decimal(0))
        for row in reading.rows
        for each in row.figures
        if each.procore or each.intacct
    }


def oracle(office: Office) -> dict[tuple[str, str, str, str], tuple[Decimal, Decimal]]:
    found = rows(office.procore.state(), intacct_state(office.intacct.store))
    return {
        (row.code.sub_job or row.code.job, row.code.cost_code, row.code.cost_type, figure): (
            row.procore.get(figure, Decimal(0)),
            row.intacct.get(figure, Decimal(0)),
        )
        for row in found
        for figure in FIGURES
        if row.procore.get(figure) or row.intacct.get(figure)
    }


def causes(reading: Reading) -> list[Cause]:
    """Of every figure; those of each add up to its difference."""
    for each in reading.named():
        assert sum(cause.difference for cause in each.causes) == each.difference
    assert reading.standing("").apart == sum(abs(each.difference) for each in reading.named())
    return [cause for each in reading.named() for cause in each.causes]


@contextmanager
def planted(row: Any, **values: object) -> Iterator[None]:
    """A row of either simulator, changed for a while."""
    held = {name: row[name] for name in values}
    row.update(values)
    try:
        yield
    finally:
        row.update(held)


@contextmanager
def unlinked(office: Office, pair: CrossReference) -> Iterator[None]:
    office.references.part(pair)
    try:
        yield
    finally:
        assert office.references.link([pair]) == []


def pair_of(office: Office, name: str) -> CrossReference:
    """The first of the object."""
    return next(iter(office.references.of_object(name)))


def test_the_figures_are_the_oracles_and_nothing_differs(month: Office) -> None:
    reading = read(month)
    assert figures(reading) == oracle(month)
    assert len(figures(reading)) > 40
    assert {figure for *_, figure in figures(reading)} == {*FIGURES}
    assert (reading.job, reading.taken_by, reading.notes) == (SCHOOL, "Dana", ())
    assert {row.name for row in reading.rows if row.code.cost_code == "03-300"} == {"Cast-in-Place Concrete"}


@pytest.mark.parametrize(("table", "field", "column"), PROCORE)
def test_a_cent_in_procore_is_named_by_its_record(month: Office, table: str, field: str, column: str) -> None:
    store = month.procore.store
    (line,) = store["line_items"].live(description="Brick veneer")
    coded = {"line_items": {"id": line["id"]}, "requisition_items": {"line_item_id": line["id"]}}
    row = store[table].live(**coded.get(table, {"wbs_code_id": line["wbs_code_id"]}))[0]
    with planted(row, **{field: row[field] + CENT}):
        reading = read(month)
        found = [cause for cause in causes(reading) if not cause.label.startswith("Payment")]
        if table != "requisition_items":  # another payment due than what was paid, of which the oracle knows no code
            assert figures(reading) == oracle(month)
    assert [(cause.why, cause.difference) for cause in found] == [(Why.DIFFERS, CENT)]
    assert [each.figure for each in reading.named() if not each.causes[0].label.startswith("Payment")] == [column]


@pytest.mark.parametrize(("table", "field", "column"), INTACCT)
def test_a_cent_in_intacct_is_named_by_its_record(month: Office, table: str, field: str, column: str) -> None:
    row = next(row for row in month.intacct.store.all(table) if row[field])
    with planted(row, **{field: str(Decimal(row[field]) + CENT)}):
        reading = read(month)
        assert figures(reading) == oracle(month)
    (cause,) = causes(reading)
    assert [each.figure for each in reading.named()] == [column]
    assert cause.difference == -CENT
    # What was paid is told by payments: a cent more than they say has no name.
    assert cause.why is (Why.UNEXPLAINED if column == "paid" else Why.DIFFERS)
    assert reading.standing("").unexplained == (CENT if column == "paid" else 0)


def test_a_change_order_is_followed_from_its_approval_in_procore_to_intacct(month: Office) -> None:
    """Not sent, waiting, failed by a closed period: each is another name for the same amount."""
    project, (contract, *_) = (
        month.project(SCHOOL),
        month.procore.store["work_order_contracts"].live(accounting_method="amount", status="Approved"),
    )
    (line, *_) = month.procore.store["line_items"].live(holder_id=contract["id"])
    orders = f"/rest/v1.0/projects/{project}/commitment_change_orders"
    key = str(month.api.send("POST", orders, {"change_order": {"contract_id": contract["id"], "title": "More of it"}})["id"])
    lines = f"/rest/v2.0/companies/{month.world.company}/projects/{project}/commitment_change_orders/{key}/line_items"
    more = {"wbs_code_id": str(line["wbs_code_id"]), "amount": "4060.00", "commitment_line_item_id": line["id"]}
    month.api.send("POST", lines, more)
    assert [*read(month).named()] == []
    (order,) = month.procore.store["change_orders"].rows(id=int(key))
    with planted(order, status="approved", reviewed_at=month.clock.now()):
        not_sent = causes(read(month))
        assert {cause.why for cause in not_sent} == {Why.NOT_SENT}
        assert [(cause.difference, cause.item) for cause in not_sent] == [(Decimal("4060.00"), "")]
        assert not_sent[0].label.startswith("Change order ")
        sent = month.send("commitment_change_orders", key, project)
        assert sent.item is not None, sent.violations
        waiting = causes(read(month))
        assert {(cause.why, cause.item, cause.since) for cause in waiting} == {(Why.WAITING, sent.item.id, sent.item.since)}
        assert [cause.difference for cause in waiting] == [cause.difference for cause in not_sent]
        with planted_setting(month, closed_until=date(2030, 1, 31)):
            month.approve(sent.item)
        (why,) = {(cause.why, cause.words) for cause in causes(read(month))}
        assert why[0] is Why.FAILED
        assert "period" in why[1]
    # In Procore it is as it was: nothing of it counts in either system.


@contextmanager
def planted_setting(office: Office, **settings: Any) -> Iterator[None]:
    held = {name: getattr(office.intacct.settings, name) for name in settings}
    for name, value in settings.items():
        setattr(office.intacct.settings, name, value)
    try:
        yield
    finally:
        for name, value in held.items():
            setattr(office.intacct.settings, name, value)


def test_a_commitment_that_does_not_count_in_procore_any_more_says_so(month: Office) -> None:
    (row, *_) = month.procore.store["work_order_contracts"].live(status="Approved")
    with planted(row, status="Void"):
        found = [cause for each in read(month).named() if each.figure == "committed" for cause in each.causes]
    assert {cause.why for cause in found} == {Why.NOT_COUNTED}
    assert {cause.words for cause in found} == {"is Void in Procore, where it does not count; Intacct holds it"}
    assert {cause.label for cause in found} == {row["number"]}


def test_a_commitment_that_is_gone_in_procore_says_so(month: Office) -> None:
    (row, *_) = month.procore.store["work_order_contracts"].live(status="Approved")
    with planted(row, deleted_at=month.clock.now()):
        found = [cause for each in read(month).named() if each.figure == "committed" for cause in each.causes]
    assert {cause.why for cause in found} == {Why.NOT_IN_PROCORE}


def test_a_document_that_intacct_does_not_count_says_so(month: Office) -> None:
    document = next(row for row in month.intacct.store.all("PODOCUMENT") if row["DOCPARID"] == "Subcontract")
    lines = month.intacct.store.find("PODOCUMENTENTRY", DOCHDRNO=document["RECORDNO"])
    held = [line["STATE"] for line in lines]
    for line in lines:
        line["STATE"] = "Draft"
    found = causes(read(month))
    for line, state in zip(lines, held, strict=True):
        line["STATE"] = state
    assert {(cause.why, cause.words) for cause in found} == {(Why.NOT_IN_INTACCT, "is Draft in Intacct, where it does not count")}


def test_what_stands_in_both_without_a_link_is_named_though_it_offsets(month: Office) -> None:
    pair = pair_of(month, "commitments")
    with unlinked(month, pair):
        reading = read(month)
    found = causes(reading)
    assert {cause.why for cause in found} == {Why.NOT_IN_INTACCT, Why.NOT_IN_PROCORE}
    assert {cause.label for cause in found} == {pair.intacct_id, pair.intacct_id.removeprefix("Subcontract-")}
    standing = reading.standing("")
    assert (standing.differences, standing.apart) == (0, Decimal(0))
    assert standing.offset > 0


def test_a_line_coded_otherwise_moves_an_amount_between_two_codes(month: Office) -> None:
    row = next(row for row in month.intacct.store.all("PODOCUMENTENTRY") if row["MEMO"].startswith("procore:sov:"))
    other = next(each["TASKID"] for each in month.intacct.store.all("PODOCUMENTENTRY") if each["TASKID"] != row["TASKID"])
    with planted(row, TASKID=other):
        found = causes(read(month))
    assert {cause.why for cause in found} == {Why.CODED_OTHERWISE}
    assert sum(cause.difference for cause in found) == 0


def test_a_job_below_that_is_a_project_of_its_own_is_read_by_itself(month: Office) -> None:
    """A job may stand below another in Intacct, as a sub job does; what is another project in Procore is not part of this one."""
    month.enter("PROJECT", PROJECTID="25-031-X", NAME="Annex", PROJECTCATEGORY="Contract", LOCATIONID="100", PARENTID=SCHOOL)
    (annex,) = month.intacct.store.find("PROJECT", PROJECTID="25-031-X")
    row = next(row for row in month.intacct.store.all("PODOCUMENTENTRY") if row["MEMO"].startswith("procore:sov:"))
    pair = CrossReference(object="projects", procore_id="4712", intacct_key=annex["RECORDNO"], intacct_id="25-031-X", label="Annex")
    with planted(row, PROJECTID="25-031-X"):
        as_part = causes(read(month))
        assert month.references.link([pair]) == []
        by_itself = causes(read(month))
        month.references.part(pair)
    assert {cause.why for cause in as_part} == {Why.CODED_OTHERWISE}
    assert sum(cause.difference for cause in as_part) == 0
    assert sum(cause.difference for cause in by_itself) == Decimal(row["TOTAL"])


def test_a_bill_that_is_no_invoice_of_a_commitment_is_noted_and_not_compared(month: Office) -> None:
    bill = next(row for row in month.intacct.store.all("APBILL") if row["MODULEKEY"] == "9.PO")
    document = next(row for row in month.intacct.store.all("PODOCUMENT") if row["PRRECORDKEY"] == bill["RECORDNO"])
    with planted(document, DOCPARID="Utility bill"):
        reading = read(month)
    assert len(reading.notes) == 1
    assert reading.notes[0].startswith("1 bill entered without a commitment (")
    assert {cause.why for cause in causes(reading)} == {Why.NOT_IN_INTACCT}


def test_payments_that_one_system_lacks_are_named(month: Office) -> None:
    """One that was made in Intacct and is not in Procore yet, one through Procore Pay that has not gone, one entered by hand."""
    pair = pair_of(month, "payments")
    (row,) = (each for each in month.procore.store["contract_payments"].live() if pair.procore_id.endswith(str(each["id"])))
    with unlinked(month, pair), planted(row, deleted_at=month.clock.now()):
        found = causes(read(month))
        assert {(cause.why, cause.procore) for cause in found} == {(Why.NOT_IMPORTED, Decimal(0))}
    made = pay(month.procore.world, row["requisition_id"], "10.00", "2026-11-26")
    through_pay = causes(read(month))
    assert {cause.why for cause in through_pay} == {Why.NOT_SENT}
    assert sum(cause.difference for cause in through_pay) == 10
    assert "Procore Pay (initiated)" in through_pay[0].words
    with planted(made, external_payment_id=None):
        by_hand_ = causes(read(month))
    assert {cause.words for cause in by_hand_} == {"was entered in Procore by hand, which Intacct hears nothing of"}
    made["deleted_at"] = month.clock.now()


def test_a_payment_in_part_agrees_as_it_was_divided(month: Office) -> None:
    """Half of an invoice in both systems: Intacct's lines have what the export gave them."""
    row = next(each for each in month.procore.store["contract_payments"].live())
    reading = read(month)
    whole = {place: amounts for place, amounts in figures(reading).items() if place[3] == "paid"}
    assert sum(procore for procore, _ in whole.values()) > row["amount"]
    with planted(row, amount=row["amount"] - 1):
        found = causes(read(month))
    assert {cause.why for cause in found} == {Why.DIFFERS}
    assert sum(cause.difference for cause in found) == -1


def test_retainage_that_intacct_released_is_named(month: Office) -> None:
    line = next(row for row in month.intacct.store.all("APBILLITEM") if Decimal(row["TRX_AMOUNTRETAINED"] or 0) > 0)
    entry = f"<RETAINAGEBILLKEY>{line['RECORDKEY']}</RETAINAGEBILLKEY><RETAINAGEBILLITEMKEY>{line['RECORDNO']}</RETAINAGEBILLITEMKEY>"
    by_hand(
        month,
        "<create><APRETAINAGERELEASE><DESCRIPTION>Release</DESCRIPTION><STATE>Released</STATE><APRETAINAGERELEASEENTRIES>"
        f"<APRETAINAGERELEASEENTRY>{entry}<TRX_AMOUNTRELEASED>5.00</TRX_AMOUNTRELEASED></APRETAINAGERELEASEENTRY>"
        "</APRETAINAGERELEASEENTRIES></APRETAINAGERELEASE></create>",
    )
    reading = read(month)
    (cause,) = causes(reading)
    assert (cause.why, cause.difference) == (Why.RELEASED_IN_INTACCT, Decimal(5))
    assert reading.notes == ()  # the bill of the release is no other bill
    (release,) = month.intacct.store.all("APRETAINAGERELEASE")
    by_hand(month, f"<delete><object>APRETAINAGERELEASE</object><keys>{release['RECORDNO']}</keys></delete>")


def test_a_reading_that_takes_several_steps_is_the_same(month: Office) -> None:
    project = month.project(SCHOOL)
    whole = read(month)
    month.clock.move(60)
    run = request(month.world, DANA, project)
    steps = 0
    while True:
        # The deadline is over at once: each step does what cannot be divided.
        answer = import_step(month.world, run.id, month.clock.now(), mine=month.world.rooms)
        job, _ = job_of(month.world, DANA, project)
        if not answer["more"]:
            break
        assert job.standing is not None
        assert job.going
        assert job.standing.taken_at == whole.taken_at, "the reading of before stays until the next one is whole"
        steps += 1
        month.clock.move(1)
        if steps == 3:
            month.play(run.id)
            break
    _, reading = job_of(month.world, DANA, project)
    assert reading is not None
    assert steps >= 2
    assert (reading.rows, reading.taken_by) == (whole.rows, whole.taken_by)
    assert reading.taken_at > whole.taken_at


def test_a_slower_reading_that_began_earlier_does_not_replace_a_later_one(month: Office) -> None:
    project = month.project(SCHOOL)
    slow = request(month.world, DANA, project)
    assert import_step(month.world, slow.id, month.clock.now(), mine=month.world.rooms)["more"]
    month.clock.move(60)
    month.play(request(month.world, None).id)
    month.play(slow.id)
    _, reading = job_of(month.world, DANA, project)
    assert reading is not None
    assert reading.taken_by == "the clock"


@pytest.mark.parametrize("late", [False, True])
def test_a_reading_that_breaks_off_leaves_the_one_before(month: Office, monkeypatch: pytest.MonkeyPatch, *, late: bool) -> None:
    project, before = month.project(SCHOOL), read(month)
    month.clock.move(60)

    def away(*_args: object, **_more: object) -> Any:
        raise RetryLater(Code.UNAVAILABLE, "Intacct is away.", seconds=7) if late else ConnectorError(Code.NO_PERMISSION, "Not for you.")

    run = request(month.world, DANA, project)
    with monkeypatch.context() as broken:
        broken.setattr(month.gateway, "pages", away)
        answer = import_step(month.world, run.id, month.clock.now() + timedelta(minutes=5), mine=month.world.rooms)
    job, after = job_of(month.world, DANA, project)
    assert (answer["more"], answer["wait"]) == ((True, 7) if late else (False, 0))
    assert after == before
    assert job.run is not None
    assert (job.going, job.run.problems) == ((True, ()) if late else (False, ("Not for you.",)))
    if late:
        month.play(run.id)


def test_one_job_that_cannot_be_read_holds_up_no_other(month: Office) -> None:
    """By the clock every linked job is read."""
    gone = CrossReference(object="projects", procore_id="4711", intacct_key="4711", intacct_id="99-999", label="Gone")
    assert month.references.link([gone]) == []
    month.clock.move(60)
    run = request(month.world, None)
    ended = month.play(run.id)
    month.references.part(gone)
    assert ended.counts["jobs"] == 2
    assert [problem.partition(": ")[0] for problem in ended.problems] == ["Project 4711"]
    _, reading = job_of(month.world, DANA, month.project(SCHOOL))
    assert reading is not None
    assert reading.taken_by == "the clock"
    assert reading.taken_at >= run.started_at


def test_a_second_request_joins_the_reading_under_way(month: Office) -> None:
    project = month.project(SCHOOL)
    one, other = (request(month.world, person, project).id for person in (DANA, MARCO))
    assert one == other
    month.play(one)


def test_few_requests_are_made(month: Office) -> None:
    """Of Intacct one query for each object; of Procore the lists, and one for each contract, order and contract that was paid."""
    before = month.gateway.calls, len(month.procore.requests)
    read(month)
    store = month.procore.store
    contracts = [row for table in ("work_order_contracts", "purchase_order_contracts") for row in store[table].live()]
    most = 10 + 2 * len(contracts) + len(store["change_orders"].live(kind="commitment", status="approved"))
    assert month.gateway.calls - before[0] <= 11
    assert len(month.procore.requests) - before[1] <= most
