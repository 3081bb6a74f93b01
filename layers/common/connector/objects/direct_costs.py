"""Direct costs: from Intacct's general ledger to Procore, straight in.

Moves: the posted entries of a linked job (or sub job) on accounts whose custom fields *PC Account Type* and *PC Cost Types* are filled in,
up to the end of the current month. Those of a job, month and account (and vendor, and document, as the settings say) are one direct cost;
each entry is a line with debit less credit: a reversal is a line of its own below zero. An entry that Intacct does not have any more is
taken off its cost, one that it has anew is put on; a cost that has no entry left stays, without lines.
Procore: ``PATCH /rest/v1.0/projects/{project}/direct_costs/sync`` and ``.../direct_costs/line_items/sync``, one at a time in a project; a
line that is gone is deleted. A direct cost takes 100 lines: what has more becomes several. Intacct: GLDETAIL, GLACCOUNT; PODOCUMENT for
where an entry comes from, VENDOR for whose it is.
Left out: entries of bills that were made of invoices sent from Procore, which are there already; accounts of the type Cash, the other
side of a payment. Refused, and listed by month, account and coding: an account for costs that is not marked or marked by half, an entry
without cost code or cost type, or coded to what Procore does not have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import batched
from typing import Annotated, Final

from connector.core.codecs import ID, ISO_DATE, MONEY, TEXT, US_DATE
from connector.core.errors import Code, Violation
from connector.core.exchange import Held, Query, Where
from connector.core.money import Money
from connector.core.purchasing import DOCUMENT
from connector.core.record import IDENTITY, Record, Ref, intacct, procore, ref, rule, setting
from connector.core.spec import Beside, Facts, Gathering, Leg, LinesTarget, PerJob, ProcoreTarget, Reading, SyncObject

MOST_LINES: Final = 100
"""What one direct cost takes in Procore [D]."""
IN_THE_LEDGER: Final = ("Posted", "Reversed")
"""A journal entry that was reversed stays, beside the one that reverses it."""
CASH: Final = "Cash"
KINDS: Final = {"Payroll": "payroll", "Expense": "expense"}
"""Procore's types of direct costs by *PC Cost Types*. Its third, ``invoice``, is for what is entered there."""
_ACCOUNTS_AT_ONCE: Final = 1000
_OF_REQUISITIONS: Final = "procore-requisition-"
"""Beginning of the external id that invoices are sent with: known before the invoice is linked."""


