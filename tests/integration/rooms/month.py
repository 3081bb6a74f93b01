"""A month on one job in one process: everything that is approved in Procore goes to Intacct, in the order people work, and is paid."""

from __future__ import annotations

from connector.core.item import State
from connector.engine.automatic import look
from sandbox.procore.fields import cents
from sandbox.procore.objects.billing import summary
from sandbox.procore.procore_pay import move, pay
from tests.integration.rooms.company import of_job
from tests.integration.rooms.office import Office
from tests.proof.stage import ROOMS, Addresses


def month_of(addresses: Addresses, job: str) -> Office:
    office = Office(addresses, of_job(job))
    office.configure(payment_bank="OPERATING")
    office.bring_first()
    office.bring_and_link("prime_contracts")
    project, store = office.project(job), office.procore.store
    going = [("budgets", project)]
    going += [("budget_modifications", str(row["id"])) for row in store["budget_changes"].live(status="approved")]
    for table in ("work_order_contracts", "purchase_order_contracts"):
        going += [("commitments", str(row["id"])) for row in store[table].live(status="Approved")]
    going += [("commitment_change_orders", str(row["id"])) for row in store["change_orders"].live(status="approved", kind="commitment")]
    invoices = sorted(store["requisitions"].live(status="approved"), key=lambda row: str(row["invoice_number"]))
    going += [("subcontractor_invoices", str(row["id"])) for row in invoices]
    for name, record in going:
        item = office.export(name, record, project)
        assert (item.state, item.problems) == (State.SYNCED, ()), item
    for row in store["requisitions"].live(status="approved"):
        paid = pay(office.procore.world, row["id"], cents(summary(office.procore.world, row).due), "2026-11-25")
        move(office.procore.world, paid["id"], "funding_complete")
    assert len(look(office.world, ROOMS["payments"])) == len(invoices)
    office.machine.play()
    return office
