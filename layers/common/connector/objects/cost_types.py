"""Cost types: born in Intacct, brought to Procore as line item types, and to each cost code that takes them.

Moves: a STANDARDCOSTTYPE becomes a line item type of the company, or is taken over where one has its code or name. A COSTTYPE of a
linked job or sub job makes the type a member of the cost code; the budget code of both (of a sub job's with the sub job) is created
where Procore lacks it. A second type on a known code adds, it never replaces.
Procore: ``PATCH /rest/v1.0/line_item_types/sync`` (read as ``code``, written as ``csv_import_code``),
``PATCH .../wbs_codes/bulk_create``. Intacct: STANDARDCOSTTYPE, COSTTYPE.
Refused: a name or code twice (capitals do not count), a cost code without any type, a custom segment in the project's budget codes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from connector.core.errors import Code, Violation
from connector.core.exchange import Where
from connector.core.record import Record, intacct, procore, rule
from connector.core.spec import Assignment, Facts, Leg, PerJob, ProcoreTarget, Reading, SyncObject, Twins
from connector.core.wbs import BUDGET_CODES

ACTIVE: Final = (Where("STATUS", "equalto", ("active",)),)
BASE_TYPES: Final = {
    "labor": ("labor", "labour"),
    "materials": ("material",),
    "equipment": ("equipment", "rental"),
    "commitment": ("subcontract", "commitment"),
    "professional_services": ("professional", "consult", "design"),
    "owner_cost": ("owner",),
}
"""Procore's base type, by words of the name; anything else is ``other``."""


# fmt: off
class CostType(Record):
    code: Annotated[str, "Cost type", procore("code", write="csv_import_code"), intacct(None, read="STANDARDCOSTTYPEID")]
    name: Annotated[str, "Name", procore("name"), intacct(None, read="NAME")]
    status: Annotated[str, "Status", intacct(None, read="STATUS")] = "active"
    base_type: Annotated[str, "Base type", procore("base_type"), rule("by words of the name")] = "other"
# fmt: on


def named_once(types: Sequence[CostType], _facts: Facts) -> Iterator[tuple[CostType, Violation]]:
    of: tuple[tuple[str, Callable[[CostType], str]], ...] = (("code", lambda each: each.code), ("name", lambda each: each.name))
    for field, value in of:
        same: dict[str, list[CostType]] = defaultdict(list)
        for each in types:
            if each.status == "active":
                same[value(each).casefold()].append(each)
        for twins in same.values():
            for each in twins if len(twins) > 1 else ():
                others = ", ".join(other.code for other in twins if other is not each)
                message = f"Cost type {each.code} has the same {field} as {others}."
                yield each, Violation(code=Code.DUPLICATE_NAME, field=field, message=message)


def complete(types: Sequence[CostType], _facts: Facts) -> list[CostType]:
    return [each.model_copy(update={"base_type": base_type(each.name)}) for each in types]


def base_type(name: str) -> str:
    word = name.lower()
    return next((base for base, parts in BASE_TYPES.items() if any(part in word for part in parts)), "other")


def _marks(code: str, name: str) -> tuple[str, ...]:
    return f"code:{code.casefold()}", f"name:{name.casefold()}"


def _theirs(row: Mapping[str, Any], _facts: Facts) -> tuple[str, ...]:
    return _marks(str(row.get("code") or ""), str(row.get("name") or ""))


def _remembered(each: CostType, answer: Mapping[str, Any]) -> dict[str, str]:
    """A type taken over by its name may have another code in Procore."""
    theirs = {"procore_code": str(answer["code"])} if answer.get("code") else {}
    return {"active": "yes" if each.status == "active" else "no"} | theirs


SYNC: Final = SyncObject(
    name="cost_types",
    title="Cost type",
    record=CostType,
    summary="Intacct's cost types become Procore's line item types, and each job's and sub job's cost codes get theirs as budget codes.",
    needs=("cost_codes",),
    imports=(
        Leg(
            name="company",
            record=CostType,
            reads=Reading(object="STANDARDCOSTTYPE", whole=True),
            key="STANDARDCOSTTYPE/{STANDARDCOSTTYPEID}",
            natural_id="STANDARDCOSTTYPEID",
            label="NAME",
            complete=complete,
            rules=(named_once,),
            wanted=lambda each, _facts: each.status == "active",
            twins=Twins[CostType](ours=lambda each, _facts: _marks(each.code, each.name), theirs=_theirs),
            detail=_remembered,
            target=ProcoreTarget(
                sync="/rest/v1.0/line_item_types/sync",
                envelope={"company_id": "{company}"},
                existing="/rest/v1.0/line_item_types",
                existing_params={"company_id": "{company}"},
                kept=frozenset({"name", "csv_import_code", "base_type"}),
            ),
        ),
        Assignment(
            name="assignments",
            reads=Reading(
                object="COSTTYPE", where=ACTIVE, whole=True, per_job=PerJob(object="projects", field="PROJECTID", parts="sub_jobs")
            ),
            owner="cost_codes",
            owner_key="{PROJECTID}/{TASKID}",
            owner_id="TASKID",
            owner_missing=Code.COST_CODE_MISSING,
            member="cost_types",
            member_key="STANDARDCOSTTYPE/{COSTTYPEID}",
            member_id="COSTTYPEID",
            member_missing=Code.COST_TYPE_MISSING,
            takes=lambda code: code.get("division") != "yes" and code.get("active") != "no",
            bare="{owner} has no cost type in Intacct: no line can be coded to it.",
            budget_codes=BUDGET_CODES,
        ),
    ),
    sources=(
        "Sage Intacct: standard cost types, cost types",
        "Procore: line item types; Work Breakdown Structure: segments, segment items, codes",
    ),
)
