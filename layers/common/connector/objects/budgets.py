"""Budgets: a project's locked budget to the job's primary estimate in Intacct, or that estimate to a budget that is not locked yet.

Moves: every line of the budget, $0 lines too, becomes an entry of workflow type ``original``, by cost code and cost type; amounts only.
An estimate belongs to one job, and its entries name no other [D]: what is coded to sub jobs becomes the primary estimate of each sub
job, all of them in one transaction. The item goes by the project's id; from then on the import of this job's estimate is off.
Procore: ``GET /rest/v1.0/projects/{id}/budget`` for the lock; there is no list of budget line items, so that they are read through a
view's ``detail_rows``, which shows the original amount whatever the view. A budget has no place for an origin id. Intacct: PJESTIMATE with
ENTRIES; the first estimate of a job is made primary.
Refused: not locked, job not linked, no line, a line without cost code or type or coded to a division, a custom segment, a job that has a
primary estimate already, an estimate id that is taken or too long.

Import: the ``original`` entries of the primary estimate of a job, or of a sub job, wait for a person; accepted, each budget code gets the
sum of its entries. Procore: ``POST /rest/v1.0/budget_line_items/sync``, which takes no origin ids: a line is known by its budget code.
Refused: an estimate that this connector exported, an entry without cost code or type or coded to what Procore does not have, a locked
budget; to link: amounts that differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Final

from connector.core.codecs import BOOLEAN, ID, JSON_BOOLEAN, MONEY, tagged
from connector.core.coding import coded_below_divisions, no_custom_segment, type_fits_the_code
from connector.core.errors import Code, Violation
from connector.core.exchange import Query, Where
from connector.core.money import Money, total
from connector.core.record import IDENTITY, Choice, Record, Ref, intacct, limit, made_here, needed, procore, ref, rule, setting
from connector.core.spec import (
    Ask,
    BudgetTarget,
    Export,
    Facts,
    HeldLines,
    IntacctHeld,
    IntacctWrite,
    Leg,
    Lookup,
    PerJob,
    ProcoreKind,
    ProcoreTarget,
    Reading,
    Summary,
    SyncObject,
)
from connector.core.wbs import BUDGET_CODES

ESTIMATE: Final = "PJESTIMATE"


# fmt: off
class BudgetCode(Record):
    """What a line is coded to, in one text: the rows of a view name the budget code by its id only."""

    procore_id: Annotated[str, "Budget code", procore("id", ID)]
    flat_code: Annotated[str, "Flat code", procore("flat_code")] = ""


class BudgetLine(Record):
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code_id", ID), intacct("TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING, label="cost_code"), needed(Code.COST_CODE_MISSING)] = None
    cost_type: Annotated[Ref | None, "Cost type", procore("category_id", ID), intacct("COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING, label="category"), needed(Code.COST_TYPE_MISSING)] = None
    workflow: Annotated[str | None, "Workflow type", intacct("WFTYPE"), rule("original")] = None
    amount: Annotated[Money, "Amount", procore("original_budget_amount", MONEY), intacct("AMOUNT", MONEY)]
    procore_id: Annotated[str, "Procore line", procore("id", ID), intacct("MEMO", tagged("procore:bli:")), IDENTITY]
    estimate: Annotated[str | None, "Estimate", intacct(None, read="PJESTIMATEID"), rule("that of the line's job"), limit(20)] = None
    job: Annotated[str | None, "Job", rule("job of the cost code, else of the budget")] = None
    wbs_code: Annotated[str | None, "Budget code", procore("wbs_code_id", ID)] = None
    flat_code: Annotated[str | None, "Flat code", rule("of the budget code")] = None
    intacct_key: Annotated[str | None, "Intacct entry", intacct(None, read="RECORDNO"), made_here()] = None


class Budget(Record):
    estimate_id: Annotated[str | None, "Estimate ID", intacct("PJESTIMATEID"), rule("the job's id and -EST"), limit(20), needed(), Choice("Estimate ID")] = None
    job: Annotated[Ref | None, "Job", procore("project_id", ID), intacct("PROJECTID"), ref("projects", missing=Code.PROJECT_NOT_SYNCED), needed(Code.PROJECT_NOT_SYNCED)] = None
    description: Annotated[str | None, "Description", intacct("DESCRIPTION"), rule("Procore budget and the job"), limit(1000)] = None
    primary: Annotated[bool | None, "Primary", intacct("ISPRIMARY", BOOLEAN), rule("true")] = None
    estimate_type: Annotated[str | None, "Estimate type", intacct("PJESTIMATETYPENAME"), setting("estimate type")] = None
    lines: Annotated[tuple[BudgetLine, ...], "Line", procore("lines"), intacct("ENTRIES.PJESTIMATEENTRY", read="PJESTIMATEENTRY")] = ()
    procore_id: Annotated[str | None, "Procore id", procore("id", ID)] = None
    locked: Annotated[bool | None, "Locked", procore("locked", JSON_BOOLEAN)] = None
    codes: Annotated[tuple[BudgetCode, ...], "Budget code", procore("codes")] = ()


class Entry(Record):
    key: Annotated[str, "Intacct entry", intacct(None, read="RECORDNO")] = ""
    workflow: Annotated[str, "Workflow type", intacct(None, read="WFTYPE")] = ""
    cost_code: Annotated[Ref | None, "Cost code", intacct(None, read="TASKID"), ref("cost_codes", missing=Code.COST_CODE_MISSING)] = None
    cost_type: Annotated[Ref | None, "Cost type", intacct(None, read="COSTTYPEID"), ref("cost_types", missing=Code.COST_TYPE_MISSING)] = None
    amount: Annotated[Money | None, "Amount", intacct(None, MONEY, read="AMOUNT")] = None
    memo: Annotated[str, "Memo", intacct(None, read="MEMO")] = ""


class EstimateLine(Record):
    key: Annotated[str, "Intacct entries", rule("those of the code and type"), IDENTITY] = ""
    cost_code: Annotated[Ref | None, "Cost code", procore("cost_code_id", ID), rule("of the entries"), ref("cost_codes", missing=Code.COST_CODE_MISSING)] = None
    cost_type: Annotated[Ref | None, "Cost type", procore("line_item_type_id", ID), rule("of the entries"), ref("cost_types", missing=Code.COST_TYPE_MISSING)] = None
    amount: Annotated[Money, "Amount", procore("original_budget_amount", MONEY), rule("the entries together")]


class Estimate(Record):
    estimate_id: Annotated[str, "Estimate ID", intacct(None, read="PJESTIMATEID")]
    job: Annotated[str, "Job", intacct(None, read="PROJECTID")] = ""
    description: Annotated[str | None, "Description", intacct(None, read="DESCRIPTION")] = None
    exported: Annotated[bool, "Exported", rule("an entry says so")] = False
    lines: Annotated[tuple[EstimateLine, ...], "Line", rule("one for each code and type")] = ()
    entries: Annotated[tuple[Entry, ...], "Entry", intacct(None, read="PJESTIMATEENTRY")] = ()
# fmt: on


def not_exported(estimates: Sequence[Estimate], _facts: Facts) -> Iterator[tuple[Estimate, Violation]]:
    for estimate in estimates:
        if estimate.exported:
            said = f"{estimate.estimate_id} was made of Procore's budget by this connector; its import is off."
            yield estimate, Violation(code=Code.EXPORTED_FROM_PROCORE, field="", message=said)


def coded(estimates: Sequence[Estimate], _facts: Facts) -> Iterator[tuple[Estimate, Violation]]:
    """A budget code is made of both."""
    for estimate in estimates:
        for number, line in enumerate(estimate.lines, start=1):
            for field, code in (("cost_code", Code.COST_CODE_MISSING), ("cost_type", Code.COST_TYPE_MISSING)):
                if getattr(line, field) is None:
                    said = f"{estimate.estimate_id}: entry {line.key} over {line.amount} has no {field.replace('_', ' ')}."
                    yield estimate, Violation(code=code, field=f"lines[{number}].{field}", message=said)


def has_amounts(estimates: Sequence[Estimate], _facts: Facts) -> Iterator[tuple[Estimate, Violation]]:
    for estimate in estimates:
        if not estimate.lines:
            said = f"{estimate.estimate_id} has no entry of type original."
            yield estimate, Violation(code=Code.NO_LINES, field="lines", message=said)


def added_up(estimates: Sequence[Estimate], _facts: Facts) -> list[Estimate]:
    return [_added_up(estimate) for estimate in estimates]


def _added_up(estimate: Estimate) -> Estimate:
    by_coding: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in sorted(estimate.entries, key=lambda entry: (len(entry.key), entry.key)):
        if entry.workflow == "original":
            by_coding[entry.cost_code.intacct if entry.cost_code else "", entry.cost_type.intacct if entry.cost_type else ""].append(entry)
    lines = tuple(
        EstimateLine(
            key=" ".join(entry.key for entry in entries),
            cost_code=Ref(procore="", intacct=code, key=f"{estimate.job}/{code}") if code else None,
            cost_type=Ref(procore="", intacct=kind, key=f"STANDARDCOSTTYPE/{kind}") if kind else None,
            amount=total([entry.amount or Decimal("0.00") for entry in entries]),
        )
        for (code, kind), entries in by_coding.items()
    )
    exported = any(entry.memo.startswith("procore:bli:") for entry in estimate.entries)
    return estimate.model_copy(update={"lines": lines, "entries": (), "exported": exported})


def locked(budget: Budget, _facts: Facts) -> Iterator[Violation]:
    if not budget.locked:
        yield Violation(code=Code.BUDGET_NOT_LOCKED, field="locked", message=f"{_name(budget)} is not locked in Procore.")


def of_its_project(budget: Budget, facts: Facts) -> Iterator[Violation]:
    """A project has one budget, and one item."""
    if budget.procore_id != facts.project_id:
        said = f"A budget goes by its project's id: {facts.project_id}, not {budget.procore_id}."
        yield Violation(code=Code.MALFORMED, field="procore_id", message=said)


def has_lines(budget: Budget, _facts: Facts) -> Iterator[Violation]:
    if not budget.lines:
        yield Violation(code=Code.NO_LINES, field="lines", message=f"{_name(budget)} has no line.")


def none_is_primary(_budget: Budget, facts: Facts) -> Iterator[Violation]:
    for job in sorted(facts.known["primary"]):
        said = f"{job} has a primary estimate in Intacct already: make it a secondary one first, or keep it and leave the budget here."
        yield Violation(code=Code.CONFLICT_IN_INTACCT, field="job", message=said)


def ids_free(_budget: Budget, facts: Facts) -> Iterator[Violation]:
    for taken in sorted(facts.known["ids"]):
        yield Violation(code=Code.DUPLICATE_NUMBER, field="estimate_id", message=f"Intacct already has an estimate {taken}.")


def complete(budget: Budget, facts: Facts) -> Budget:
    """Places each line in the estimate of its job. The budget codes are dropped, once each line has its own."""
    job = budget.job.intacct if budget.job else ""
    estimate = budget.estimate_id or (f"{job}-EST" if job else None)
    flat = {code.procore_id: code.flat_code for code in budget.codes}

    def placed(line: BudgetLine) -> BudgetLine:
        own = (line.cost_code.detail.get("job") if line.cost_code else None) or job
        values = {
            "workflow": "original",
            "job": own,
            "estimate": estimate if own == job else f"{own}-EST",
            "flat_code": flat.get(line.wbs_code or ""),
        }
        return line.model_copy(update=values)

    return budget.model_copy(
        update={
            "estimate_id": estimate,
            "description": f"Procore budget of {job}",
            "primary": True,
            "estimate_type": facts.config.estimate_type or None,
            "lines": tuple(placed(line) for line in budget.lines),
            "codes": (),
        }
    )


def estimates(budget: Budget) -> list[Budget]:
    """One for each job, that of the project's own job last; each has the lines that belong to it."""
    of_sub_jobs = {line.job: line.estimate for line in budget.lines if line.estimate != budget.estimate_id}
    sub_jobs = [
        budget.model_copy(
            update={
                "estimate_id": estimate,
                "job": Ref(procore="", intacct=job or ""),
                "description": f"Procore budget of {job}",
                "lines": tuple(line for line in budget.lines if line.estimate == estimate),
            }
        )
        for job, estimate in sorted(of_sub_jobs.items(), key=lambda each: each[0] or "")
    ]
    own = tuple(line for line in budget.lines if line.estimate == budget.estimate_id)
    return [*sub_jobs, budget.model_copy(update={"lines": own})]


