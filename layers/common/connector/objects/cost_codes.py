"""Cost codes: born in Intacct, brought to Procore's company list and to each job's own list.

Moves: a STANDARDTASK becomes a standard cost code of the company's ERP list, a TASK of a linked job a cost code of its project, a TASK of
a linked sub job one of that sub job, parents before children. A code that stands in Procore already is taken over as it is: its
description is never overwritten, nothing is doubled.
Procore: ``PATCH /rest/v1.0/standard_cost_codes/sync`` (``code`` with the parents' segments), ``PATCH /rest/v1.0/cost_codes/sync`` (own
segments only). Intacct: STANDARDTASK, TASK. Rules: Procore's guide to setting up cost codes for Sage Intacct: ``01-000`` and ``01``
both serve as parent of ``01-123``, trailing zero segments are implied; lengths may differ; three tiers need the grandparent.
Refused: a flat code without children, another delimiter, a parent that is missing or inactive, a code or name twice (capitals do not
count). An inactive code is not added; one that is there already is marked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from connector.core.errors import Code, Violation
from connector.core.record import Record, intacct, procore, rule
from connector.core.spec import Facts, IdOf, Leg, Lookup, PerJob, ProcoreTarget, Reading, SyncObject, Twins

DELIMITERS: Final = "-./_"
SUB_JOB: Final = "SubJob"
"""What Procore calls the biller of a sub job's cost code; that of the project's own is ``Project``."""


# fmt: off
class CostCode(Record):
    code: Annotated[str, "Cost code"]
    name: Annotated[str, "Description", procore("name"), intacct(None, read="NAME")] = ""
    status: Annotated[str, "Status", intacct(None, read="STATUS")] = "active"
    parent: Annotated[str, "Parent", rule("the code without its last segment")] = ""
    division: Annotated[bool, "Division", rule("a code with others below it, or with nothing but zeros at its end")] = False
    written: Annotated[str | None, "Code in Procore", procore(None, write="code"), rule("without trailing zeros; in a job without the parent's segments")] = None


class StandardCostCode(CostCode):
    code: Annotated[str, "Cost code", intacct(None, read="STANDARDTASKID")]


class JobCostCode(CostCode):
    code: Annotated[str, "Cost code", intacct(None, read="TASKID")]
    job: Annotated[str, "Job", intacct(None, read="PROJECTID")]
# fmt: on


def delimited[C: CostCode](codes: Sequence[C], facts: Facts) -> Iterator[tuple[C, Violation]]:
    delimiter = facts.config.cost_code_delimiter
    for code in codes:
        others = sorted({sign for sign in code.code if sign in DELIMITERS and sign != delimiter})
        if others:
            yield code, _format(f"{code.code} has the delimiter {others[0]!r}; the list's is {delimiter!r}.")
        elif delimiter not in code.code and not code.division:
            yield code, _format(f"{code.code} has no delimiter {delimiter!r} and no code below it.")


def under_a_parent[C: CostCode](codes: Sequence[C], facts: Facts) -> Iterator[tuple[C, Violation]]:
    statuses = {code.code: code.status for code in codes}
    for code in codes:
        wanted = _above(code.code, facts)
        if wanted and not code.parent:
            yield code, _format(f"{code.code} has no parent: create {_joined(wanted, facts)} in Intacct, then import again.")
        elif code.parent and code.status == "active" and statuses[code.parent] != "active":
            yield (
                code,
                Violation(
                    code=Code.COST_CODE_INACTIVE, field="parent", message=f"{code.code}: its parent {code.parent} is inactive in Intacct."
                ),
            )


def named_once[C: CostCode](codes: Sequence[C], facts: Facts) -> Iterator[tuple[C, Violation]]:
    """Inactive codes take no name away. Two codes of one place (``01`` and ``01-000``) are one code twice."""
    for field, what, of in (
        ("code", "code", lambda code: facts.config.cost_code_delimiter.join(_place(code.code, facts))),
        ("name", "name", lambda code: code.name.casefold()),
    ):
        same: dict[str, list[C]] = defaultdict(list)
        for code in codes:
            if code.status == "active":
                same[of(code)].append(code)
        for twins in same.values():
            for code in twins if len(twins) > 1 else ():
                others = ", ".join(other.code for other in twins if other is not code)
                yield code, Violation(code=Code.DUPLICATE_NAME, field=field, message=f"{code.code} has the same {what} as {others}.")


def complete_standard(codes: Sequence[StandardCostCode], facts: Facts) -> list[StandardCostCode]:
    return _completed(codes, facts, lambda code, _parent: _joined(_split(code, facts), facts))


def complete_of_job(codes: Sequence[JobCostCode], facts: Facts) -> list[JobCostCode]:
    return _completed(codes, facts, lambda code, parent: _joined(_split(code, facts)[len(_split(parent, facts)) if parent else 0 :], facts))


def _completed[C: CostCode](codes: Sequence[C], facts: Facts, written: Callable[[str, str], str]) -> list[C]:
    by_place = {_place(code.code, facts): code.code for code in codes}
    parents = {code.code: by_place.get(_above(code.code, facts), "") for code in codes}
    above = {_above(code.code, facts) for code in codes}
    return [
        code.model_copy(
            update={
                "name": code.name or code.code,
                "parent": parents[code.code],
                "division": _place(code.code, facts) in above or _ends_in_zeros(code.code, facts),
                "written": written(code.code, parents[code.code]),
            }
        )
        for code in codes
    ]


def _split(code: str, facts: Facts) -> tuple[str, ...]:
    """The segments that count: zeros at the end only fill up, though a code is never without its first segment."""
    segments = code.split(facts.config.cost_code_delimiter)
    while len(segments) > 1 and not segments[-1].strip("0"):
        segments.pop()
    return tuple(segments)


def _ends_in_zeros(code: str, facts: Facts) -> bool:
    return _joined(_split(code, facts), facts) != code


def _place(code: str, facts: Facts) -> tuple[str, ...]:
    return tuple(segment.casefold() for segment in _split(code, facts))


def _above(code: str, facts: Facts) -> tuple[str, ...]:
    """The place of the parent: one segment less, and again without zeros at the end. Empty at the top."""
    place = _place(code, facts)
    return _place(facts.config.cost_code_delimiter.join(place[:-1]), facts) if len(place) > 1 else ()


def _joined(segments: Sequence[str], facts: Facts) -> str:
    return facts.config.cost_code_delimiter.join(segments)


def _format(message: str) -> Violation:
    return Violation(code=Code.COST_CODE_FORMAT, field="code", message=message)


def active(code: CostCode, _facts: Facts) -> bool:
    return code.status == "active"


def _remembered(code: CostCode, answer: Mapping[str, Any]) -> dict[str, str]:
    job = {"job": code.job} if isinstance(code, JobCostCode) else {}
    sub_job = {"sub_job": "yes"} if answer.get("biller_type") == SUB_JOB else {}
    ours = {"code": code.code, "division": "yes" if code.division else "no", "active": "yes" if code.status == "active" else "no"}
    theirs = {"procore_code": str(answer["full_code"])} if answer.get("full_code") else {}
    return job | sub_job | ours | theirs


def _mark(code: str, facts: Facts) -> tuple[str, ...]:
    return (f"code:{_joined(_place(code, facts), facts)}",)


def _theirs(row: Mapping[str, Any], facts: Facts) -> tuple[str, ...]:
    """A code of another sub job, or of the project itself, is another code."""
    sub_job = str(row["biller_id"]) if row.get("biller_type") == SUB_JOB else ""
    return _mark(str(row.get("full_code") or row.get("code") or ""), facts) if sub_job == facts.sub_job_id else ()


_TWINS: Final = Twins[CostCode](ours=lambda code, facts: _mark(code.code, facts), theirs=_theirs)
_RULES: Final = (delimited, under_a_parent, named_once)
_ERP_LIST: Final = Lookup(
    name="list",
    path="/rest/v1.0/standard_cost_code_lists",
    params={"company_id": "{company}"},
    picked=lambda row: bool(row.get("is_erp_list")),
    missing="Procore has no standard cost code list for ERP: create one in the company's Admin tool and mark it as the ERP list.",
)

SYNC: Final = SyncObject(
    name="cost_codes",
    title="Cost code",
    record=JobCostCode,
    summary="Intacct's cost codes become Procore's: the company's list first, then each linked job's and sub job's own.",
    needs=("projects", "sub_jobs"),
    imports=(
        Leg(
            name="company",
            record=StandardCostCode,
            reads=Reading(object="STANDARDTASK", whole=True),
            key="STANDARDTASK/{STANDARDTASKID}",
            natural_id="STANDARDTASKID",
            label="NAME",
            pairs="standard_cost_codes",
            complete=complete_standard,
            rules=_RULES,
            wanted=active,
            parent=lambda code: f"STANDARDTASK/{code.parent}" if code.parent else "",
            twins=_TWINS,
            detail=_remembered,
            target=ProcoreTarget(
                sync="/rest/v1.0/standard_cost_codes/sync",
                envelope={"company_id": "{company}", "standard_cost_code_list_id": "{list}"},
                params={"view": "extended"},
                existing="/rest/v1.0/standard_cost_codes",
                existing_params={"company_id": "{company}", "standard_cost_code_list_id": "{list}", "view": "extended"},
                lookup=_ERP_LIST,
                kept=frozenset({"code", "name", "parent_id"}),
                parent="parent_id",
            ),
        ),
        Leg(
            name="jobs",
            record=JobCostCode,
            reads=Reading(object="TASK", whole=True, per_job=PerJob(object="projects", field="PROJECTID", parts="sub_jobs")),
            key="{PROJECTID}/{TASKID}",
            natural_id="TASKID",
            label="NAME",
            complete=complete_of_job,
            rules=_RULES,
            wanted=active,
            parent=lambda code: f"{code.job}/{code.parent}" if code.parent else "",
            twins=_TWINS,
            detail=_remembered,
            target=ProcoreTarget(
                sync="/rest/v1.0/cost_codes/sync",
                params={"project_id": "{project}", "sub_job_id": "{sub_job}"},
                existing="/rest/v1.0/cost_codes",
                existing_params={"project_id": "{project}", "sub_job_id": "{sub_job}"},
                kept=frozenset({"code", "name", "parent_id", "standard_cost_code_id"}),
                ids=(IdOf(field="standard_cost_code_id", pairs="standard_cost_codes", key="STANDARDTASK/{STANDARDTASKID}"),),
                parent="parent_id",
            ),
        ),
    ),
    sources=(
        "Sage Intacct: standard tasks, tasks",
        "Procore: cost codes, standard cost codes; Intacct setup guide: cost codes, cost types and item ids",
    ),
)
