"""Payments made through Procore Pay: from Procore to Intacct's bills without a click, between both simulators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connector.core.errors import Code
from connector.core.item import Item, State, first_break
from connector.engine.automatic import look, look_now_and_then
from connector.engine.choices import rechoose
from connector.engine.decide import Decision, decide, retry
from connector.engine.events import edited
from sandbox.procore.procore_pay import move, pay
from tests.integration.rooms.contracts import ELECTRICAL, Contract, by_hand, cents, open_office
from tests.integration.rooms.office import Office, codes
from tests.proof.stage import DANA, MARCO, ROOMS

NAME = "payments"
HOOK = "Contract Payments"


class Payable:
    """An invoice of 950.00 net, retainage 50.00, on three lines, and what Procore Pay pays of it."""

    def __init__(self, office: Office, contract: Contract) -> None:
        self.office, self.contract = office, contract
        lines = [contract.line(place) for place in range(3)]
        work = zip(lines, ("500.00", "300.00", "200.00"), strict=True)
        items = [
            {
                "line_item_id": line["id"],
                "item_type": "contract_item",
                "work_completed_this_period": amount,
                "work_completed_retainage_retained_this_period": str(cents(amount) / 20),
            }
            for line, amount in work
        ]
        self.invoice = contract.invoice("2026-12-18", *items)

    def invoiced(self) -> Payable:
        assert self.office.export("subcontractor_invoices", self.invoice, self.contract.project).problems == ()
        return self

    def paid(self, amount: str, number: str | None = None, *, status: str = "funding_complete") -> str:
        """A payment, its money on the way; its item's id."""
        world = self.office.procore.world
        row = pay(world, int(self.invoice), amount, "2026-12-30", number)
        move(world, row["id"], status)
        return f"{NAME}:{self.contract.id}-{row['id']}"

    def told(self, item_id: str) -> str:
        """What a webhook of the payment leads to, to its end."""
        said = edited(self.office.world, HOOK, item_id.rpartition("-")[2], self.contract.project)
        self.office.machine.play()
        return said

    def looked(self) -> list[Item]:
        """The clock's look, to its end."""
        going = look(self.office.world, ROOMS[NAME])
        self.office.machine.play()
        return going

    def held(self) -> list[Mapping[str, Any]]:
        return [dict(row) for row in self.office.intacct.store.all("APPYMT")]

    @property
    def bill(self) -> Mapping[str, Any]:
        (document,) = self.office.held("PODOCUMENT", ("PRRECORDKEY",), DOCPARID="Subcontract Invoice")
        (bill,) = self.office.held("APBILL", ("STATE", "TOTALDUE", "TOTALPAID"), RECORDNO=str(document["PRRECORDKEY"]))
        return bill


@pytest.fixture
def payable(office: Office) -> Payable:
    open_office(office)
    office.configure(payment_bank="OPERATING")
    return Payable(office, Contract(office, ELECTRICAL).synced())


def test_a_funded_payment_pays_its_bill_and_is_locked(office: Office, payable: Payable) -> None:
    key = payable.invoiced().paid("100.01", "10001")
    assert payable.told(key) == "goes by itself"

    item = office.item(key)
    assert (item.state, item.problems, item.amount, item.sent_by) == (State.SYNCED, (), cents("100.01"), "")
    (held,) = payable.held()
    said = {name: held[name] for name in ("FINANCIALENTITY", "PAYMENTMETHOD", "DOCNUMBER", "CURRENCY", "WHENCREATED", "STATE")}
    assert said == {
        "FINANCIALENTITY": "OPERATING",
        "PAYMENTMETHOD": "EFT",
        "DOCNUMBER": "10001",
        "CURRENCY": "USD",
        "WHENCREATED": "2026-12-30",
        "STATE": "Posted",
    }
    details = office.held("APPYMTDETAIL", ("TRX_PAYMENTAMOUNT",), PAYMENTKEY=item.intacct_key)
    assert [cents(row["TRX_PAYMENTAMOUNT"]) for row in details] == [cents("50.01"), cents("30.00"), cents("20.00")]
    assert (payable.bill["STATE"], cents(payable.bill["TOTALDUE"])) == ("Partially Paid", cents("849.99"))
    (row,) = office.procore.store["contract_payments"].rows(id=int(key.rpartition("-")[2]))
    assert row["origin_id"] == f"intacct:APPYMT:{item.intacct_key}"
    history = office.state.history(key)
    assert first_break(history, head=item.history_head, count=item.history_count) is None
    assert history[0].what == "goes by itself"