def _jobs(budget: Budget) -> tuple[str, ...]:
    jobs = {line.job for line in budget.lines} | {budget.job.intacct if budget.job else None}
    return tuple(sorted(job for job in jobs if job))


def _estimate_ids(budget: Budget) -> tuple[str, ...]:
    ids = {line.estimate for line in budget.lines} | {budget.estimate_id}
    return tuple(sorted(each for each in ids if each))


def _of_the_jobs(budget: Budget, _facts: Facts) -> Query | None:
    where = (Where("PROJECTID", "in", _jobs(budget)), Where("ISPRIMARY", "equalto", ("true",)))
    return Query(object=ESTIMATE, fields=("PROJECTID",), where=where) if _jobs(budget) else None


def _of_these_ids(budget: Budget, _facts: Facts) -> Query | None:
    where = (Where("PJESTIMATEID", "in", _estimate_ids(budget)),)
    return Query(object=ESTIMATE, fields=("PJESTIMATEID",), where=where) if _estimate_ids(budget) else None


def _name(budget: Budget) -> str:
    return f"The budget of {budget.job.label or budget.job.intacct}" if budget.job else "The budget"


_VIEW: Final = Lookup(
    name="view",
    path="/rest/v1.0/budget_views",
    params={"project_id": "{project}"},
    picked=bool,
    missing="The project has no budget view in Procore, which is the only way to its budget lines: set one up in the company's Admin tool.",
)

