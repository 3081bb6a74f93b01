"""Before many are decided at once: how many, how much, of what, and which of them would not go. What is decided then is what was totalled:
a selection is kept with the fingerprint of every item in it, and the decision names the selection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from connector.core.errors import Code, ConnectorError, Violation
from connector.core.fingerprint import digest
from connector.core.item import Item, State, Value
from connector.core.people import Person
from connector.engine.decide import Bench, Decision, Verdict, check_right
from connector.engine.refused import shelf
from connector.engine.submit import visible
from connector.engine.world import World

MOST: Final = 500
"""Items of one selection, as many as one call decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Which of the waiting items are meant; what is empty says nothing."""

    object: str = ""
    project: str = ""
    sent_by: str = ""

    def fits(self, item: Item) -> bool:
        return self.project in ("", item.project_id) and self.sent_by in ("", item.sent_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What of the selection is of one object and one project."""

    object: str
    project_id: str
    project_name: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """``selected`` would be approved: by item its fingerprint. ``second`` are those that wait on for a second approver, ``along`` what
    goes first and is approved along, ``excepted`` what is left out and why. With ``more`` the filter fits more than were looked at."""

    selection: str
    selected: Mapping[str, str]
    amount: Decimal
    groups: tuple[Group, ...]
    second: tuple[str, ...]
    along: tuple[Mapping[str, Any], ...]
    excepted: Mapping[str, Violation]
    more: bool


class _Selection(Value):
    login: str
    shown: dict[str, str]
    needs: dict[str, dict[str, str]]


def of_items(world: World, person: Person, shown: Mapping[str, str], *, with_needs: bool) -> Totals:
    """Of these items, each under the fingerprint the person saw; an empty one is that of now."""
    return _totals(_bench(world, person, shown), shown, with_needs=with_needs, more=False)


def of_waiting(world: World, person: Person, matching: Matching, *, with_needs: bool) -> Totals:
    """Of everything that waits, fits and may be seen, longest waiting first."""
    found: list[Item] = []
    for item in shelf(world, State.WAITING, matching.object):
        if matching.fits(item) and person.may_see(item.project_id):
            if len(found) == MOST:
                return _totals(_bench(world, person, _ids(found)), _ids(found), with_needs=with_needs, more=True)
            found.append(item)
    return _totals(_bench(world, person, _ids(found)), _ids(found), with_needs=with_needs, more=False)


def _ids(items: Iterable[Item]) -> dict[str, str]:
    return {item.id: "" for item in items}


def _bench(world: World, person: Person, item_ids: Iterable[str]) -> Bench:
    bench = Bench(world, person, via="")
    bench.read([*item_ids])
    return bench


def _totals(bench: Bench, shown: Mapping[str, str], *, with_needs: bool, more: bool) -> Totals:
    """``shown`` are the items with the fingerprints that the person saw."""
    selected: list[Item] = []
    along: dict[str, dict[str, Item]] = {}
    excepted: dict[str, Violation] = {}
    for key, fingerprint in shown.items():
        try:
            item = visible(bench.items.get(key), key, bench.person)
            along[key] = {need.id: need for need in _along(bench, item, fingerprint or item.fingerprint, with_needs=with_needs)}
        except ConnectorError as problem:
            excepted[key] = problem.violation()
        else:
            selected.append(item)
    needs = {need.id: need for those in along.values() for need in those.values() if need.id not in {item.id for item in selected}}
    selection = _Selection(
        login=bench.person.login,
        shown={item.id: item.fingerprint for item in selected},
        needs={key: {need: held.fingerprint for need, held in those.items()} for key, those in along.items() if those},
    )
    return Totals(
        selection=_kept(bench.world, selection) if selected else "",
        selected=selection.shown,
        amount=_sum(selected),
        groups=tuple(_groups(selected)),
        second=tuple(item.id for item in (*selected, *needs.values()) if bench.needs_a_second(item)),
        along=tuple(bench.ahead.head(need) for need in needs),
        excepted=excepted,
        more=more,
    )


def _along(bench: Bench, item: Item, fingerprint: str, *, with_needs: bool) -> list[Item]:
    """What would be approved along, by the very checks of the decision."""
    check_right(bench.config, bench.person, item)
    if bench.is_mine(item, fingerprint):
        raise ConnectorError(Code.NOT_WAITING, f"You have approved {item.number}; a second approver decides.")
    now = {need: held.fingerprint for need in bench.ahead.of(item) if (held := bench.ahead.items.get(need))}
    return bench.along(item, Decision(item=item.id, verdict="approve", fingerprint=fingerprint, with_needs=with_needs, needs=now))


def _groups(items: Sequence[Item]) -> Iterator[Group]:
    by_place: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        by_place.setdefault((item.object, item.project_id), []).append(item)
    for (object_name, project_id), those in sorted(by_place.items()):
        name = those[0].project_name
        yield Group(object=object_name, project_id=project_id, project_name=name, count=len(those), amount=_sum(those))


def _sum(items: Sequence[Item]) -> Decimal:
    return sum((item.amount for item in items), Decimal("0.00"))


def _kept(world: World, selection: _Selection) -> str:
    """Named after what it holds and whose it is: the same totals give the same name."""
    name = digest(selection.model_dump())
    world.payloads.put(_name_of(name), selection.model_dump_json())
    return name


def decisions(world: World, person: Person, selection: str, verdict: Verdict, *, reason: str) -> list[Decision]:
    """One decision for each item of a selection, as it was totalled for this person: with what goes first where that was totalled along.
    Raises ConnectorError(NOT_FOUND)."""
    text = world.payloads.get(_name_of(selection))
    kept = _Selection.model_validate_json(text) if text else None
    if kept is None or kept.login != person.login:
        raise ConnectorError(Code.NOT_FOUND, "There is no such selection of yours; ask for the totals again.")
    needs = kept.needs
    return [
        Decision(item=item, verdict=verdict, fingerprint=shown, reason=reason, with_needs=item in needs, needs=needs.get(item, {}))
        for item, shown in kept.shown.items()
    ]


def _name_of(selection: str) -> str:
    return f"selections/{selection}.json"