def test_two_payments_of_one_bill_pay_all_but_what_is_retained(office: Office, payable: Payable) -> None:
    payable.invoiced()
    first, second = payable.paid("19.95"), payable.paid("930.05", "10002")
    assert {item.id for item in payable.looked()} == {first, second}
    assert sorted(office.item(key).state for key in (first, second)) == [State.STALE, State.SYNCED], "each was divided over all of it"
    assert look_now_and_then(office.world) == 1
    office.machine.play()
    assert [office.item(key).state for key in (first, second)] == [State.SYNCED, State.SYNCED]
    assert (payable.bill["STATE"], cents(payable.bill["TOTALDUE"])) == ("Paid", cents("0"))
    assert sorted(cents(row["TRX_PAYMENTAMOUNT"]) for row in payable.held()) == [cents("19.95"), cents("930.05")]
    numbers = {row["DOCNUMBER"] for row in payable.held()}
    assert "10002" in numbers
    assert any(number.startswith("pp-") for number in numbers)
    assert payable.looked() == []
    assert len(payable.held()) == 2


def test_more_than_is_due_is_kept_with_its_reason(office: Office, payable: Payable) -> None:
    key = payable.invoiced().paid("950.01", "10001")
    assert payable.told(key) == "read again when it goes on; it is failed"
    item = office.item(key)
    assert (item.state, codes(item.problems), item.approvals) == (State.FAILED, [Code.OVERPAID], ())
    assert "950.00 is due" in item.problems[0].message
    assert payable.held() == []
    assert [(letter.to, letter.subject) for letter in office.mail.letters][-1] == (DANA.login, "failed")
    mails, before = len(office.mail), office.item(key)
    assert payable.looked() == []
    assert (len(office.mail), office.item(key)) == (mails, before)


def test_what_waits_for_its_funds_or_its_invoice_goes_when_they_are_there(office: Office, payable: Payable) -> None:
    early = payable.paid("10.00", "1", status="initiated")
    assert payable.told(early) == "not ours"
    assert payable.looked() == []
    assert office.state.get(early) is None

    move(office.procore.world, int(early.rpartition("-")[2]), "funding_complete")
    assert payable.looked() == []
    assert codes(office.item(early).problems) == [Code.INVOICE_NOT_SYNCED]

    payable.invoiced()
    assert [item.id for item in payable.looked()] == [early]
    assert office.item(early).state is State.SYNCED


def test_what_people_enter_is_not_sent(office: Office, payable: Payable) -> None:
    payable.invoiced()
    place = {"project_id": int(payable.contract.project), "contract_id": int(payable.contract.id)}
    body = {"amount": "10.00", "date": "2026-12-30", "check_number": "9", "requisition_id": int(payable.invoice)}
    made = office.api.send("POST", "/rest/v1.0/contract_payments", {**place, "contract_payment": body})
    assert payable.looked() == []
    assert office.state.get(f"{NAME}:{payable.contract.id}-{made['id']}") is None
    sent = office.send(NAME, f"{payable.contract.id}-{made['id']}", payable.contract.project)
    assert codes(sent.violations) == [Code.COMES_FROM_INTACCT]


def test_a_void_in_intacct_pays_nothing_a_second_time(office: Office, payable: Payable) -> None:
    key = payable.invoiced().paid("950.00", "10001")
    payable.told(key)
    day = "<datereversed><year>2026</year><month>12</month><day>31</day></datereversed>"
    by_hand(office, f'<reverse_appayment key="{office.item(key).intacct_key}">{day}</reverse_appayment>')
    assert cents(payable.bill["TOTALDUE"]) == cents("950.00")
    assert payable.told(key) == "unchanged"
    assert payable.looked() == []
    assert [row["STATE"] for row in payable.held()] == ["Voided"]

    again = payable.paid("950.00", "10001")
    payable.told(again)
    assert office.item(again).state is State.SYNCED, "the number of a void payment is free again"
    assert [row["STATE"] for row in payable.held()] == ["Voided", "Posted"]


def test_a_bank_that_intacct_does_not_have_is_corrected_by_the_approver(office: Office, payable: Payable) -> None:
    office.configure(payment_bank="CLOSED-1")
    key = payable.invoiced().paid("100.00", "10001")
    payable.told(key)
    item = office.item(key)
    assert (item.state, codes(item.problems)) == (State.FAILED, [Code.BANK_UNKNOWN])
    still = rechoose(office.world, DANA, key, {"bank": "CLOSED-2"}, fingerprint=item.fingerprint)
    assert codes(still.violations) == [Code.BANK_UNKNOWN]
    assert office.item(key) == item

    chosen = rechoose(office.world, DANA, key, {"bank": "OPERATING", "check_number": "10007"}, fingerprint=item.fingerprint).item
    assert chosen is not None
    assert (chosen.state, chosen.problems) == (State.WAITING, ())
    assert payable.looked() == []
    (decided,) = decide(office.world, DANA, [Decision(item=key, verdict="approve", fingerprint=chosen.fingerprint)], via="app")
    office.machine.play()
    assert decided.violation is None
    assert office.item(key).state is State.SYNCED
    assert [(row["FINANCIALENTITY"], row["DOCNUMBER"]) for row in payable.held()] == [("OPERATING", "10007")]


