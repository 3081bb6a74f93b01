"""What an approver should look at twice, from what is known already: the preview, the settings, the item's history, and what was
exported before. Nothing is asked of the other systems. Pages and mails show the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any, Final

from connector.core.configuration import Configuration
from connector.core.item import HistoryEntry, Item
from connector.core.marks import What
from connector.core.unusual import Unusual
from connector.engine.world import World

MOST: Final = 3
"""More than three warnings are none."""
TIMES: Final = 3
"""How many times the usual amount is unusual."""
ENOUGH: Final = 3
"""Of fewer amounts nobody says what is usual."""
REMEMBERED: Final = 20


def look(
    world: World,
    item: Item,
    preview: Mapping[str, Any],
    login: str,
    *,
    config: Configuration | None = None,
    history: Sequence[HistoryEntry],
) -> tuple[Unusual, ...]:
    """At most three, the weightiest first; of an item that waits, for the one who is to decide. One read of our own state."""
    found = _of_it(item, preview, login, config or world.config(), history)
    large = _larger_than_usual(world, item)
    order = list(What)
    return tuple(sorted([*found, *large], key=lambda each: order.index(each.what))[:MOST])


def marked(world: World, item: Item, preview: Mapping[str, Any], entry: HistoryEntry, config: Configuration) -> Item:
    """The item with what is unusual about it for every reader, as it is put before the approvers with this entry: a list need not work
    it out again."""
    before = world.state.history(item.id) if entry.number > 1 else ()
    found = look(world, item, preview, "", config=config, history=(*before, entry))
    return item.model_copy(update={"marks": tuple(each.what for each in found)})


def _of_it(item: Item, preview: Mapping[str, Any], login: str, config: Configuration, history: Sequence[HistoryEntry]) -> Iterator[Unusual]:
    if item.amount < 0:
        yield Unusual(what=What.NEGATIVE, amount=item.amount)
    for effect in preview.get("effects", ()):
        before, after = Decimal(effect["before"]), Decimal(effect["after"])
        if after < 0 <= before:
            yield Unusual(what=What.BELOW_ZERO, of=effect["label"], amount=after)
    yield from _before(item, history)
    if not config.within_limit([login], item):
        yield Unusual(what=What.ABOVE_LIMIT, amount=item.amount)
    for need in preview.get("needs", ()):
        if need["item"].startswith("vendors:"):
            yield Unusual(what=What.NEW_VENDOR, of=need["name"])


def _before(item: Item, history: Sequence[HistoryEntry]) -> Iterator[Unusual]:
    """The last rejection, and another amount than was sent the time before."""
    rejected = [entry for entry in history if entry.what == "rejected"]
    if rejected:
        yield Unusual(what=What.REJECTED, of=rejected[-1].detail.get("reason", ""))
    amounts = [Decimal(entry.detail["amount"]) for entry in history if entry.what in {"sent", "sent again"} and "amount" in entry.detail]
    if len(amounts) > 1 and amounts[-2] != item.amount:
        yield Unusual(what=What.OTHER_AMOUNT, amount=item.amount, usual=amounts[-2])


def _larger_than_usual(world: World, item: Item) -> Iterator[Unusual]:
    if not item.party or not item.amount:
        return
    name = _name(item.object, item.party)
    known = [Decimal(amount) for key, amount in _opened(world.state.watermarks([name]).get(name, "")).items() if key != item.id]
    if len(known) >= ENOUGH and abs(item.amount) > TIMES * median(known):
        yield Unusual(what=What.LARGE, of=item.party, amount=item.amount, usual=median(known))


def remember(world: World, items: Sequence[Item]) -> None:
    """The amounts of what is in Intacct now, by object and company: the last twenty. May be repeated; what a kill or another run loses
    is a few amounts of twenty."""
    fresh: dict[str, dict[str, str]] = {}
    for item in items:
        if item.party and item.amount:
            fresh.setdefault(_name(item.object, item.party), {})[item.id] = str(abs(item.amount))
    held = world.state.watermarks([*fresh]) if fresh else {}
    moves: dict[str, tuple[str, str]] = {}
    for name, amounts in fresh.items():
        before = held.get(name, "")
        kept = [*((key, amount) for key, amount in _opened(before).items() if key not in amounts), *amounts.items()]
        after = json.dumps(dict(kept[-REMEMBERED:]))
        if after != before:
            moves[name] = before, after
    if moves:
        world.state.move_watermarks(moves)


def _opened(text: str) -> dict[str, str]:
    return dict(json.loads(text or "{}"))


def _name(object_name: str, party: str) -> str:
    return f"usual:{object_name}:{party}"
