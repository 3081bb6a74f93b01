"""Budget modifications: changes of a project's locked budget, from Procore to new entries of the job's primary estimate.

Moves: an approved budget change, or a budget modification where the company still has those, becomes one entry for each of its
amounts, as a delta, in the primary estimate of the line's job or sub job. The workflow type is ``revision`` unless the approver chooses
another; ``original`` entries are never touched. All entries of a transaction go together. A sub job without an estimate gets one.
Procore: ``GET /rest/v1.0/projects/{project}/budget_changes/{id}`` and ``.../budget_modifications/{id}``; what a line is coded to is told
by the ``detail_rows`` of a budget view. Intacct: PJESTIMATEENTRY with PJESTIMATEID; each is found again by its memo.
Refused: not approved, no line, a job without a primary estimate (the budget goes first), coding as for the budget, a total other than
zero that nobody has confirmed, or that the prime contract's change orders bring too, a modification that became a budget change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from connector.core.codecs import ID, MONEY, US_DATE, tagged
from connector.core.coding import coded_below_divisions, no_custom_segment, type_fits_the_code
from connector.core.errors import Code, Violation
from connector.core.exchange import Held, Query, Tree, Where
from connector.core.money import Money, decimal, total
from connector.core.record import IDENTITY, Choice, Record, Ref, following, intacct, made_here, needed, procore, ref, rule, setting
from connector.core.spec import Ask, Export, Facts, IntacctHeld, IntacctWrite, Lookup, ProcoreKind, Summary, SyncObject

CHANGE: Final = "BudgetChange"
MODIFICATION: Final = "BudgetModification"
TYPES: Final = ("revision", "approved change", "pending change", "forecast", "other")
ENTRY: Final = "PJESTIMATEENTRY"
FROM_MODIFICATIONS: Final = "modification:"
"""How the memo of their entries goes on behind ``procore:``."""


# fmt: off
class Coding(Record):
    """A row of the budget view: what a budget line, or a budget code, is coded to."""

    line_id: Annotated[str | None, "Budget line", procore("id", ID)] = None
    wbs_code: Annotated[str | None, "Budget code", procore("wbs_code_id", ID)] = None
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code_id", ID), ref("cost_codes", missing=Code.COST_CODE_MISSING, label="cost_code")] = None
    cost_type: Annotated[Ref | None, "Cost type", procore("category_id", ID), ref("cost_types", missing=Code.COST_TYPE_MISSING, label="category")] = None


class Revision(Record):
    estimate: Annotated[str | None, "Estimate", intacct("PJESTIMATEID"), following("budgets", words="primary estimate of the line's job")] = None
    cost_code: Annotated[Ref | None, "Cost code", intacct("TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING), rule("by the budget's row"), needed(Code.COST_CODE_MISSING)] = None
    cost_type: Annotated[Ref | None, "Cost type", intacct("COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING), rule("by the budget's row"), needed(Code.COST_TYPE_MISSING)] = None
    workflow: Annotated[str | None, "Workflow type", intacct("WFTYPE"), setting("revision type")] = None
    amount: Annotated[Money, "Change", procore("amount", MONEY), intacct("AMOUNT", MONEY)]
    effective: Annotated[date | None, "Effective date", intacct("EFFECTIVEDATE", US_DATE), rule("the approver's choice, else none")] = None
    procore_id: Annotated[str, "Procore line", procore("id", ID), intacct("MEMO", tagged("procore:")), IDENTITY]
    job: Annotated[str | None, "Job", rule("job of the cost code, else of the budget")] = None
    opens: Annotated[bool, "Opens the estimate", following("budgets", words="the sub job has none yet")] = False
    wbs_code: Annotated[str | None, "Budget code", procore("wbs_code.id", ID)] = None
    flat_code: Annotated[str | None, "Flat code", procore("wbs_code.flat_code")] = None
    intacct_key: Annotated[str | None, "Intacct entry", intacct(None, read="RECORDNO"), made_here()] = None


class BudgetModification(Record):
    revision_type: Annotated[str | None, "Revision type", setting("revision type"), Choice("Revision type")] = None
    effective: Annotated[date | None, "Effective date", Choice("Effective date")] = None
    changes_total: Annotated[str | None, "Changes the budget's total", Choice("Changes the budget's total (yes)")] = None
    lines: Annotated[tuple[Revision, ...], "Line", procore("adjustment_line_items"), intacct("PJESTIMATEENTRY")] = ()
    job: Annotated[Ref | None, "Job", procore("project_id", ID, write=None), ref("projects", missing=Code.PROJECT_NOT_SYNCED), needed(Code.PROJECT_NOT_SYNCED)] = None
    budget: Annotated[Ref | None, "Budget", procore("project_id", ID, write=None), ref("budgets", missing=Code.PARENT_NOT_SYNCED)] = None
    procore_id: Annotated[str | None, "Procore id", procore("id", ID)] = None
    number: Annotated[str | None, "Number", procore("number")] = None
    title: Annotated[str | None, "Title", procore("title")] = None
    status: Annotated[str | None, "Status", procore("status")] = None
    notes: Annotated[str | None, "Notes", procore("notes")] = None
    from_line: Annotated[str | None, "From line", procore("from_budget_line_item_id", ID)] = None
    to_line: Annotated[str | None, "To line", procore("to_budget_line_item_id", ID)] = None
    transfer: Annotated[Money | None, "Transfer", procore("transfer_amount", MONEY)] = None
    codings: Annotated[tuple[Coding, ...], "Coding", procore("rows")] = ()
    origin: Annotated[str | None, "Origin id", procore("origin_id")] = None
# fmt: on


def approved(change: BudgetModification, facts: Facts) -> Iterator[Violation]:
    if facts.kind == CHANGE and change.status != "approved":
        said = f"{_name(change)} is {change.status or 'without status'} in Procore."
        yield Violation(code=Code.NOT_APPROVED_IN_PROCORE, field="status", message=said)


def has_lines(change: BudgetModification, _facts: Facts) -> Iterator[Violation]:
    if not change.lines:
        yield Violation(code=Code.NO_LINES, field="lines", message=f"{_name(change)} has no line.")


def has_an_estimate(change: BudgetModification, _facts: Facts) -> Iterator[Violation]:
    """While the budget is approved together with it, nobody can know the estimate's id."""
    for number, line in enumerate(change.lines, start=1):
        if not line.estimate and not (change.budget and not change.budget.intacct):
            said = f"Line {number}: {line.job or 'its job'} has no primary estimate in Intacct."
            yield Violation(code=Code.PARENT_NOT_SYNCED, field=f"lines[{number}].estimate", message=said)