def test_a_bank_account_that_is_closed_is_none(office: Office, payable: Payable) -> None:
    closed = "<BANKACCOUNTID>OPERATING</BANKACCOUNTID><STATUS>inactive</STATUS>"
    by_hand(office, f"<update><CHECKINGACCOUNT>{closed}</CHECKINGACCOUNT></update>")
    key = payable.invoiced().paid("100.00", "10001")
    payable.told(key)
    assert codes(office.item(key).problems) == [Code.BANK_UNKNOWN]


def test_one_that_was_sent_without_an_answer_is_told_from_a_void_one(office: Office, payable: Payable) -> None:
    """The void one carries the same mark: somebody copied it, or unlinked it to send it anew."""
    key = payable.invoiced().paid("100.00", "10001")
    line = f"<RECORDKEY>{payable.bill['RECORDNO']}</RECORDKEY><TRX_PAYMENTAMOUNT>1.00</TRX_PAYMENTAMOUNT>"
    mark = f"procore:contract_payment:{key.rpartition('-')[2]}"
    head = {
        "FINANCIALENTITY": "OPERATING",
        "PAYMENTMETHOD": "EFT",
        "VENDORID": payable.contract.document["CUSTVENDID"],
        "DESCRIPTION": mark,
    }
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in head.items())
    by_hand(
        office,
        f"<create><APPYMT>{fields}<PAYMENTDATE>12/30/2026</PAYMENTDATE><CURRENCY>USD</CURRENCY>"
        f"<APPYMTDETAILS><APPYMTDETAIL>{line}</APPYMTDETAIL></APPYMTDETAILS></APPYMT></create>",
    )
    (copied,) = payable.held()
    day = "<datereversed><year>2026</year><month>12</month><day>31</day></datereversed>"
    by_hand(office, f'<reverse_appayment key="{copied["RECORDNO"]}">{day}</reverse_appayment>')

    office.intacct.faults.plan({"fault": "cut_after", "match": "create"})
    payable.told(key)
    assert "found in Intacct and equal: adopted" in [entry.what for entry in office.state.history(key)]
    assert office.item(key).state is State.SYNCED
    assert [row["STATE"] for row in payable.held()] == ["Voided", "Posted"]


def test_what_intacct_refused_is_tried_again_by_a_person_with_other_values(office: Office, payable: Payable) -> None:
    """The vendor was marked not to be paid after the rules were asked; then the number was taken in between."""
    key = payable.invoiced().paid("100.00", "10001")
    vendor = payable.contract.document["CUSTVENDID"]
    by_hand(office, f"<update><VENDOR><VENDORID>{vendor}</VENDORID><DONOTCUTCHECK>true</DONOTCUTCHECK></VENDOR></update>")
    assert payable.told(key) == "goes by itself"
    item = office.item(key)
    assert (item.state, item.intent, codes(item.problems)) == (State.FAILED, None, [Code.REFUSED_BY_INTACCT])
    assert payable.looked() == []
    assert office.item(key) == item

    by_hand(office, f"<update><VENDOR><VENDORID>{vendor}</VENDORID><DONOTCUTCHECK>false</DONOTCUTCHECK></VENDOR></update>")
    chosen = rechoose(office.world, DANA, key, {"check_number": "10009"}, fingerprint=item.fingerprint).item
    assert chosen is not None
    decide(office.world, DANA, [Decision(item=key, verdict="approve", fingerprint=chosen.fingerprint)], via="app")
    office.machine.play()
    assert [(row["DOCNUMBER"], row["STATE"]) for row in payable.held()] == [("10009", "Posted")]
    assert office.item(key).state is State.SYNCED


def test_a_person_tries_again_what_was_mended_elsewhere(office: Office, payable: Payable) -> None:
    key = payable.paid("100.00", "10001")
    payable.told(key)
    (no,) = retry(office.world, DANA, [key])
    assert (no.state, no.violation and no.violation.code) == (State.FAILED, Code.INVOICE_NOT_SYNCED)
    payable.invoiced()
    (yes,) = retry(office.world, DANA, [key])
    office.machine.play()
    assert (yes.violation, office.item(key).state) == (None, State.SYNCED)


def test_a_closed_period_is_intaccts_to_refuse(office: Office, payable: Payable) -> None:
    key = payable.invoiced().paid("100.00", "10001")
    office.intacct.settings.closed_until = office.clock.now().date().replace(year=2027)
    payable.told(key)
    assert codes(office.item(key).problems) == [Code.PERIOD_CLOSED]
    office.intacct.settings.closed_until = None
    retry(office.world, DANA, [key])
    office.machine.play()
    assert (office.item(key).state, len(payable.held())) == (State.SYNCED, 1)


def test_where_the_settings_say_so_a_payment_takes_an_approver(office: Office, payable: Payable) -> None:
    office.configure(payment_bank="OPERATING", automatic=[])
    key = payable.invoiced().paid("100.00", "10001")
    assert payable.told(key) == "not ours"
    item = office.export(NAME, key.partition(":")[2], payable.contract.project)
    assert (item.state, item.sent_by, item.approvals[0].by) == (State.SYNCED, MARCO.login, DANA.login)
