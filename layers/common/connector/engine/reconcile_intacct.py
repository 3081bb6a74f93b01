"""What Intacct holds of a job and its sub jobs, line by line: primary estimates, purchasing documents, bills and what was paid of them.

Each object is one query in pages of 2,000 with the fields that are needed; headers are asked for by the keys that lines name. A line
belongs to a Procore record by the pair of its document. Bills count where they were made of a purchasing document of the definitions for
invoices, or release the retainage of one; other bills of the job are costs that come to Procore as direct costs, and a note says how
much they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import batched
from typing import Any, Final

from connector.core.exchange import Held, Query, Where
from connector.core.money import Money, decimal, to_cents, total
from connector.core.purchasing import DOCUMENT, LINE, UNPOSTED
from connector.core.reconciliation import ZERO, Entry, Figure, JobCode, Told, Why
from connector.engine.reconcile import Side
from connector.engine.reconcile_bills import BillLine, Bills, Paid
from connector.engine.world import World
from connector.ports import CrossReference

VALUES_AT_ONCE: Final = 1000
CODING: Final = ("PROJECTID", "TASKID", "COSTTYPEID")
BUDGETED: Final = frozenset({"original", "revision", "approved change"})
"""Workflow types that are the budget; the others are about what may come, unless the entry is ours."""
NOT_POSTED: Final = frozenset({"Draft", "Submitted", "Partially Approved", "Declined", "Reversed", "D", "S", "PA", "U", "V"})
"""States of a bill that owes nothing."""
BY_HAND: Final = "was entered in Intacct; no record of Procore is linked to it"


class IntacctReader:
    """Reads one job whole. ``linked`` are the pairs of the project's budget changes, ``payments`` its records of payments by their ids."""

    def __init__(self, world: World, job: str, project_id: str, linked: Collection[CrossReference], payments: Mapping[str, str]) -> None:
        self._payments = payments
        self._world, self._job, self._project = world, job, project_id
        self._config, self._tenant = world.config_and_tenant()
        self._changes = {key: pair for pair in linked for key in pair.lines.values()}
        self.side = Side()

    def read(self) -> Side:
        self._budget()
        self._commitments()
        self._bills()
        return self.side

    @cached_property
    def _jobs(self) -> tuple[str, ...]:
        """The job and those right below it, but for what is a project of its own in Procore."""
        below = {str(row["RECORDNO"]): str(row["PROJECTID"]) for row in self._all("PROJECT", ("PROJECTID",), _below(self._job))}
        projects = self._world.cross_references.by_intacct("projects", below.keys())
        return (self._job, *sorted(job for key, job in below.items() if key not in projects))

    def _add(self, figure: Figure, record: str, row: Held, amount: Money) -> None:
        self.side.entries.append(Entry(figure=figure, code=code_of(row, self._job), record=record, amount=amount))

    # -------------------------------------------------------------------------------------------------- budget

    def _budget(self) -> None:
        primary = (Where("ISPRIMARY", "equalto", ("true",)),)
        estimates = self._of("PJESTIMATE", ("PJESTIMATEID",), "PROJECTID", self._jobs, *primary)
        ids = {str(row["PJESTIMATEID"]) for row in estimates}
        fields = (*CODING, "PJESTIMATEID", "WFTYPE", "AMOUNT", "CHANGEREQUESTID")
        for row in self._of("PJESTIMATEENTRY", fields, "PJESTIMATEID", ids):
            self._entry(row)

    def _entry(self, row: Held) -> None:
        """An original entry counts at $0. Another at $0 changes no budget: change requests leave such when they raise the contract only."""
        key, kind, amount = str(row["RECORDNO"]), str(row["WFTYPE"]), money(row["AMOUNT"])
        change = self._changes.get(key)
        if kind == "original":
            record, told = f"budgets:{self._project}", Told(label=str(row["PJESTIMATEID"]))
        elif change is not None:
            record, told = f"budget_modifications:{change.procore_id}", Told(label=change.label or str(row["PJESTIMATEID"]))
        elif kind not in BUDGETED or not amount:
            return
        elif request := row.get("CHANGEREQUESTID"):
            record = f"intacct:CHANGEREQUEST:{request}"
            words = "raises the estimate in Intacct; Procore's budget does not have it"
            told = Told(label=f"Change request {request}", why=Why.NOT_IN_PROCORE, words=words)
        else:
            record = f"intacct:PJESTIMATEENTRY:{key}"
            told = Told(label=f"Entry {key} of {row['PJESTIMATEID']} ({kind})", why=Why.NOT_IN_PROCORE, words=BY_HAND)
        self.side.told[record] = told
        self._add("budget", record, row, amount)

    # --------------------------------------------------------------------------------------------- commitments

    def _commitments(self) -> None:
        names = self._config.definitions
        contracts = {names.subcontract, names.purchase_order}
        changes = {names.subcontract_change_order, names.purchase_order_change_order}
        fields = (*CODING, "DOCHDRNO", "DOCHDRID", "DOCPARID", "STATE", "TOTAL", "RELATEDDOCLINEKEY")
        where = Where("DOCPARID", "in", tuple(sorted({*contracts, *changes} - {""})))
        found = list(self._of(LINE, fields, "PROJECTID", self._jobs, where))
        lines = [row for row in found if row.get("STATE") not in UNPOSTED]
        amounts = changes_of(lines, changes) if self._config.change_order_amounts == "new value" else {}
        records = self._records({str(row["DOCHDRNO"]) for row in found}, "commitments", "commitment_change_orders")
        for row in lines:
            record = records.get(str(row["DOCHDRNO"])) or f"intacct:{DOCUMENT}:{row['DOCHDRNO']}"
            self.side.told[record] = _told(record, str(row["DOCHDRID"]))
            self._add("committed", record, row, amounts.get(str(row["RECORDNO"]), money(row["TOTAL"])))
        for row in found:
            record = records.get(str(row["DOCHDRNO"]), "")
            if record and row.get("STATE") in UNPOSTED:
                self.side.told.setdefault(record, Told(label=str(row["DOCHDRID"]), status=str(row["STATE"]), counts=False))

    def _records(self, keys: Collection[str], *objects: str) -> dict[str, str]:
        """The Procore records that these documents are linked to."""
        pairs = (self._world.cross_references.by_intacct(name, keys) for name in objects)
        return {key: f"{pair.object}:{pair.procore_id}" for found in pairs for key, pair in found.items()}

    # --------------------------------------------------------------------------------------------------- bills

    def _bills(self) -> None:
        amounts = ("TRX_AMOUNT", "TRX_AMOUNTRETAINED", "TRX_AMOUNTRELEASED", "TRX_TOTALPAID")
        fields = (*CODING, "RECORDKEY", *amounts, "RELEASETOPAY")
        rows = list(self._of("APBILLITEM", fields, "PROJECTID", self._jobs))
        if not {"TASKID", "COSTTYPEID"} <= {*self._tenant.present("APBILLITEM", fields)}:
            self.side.notes.append("This Intacct company does not show cost codes on the lines of bills: what is invoiced has none.")
        lines = [BillLine.of(row, code_of(row, self._job)) for row in rows]
        keys = {line.bill for line in lines}
        bills = {str(row["RECORDNO"]): row for row in self._of("APBILL", ("RECORDID", "STATE"), "RECORDNO", keys)}
        posted = [line for line in lines if str(bills.get(line.bill, {}).get("STATE")) not in NOT_POSTED]
        made = Bills(
            lines=posted,
            names={key: str(row.get("RECORDID") or key) for key, row in bills.items()},
            invoices=self._invoices(keys, bills),
            releases=self._releases({line.bill for line in posted if line.release}),
            paid=list(self._paid({line.bill for line in posted if line.paid})),
        )
        entries, told, others = made.counted(self._payment_records({(each.payment, each.bill) for each in made.paid}, made))
        self.side.entries += entries
        self.side.told = told | self.side.told
        if others:
            words = f"{len(others)} bill{'s' if len(others) > 1 else ''} entered without a commitment ({total(list(others.values()))})"
            self.side.notes.append(f"{words} are not compared: they come to Procore as direct costs.")

    def _invoices(self, keys: Collection[str], bills: Mapping[str, Held]) -> dict[str, str]:
        """The record of each bill that was made of an invoice's document; that of Procore where the document is linked."""
        names = self._config.definitions
        wanted = {names.subcontract_invoice, names.purchase_order_invoice, names.subcontract_adjustment, names.purchase_order_adjustment}
        rows = [
            row for row in self._of(DOCUMENT, ("DOCID", "DOCPARID", "PRRECORDKEY"), "PRRECORDKEY", keys) if row["DOCPARID"] in wanted - {""}
        ]
        linked = self._records({str(row["RECORDNO"]) for row in rows}, "subcontractor_invoices")
        found: dict[str, str] = {}
        for row in rows:
            record = linked.get(str(row["RECORDNO"])) or f"intacct:{DOCUMENT}:{row['RECORDNO']}"
            bill = str(row["PRRECORDKEY"])
            state = str(bills.get(bill, {}).get("STATE") or "")
            self.side.told[record] = _told(record, str(row["DOCID"]), status=state, counts=state not in NOT_POSTED)
            found[bill] = record
        return found

    def _releases(self, keys: Collection[str]) -> dict[str, str]:
        """The bill whose retainage each of these pays out."""
        rows = self._of("APRETAINAGERELEASEENTRY", ("RELEASEBILLKEY", "RETAINAGEBILLKEY"), "RELEASEBILLKEY", keys)
        return {str(row["RELEASEBILLKEY"]): str(row["RETAINAGEBILLKEY"]) for row in rows}

    def _paid(self, keys: Collection[str]) -> Iterable[Paid]:
        fields = ("PAYMENTKEY", "RECORDKEY", "ENTRYKEY", "TRX_PAYMENTAMOUNT", "STATE")
        rows = [row for row in self._of("APPYMTDETAIL", fields, "RECORDKEY", keys) if row.get("STATE") in {"Posted", "C"}]
        heads = self._of("APPYMT", ("DOCNUMBER",), "RECORDNO", {str(row["PAYMENTKEY"]) for row in rows})
        numbers = {str(row["RECORDNO"]): str(row.get("DOCNUMBER") or row["RECORDNO"]) for row in heads}
        for row in rows:
            key = str(row["PAYMENTKEY"])
            yield Paid(key, numbers.get(key, key), str(row["RECORDKEY"]), str(row.get("ENTRYKEY") or ""), money(row["TRX_PAYMENTAMOUNT"]))

    def _payment_records(self, paid: Collection[tuple[str, str]], bills: Bills) -> dict[tuple[str, str], str]:
        """The Procore payment that each payment of each bill is: what was sent is one pair, what was imported one for each invoice."""
        of_bill = {bill: bills.invoice_of(bill).partition(":")[2] for _, bill in paid}
        keys = {payment for payment, _ in paid} | {f"{payment}/{of_bill[bill]}" for payment, bill in paid}
        pairs = self._world.cross_references.by_intacct("payments", keys)
        found = {(payment, bill): pairs.get(payment) or pairs.get(f"{payment}/{of_bill[bill]}") for payment, bill in paid}
        ids = {each: pair.procore_id for each, pair in found.items() if pair is not None}
        return {each: self._payments.get(key.rpartition("-")[2], f"payments:{key}") for each, key in ids.items()}

    # ------------------------------------------------------------------------------------------------- reading

    def _of(self, name: str, fields: tuple[str, ...], by: str, values: Collection[str], *where: Where) -> Iterable[Held]:
        """The rows of these values, of any number. The field they are found by is read, too."""
        for some in batched(sorted(values), VALUES_AT_ONCE, strict=False):
            yield from self._all(name, (by, *fields), Where(by, "in", some), *where)

    def _all(self, name: str, fields: tuple[str, ...], *where: Where) -> Iterable[Held]:
        query = Query(object=name, fields=self._tenant.present(name, ("RECORDNO", *fields)), where=where)
        for page in self._world.intacct.pages(query, entity=self._config.entity):
            yield from page


