"""Codes of several tiers: ``code`` is a record's own tier ("300"), ``full_code`` has the tiers above ("03-300")."""

from __future__ import annotations

import re

from sandbox.procore.resource import Change
from sandbox.procore.store import Row

_PLACES = {"standard_cost_codes": ("standard_cost_code_list_id",), "cost_codes": ("project_id", "sub_job_id")}


def own_tier(parent_code: str | None, code: str) -> str:
    """The last tier of a code that may carry the tiers above it; a parent "03-000" heads the tier "03" too [?]."""
    if parent_code is None:
        return code
    for prefix in (parent_code, _tier(parent_code)):
        if code.startswith(f"{prefix}-"):
            return code.removeprefix(f"{prefix}-")
    return code


def joined(parent_code: str | None, own: str) -> str:
    return own if parent_code is None else f"{_tier(parent_code)}-{own}"


def _tier(code: str) -> str:
    return re.sub(r"(-0+)+$", "", code) or code


def _parent_code(change: Change) -> str | None:
    parent = change.world.row(change.resource.table, change.get("parent_id"))
    return None if parent is None else str(parent["full_code"])


def code_in_place(change: Change) -> None:
    """Work out both forms of the code; one code once in its list or project."""
    if change.get("deleted_at") or not {"code", "parent_id"} & set(change.values):
        return
    parent_code = _parent_code(change)
    own = own_tier(parent_code, change.get("code"))
    full = joined(parent_code, own)
    same = {name: change.get(name) for name in _PLACES[change.resource.table]}
    twin = change.world.store[change.resource.table].find(full_code=full, **same)
    if twin is not None and twin is not change.row:
        change.refuse("code", "has already been taken")
    change.values |= {"code": own, "full_code": full}


def parent_in_place(change: Change) -> None:
    parent = change.world.row(change.resource.table, change.get("parent_id"))
    if parent is None:
        return
    if any(parent[name] != change.get(name) for name in _PLACES[change.resource.table]):
        change.refuse("parent_id", "must exist")
    above: Row | None = parent
    while above is not None and change.row is not None:
        if above["id"] == change.row["id"]:
            change.refuse("parent_id", "cannot be the code itself or one below it")
        above = change.world.row(change.resource.table, above["parent_id"])


def without_children(change: Change) -> None:
    if change.get("deleted_at") and change.row is not None:
        children = change.world.store[change.resource.table].live(parent_id=change.row["id"])
        if children:
            change.refuse("base", "cannot be deleted while it has child codes")


def children_follow(change: Change, row: Row) -> None:
    """The codes below a renumbered one change their full code with it."""
    if "full_code" not in change.values:
        return
    table = change.world.store[change.resource.table]
    for child in table.live(parent_id=row["id"]):
        table.update(child, {"full_code": joined(row["full_code"], child["code"])})
        children_follow(change, child)