SYNC: Final = SyncObject(
    name="budgets",
    title="Budget",
    record=Budget,
    summary="A project's locked budget becomes the primary estimate of its job and of each sub job, or an estimate the budget, once.",
    needs=("projects", "sub_jobs", "cost_codes", "cost_types"),
    export=Export(
        kinds=(
            ProcoreKind(
                name="Budget",
                show="/rest/v1.0/projects/{project}/budget",
                params={"project_id": "{project}"},
                given={"id": "{id}", "project_id": "{project}"},
                lookup=_VIEW,
                more={
                    "lines": "/rest/v1.0/budget_views/{view}/detail_rows",
                    "codes": "/rest/v1.0/projects/{project}/work_breakdown_structure/wbs_codes",
                },
                more_params={"budget_row_type": "budgeted"},
            ),
        ),
        write=IntacctWrite(function="create", object=ESTIMATE, parts=estimates),
        held=IntacctHeld(
            object=ESTIMATE,
            id_field="PJESTIMATEID",
            by_key="RECORDNO",
            lines_object="PJESTIMATEENTRY",
            lines_by="PJESTIMATEID",
            find=lambda budget, _facts: (Where("PJESTIMATEID", "equalto", (budget.estimate_id or "",)),),
            lines=lambda budget: (Where("PJESTIMATEID", "in", _estimate_ids(budget)), Where("WFTYPE", "equalto", ("original",))),
        ),
        correction="budget change",
        summary=lambda budget: Summary(
            number=budget.estimate_id or "", title=_name(budget), amount=total([line.amount for line in budget.lines])
        ),
        asks=(
            Ask(name="primary", field="PROJECTID", query=_of_the_jobs),
            Ask(name="ids", field="PJESTIMATEID", query=_of_these_ids),
        ),
        ready=(locked,),
        rules=(
            of_its_project,
            locked,
            has_lines,
            coded_below_divisions,
            type_fits_the_code,
            no_custom_segment,
            none_is_primary,
            ids_free,
        ),
        complete=complete,
    ),
    imports=(
        Leg(
            name="estimates",
            record=Estimate,
            reads=Reading(
                object=ESTIMATE,
                where=(Where("ISPRIMARY", "equalto", ("true",)),),
                per_job=PerJob(object="projects", field="PROJECTID", parts="sub_jobs"),
            ),
            lines=HeldLines(
                reads=Reading(object="PJESTIMATEENTRY", where=(Where("WFTYPE", "equalto", ("original",)),)),
                by="PJESTIMATEID",
                of="PJESTIMATEID",
            ),
            key="{PROJECTID}",
            natural_id="PJESTIMATEID",
            label="PJESTIMATEID",
            staged=True,
            offers=True,
            complete=added_up,
            rules=(not_exported, has_amounts, coded),
            amount=lambda estimate: total([line.amount for line in estimate.lines]),
            target=ProcoreTarget(
                itself="{project}-{sub_job}",
                lines=BudgetTarget(
                    field="lines",
                    locked="/rest/v1.0/projects/{project}/budget",
                    lookup=_VIEW,
                    existing="/rest/v1.0/budget_views/{view}/detail_rows",
                    existing_params={"project_id": "{project}", "budget_row_type": "budgeted"},
                    sync="/rest/v1.0/budget_line_items/sync",
                    envelope={"project_id": "{project}"},
                    under="budget_line_items",
                    amount="amount",
                    part="sub_jobs",
                    codes=BUDGET_CODES,
                ),
            ),
        ),
    ),
    web_pages={"": "/projects/{project}/budgeting"},
    sources=("Sage Intacct: project estimates", "Procore: budgets, budget views, budget view detail rows"),
)