def _below(job: str) -> Where:
    return Where("PARENTID", "equalto", (job,))


def changes_of(lines: Iterable[Held], changes: Collection[str]) -> dict[str, Money]:
    """What each line of a change order changes, where it says the value after it: less the value before, the first of which is the
    commitment's. A line that is added stands on none of these."""
    values: dict[str, Money] = defaultdict(lambda: ZERO)
    found: dict[str, Money] = {}
    for row in sorted(lines, key=lambda row: int(str(row["RECORDNO"]))):
        if row["DOCPARID"] not in changes:
            values[str(row["RECORDNO"])] = money(row["TOTAL"])
    for row in sorted(lines, key=lambda row: int(str(row["RECORDNO"]))):
        if row["DOCPARID"] in changes:
            line = str(row.get("RELATEDDOCLINEKEY") or row["RECORDNO"])
            found[str(row["RECORDNO"])] = money(row["TOTAL"]) - values[line]
            values[line] = money(row["TOTAL"])
    return found


def _told(record: str, label: str, **more: Any) -> Told:
    by_hand = {"why": Why.NOT_IN_PROCORE, "words": BY_HAND} if record.startswith("intacct:") else {}
    return Told.model_validate({"label": label} | by_hand | more)


def code_of(row: Held, job: str) -> JobCode:
    held, task, kind = (str(row.get(field) or "") for field in CODING)
    return JobCode(held or job, task, kind)


def money(value: object) -> Money:
    return to_cents(decimal(value or "0"))
