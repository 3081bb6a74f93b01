"""A change of the settings, tried on last month's records before it holds: what would have gone to Intacct otherwise, what a rule would
have refused, who would have decided.

Each record that was exported within the month is completed twice from what was kept at its export
(:class:`connector.engine.snapshot.AsRead`), under the settings in force and under the changed ones; neither Procore nor Intacct is asked.
So a rule that would have to ask Intacct is not judged: whether Intacct has what the settings name is looked up before they are saved
(:mod:`connector.engine.settings_change`). A record cannot be tried where nothing was kept of how it was read (exports of versions before
this one), or where the changed settings would have asked Intacct something else before it could be completed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Final

from connector.core.changes import NOTHING
from connector.core.compare import remapped
from connector.core.configuration import Configuration
from connector.core.deciders import deciders
from connector.core.errors import Violation
from connector.core.exchange import Held
from connector.core.item import DIFFERS, NOT_WRITTEN_BACK, Item, State
from connector.core.record import Record
from connector.core.spec import Ask, Export, Facts
from connector.core.tenant import Tenant
from connector.core.trial import PART, Changed, Row, Trial
from connector.engine.prepare import check_rows, completed
from connector.engine.snapshot import AsRead, as_read
from connector.engine.tenant_fields import without_a_place
from connector.engine.world import Source, World

MONTH: Final = timedelta(days=31)
MOST: Final = 500
"""Records that are tried; of more, the first of the month."""
MAPS: Final = frozenset({
    "entity", "location", "location_by_project", "department", "items", "default_item", "unit", "definitions", "change_order_amounts",
    "stored_materials", "retainage_releases", "revision_type", "prime_change_orders", "prime_change_orders_by_project",
    "change_request_status", "contract_line_account", "contract_line_item", "payment_bank", "payment_method", "payment_currency", "funded",
    "estimate_type", "reverse_conversions", "default_terms", "due_days", "project_category", "attachments", "vendor_ids",
})  # fmt: skip
"""The settings that say what becomes of a record on its way to Intacct, or whether it may go."""
DECIDES: Final = frozenset({"approvers", "accounting_flag_approves"})
"""The settings that say who decides a record."""
_SHELVES: Final = (State.SYNCED.value, DIFFERS, NOT_WRITTEN_BACK)
_SIFTED: Final = 4 * MOST
"""Items that are looked at for those that were exported: others were linked as they stood."""
_AT_ONCE: Final = 100
_NUMBER: Final = re.compile(r"\[(\d+)\]")


def concerns(before: Configuration, after: Configuration) -> bool:
    """Whether a change can be tried at all: it touches what is sent, or who decides."""
    return bool(_touched(before, after) & (MAPS | DECIDES))


def try_out(world: World, before: Configuration, after: Configuration, *, first: int = 0) -> Trial:
    """Reads what was kept, and nothing else; writes nothing."""
    since = world.clock.now() - MONTH
    items, more = _exported(world, since)
    touched = _touched(before, after)
    found: list[Changed] = []
    cannot = 0
    tenant = world.tenant()
    for some in batched(items, _AT_ONCE, strict=False):
        for item, kept in as_read(world, some) if touched & MAPS else ((item, None) for item in some):
            changed = _decided(item, before, after)
            try:
                changed = _mapped_anew(world, tenant, changed, kept, before, after) if kept else changed
                cannot += kept is None and bool(touched & MAPS)
            except _NotKept:
                cannot += 1
            if changed.rows or changed.refused or changed.let_go or changed.decide:
                found.append(changed)
    found.sort(key=lambda each: not each.refused)
    return Trial(
        since=since,
        tried=len(items),
        more=more,
        changed=len(found),
        refused=sum(bool(each.refused) for each in found),
        decided=sum(each.decide is not None for each in found),
        cannot=cannot,
        first=first,
        part=tuple(found[first : first + PART]),
    )


def _touched(before: Configuration, after: Configuration) -> set[str]:
    return {name for name in Configuration.model_fields if getattr(before, name) != getattr(after, name)}


def _exported(world: World, since: datetime) -> tuple[list[Item], bool]:
    """Those that went to Intacct since then, the first ones first, and whether there are more."""
    found: list[Item] = []
    more = False
    for shelf in _SHELVES:
        cursor, sifted, on = "", 0, True
        while on:
            page = world.state.on_shelf(shelf, limit=_AT_ONCE, cursor=cursor, since=since)
            found += [item for item in page.rows if item.intent is not None]
            sifted, cursor = sifted + len(page.rows), page.cursor
            on = bool(cursor) and sifted < _SIFTED
        more = more or bool(cursor)
    found.sort(key=lambda item: item.since)
    return found[:MOST], more or len(found) > MOST


def _decided(item: Item, before: Configuration, after: Configuration) -> Changed:
    then, now = (deciders(config, item.object, item.project_id, item.amount) for config in (before, after))
    return Changed(item=item, decide=None if then == now else (then, now))


class _NotKept(Exception):  # noqa: N818 -- a finding
    """An answer of Intacct would be needed that was not kept."""


class _Answers[T](Mapping[str, T]):
    """What was answered; whoever looks for another answer is told that there is none, not that it is empty."""

    def __init__(self, held: Mapping[str, T]) -> None:
        self._held = held

    def __getitem__(self, name: str) -> T:
        if name not in self._held:
            raise _NotKept(name)
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


@dataclass(frozen=True, slots=True)
class _Mapped:
    record: Record
    violations: Sequence[Violation]


def _mapped_anew(world: World, tenant: Tenant, changed: Changed, kept: AsRead, before: Configuration, after: Configuration) -> Changed:
    """Raises _NotKept."""
    then, now = (_mapped(world, changed.item, kept, config, tenant) for config in (before, after))
    differences = rows_of(then.record, now.record)
    if before.entity != after.entity:
        differences = [Row("Entity", before.entity or "top level", after.entity or "top level"), *differences]
    return replace(
        changed,
        rows=tuple(differences),
        refused=tuple(each for each in now.violations if each not in then.violations),
        let_go=tuple(each for each in then.violations if each not in now.violations),
    )


def _mapped(world: World, item: Item, kept: AsRead, config: Configuration, tenant: Tenant) -> _Mapped:
    room = world.room(item.object)
    export: Export[Any] = room.export  # type: ignore[assignment]  # it was exported
    facts = _facts(export, item, kept, config, tenant)
    record = completed(room, Source.of(item), kept.record, facts)
    violations = [*check_rows(world, record), *without_a_place(tenant, room, record)]
    for rule in export.rules:
        try:
            violations += rule(record, facts)
        except _NotKept:
            continue
    return _Mapped(record, violations)


def _facts(export: Export[Any], item: Item, kept: AsRead, config: Configuration, tenant: Tenant) -> Facts:
    """With the answers that were kept, as far as these settings would have asked the same."""
    then, now = (
        Facts(config=each, kind=item.kind, project_id=item.project_id, known=_Answers({}), rows=_Answers({}), tenant=tenant)
        for each in (kept.config, config)
    )
    for asks in (export.givens, export.then):
        same = [ask for ask in asks if ask.name in kept.answers and ask.query(kept.record, then) == ask.query(kept.record, now)]
        then, now = _answered(then, asks, kept.answers), _answered(now, same, kept.answers)
    return now


def _answered(facts: Facts, asks: Sequence[Ask[Any]], answers: Mapping[str, Sequence[Held]]) -> Facts:
    rows = {ask.name: answers[ask.name] for ask in asks if ask.name in answers}
    known = {ask.name: frozenset(str(row[ask.field]) for row in rows[ask.name] if row.get(ask.field)) for ask in asks if ask.name in rows}
    return replace(facts, known=_Answers({**facts.known, **known}), rows=_Answers({**facts.rows, **rows}))


def rows_of(before: Record, after: Record) -> list[Row]:
    """One for each field and pair of values, whichever lines it is of."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for each in remapped(before, after):
        number = _NUMBER.search(each.field)
        told = (each.label, each.ours or NOTHING, each.theirs or NOTHING)
        if each.more:
            told = ("", NOTHING, each.theirs)
        elif each.field.endswith("]"):
            told = ("", "there", NOTHING)
        found.setdefault(told, []).extend([int(number[1])] if number else [])
    return [Row(*told, tuple(lines)) for told, lines in found.items()]
