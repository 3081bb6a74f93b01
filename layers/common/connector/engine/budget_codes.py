"""Procore's budget codes (WBS codes): one for each combination of an owner and a member, created where the project lacks it.

Segment items are known by Procore's own code of the record (a cost code's full code), or else by its id: that both lists share their
ids is written nowhere. A combination that is there is left alone, since creating it again would overwrite its description [D].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.codecs import ID
from connector.core.errors import Code, Violation
from connector.core.spec import BudgetCodes
from connector.engine.world import World
from connector.ports import CrossReference, Json

type Items = Mapping[str, str]
"""Segment item ids by code and by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """``id`` is what the member is called among the owner's members."""

    owner: CrossReference
    member: CrossReference
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of the combinations, and what the project's custom segments are."""

    done: Sequence[Combination]
    refused: Sequence[tuple[Combination, Sequence[Violation]]]
    custom: Mapping[str, Violation]
    ids: Mapping[tuple[str, str], str]
    """The budget codes of ``done``, by Procore's ids of owner and member."""


def make(world: World, declared: BudgetCodes, project_id: str, wanted: Sequence[Combination], part: CrossReference | None = None) -> Made:
    """All combinations belong to the project itself, or to one ``part`` of it, whose segment item is in each."""
    values = {"project": project_id, "sub_job": part.procore_id if part else ""}
    segments = [row for row in _all(world, declared.segments, values) if row.get("is_included_in_project_pattern") is not False]
    ids = {str(row["type"]): str(row["id"]) for row in segments}
    custom = {str(row["name"]): _custom(row) for row in segments if row["type"] not in {declared.owner, declared.member, declared.part}}

    def items(segment: str, params: Mapping[str, str] | None = None) -> Items:
        return _items(world, declared.items, values | {"segment": ids[segment]}, params or {})

    owners, members = items(declared.owner, declared.part_params if part else None), items(declared.member)
    of_part = {declared.part: _item(part, items(declared.part)) if declared.part in ids else ""} if part else {}
    there = {_chosen(row): str(row["id"]) for row in _all(world, declared.codes, values)}
    done: list[Combination] = []
    found: dict[tuple[str, str], str] = {}
    refused: list[tuple[Combination, Sequence[Violation]]] = []
    create: list[tuple[Combination, dict[str, Json]]] = []
    for each in wanted:
        chosen = {declared.owner: _item(each.owner, owners), declared.member: _item(each.member, members)} | of_part
        if not all(chosen.values()):
            refused.append((each, [_unknown(each, project_id)]))
        elif frozenset(chosen.items()) in there:
            done.append(each)
            found[each.owner.procore_id, each.member.procore_id] = there[frozenset(chosen.items())]
        else:
            body = [{"segment_id": ID.write(ids[segment]), "segment_item_id": ID.write(item)} for segment, item in chosen.items()]
            create.append((each, {"segment_items": body}))
    bodies = [body for _, body in create]
    answers = world.procore.sync(declared.create.format_map(values), {}, bodies, under="bulk") if bodies else []
    for (each, _), answer in zip(create, answers, strict=True):
        if answer.entity is None:
            refused.append((each, answer.violations))
        else:
            done.append(each)
            found[each.owner.procore_id, each.member.procore_id] = str(answer.entity["id"])
    return Made(done=done, refused=refused, custom=custom, ids=found)


def _all(world: World, path: str, values: Mapping[str, str], params: Mapping[str, str] | None = None) -> Iterator[Mapping[str, Any]]:
    filled = {name: text.format_map(values) for name, text in (params or {}).items()}
    for page in world.procore.pages(path.format_map(values), filled):
        yield from page


def _items(world: World, path: str, values: Mapping[str, str], params: Mapping[str, str]) -> Items:
    rows = list(_all(world, path, values, params))
    return {str(row["id"]): str(row["id"]) for row in rows} | {_code(row): str(row["id"]) for row in rows}


def _code(row: Mapping[str, Any]) -> str:
    return f"code {row.get('path_code') or row['code']}"


def _item(pair: CrossReference, items: Items) -> str:
    return items.get(f"code {pair.detail.get('procore_code', '')}") or items.get(pair.procore_id, "")


def _chosen(row: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The items of a budget code by the types of their segments."""
    return frozenset((str(item["segment"]["type"]), str(item["id"])) for item in row["segment_items"])


def _custom(row: Mapping[str, Any]) -> Violation:
    needed = " It is required, so no budget code can be created without it." if row.get("required") else ""
    said = f"The project's budget codes have the custom segment {row['name']!r}, which Intacct has no place for.{needed}"
    return Violation(code=Code.CUSTOM_SEGMENT, field=str(row["name"]), message=said)


def _unknown(each: Combination, project_id: str) -> Violation:
    said = f"{each.owner.intacct_id} with {each.id}: Procore's project {project_id} does not list one of them among its segment items."
    return Violation(code=Code.REFUSED_BY_PROCORE, field="", message=said)
