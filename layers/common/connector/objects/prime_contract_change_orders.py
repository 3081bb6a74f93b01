"""Prime contract change orders: from Procore to a contract line, a change order and a change request in Intacct, in one transaction.

Moves: an approved change order of a linked prime contract adds one line to the contract (PROJECTCONTRACTLINE) and a PROJECTCHANGEORDER
that points to it; a posted CHANGEREQUEST, linked to that, carries the lines: Intacct posts their prices to the contract line and their
costs to the job's primary estimate [D]. By a setting of the project the costs are the prices (*contract and estimate*) or $0 (*contract
only*); the setting stays as it is after the first. The contract line takes no cost code: a task may stand on one line only [D].
Procore: ``GET /rest/v1.0/projects/{project}/prime_change_orders/{id}``; which line is coded how by the older change order package,
which also carries the origin id. Intacct: CHANGEREQUEST is what is read back; all three are there or none.
Refused: not approved, prime contract not linked, no line, coding as for commitments, lines that do not add up, an id that is taken, a
status that does not post, another mode than before, and in *contract and estimate* a job without a primary estimate or one that
budget modifications have raised already.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from connector.core.codecs import ID, ISO_DATE, MONEY, US_DATE, tagged
from connector.core.coding import coded_below_divisions, no_custom_segment, type_fits_the_code
from connector.core.errors import Code, Violation
from connector.core.exchange import Query, Tree, Where
from connector.core.money import Money, decimal, total
from connector.core.record import IDENTITY, Choice, Record, Ref, intacct, limit, made_here, needed, procore, ref, rule, setting
from connector.core.spec import Ask, Effect, Export, Facts, IntacctHeld, IntacctWrite, ProcoreKind, Summary, SyncObject

BOTH: Final = "contract and estimate"
ONLY: Final = "contract only"
LINES: Final = "PROJECTCONTRACTLINE"
OURS: Final = "procore:pcco:"
ZERO: Final = Decimal("0.00")


# fmt: off
class Coding(Record):
    """What a line is coded to: the line items of v2 say their budget code only."""

    procore_id: Annotated[str, "Procore line", procore("id", ID)]
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code.id", ID), ref("cost_codes", missing=Code.COST_CODE_MISSING, label="cost_code.full_code")] = None
    cost_type: Annotated[Ref | None, "Cost type", procore("line_item_type.id", ID), ref("cost_types", missing=Code.COST_TYPE_MISSING, label="line_item_type.name")] = None


class OrderLine(Record):
    job: Annotated[str | None, "Job", intacct("PROJECTID"), rule("job of the cost code, else of the change order")] = None
    cost_code: Annotated[Ref | None, "Cost code", intacct("TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING), rule("by the change order package"), needed(Code.COST_CODE_MISSING)] = None
    cost_type: Annotated[Ref | None, "Cost type", intacct("COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING), rule("by the change order package"), needed(Code.COST_TYPE_MISSING)] = None
    cost: Annotated[Money | None, "Change of the estimate", intacct("COST", MONEY), setting("the price, or nothing")] = None
    price: Annotated[Money, "Change of the contract", procore("amount", MONEY), intacct("PRICE", MONEY)]
    procore_id: Annotated[str, "Procore line", procore("id", ID), intacct("MEMO", tagged(OURS)), IDENTITY]
    flat_code: Annotated[str | None, "Budget code", procore("wbs_code.flat_code")] = None
    intacct_key: Annotated[str | None, "Intacct entry", intacct(None, read="RECORDNO"), made_here()] = None


class PrimeChangeOrder(Record):
    request_id: Annotated[str | None, "Change request ID", intacct("CHANGEREQUESTID"), rule("the job's id and the number, behind PCO where it is digits"), limit(30), needed(), Choice("Change request ID")] = None
    job: Annotated[Ref | None, "Job", procore("project_id", ID), intacct("PROJECTID"), ref("projects", missing=Code.PROJECT_NOT_SYNCED), needed(Code.PROJECT_NOT_SYNCED)] = None
    approved_on: Annotated[date | None, "Date", procore("reviewed_at", ISO_DATE), intacct("CHANGEREQUESTDATE", US_DATE), needed(Code.DATE_MISSING), Choice("Date")] = None
    state: Annotated[str | None, "State", intacct("CHANGEREQUESTSTATE"), rule("Posted")] = None
    request_status: Annotated[str | None, "Change request status", intacct("CHANGEREQUESTSTATUSNAME"), setting("change request status"), needed()] = None
    title: Annotated[str, "Title", procore("title"), intacct("DESCRIPTION"), limit(1000)] = ""
    order_id: Annotated[str | None, "Change order ID", intacct("PROJECTCHANGEORDERID"), rule("the change request's")] = None
    external_ref: Annotated[str | None, "External reference", intacct("EXTERNALREFNO"), rule("procore-pcco- and Procore's id")] = None
    level: Annotated[str | None, "Reaches the contract by", intacct("PCNINTEGRATIONLEVEL"), rule("project change order")] = None
    lines: Annotated[tuple[OrderLine, ...], "Line", procore("lines"), intacct("CHANGEREQUESTENTRIES.CHANGEREQUESTENTRY", read="CHANGEREQUESTENTRY")] = ()
    contract: Annotated[Ref | None, "Prime contract", procore("contract_id", ID), ref("prime_contracts", missing=Code.PARENT_NOT_SYNCED, label="contract.title"), needed(Code.PARENT_NOT_SYNCED)] = None
    line_id: Annotated[str | None, "Contract line ID", rule("the number, behind PCO where it is digits"), limit(20), needed(), Choice("Contract line ID")] = None
    line_name: Annotated[str, "Contract line", rule("the title"), limit(100)] = ""
    account: Annotated[str | None, "Contract line's account", setting("contract line account, or that of the contract's first line"), needed()] = None
    item: Annotated[str | None, "Contract line's item", setting("contract line item, or that of the contract's first line"), needed(Code.ITEM_NOT_MAPPED)] = None
    billable: Annotated[str | None, "Contract line billable", rule("as the contract's first line")] = None
    retainage: Annotated[str | None, "Contract line's retainage %", rule("as the contract's first line")] = None
    procore_id: Annotated[str | None, "Procore id", procore("id", ID)] = None
    number: Annotated[str | None, "Number", procore("number")] = None
    status: Annotated[str | None, "Status", procore("status")] = None
    total: Annotated[Money | None, "Total", procore("grand_total", MONEY)] = None
    codings: Annotated[tuple[Coding, ...], "Coding", procore("package.line_items")] = ()
    origin: Annotated[str | None, "Origin id", procore("package.origin_id")] = None
# fmt: on


def approved(order: PrimeChangeOrder, _facts: Facts) -> Iterator[Violation]:
    if order.status != "approved":
        said = f"{_name(order)} is {order.status or 'without status'} in Procore."
        yield Violation(code=Code.NOT_APPROVED_IN_PROCORE, field="status", message=said)


def has_lines(order: PrimeChangeOrder, _facts: Facts) -> Iterator[Violation]:
    if not order.lines:
        yield Violation(code=Code.NO_LINES, field="lines", message=f"{_name(order)} has no line.")


def lines_add_up(order: PrimeChangeOrder, _facts: Facts) -> Iterator[Violation]:
    if order.total is not None and _price(order) != order.total:
        said = f"{_name(order)}: the lines add up to {_price(order)}, the header says {order.total}."
        yield Violation(code=Code.TOTALS_DISAGREE, field="total", message=said)


def ids_free(order: PrimeChangeOrder, facts: Facts) -> Iterator[Violation]:
    if order.request_id in facts.known["requests"] | facts.known["orders"]:
        said = f"Intacct already has a change request or change order {order.request_id}."
        yield Violation(code=Code.DUPLICATE_NUMBER, field="request_id", message=said)
    if order.line_id in facts.known["contract_lines"]:
        said = f"{_contract(order)} already has a line {order.line_id}."
        yield Violation(code=Code.DUPLICATE_NUMBER, field="line_id", message=said)


def status_posts(order: PrimeChangeOrder, facts: Facts) -> Iterator[Violation]:
    types = [str(row.get("WFTYPE")) for row in facts.rows["status"]]
    if types != ["approved change"]:
        found = f"posts as {types[0]}, not as an approved change" if types else "is none of Intacct's"
        said = f"The change request status {order.request_status!r} {found} (change_request_status)."
        yield Violation(code=Code.SETTINGS_FORBID, field="request_status", message=said)


def mode_as_before(_order: PrimeChangeOrder, facts: Facts) -> Iterator[Violation]:
    """What went before says in which mode: with costs, or without any beside its prices."""
    sent = [row for row in facts.rows["sent"] if decimal(row.get("TOTALPRICE") or "0") != 0]
    if not sent:
        return
    before = BOTH if any(decimal(row.get("TOTALCOST") or "0") != 0 for row in sent) else ONLY
    if before != _mode(facts):
        said = f"This project's change orders went as {before!r} so far; the setting prime_change_orders says {_mode(facts)!r} now."
        yield Violation(code=Code.SETTINGS_FORBID, field="lines", message=said)


def estimate_is_there(order: PrimeChangeOrder, facts: Facts) -> Iterator[Violation]:
    """Without one, Intacct would leave the costs out and say nothing."""
    if _mode(facts) == BOTH and not facts.known["primary"] and order.job:
        said = f"{order.job.intacct} has no primary estimate in Intacct to take the costs: send the budget first."
        yield Violation(code=Code.PARENT_NOT_SYNCED, field="lines", message=said)


def not_by_budget_modifications(order: PrimeChangeOrder, facts: Facts) -> Iterator[Violation]:
    ours = [row for row in facts.rows["raised"] if not str(row.get("MEMO")).startswith(OURS)]
    raised = sum((decimal(row["AMOUNT"]) for row in ours), ZERO)
    if raised != 0:
        said = f"Budget modifications have changed the job's estimate by {raised} already; {_name(order)} would count in it once more (prime_change_orders)."
        yield Violation(code=Code.SETTINGS_FORBID, field="lines", message=said)


def complete(order: PrimeChangeOrder, facts: Facts) -> PrimeChangeOrder:
    """Codes the lines, gives them their costs by the project's mode, and fills what settings and the contract's first line give."""
    job, number = order.job.intacct if order.job else "", order.number or ""
    counted = f"PCO{number}" if number[:1].isdecimal() else number
    request_id = order.request_id or (f"{job}-{counted}" if job and counted else None)
    first = next(iter(facts.rows.get("contract_lines", ())), {})
    codings = {coding.procore_id: coding for coding in order.codings}

    def coded(line: OrderLine) -> OrderLine:
        coding = codings.get(line.procore_id) or Coding(procore_id=line.procore_id)
        values = {
            "job": (coding.cost_code.detail.get("job") if coding.cost_code else None) or job or None,
            "cost_code": coding.cost_code,
            "cost_type": coding.cost_type,
            "cost": line.price if _mode(facts) == BOTH else ZERO,
        }
        return line.model_copy(update=values)

    return order.model_copy(
        update={
            "request_id": request_id,
            "state": "Posted",
            "request_status": facts.config.change_request_status,
            "order_id": request_id,
            "external_ref": f"procore-pcco-{order.procore_id}",
            "level": "project change order",
            "lines": tuple(coded(line) for line in order.lines),
            "line_id": order.line_id or counted or None,
            "line_name": order.title,
            "account": facts.config.contract_line_account or str(first.get("ACCOUNTNO") or "") or None,
            "item": facts.config.contract_line_item or str(first.get("ITEMID") or "") or None,
            "billable": str(first.get("BILLABLE") or "") or None,
            "retainage": str(first.get("RETAINAGEPERCENTAGE") or "") or None,
            "codings": (),
        }
    )


def line_and_order_first(order: PrimeChangeOrder) -> list[tuple[str, Tree]]:
    """The contract line has no price of its own: it gets that of the change request."""
    day = US_DATE.write(order.approved_on) if order.approved_on else ""
    job, contract = order.job.intacct if order.job else "", order.contract.intacct if order.contract else ""
    place: Tree = [("PROJECTCONTRACTID", contract), ("PROJECTCONTRACTLINEID", order.line_id or "")]
    line: Tree = [
        *place,
        ("NAME", order.line_name),
        ("CONTRACTLINEDATE", day),
        ("ACCOUNTNO", order.account or ""),
        ("BILLINGTYPE", "Progress"),
        ("MAXIMUMBILLING", "Total revised price"),
        ("PROJECTID", job),
        ("ITEMID", order.item or ""),
        *((("RETAINAGEPERCENTAGE", order.retainage),) if order.retainage else ()),
        *((("BILLABLE", order.billable),) if order.billable else ()),
    ]
    change_order: Tree = [
        ("PROJECTCHANGEORDERID", order.order_id or ""),
        ("PROJECTID", job),
        ("PROJECTCHANGEORDERDATE", day),
        ("DESCRIPTION", order.title),
        ("PROJECTCHANGEORDERSTATE", "Posted"),
        ("CHANGEREQUESTSTATUSNAME", order.request_status or ""),
        *place,
        ("PRICEEFFECTIVEDATE", day),
    ]
    return [("create", [(LINES, line)]), ("create", [("PROJECTCHANGEORDER", change_order)])]


def _ask(name: str, object_name: str, fields: tuple[str, ...], value: str, *more: Where) -> Ask[PrimeChangeOrder]:
    """The rows of ``object_name`` whose first field is the row ``value`` of the change order."""

    def query(order: PrimeChangeOrder, _facts: Facts) -> Query | None:
        held = getattr(order, value)
        wanted = held.intacct if isinstance(held, Ref) else held
        return Query(object=object_name, fields=fields, where=(Where(fields[0], "equalto", (wanted,)), *more)) if wanted else None

    return Ask(name=name, field=fields[0], query=query)


def _contract_lines(order: PrimeChangeOrder, _facts: Facts) -> Query | None:
    fields = ("PROJECTCONTRACTLINEID", "ACCOUNTNO", "ITEMID", "RETAINAGEPERCENTAGE", "BILLABLE")
    where = (Where("PROJECTCONTRACTID", "equalto", (_contract(order),)),)
    return Query(object=LINES, fields=fields, where=where) if _contract(order) else None


def _raised(order: PrimeChangeOrder, facts: Facts) -> Query | None:
    """Entries that this connector added to the estimates of the job and its sub jobs. That an entry can be asked for its job is
    written nowhere [?]: asked only where it matters."""
    if _mode(facts) == ONLY or not (order.job and order.job.intacct):
        return None
    jobs = Where("PROJECTID", "in", (order.job.intacct, *sorted(facts.known["sub_jobs"])))
    where = (jobs, Where("MEMO", "like", ("procore:%",)), Where("WFTYPE", "notequalto", ("original",)))
    return Query(object="PJESTIMATEENTRY", fields=("MEMO", "AMOUNT"), where=where)


def _sub_jobs(order: PrimeChangeOrder, facts: Facts) -> Query | None:
    if _mode(facts) == ONLY or not (order.job and order.job.intacct):
        return None
    return Query(object="PROJECT", fields=("PROJECTID",), where=(Where("PARENTID", "equalto", (order.job.intacct,)),))


def _contract_value(order: PrimeChangeOrder, _facts: Facts) -> Query | None:
    where = (Where("PROJECTCONTRACTID", "equalto", (_contract(order),)),)
    return Query(object=LINES, fields=("TOTALREVISEDPRICE",), where=where) if _contract(order) else None


def _contract(order: PrimeChangeOrder) -> str:
    return order.contract.intacct if order.contract else ""


def _mode(facts: Facts) -> str:
    return facts.config.prime_change_orders_of(facts.project_id)


def _price(order: PrimeChangeOrder) -> Money:
    return total([line.price for line in order.lines])


def _name(order: PrimeChangeOrder) -> str:
    return order.title or order.number or "The change order"


_PROJECT: Final = {"project_id": "{project}"}

SYNC: Final = SyncObject(
    name="prime_contract_change_orders",
    title="Prime contract change order",
    record=PrimeChangeOrder,
    summary="Approved change orders of the prime contract become a contract line, a change order and a change request together.",
    needs=("projects", "sub_jobs", "cost_codes", "cost_types", "budgets", "prime_contracts"),
    export=Export(
        kinds=(
            ProcoreKind(
                name="PrimeContractChangeOrder",
                show="/rest/v1.0/projects/{project}/prime_change_orders/{id}",
                params=_PROJECT,
                given=_PROJECT,
                more={"lines": "/rest/v2.0/companies/{company}/projects/{project}/prime_change_orders/{id}/line_items"},
                beside={
                    "contract": "/rest/v1.0/prime_contract/{contract_id}",
                    "package": "/rest/v1.0/change_order_packages/{legacy_package_id}",
                },
                body="change_order",
                origin="/rest/v1.0/change_order_packages/{legacy_package_id}",
                list="/rest/v1.0/projects/{project}/prime_change_orders",
                list_total="grand_total",
            ),
        ),
        write=IntacctWrite(function="create", object="CHANGEREQUEST", first=line_and_order_first),
        held=IntacctHeld(
            object="CHANGEREQUEST",
            id_field="CHANGEREQUESTID",
            by_key="RECORDNO",
            lines_object="CHANGEREQUESTENTRY",
            find=lambda order, _facts: (Where("CHANGEREQUESTID", "equalto", (order.request_id or "",)),),
            lines=lambda order: (Where("CHANGEREQUESTID", "equalto", (order.request_id or "",)),),
        ),
        correction="prime contract change order",
        summary=lambda order: Summary(
            number=order.request_id or "", title=_name(order), party=order.contract.label if order.contract else "", amount=_price(order)
        ),
        givens=(
            Ask(name="contract_lines", field="PROJECTCONTRACTLINEID", query=_contract_lines),
            Ask(name="sub_jobs", field="PROJECTID", query=_sub_jobs),
        ),
        asks=(
            _ask("requests", "CHANGEREQUEST", ("CHANGEREQUESTID",), "request_id"),
            _ask("orders", "PROJECTCHANGEORDER", ("PROJECTCHANGEORDERID",), "order_id"),
            _ask("status", "CHANGEREQUESTSTATUS", ("NAME", "WFTYPE"), "request_status"),
            _ask("primary", "PJESTIMATE", ("PROJECTID",), "job", Where("ISPRIMARY", "equalto", ("true",))),
            _ask(
                "sent",
                "CHANGEREQUEST",
                ("PROJECTID", "TOTALCOST", "TOTALPRICE"),
                "job",
                Where("EXTERNALREFNO", "like", ("procore-pcco-%",)),
            ),
            Ask(name="raised", field="MEMO", query=_raised),
        ),
        ready=(approved,),
        rules=(
            approved,
            has_lines,
            lines_add_up,
            ids_free,
            status_posts,
            mode_as_before,
            estimate_is_there,
            not_by_budget_modifications,
            coded_below_divisions,
            type_fits_the_code,
            no_custom_segment,
        ),
        complete=complete,
        effects=(Effect(label=lambda order: f"Contract {_contract(order)}", field="TOTALREVISEDPRICE", query=_contract_value),),
    ),
    sources=(
        "Sage Intacct: project contract lines, project change orders, change requests",
        "Procore: Prime Change Orders, Change Order Packages, Prime Contracts",
    ),
)