# fmt: off
class LedgerEntry(Record):
    key: Annotated[str, "Intacct entry", intacct(None, read="RECORDNO"), IDENTITY] = ""
    job: Annotated[str, "Job", intacct(None, read="PROJECTID")] = ""
    day: Annotated[date | None, "Date", intacct(None, US_DATE, read="ENTRY_DATE")] = None
    account: Annotated[str, "Account", intacct(None, read="ACCOUNTNO")] = ""
    debit: Annotated[Money, "Debit", intacct(None, MONEY, read="DEBITAMOUNT")] = Decimal("0.00")
    credit: Annotated[Money, "Credit", intacct(None, MONEY, read="CREDITAMOUNT")] = Decimal("0.00")
    amount: Annotated[Money | None, "Amount", procore("amount", MONEY), rule("debit less credit")] = None
    priced: Annotated[str | None, "Priced", procore("extended_type", TEXT), rule("manual")] = None
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code.id", ID, write="cost_code_id"), intacct(None, read="TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING, label="cost_code.full_code")] = None
    cost_type: Annotated[Ref | None, "Cost type", procore("line_item_type.id", ID, write="line_item_type_id"), intacct(None, read="COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING, label="line_item_type.code")] = None
    text: Annotated[str | None, "Description", procore("description"), intacct(None, read="DESCRIPTION")] = None
    vendor: Annotated[str | None, "Vendor", intacct(None, read="VENDORID")] = None
    vendor_name: Annotated[str | None, "Vendor's name", intacct(None, read="VENDORNAME")] = None
    document: Annotated[str | None, "Document", intacct(None, read="DOCUMENT")] = None
    number: Annotated[str | None, "Bill number", intacct(None, read="RECORDID")] = None
    bill: Annotated[str | None, "Bill", intacct(None, read="RECORDKEY")] = None


class DirectCost(Record):
    kind: Annotated[str, "Type", procore("direct_cost_type"), rule("PC Cost Types of the account")]
    day: Annotated[date, "Date", procore("direct_cost_date", ISO_DATE), rule("of the last entry")]
    description: Annotated[str, "Description", procore("description"), rule("account, month, vendor and document")]
    vendor: Annotated[Ref | None, "Vendor", procore("vendor_id", ID), ref("vendors", missing=Code.VENDOR_NOT_LINKED), rule("of the entries, where it is linked")] = None
    status: Annotated[str, "Status", procore("status"), setting("status of direct costs")]
    lines: Annotated[tuple[LedgerEntry, ...], "Line"] = ()
# fmt: on


def complete(entries: Sequence[LedgerEntry], _facts: Facts) -> list[LedgerEntry]:
    return [_completed(entry) for entry in entries]


def _completed(entry: LedgerEntry) -> LedgerEntry:
    code, kind = entry.cost_code, entry.cost_type
    return entry.model_copy(
        update={
            "cost_code": code and code.model_copy(update={"key": f"{entry.job}/{code.intacct}"}),
            "cost_type": kind and kind.model_copy(update={"key": f"STANDARDCOSTTYPE/{kind.intacct}"}),
            "amount": entry.debit - entry.credit,
            "priced": "manual",
            "document": entry.number or entry.document,
        }
    )


def on_mapped_accounts(entries: Sequence[LedgerEntry], facts: Facts) -> Iterator[tuple[LedgerEntry, Violation]]:
    accounts = _accounts(facts)
    for entry in entries:
        account = accounts[entry.account]
        missing = [label for field, label in FIELDS if not account.get(field)]
        if missing or account["PC_COST_TYPES"] not in KINDS:
            what = f"has no {' and no '.join(missing)}" if missing else f"has the PC Cost Types {account['PC_COST_TYPES']!r}"
            said = f"Account {_named(account)} {what}."
            yield entry, Violation(code=Code.ACCOUNT_NOT_MAPPED, field="account", message=said)


def coded(entries: Sequence[LedgerEntry], _facts: Facts) -> Iterator[tuple[LedgerEntry, Violation]]:
    for entry in entries:
        if entry.cost_code is None:
            said = f"On account {entry.account} without a cost code."
            yield entry, Violation(code=Code.COST_CODE_MISSING, field="cost_code", message=said)
        elif entry.cost_type is None:
            said = f"On account {entry.account}, {entry.cost_code.intacct} without a cost type."
            yield entry, Violation(code=Code.COST_TYPE_MISSING, field="cost_type", message=said)


FIELDS: Final = (("PC_ACCOUNT_TYPE", "PC Account Type"), ("PC_COST_TYPES", "PC Cost Types"))
_BASIS: Final = Query(object="GLACCOUNT", fields=("ACCOUNTNO", "TITLE", "ACCOUNTTYPE", "NORMALBALANCE", *(field for field, _ in FIELDS)))


def _accounts(facts: Facts) -> dict[str, Held]:
    return {str(row["ACCOUNTNO"]): row for row in facts.rows["basis"]}


def _named(account: Held) -> str:
    return f"{account['ACCOUNTNO']} {account['TITLE']}"


def _marked(account: Held) -> bool:
    return any(account.get(field) for field, _ in FIELDS)


def _for_costs(account: Held) -> bool:
    """Where costs of a job would stand, marked or not."""
    return account.get("ACCOUNTTYPE") == "incomestatement" and account.get("NORMALBALANCE") == "debit"


def read_accounts(facts: Facts) -> list[tuple[Where, ...]]:
    wanted = [
        number
        for number, account in _accounts(facts).items()
        if account.get("PC_ACCOUNT_TYPE") != CASH and (_marked(account) or _for_costs(account))
    ]
    book = Where("BOOKID", "equalto", (facts.config.ledger_book,))
    return [(book, Where("ACCOUNTNO", "in", some)) for some in batched(wanted, _ACCOUNTS_AT_ONCE, strict=False)]


def counts(facts: Facts) -> Callable[[LedgerEntry], bool]:
    """What Procore sent is there. On an account that is not marked, only what is coded as job cost is looked at."""
    ours = facts.known.get("documents", frozenset()) | _sent_from_procore(facts)
    marked = {number for number, account in _accounts(facts).items() if _marked(account)}
    return lambda entry: entry.bill not in ours and (entry.account in marked or entry.cost_code is not None)


def _sent_from_procore(facts: Facts) -> frozenset[str]:
    rows = facts.rows.get("documents", ())
    return frozenset(str(row["PRRECORDKEY"]) for row in rows if str(row.get("EXTERNALID") or "").startswith(_OF_REQUISITIONS))


def listed_as(entry: LedgerEntry) -> str:
    coding = (entry.cost_code and entry.cost_code.intacct, entry.cost_type and entry.cost_type.intacct)
    return "/".join((entry.account, *(part or "none" for part in coding)))


def gathered(entries: Sequence[LedgerEntry], facts: Facts) -> dict[str, DirectCost]:
    """In the order of Intacct's numbers, so that what comes later is put behind what is there."""
    together: dict[tuple[str, ...], list[LedgerEntry]] = defaultdict(list)
    accounts = _accounts(facts)
    vendors = {str(row["VENDORID"]): str(row["RECORDNO"]) for row in facts.rows.get("vendors", ())}
    for entry in sorted(entries, key=lambda each: int(each.key)):
        together[_place(entry, accounts[entry.account], facts)].append(entry)
    return {
        "/".join((*place, str(part))): _cost(some, accounts[some[0].account], vendors, facts)
        for place, group in together.items()
        for part, some in enumerate(batched(group, MOST_LINES, strict=False), start=1)
    }


def _place(entry: LedgerEntry, account: Held, facts: Facts) -> tuple[str, ...]:
    by = facts.config.direct_costs_by
    vendor = (entry.vendor or "",) if by in {"vendor", "document"} else ()
    document = (entry.document or "",) if by == "document" else ()
    return (entry.account, KINDS[str(account["PC_COST_TYPES"])], *vendor, *document)


def _cost(entries: Sequence[LedgerEntry], account: Held, vendors: Mapping[str, str], facts: Facts) -> DirectCost:
    first, by = entries[0], facts.config.direct_costs_by
    vendor = first.vendor if by != "account" else None
    document = first.document if by == "document" else None
    day = max(entry.day for entry in entries if entry.day)
    said = (_named(account), f"{day:%Y-%m}", (first.vendor_name or vendor) if vendor else None, document)
    return DirectCost(
        kind=KINDS[str(account["PC_COST_TYPES"])],
        day=day,
        description=", ".join(filter(None, said)),
        vendor=Ref(procore="", intacct=vendor, key=vendors.get(vendor, "")) if vendor else None,
        status=facts.config.direct_cost_status,
        lines=tuple(entries),
    )


_COSTS: Final = "/rest/v1.0/projects/{project}/direct_costs"

SYNC: Final = SyncObject(
    name="direct_costs",
    title="Direct cost",
    record=DirectCost,
    summary="What the general ledger has on marked accounts for a linked job becomes direct costs of its project, entry by entry.",
    needs=("projects", "sub_jobs", "vendors", "cost_codes", "cost_types"),
    imports=(
        Leg(
            name="ledger",
            record=LedgerEntry,
            reads=Reading(
                object="GLDETAIL",
                where=(Where("BATCH_STATE", "in", IN_THE_LEDGER),),
                stamp="MODIFIED",
                per_job=PerJob(object="projects", field="PROJECTID", parts="sub_jobs"),
                audit="",
            ),
            key="{RECORDNO}",
            natural_id="RECORDNO",
            label="ACCOUNTNO",
            amount=lambda entry: entry.amount or Decimal("0.00"),
            complete=complete,
            rules=(on_mapped_accounts, coded),
            target=ProcoreTarget(
                sync=f"{_COSTS}/sync",
                existing=_COSTS,
                kept=frozenset({"direct_cost_type"}),
                lines=LinesTarget(
                    field="lines",
                    object="GLDETAIL",
                    existing=f"{_COSTS}/{{id}}/line_items",
                    sync=f"{_COSTS}/line_items/sync",
                    remove=f"{_COSTS}/{{id}}/line_items/{{line}}",
                    params={},
                    paired_by=("cost_code", "cost_type"),
                    compared=("amount",),
                ),
            ),
            gathering=Gathering(
                record=DirectCost,
                day="ENTRY_DATE",
                stamps=("MODIFIED", "WHENMODIFIED"),
                basis=_BASIS,
                narrowed=read_accounts,
                beside=(
                    Beside(
                        name="documents",
                        object=DOCUMENT,
                        by="PRRECORDKEY",
                        of="RECORDKEY",
                        fields=("EXTERNALID",),
                        pairs="subcontractor_invoices",
                        key="{RECORDNO}",
                    ),
                    Beside(name="vendors", object="VENDOR", by="VENDORID", of="VENDORID", fields=()),
                ),
                settings=("direct_costs_by", "direct_cost_status", "ledger_book"),
                counts=counts,
                listed_as=listed_as,
                gathered=gathered,
            ),
        ),
    ),
    sources=(
        "Sage Intacct: general ledger details, accounts",
        "Procore: direct costs, direct cost line items; Intacct setup guide: general ledger custom fields",
    ),
)
