"""Invoices from Procore to Intacct's bills: the real engine, gateway and client between both simulators."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from connector.core.errors import Code
from connector.core.item import Item, State
from connector.engine.decide import Decision, decide
from tests.integration.rooms.contracts import CONCRETE, ELECTRICAL, FENDERS, Contract, by_hand, cents, coded, open_office
from tests.integration.rooms.office import Office, codes
from tests.proof.stage import DANA

NAME = "subcontractor_invoices"


@pytest.fixture
def electrical(office: Office) -> Contract:
    """Nothing is billed yet; 5 % are retained."""
    open_office(office)
    return Contract(office, ELECTRICAL).synced()


def bill_of(office: Office, item: Item) -> Mapping[str, Any]:
    """The bill that Intacct made of an invoice, found as the vendor says: by PRRECORDKEY, each time."""
    (document,) = office.held("PODOCUMENT", ("PRRECORDKEY",), DOCID=item.intacct_id)
    fields = ("TOTALENTERED", "TOTALRETAINED", "TOTALDUE", "WHENCREATED", "WHENPOSTED", "RECORDID")
    (bill,) = office.held("APBILL", fields, RECORDNO=str(document["PRRECORDKEY"]))
    return bill


def billed(line: Mapping[str, Any], **amounts: str) -> dict[str, Any]:
    names = {
        "work": "work_completed_this_period",
        "stored": "materials_presently_stored",
        "retained": "work_completed_retainage_retained_this_period",
        "released": "work_completed_retainage_released_this_period",
        "stored_retained": "materials_stored_retainage_currently_retained",
    }
    return {"line_item_id": line["id"], "item_type": "contract_item"} | {names.get(name, name): amount for name, amount in amounts.items()}


def due(contract: Contract, invoice: str) -> Decimal:
    return cents(contract.requisition(invoice)["summary"]["current_payment_due"])


def test_an_invoice_takes_its_commitment_and_change_order_along(office: Office, concrete: Contract) -> None:
    invoice = office.id("requisitions", invoice_number=f"{CONCRETE}-01")
    item = office.export(NAME, invoice, concrete.project, {"gl_date": "2026-10-01"})

    assert (item.state, item.problems, item.amount) == (State.SYNCED, (), due(concrete, invoice))
    assert [need.partition(":")[0] for need in item.pending] == ["commitments", "commitment_change_orders"]
    bill = bill_of(office, item)
    assert cents(bill["TOTALDUE"]) == due(concrete, invoice) == cents("360000")
    assert cents(bill["TOTALRETAINED"]) == cents("40000")
    assert (bill["WHENCREATED"], bill["WHENPOSTED"], bill["RECORDID"]) == ("09/25/2026", "10/01/2026", f"{CONCRETE}-01")
    (row,) = office.procore.store["requisitions"].rows(id=int(invoice))
    assert row["origin_id"] == f"intacct:PODOCUMENT:{item.intacct_key}"


@pytest.mark.parametrize("policy", ["rolled in", "own line"])
def test_three_months_of_a_contract(office: Office, electrical: Contract, policy: str) -> None:
    """Work, stored materials that become work, retainage held and released: what Procore says is due is due in Intacct, each month."""
    office.configure(stored_materials=policy, reverse_conversions=True)
    allow_billing_back(office, electrical, 1)
    wiring, boards = electrical.line(0), electrical.line(1)
    months = (
        ("2026-12-18", billed(wiring, work="100000.10", retained="5000.01"), billed(boards, stored="40000.00", stored_retained="2000.00")),
        ("2027-01-20", billed(boards, work="45000.00", retained="2250.00", stored="0.00", stored_retained="0.00")),
        ("2027-02-19", billed(wiring, released="5000.01"), billed(boards, work="0.05", retained="0.00", released="1000.00")),
    )
    paid = Decimal(0)
    invoice = ""
    for day, *items in months:
        invoice = electrical.invoice(day, *items)
        item = office.export(NAME, invoice, electrical.project)
        assert item.problems == ()
        assert cents(bill_of(office, item)["TOTALDUE"]) == due(electrical, invoice) != 0
        paid += due(electrical, invoice)

    summary = electrical.requisition(invoice)["summary"]
    assert cents(electrical.held_line(0)["PRICE_CONVERTED"]) == cents("100000.10")
    assert cents(electrical.held_line(1)["PRICE_CONVERTED"]) == cents("45000.05")
    retained = [cents(bill["TOTALRETAINED"]) for bill in office.intacct.store.all("APBILL")]
    assert sum(retained) == cents(summary["total_retainage"]) == cents("1250.00")
    assert paid == cents(summary["total_earned_less_retainage"])


def test_change_orders_are_billed_where_they_stand(office: Office, electrical: Contract) -> None:
    """One change order raises a line, the other adds one: their items convert these two lines."""
    wiring = electrical.line(0)
    raised = electrical.change_order("More", coded(wiring, "500.00", commitment_line_item_id=str(wiring["id"])))
    added = electrical.change_order("New", coded(electrical.line(2), "900.00"))
    invoice = electrical.invoice("2026-12-18", billed(wiring, work="1120400.00", retained="0.00"), status="draft")
    for row in electrical.requisition(invoice)["items"]:
        if row["item_type"] == "change_order_item":
            amounts = {"work_completed_this_period": row["scheduled_value"], "work_completed_retainage_retained_this_period": "0.00"}
            path = f"/rest/v1.0/requisitions/{invoice}/change_order_items/{row['id']}"
            office.api.send("PATCH", path, {"requisition_change_order_item": amounts}, {"project_id": electrical.project})
    body = {"project_id": int(electrical.project), "commitment_id": int(electrical.id), "requisition": {"status": "approved"}}
    office.api.send("PATCH", f"/rest/v1.1/requisitions/{invoice}", body)
    item = office.export(NAME, invoice, electrical.project)

    assert (item.problems, cents(bill_of(office, item)["TOTALDUE"])) == ((), due(electrical, invoice))
    assert set(item.pending) == {f"commitment_change_orders:{order}" for order in (raised, added)}
    line = electrical.held_line(0)
    assert cents(line["PRICE_CONVERTED"]) == cents(line["REVISEDVALUE"]) == cents("1120900.00")
    detail = office.references.by_procore("commitment_change_orders", [added])[added].detail
    (new,) = (key for name, key in detail.items() if name.startswith("line:"))
    (held,) = office.held("PODOCUMENTENTRY", ("TASKID", "COSTTYPEID", "TOTAL"), SOURCE_DOCLINEKEY=new)
    assert (held["TASKID"], held["COSTTYPEID"], cents(held["TOTAL"])) == ("26-510", "SUB", cents("900"))


def test_money_back_is_an_adjustment_of_what_was_billed(office: Office, electrical: Contract) -> None:
    values = "<DOCID>Subcontract Adjustment</DOCID><DOCCLASS>Adjustment</DOCCLASS><ENABLE_RETAINAGE>true</ENABLE_RETAINAGE>"
    by_hand(office, f"<create><PODOCUMENTPARAMS>{values}</PODOCUMENTPARAMS></create>")
    allow_billing_back(office, electrical, 0)
    for number, (work, retained) in enumerate([("1000.00", "50.00"), ("-200.10", "-10.00")]):
        invoice = electrical.invoice(f"2026-1{1 + number}-18", billed(electrical.line(0), work=work, retained=retained))
        refused = office.send(NAME, invoice, electrical.project).violations
        assert codes(refused) == [Code.SETTINGS_FORBID] * 2 * number
        office.configure(reverse_conversions=True, definitions={"subcontract_adjustment": "Subcontract Adjustment"})
        item = office.export(NAME, invoice, electrical.project)
        assert (item.problems, item.amount) == ((), due(electrical, invoice))
        office.configure()

    held = office.held("PODOCUMENT", ("DOCPARID", "TOTAL"), CREATEDFROM=str(electrical.document["DOCID"]))
    assert [(row["DOCPARID"], cents(row["TOTAL"])) for row in held] == [
        ("Subcontract Invoice", cents("1000")),
        ("Subcontract Adjustment", cents("-200.10")),
    ]
    assert cents(electrical.held_line(0)["PRICE_CONVERTED"]) == cents("799.90")


def test_units_are_billed_by_units(office: Office) -> None:
    open_office(office)
    fenders = Contract(office, FENDERS).synced()
    six = billed(fenders.line(0), work="71250.00", work_completed_this_period_quantity="6", retained="3562.50")
    item = office.export(NAME, fenders.invoice("2026-12-18", six), fenders.project)
    assert item.problems == ()
    assert (fenders.held_line(0)["QTY_CONVERTED"], cents(bill_of(office, item)["TOTALDUE"])) == ("6", cents("67687.50"))


def test_more_than_the_commitment_holds_is_refused_before_anybody_approves_it(office: Office, electrical: Contract) -> None:
    """Accounting has typed invoices of the commitment by hand, of which Procore does not know."""
    invoice = electrical.invoice("2026-12-18", billed(electrical.line(0), work="1120400.00"))
    typed(office, electrical, 2, "735250.00")
    assert office.send(NAME, invoice, electrical.project).violations == ()
    typed(office, electrical, 0, "1120400.00")
    refused = office.send(NAME, invoice, electrical.project)
    assert codes(refused.violations) == [Code.OVERBILLED]
    assert "1855650.00" in refused.violations[0].message


def test_one_that_intacct_does_not_take_keeps_no_other_back(office: Office, electrical: Contract) -> None:
    """Invoices of two contracts in one decision; a line of one is billed already, which only Intacct knows."""
    fenders = Contract(office, FENDERS).synced()
    typed(office, electrical, 2, "735000.00")
    units = billed(fenders.line(0), work="11875.00", work_completed_this_period_quantity="1")
    sent = [
        office.send(NAME, electrical.invoice("2026-12-18", billed(electrical.line(2), work="735250.00")), electrical.project).item,
        office.send(NAME, fenders.invoice("2026-12-18", units), fenders.project).item,
    ]
    items = [item for item in sent if item is not None]
    decide(office.world, DANA, [Decision(item=item.id, verdict="approve", fingerprint=item.fingerprint) for item in items], via="app")
    office.machine.play()
    over, fine = (office.item(item.id) for item in items)
    assert (over.state, codes(over.problems), fine.state) == (State.FAILED, [Code.REFUSED_BY_INTACCT], State.SYNCED)
    assert "exceeds the amount" in over.problems[0].their_words
    assert len(office.intacct.store.all("APBILL")) == 2, "the one typed by hand, and the other contract's"


def test_an_edit_in_intacct_makes_another_bill_and_the_link_holds(office: Office, electrical: Contract) -> None:
    invoice = electrical.invoice("2026-12-18", billed(electrical.line(0), work="1000.00"))
    item = office.export(NAME, invoice, electrical.project)
    before = bill_of(office, item)
    by_hand(office, f'<update_potransaction key="{item.intacct_id}"><message>Corrected</message></update_potransaction>')
    after = bill_of(office, item)
    assert after["RECORDNO"] != before["RECORDNO"]
    assert cents(after["TOTALDUE"]) == cents(before["TOTALDUE"]) == due(electrical, invoice)
    assert office.references.by_procore(NAME, [invoice])[invoice].intacct_key == item.intacct_key


def allow_billing_back(office: Office, contract: Contract, place: int) -> None:
    line = f'<updatepotransitem line_num="{place + 1}"><reverseconversion>true</reverseconversion></updatepotransitem>'
    by_hand(
        office,
        f'<update_potransaction key="{contract.document["DOCID"]}"><updatepotransitems>{line}</updatepotransitems></update_potransaction>',
    )


def typed(office: Office, contract: Contract, place: int, amount: str) -> None:
    """An invoice of the commitment that somebody types into Intacct."""
    document, line = contract.document, contract.held_line(place)
    number = len(office.intacct.store.all("PODOCUMENT"))
    by_hand(
        office,
        "<create_potransaction><transactiontype>Subcontract Invoice</transactiontype>"
        "<datecreated><year>2026</year><month>12</month><day>01</day></datecreated>"
        f"<createdfrom>{document['DOCID']}</createdfrom><vendorid>{document['CUSTVENDID']}</vendorid><documentno>HAND-{number}</documentno>"
        "<termname>Net 30</termname><returnto><contactname/></returnto><payto><contactname/></payto>"
        f"<potransitems><potransitem><itemid>{line['ITEMID']}</itemid><quantity>1</quantity><price>{amount}</price>"
        f"<sourcelinekey>{line['RECORDNO']}</sourcelinekey></potransitem></potransitems></create_potransaction>",
    )