def type_known(change: BudgetModification, _facts: Facts) -> Iterator[Violation]:
    if change.revision_type not in TYPES:
        said = f"A revision is one of {', '.join(TYPES)}; {change.revision_type!r} is none."
        yield Violation(code=Code.MALFORMED, field="revision_type", message=said)


def nets_to_zero(change: BudgetModification, _facts: Facts) -> Iterator[Violation]:
    if _sum(change) != 0 and (change.changes_total or "").lower() != "yes":
        said = f"{_name(change)} changes the budget's total by {_sum(change)}: confirm that it shall, or complete the transfer in Procore."
        yield Violation(code=Code.TOTALS_DISAGREE, field="changes_total", message=said)


def not_by_prime_change_orders(change: BudgetModification, facts: Facts) -> Iterator[Violation]:
    if _sum(change) != 0 and facts.config.prime_change_orders_of(facts.project_id) == "contract and estimate":
        said = (
            f"{_name(change)} changes the budget's total by {_sum(change)}; in this project change orders of the prime contract do that "
            "(prime_change_orders), and it would count twice."
        )
        yield Violation(code=Code.SETTINGS_FORBID, field="lines", message=said)


def not_sent_before(change: BudgetModification, facts: Facts) -> Iterator[Violation]:
    """When a company moves to budget changes, Procore makes them of its modifications, under new ids."""
    sent = Counter(_amount_of(row) for row in facts.rows["modifications"])
    lines = Counter(
        (line.estimate or "", _id(line.cost_code), _id(line.cost_type), line.amount) for line in change.lines if facts.kind == CHANGE
    )
    if lines and lines <= sent:
        said = f"{_name(change)}: Intacct has these amounts from a budget modification, which this budget change was made of."
        yield Violation(code=Code.CONFLICT_IN_INTACCT, field="lines", message=said)


