"""A company with a month's worth of records that all go at once: jobs with their sub jobs, companies, contracts, their change orders and
invoices, a budget and its changes, change orders of the prime contract. Generated, so that its size is a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, partial

from connector.core.people import Person
from connector.engine.ready import ready
from connector.engine.sends import Record
from sandbox.companies.jobs import TERMINAL
from sandbox.companies.lines import amount, billed, unit
from sandbox.companies.model import ChangeOrder, Commitment, Company, Invoice, Job, SubJob, Vendor
from sandbox.intacct.simulator import LoggedRequest
from tests.proof.company import in_intacct
from tests.proof.stage import Stage

JOBS, VENDORS, ORDERED, BILLED = 16, 78, 61, 60
"""New jobs (each with a sub job), new companies (each with a contract), contracts with a change order, contracts with an invoice."""
SENT = 302
"""What no rule refuses."""
CLOSED: date = date(2024, 6, 30)
FAIL = ("SC-C-000", "SC-C-001", "SC-C-002")
"""The contracts whose date lies in a closed period; each has a change order and an invoice."""


@cache
def both(times: int = 1) -> tuple[Company, Company]:
    """What stands in Procore, and what in Intacct; ``times`` as many of the generated records."""
    before = in_intacct()
    jobs = (*before.jobs, *_jobs(before.jobs[0], JOBS * times))
    vendors = (*before.vendors, *_vendors(before.vendors[0], VENDORS * times))
    whole = replace(before, jobs=jobs, vendors=vendors, commitments=tuple(_commitments(VENDORS * times)))
    return whole, whole


def _jobs(like: Job, many: int) -> Iterator[Job]:
    for number in range(many):
        job = f"30-{number:03}"
        sub_jobs = (SubJob(f"{job}-A", f"Part A of {job}"),)
        yield replace(like, number=job, name=f"Generated Job {number}", sub_jobs=sub_jobs, cost_codes=(), in_intacct=False)


def _vendors(like: Vendor, many: int) -> Iterator[Vendor]:
    for number in range(many):
        yield replace(like, key=f"new-{number}", name=f"Generated Trades {number} LLC", vendor_type=None, vendor_id=None, active=True)


def _commitments(many: int) -> Iterator[Commitment]:
    for number in range(many):
        by_unit = number % 5 == 4
        lines = (
            (unit("31-620", "M", f"Piles {number}", f"{10 + number}", "EA", "61.35"),)
            if by_unit
            else (amount("03-300", "SUB", f"Slab {number}", f"{1000 + number}.10"), amount("26-510", "SUB", f"Lamps {number}", "250.00"))
        )
        yield Commitment(
            kind="purchase_order" if by_unit else "subcontract",
            job=TERMINAL,
            number=f"{'PO' if by_unit else 'SC'}-C-{number:03}",
            title=f"Generated work {number}",
            vendor=f"new-{number}",
            status="Approved",
            accounting_method="unit" if by_unit else "amount",
            retainage_percent=Decimal(10),
            contract_date=date(2024, 1, 15) if number < len(FAIL) else date(2026, 8, 3),
            start=date(2026, 8, 10),
            completion=date(2027, 3, 26),
            terms="Net 30",
            lines=lines,
            change_orders=tuple(_orders(number, by_unit=by_unit)),
            invoices=() if by_unit or number % VENDORS >= BILLED else tuple(_invoices(number)),
        )


def _orders(number: int, *, by_unit: bool) -> Iterator[ChangeOrder]:
    if number % VENDORS < ORDERED:
        line = unit("31-620", "M", "More piles", "2", "EA", "61.35") if by_unit else amount("03-300", "SUB", "More slab", "80.25")
        yield ChangeOrder("001", f"Change {number}", "approved", date(2026, 9, 14), (line,))


def _invoices(number: int) -> Iterator[Invoice]:
    days = (date(2026, 10, 30), date(2026, 10, 1), date(2026, 10, 31))
    yield Invoice(f"I-{number:03}", "approved", *days, (billed(0, "400.00", "10"),))


def all_ready(here: Stage, who: Person) -> Iterator[Record]:
    """What of a company can be sent, as the page for sending lists it: the companies and projects, and everything of each project."""
    projects = [str(row["id"]) for row in here.procore.store["projects"].live()]
    for name, project in [("vendors", ""), ("projects", ""), *(("", project) for project in projects)]:
        cursor, more = "", True
        while more:
            look = partial(ready, here.world, who, object_name=name, project_id=project, limit=100, cursor=cursor)
            found, cursor = here.machine.again(look)
            for each in found:
                if not each.violations:
                    yield Record(object=each.object, procore_id=each.procore_id, project_id=each.project_id, kind=each.kind)
            more = bool(cursor)


def note_writes(wrote: dict[str, int], requests: Sequence[LoggedRequest]) -> None:
    """Adds the items that these requests to Intacct wrote, each with its place among all."""
    for request in requests:
        for _name, _object, controlid in request.functions if request.unique else ():
            wrote.setdefault(":".join(controlid.split(":")[1:3]), len(wrote))


def out_of_order(wrote: Mapping[str, int], needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Items that were written before something they need, or without it."""
    last = len(wrote)
    return [f"{need} after {key}" for key in wrote for need in needs[key] if wrote.get(need, last) > wrote[key]]
