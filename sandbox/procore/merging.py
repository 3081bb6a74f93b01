"""People merge companies in the directory: no public call does it.

Everything of the merged companies is the primary one's, and they no longer exist. The primary one keeps its attributes; where it has no
external id it gets that of the first merged one that has ("the ERP Vendor ID is maintained and is added to the merged record": support
pages, Merge Companies [D], of connected companies; of others [?]). It tells of an update, as any edit does [?].
"""

from __future__ import annotations

from typing import Any

from sandbox.procore import writes
from sandbox.procore.objects.vendors import VENDOR
from sandbox.procore.store import Row
from sandbox.procore.world import Caller, World

_MARKS = ("origin_id", "origin_code", "origin_data", "origin_owner")


def merge(world: World, user: str, primary: int, *merged: int) -> None:
    """``user`` is a seed user's key. Raises KeyError for a company or a user that is not there."""
    with world.lock:
        caller = Caller("procore", world.store["users"].rows(key=user)[0], service=False)
        rows = [_company(world, each) for each in (primary, *merged)]
        kept, *others = rows
        marks: dict[str, Any] = {}
        for other in others:
            if kept.get("origin_id") is None and not marks and other.get("origin_id") is not None:
                marks = {name: other.get(name) for name in _MARKS}
            _move(world, other["id"], kept["id"])
            gone = {"deleted_at": world.now(), "updated_at": world.now()} | dict.fromkeys(_MARKS)
            world.store["vendors"].update(other, gone)
        world.store["vendors"].update(kept, marks)
        writes.update(world, caller, VENDOR, kept, {})


def _company(world: World, company: int) -> Row:
    row = world.row("vendors", company)
    if row is None:
        raise KeyError(company)
    return row


def _move(world: World, old: int, new: int) -> None:
    for name, table in world.store.tables():
        for row in table.rows():
            if name == "project_vendors" and row["vendor_id"] == old and table.find(project_id=row["project_id"], vendor_id=new):
                table.update(row, {"deleted_at": world.now()})
            elif row.get("vendor_id") == old:
                table.update(row, {"vendor_id": new})