def complete(change: BudgetModification, facts: Facts) -> BudgetModification:
    """Makes lines of a modification's two sides, codes every line and places it in the estimate of its job. The budget is only needed
    where the job has no primary estimate."""
    job = change.job.intacct if change.job else ""
    primary = {str(row["PROJECTID"]): str(row["PJESTIMATEID"]) for row in facts.rows.get("primary", ())}
    kind = change.revision_type or facts.config.revision_type
    opened: set[str] = set()

    def placed(line: Revision, coding: Coding | None) -> Revision:
        code = coding.cost_code if coding else None
        own = (code.detail.get("job") if code else None) or job
        opens = job in primary and own not in {*primary, *opened}
        opened.update({own} if opens else ())
        values = {
            "estimate": primary.get(own) or (f"{own}-EST" if job in primary else None),
            "cost_code": code,
            "cost_type": coding.cost_type if coding else None,
            "workflow": kind,
            "effective": change.effective,
            "job": own,
            "opens": opens,
        }
        return line.model_copy(update=values)

    return change.model_copy(
        update={
            "revision_type": kind,
            "lines": tuple(placed(line, coding) for line, coding in _coded(change, facts)),
            "budget": change.budget if job not in primary or _id(change.budget) else None,
            "codings": (),
        }
    )


def _coded(change: BudgetModification, facts: Facts) -> Iterator[tuple[Revision, Coding | None]]:
    if facts.kind == CHANGE:
        by_code = {coding.wbs_code: coding for coding in change.codings if coding.wbs_code}
        for line in change.lines:
            yield line.model_copy(update={"procore_id": f"change:{line.procore_id}"}), by_code.get(line.wbs_code or "")
        return
    by_line = {coding.line_id: coding for coding in change.codings if coding.line_id}
    for side, line_id, sign in (("to", change.to_line, 1), ("from", change.from_line, -1)):
        if line_id is not None and change.transfer is not None:
            memo = f"{FROM_MODIFICATIONS}{change.procore_id}:{side}"
            yield Revision(procore_id=memo, amount=sign * change.transfer), by_line.get(line_id)


def estimate_first(part: BudgetModification) -> list[tuple[str, Tree]]:
    """A sub job's first estimate is its primary one."""
    return [
        ("create", [("PJESTIMATE", [("PJESTIMATEID", line.estimate or ""), ("PROJECTID", line.job or ""), ("ISPRIMARY", "true")])])
        for line in part.lines
        if line.opens
    ]


def entries(change: BudgetModification) -> list[BudgetModification]:
    """One for each line, so that all of them are one transaction."""
    return [change.model_copy(update={"lines": (line,)}) for line in change.lines]


def _primary(change: BudgetModification, _facts: Facts) -> Query | None:
    jobs = {coding.cost_code.detail.get("job", "") for coding in change.codings if coding.cost_code}
    jobs |= {change.job.intacct if change.job else ""}
    where = (Where("PROJECTID", "in", tuple(sorted(jobs - {""}))), Where("ISPRIMARY", "equalto", ("true",)))
    return Query(object="PJESTIMATE", fields=("PJESTIMATEID", "PROJECTID"), where=where) if jobs - {""} else None


