"""Procore's budget codes in Intacct's terms: which job or sub job, cost code and cost type each of them stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.core.reconciliation import JobCode
from connector.core.wbs import BUDGET_CODES
from connector.engine.world import World
from connector.ports import CrossReference

type Row = Mapping[str, Any]
_OBJECTS = {BUDGET_CODES.owner: "cost_codes", BUDGET_CODES.member: "cost_types", BUDGET_CODES.part: "sub_jobs"}


def named_codes(world: World, project_id: str, job: str) -> dict[str, tuple[JobCode, str]]:
    """By the budget code's id: what it stands for, and the name of its cost code. One list of Procore, and one look-up for each segment.

    A segment's item is known by the pair of its record where that bears Procore's own code; both lists sharing their ids is written
    nowhere. Else it goes by that code, which was Intacct's when it was imported."""
    rows = [row for page in world.procore.pages(BUDGET_CODES.codes.format(project=project_id)) for row in page]
    chosen = {str(row["id"]): {str(item["segment"]["type"]): item for item in row["segment_items"]} for row in rows}
    pairs = {segment: world.cross_references.by_procore(name, _ids(segment, chosen.values())) for segment, name in _OBJECTS.items()}

    def of(items: Mapping[str, Row], segment: str) -> str:
        return _in_intacct(items[segment], pairs[segment]) if segment in items else ""

    return {
        code: (
            JobCode(of(items, BUDGET_CODES.part) or job, of(items, BUDGET_CODES.owner), of(items, BUDGET_CODES.member)),
            str(items.get(BUDGET_CODES.owner, {}).get("name") or ""),
        )
        for code, items in chosen.items()
    }


def _ids(segment: str, chosen: Iterable[Mapping[str, Row]]) -> set[str]:
    return {str(items[segment]["id"]) for items in chosen if segment in items}


def _in_intacct(item: Row, pairs: Mapping[str, CrossReference]) -> str:
    code = str(item.get("path_code") or item["code"])
    pair = pairs.get(str(item["id"]))
    return pair.intacct_id if pair is not None and pair.detail.get("procore_code", pair.intacct_id) == code else code
