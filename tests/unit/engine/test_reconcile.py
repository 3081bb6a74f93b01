"""Why a record adds something else on either side, and the arithmetic behind the figures."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connector.core.errors import Code
from connector.core.item import Item, Problem, State
from connector.core.reconciliation import Entry, Figure, JobCode, Told, Why
from connector.engine.reconcile import Figures, Share
from connector.engine.reconcile_bills import BillLine, Bills, Paid
from connector.engine.reconcile_causes import Naming
from connector.engine.reconcile_intacct import changes_of
from connector.engine.reconcile_payments import Paying, entries_of
from connector.ports import CrossReference

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STEEL, CONCRETE, PAINT = (JobCode("24-107", code, "SUB") for code in ("05-120", "03-300", "09-900"))
ORDER = "commitment_change_orders:7"
TOLD = Told(label="Change order 7 of SC-2041")


def entry(amount: str, *, record: str = ORDER, code: JobCode = STEEL, figure: Figure = "committed") -> Entry:
    return Entry(figure=figure, code=code, record=record, amount=Decimal(amount))


def naming(
    *,
    procore: dict[str, Told] | None = None,
    intacct: dict[str, Told] | None = None,
    pairs: dict[str, CrossReference] | None = None,
    items: dict[str, Item] | None = None,
    whole: Share | None = None,
) -> Naming:
    sums = {(ORDER, "committed"): whole or Share(Decimal("4060.00"), Decimal(0))}
    given = {ORDER: TOLD} if procore is None else procore
    return Naming(procore=given, intacct=intacct or {}, pairs=pairs or {}, items=items or {}, whole=sums)  # type: ignore[arg-type]  # a narrower key


def item(state: State, **values: object) -> Item:
    made = Item(id=ORDER, company="1", object="commitment_change_orders", number="SC-2041-CO007", state=state, since=AT)
    return made.model_copy(update=values)


PAIR = CrossReference(object="commitment_change_orders", procore_id="7", intacct_key="41", intacct_id="Subcontract CO-SC-2041-CO007")
FAILED = Problem(code=Code.PERIOD_CLOSED, field="", message="November 2026 is closed.")


class TestNames:
    @pytest.mark.parametrize(
        ("state", "values", "why", "words"),
        [
            (State.DRAFT, {}, Why.NOT_SENT, "was not sent to accounting"),
            (State.WAITING, {}, Why.WAITING, "waits for an approver"),
            (State.APPROVED, {}, Why.ON_ITS_WAY, "is approved, and waits for its export"),
            (State.EXPORTING, {}, Why.ON_ITS_WAY, "is on its way to Intacct"),
            (State.REJECTED, {"reason": "Wrong amount."}, Why.REJECTED, "was rejected: Wrong amount."),
            (State.RETRIEVED, {}, Why.TAKEN_BACK, "was taken back by its sender"),
            (State.FAILED, {"problems": (FAILED,)}, Why.FAILED, "failed: November 2026 is closed."),
            (State.STALE, {}, Why.CHANGED, "changed in Procore after it was approved, and has to be sent again"),
            (State.BLOCKED, {"waits_for": "commitments:4711"}, Why.BLOCKED, "waits for another record: commitments:4711"),
            (State.SYNCED, {}, Why.NOT_IN_INTACCT, "was sent to Intacct, which does not hold it on this job any more"),
        ],
    )
    def test_what_intacct_does_not_have_goes_by_its_item(self, state: State, values: dict[str, object], why: Why, words: str) -> None:
        named = naming(items={ORDER: item(state, **values)}).name(ORDER, "committed", Share(Decimal("4060.00"), Decimal(0)))
        assert (named.why, named.words) == (why, words)
        assert (named.label, named.item, named.difference) == ("SC-2041-CO007", ORDER, Decimal("4060.00"))
        assert (named.since is None) == (why in {Why.NOT_SENT, Why.NOT_IN_INTACCT})

    def test_what_was_never_sent_has_procores_name(self) -> None:
        named = naming().name(ORDER, "committed", Share(Decimal("4060.00"), Decimal(0)))
        assert (named.why, named.label, named.item) == (Why.NOT_SENT, TOLD.label, "")

    @pytest.mark.parametrize(
        ("gone", "words"),
        [
            ("", "is linked to Subcontract CO-SC-2041-CO007, of which Intacct holds nothing that counts here"),
            ("deleted in Intacct", "does not count in Intacct any more: deleted in Intacct"),
        ],
    )
    def test_what_is_linked_and_not_held(self, gone: str, words: str) -> None:
        pairs = {ORDER: PAIR.model_copy(update={"gone": gone})}
        named = naming(pairs=pairs, items={ORDER: item(State.SYNCED)}).name(ORDER, "committed", Share(Decimal(1), Decimal(0)))
        assert (named.why, named.words) == (Why.NOT_IN_INTACCT, words)

    @pytest.mark.parametrize(
        ("whole", "linked", "why"),
        [
            (Share(Decimal(9), Decimal(9)), True, Why.CODED_OTHERWISE),
            (Share(Decimal(9), Decimal(8)), True, Why.DIFFERS),
            (Share(Decimal(9), Decimal(8)), False, Why.DIFFERS),
        ],
    )
    def test_what_both_hold_is_coded_otherwise_or_not_the_same(self, whole: Share, why: Why, *, linked: bool) -> None:
        here = naming(intacct={ORDER: Told(label="PO")}, whole=whole, pairs={ORDER: PAIR} if linked else {})
        named = here.name(ORDER, "committed", Share(Decimal(5), Decimal(1)))
        assert named.why is why
        assert ("never sent" in named.words) == (not linked)

    def test_what_one_side_does_not_count(self) -> None:
        share = Share(Decimal(0), Decimal(5))
        void = naming(procore={ORDER: Told(label="7", status="void", counts=False)}, intacct={ORDER: Told(label="PO")})
        assert void.name(ORDER, "committed", share).why is Why.NOT_COUNTED
        draft = naming(intacct={ORDER: Told(label="PO", status="Draft", counts=False)})
        assert draft.name(ORDER, "committed", share).words == "is Draft in Intacct, where it does not count"
        away = naming(procore={}, intacct={ORDER: Told(label="PO")})
        assert away.name(ORDER, "committed", share).why is Why.NOT_IN_PROCORE

    def test_what_the_reading_itself_knows(self) -> None:
        told = Told(label="Subcontract-X", why=Why.NOT_IN_PROCORE, words="was entered in Intacct")
        named = naming(intacct={"intacct:PODOCUMENT:9": told}).name("intacct:PODOCUMENT:9", "committed", Share(Decimal(0), Decimal(5)))
        assert (named.why, named.label, named.words) == (Why.NOT_IN_PROCORE, "Subcontract-X", "was entered in Intacct")


class TestFigures:
    def test_causes_add_up_to_the_difference_by_the_way_they_are_worked_out(self) -> None:
        ours = [entry("100.00"), entry("4060.00", record="a:1"), entry("7.00", record="a:2"), entry("-3.00", record="a:2")]
        theirs = [entry("100.00"), entry("1000.00", record="a:3"), entry("4.01", record="a:2")]
        figures = Figures.of(ours, theirs)
        assert figures.different() == {"a:1", "a:2", "a:3"}
        (row,) = figures.rows({STEEL: "Steel"}, naming().name)
        (committed,) = row.figures
        assert row.name == "Steel"
        assert (committed.procore, committed.intacct) == (Decimal("4164.00"), Decimal("1104.01"))
        assert [cause.difference for cause in committed.causes] == [Decimal("4060.00"), Decimal("-1000.00"), Decimal("-0.01")]
        assert sum(cause.difference for cause in committed.causes) == committed.difference

    def test_a_system_without_an_amount_is_told_from_one_with_nothing(self) -> None:
        figures = Figures.of([entry("0.00")], [entry("5.00", code=CONCRETE)])
        rows = figures.rows({}, naming(intacct={ORDER: TOLD}).name)
        held = {row.code: (row.figures[0].procore, row.figures[0].intacct) for row in rows}
        assert held == {STEEL: (Decimal("0.00"), None), CONCRETE: (None, Decimal("5.00"))}


class TestPayments:
    def paying(self, *amounts: str, due: dict[JobCode, str]) -> dict[str, dict[JobCode, Decimal]]:
        paying = Paying(job="24-107", label="Invoice 2", due=[(code, Decimal(net)) for code, net in due.items()])
        paying.payments = [(f"2026-11-{day:02}", f"payments:{day}", Decimal(amount)) for day, amount in enumerate(amounts, start=1)]
        found: dict[str, dict[JobCode, Decimal]] = {}
        for each in entries_of(paying):
            found.setdefault(each.record, {})[each.code] = each.amount
        return found

    def test_the_whole_goes_by_the_items(self) -> None:
        due = {STEEL: "70.10", CONCRETE: "29.90", PAINT: "-10.00"}
        assert self.paying("90.00", due=due) == {"payments:1": {code: Decimal(net) for code, net in due.items()}}

    def test_parts_are_divided_in_proportion_and_come_to_the_items_to_the_cent(self) -> None:
        due = {STEEL: "33.33", CONCRETE: "33.33", PAINT: "33.34"}
        found = self.paying("10.00", "0.01", "89.99", due=due)
        assert [sum(parts.values()) for parts in found.values()] == [Decimal("10.00"), Decimal("0.01"), Decimal("89.99")]
        sums = {code: sum(parts.get(code, Decimal(0)) for parts in found.values()) for code in due}
        assert sums == {code: Decimal(net) for code, net in due.items()}

    @pytest.mark.parametrize(("amount", "due"), [("5.00", {}), ("5.00", {STEEL: "10.00", PAINT: "-1.00"}), ("-5.00", {STEEL: "10.00"})])
    def test_what_cannot_be_divided_is_coded_to_nothing(self, amount: str, due: dict[JobCode, str]) -> None:
        assert self.paying(amount, due=due) == {"payments:1": {JobCode("24-107", "", ""): Decimal(amount)}}


class TestBills:
    def line(self, key: str, bill: str, **values: str | bool) -> BillLine:
        amounts = {name: Decimal(str(values.get(name, "0.00"))) for name in ("amount", "retained", "released", "paid")}
        return BillLine(key=key, bill=bill, code=STEEL, release=bool(values.get("release")), **amounts)

    def test_a_release_is_paid_and_bills_nothing_anew(self) -> None:
        bills = Bills(
            lines=[
                self.line("1", "70", amount="100.00", retained="10.00", released="4.00", paid="90.00"),
                self.line("2", "71", amount="4.00", paid="4.00", release=True),
                self.line("3", "99", amount="55.00", paid="55.00"),
            ],
            names={"70": "SC-1-01"},
            invoices={"70": "subcontractor_invoices:5"},
            releases={"71": "70"},
            paid=[Paid("8", "10001", "70", "1", Decimal("90.00")), Paid("9", "10002", "71", "2", Decimal("3.00"))],
        )
        entries, told, others = bills.counted({("8", "70"): "payments:4-8"})
        added = [(each.figure, each.record, each.amount) for each in entries]
        assert added == [
            ("invoiced", "subcontractor_invoices:5", Decimal("100.00")),
            ("retainage", "subcontractor_invoices:5", Decimal("10.00")),
            ("retainage", "intacct:APRETAINAGERELEASE:70", Decimal("-4.00")),
            ("paid", "payments:4-8", Decimal("90.00")),
            ("paid", "intacct:APPYMT:9", Decimal("3.00")),
            ("paid", "intacct:APBILL:71", Decimal("1.00")),
        ]
        assert {record: each.why for record, each in told.items()} == {
            "intacct:APRETAINAGERELEASE:70": Why.RELEASED_IN_INTACCT,
            "payments:4-8": None,
            "intacct:APPYMT:9": Why.NOT_IMPORTED,
            "intacct:APBILL:71": Why.UNEXPLAINED,
        }
        assert others == {"99": Decimal("55.00")}


def test_a_change_order_that_says_the_value_after_it_counts_by_what_it_changes() -> None:
    """Two changes of one line, and a line that is added and changed."""
    rows = [
        {"RECORDNO": "9", "DOCPARID": "Subcontract", "TOTAL": "100", "RELATEDDOCLINEKEY": ""},
        {"RECORDNO": "12", "DOCPARID": "Change", "TOTAL": "130", "RELATEDDOCLINEKEY": "9"},
        {"RECORDNO": "101", "DOCPARID": "Change", "TOTAL": "120", "RELATEDDOCLINEKEY": "9"},
        {"RECORDNO": "102", "DOCPARID": "Change", "TOTAL": "50", "RELATEDDOCLINEKEY": ""},
        {"RECORDNO": "103", "DOCPARID": "Change", "TOTAL": "70", "RELATEDDOCLINEKEY": "102"},
    ]
    assert changes_of(rows, {"Change"}) == {"12": Decimal(30), "101": Decimal(-10), "102": Decimal(50), "103": Decimal(20)}