def _from_modifications(change: BudgetModification, facts: Facts) -> Query | None:
    estimates = tuple(sorted({line.estimate for line in change.lines if line.estimate}))
    where = (Where("PJESTIMATEID", "in", estimates), Where("MEMO", "like", (f"procore:{FROM_MODIFICATIONS}%",)))
    fields = ("MEMO", "PJESTIMATEID", "TASKID", "COSTTYPEID", "AMOUNT")
    return Query(object=ENTRY, fields=fields, where=where) if facts.kind == CHANGE and estimates else None


def _memos(change: BudgetModification) -> tuple[str, ...]:
    return tuple(f"procore:{line.procore_id}" for line in change.lines)


def _amount_of(row: Held) -> tuple[str, str, str, Decimal]:
    return str(row["PJESTIMATEID"]), str(row["TASKID"]), str(row["COSTTYPEID"]), decimal(row["AMOUNT"])


def _id(reference: Ref | None) -> str:
    return reference.intacct if reference else ""


def _sum(change: BudgetModification) -> Money:
    return total([line.amount for line in change.lines])


def _name(change: BudgetModification) -> str:
    return change.title or change.notes or f"Budget modification {change.number or change.procore_id}"


def _summary(change: BudgetModification) -> Summary:
    """What is moved is what an approver answers for: a transfer adds up to nothing."""
    added = total([line.amount for line in change.lines if line.amount > 0])
    taken = total([line.amount for line in change.lines if line.amount < 0])
    return Summary(number=change.number or change.procore_id or "", title=_name(change), amount=max(added, -taken))


_PROJECT: Final = {"project_id": "{project}"}
_VIEW: Final = Lookup(
    name="view",
    path="/rest/v1.0/budget_views",
    params=_PROJECT,
    picked=bool,
    missing="The project has no budget view in Procore, which is the only way to its budget lines: set one up in the company's Admin tool.",
)


def _kind(name: str, collection: str, body: str) -> ProcoreKind:
    return ProcoreKind(
        name=name,
        show=f"/rest/v1.0/projects/{{project}}/{collection}/{{id}}",
        body=body,
        code="",
        params=_PROJECT,
        given=_PROJECT,
        lookup=_VIEW,
        more={"rows": "/rest/v1.0/budget_views/{view}/detail_rows"},
        more_params={"budget_row_type": "all"},
        list=f"/rest/v1.0/projects/{{project}}/{collection}",
    )


SYNC: Final = SyncObject(
    name="budget_modifications",
    title="Budget modification",
    record=BudgetModification,
    summary="Approved changes of a locked budget become revisions of the job's estimate, each amount once.",
    needs=("projects", "sub_jobs", "cost_codes", "cost_types", "budgets"),
    export=Export(
        kinds=(_kind(CHANGE, "budget_changes", ""), _kind(MODIFICATION, "budget_modifications", "budget_modification")),
        kind_by=lambda config: CHANGE if config.budget_feature == "changes" else MODIFICATION,
        write=IntacctWrite(function="create", object="", first=estimate_first, parts=entries),
        held=IntacctHeld(
            object=ENTRY,
            id_field="PJESTIMATEID",
            by_key="RECORDNO",
            lines_object=ENTRY,
            find=lambda change, _facts: (Where("MEMO", "equalto", _memos(change)[-1:]),),
            lines=lambda change: (Where("MEMO", "in", _memos(change)),),
        ),
        correction="budget change",
        summary=_summary,
        givens=(Ask(name="primary", field="PJESTIMATEID", query=_primary),),
        asks=(Ask(name="modifications", field="MEMO", query=_from_modifications),),
        ready=(approved,),
        rules=(
            approved,
            has_lines,
            has_an_estimate,
            type_known,
            nets_to_zero,
            not_by_prime_change_orders,
            not_sent_before,
            coded_below_divisions,
            type_fits_the_code,
            no_custom_segment,
        ),
        complete=complete,
    ),
    sources=(
        "Sage Intacct: project estimates",
        "Procore: budget changes, budget modifications, budget view detail rows; upgrading to budget changes",
    ),
)
