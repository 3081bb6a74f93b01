"""Sync actions: what became of each input, where 200 is not success.

``PATCH .../sync {"updates": [...]}`` answers ``{"entities": [...], "errors": [{...attributes sent, "errors": {...}}]}`` in no
promised order, or (budget line items) the bare list of entities. Each input is looked for by its id, else by its origin
id, else by what names it; one that is found nowhere was not done, as far as anybody can prove.
Source: procore/documentation, ``tutorials/using_sync_actions.md`` [D].
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Final

from connector.adapters.procore.refusals import complaints
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.exchange import SyncAnswer
from connector.ports import Json

type Attributes = Mapping[str, Json]

LARGEST_CHUNK: Final = 1_000
_IDENTITIES: Final = ("id", "origin_id")
_NAMES: Final = ("position", "number", "code", "name", "wbs_code_id", "segment_items")
"""What tells records apart that have neither id, the surest first. The last two are for budget line items and WBS codes."""


def chunks(updates: Sequence[Attributes]) -> Iterator[Sequence[Attributes]]:
    """In order, at most 1,000 together and no id or origin id twice: two changes of one record are two requests."""
    start, seen = 0, set[tuple[str, str]]()
    for end, update in enumerate(updates):
        identities = {(name, str(update[name])) for name in _IDENTITIES if update.get(name) is not None}
        if end - start == LARGEST_CHUNK or identities & seen:
            yield updates[start:end]
            start, seen = end, set()
        seen |= identities
    if start < len(updates):
        yield updates[start:]


def repeatable(updates: Sequence[Attributes]) -> bool:
    """Whether the same request twice does what it does once: an input without an identity creates a record each time,
    except WBS codes, where the combination of segments is the identity."""
    return all(update.get("id") is not None or update.get("origin_id") is not None or "segment_items" in update for update in updates)


def answers(updates: Sequence[Attributes], document: Json, *, first: int) -> list[SyncAnswer]:
    """One for each input, in order; ``first`` is the position of the first one in the whole.

    Raises:
        ConnectorError: REFUSED_BY_PROCORE, the answer is not that of a sync action.
    """
    errors, entities = _halves(document)
    assigned = _assigned(updates, [*errors, *entities])
    result: list[SyncAnswer] = []
    for place, update in enumerate(updates):
        found = assigned.get(place)
        if found is None:
            answer = SyncAnswer(position=first + place, entity=None, violations=(_unmentioned(update),))
        elif found < len(errors):
            answer = SyncAnswer(position=first + place, entity=None, violations=_violations(update, errors[found]))
        else:
            answer = SyncAnswer(position=first + place, entity=entities[found - len(errors)])
        result.append(answer)
    return result


def _halves(document: Json) -> tuple[list[Attributes], list[Attributes]]:
    """Errors and entities."""
    if isinstance(document, dict) and not document.keys().isdisjoint({"entities", "errors"}):
        halves = document.get("errors") or [], document.get("entities") or []
    else:
        halves = [], document
    if all(isinstance(half, list) and all(isinstance(each, dict) for each in half) for half in halves):
        return halves
    raise ConnectorError(Code.REFUSED_BY_PROCORE, "Procore's answer is not that of a sync action.")


def _assigned(updates: Sequence[Attributes], found: Sequence[Attributes]) -> dict[int, int]:
    """Which of ``found`` belongs to which input, by their places. Each is given away once, never against an identity it
    shows, and by a name only where one input and one of ``found`` have it."""
    assigned: dict[int, int] = {}
    for name in (*_IDENTITIES, *_NAMES):
        if len(assigned) == len(updates):
            break
        inputs = _by_name(updates, name, without=assigned.keys())
        for key, candidates in _by_name(found, name, without=set(assigned.values())).items():
            places = inputs.get(key, [])
            sure = len(places) == 1 and (name in _IDENTITIES or len(candidates) == 1)
            if sure and _compatible(updates[places[0]], found[candidates[0]]):
                assigned[places[0]] = candidates[0]
    return assigned


def _by_name(records: Sequence[Attributes], name: str, *, without: Collection[int]) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = {}
    for place, record in enumerate(records):
        key = _named(record, name)
        if key is not None and place not in without:
            places.setdefault(key, []).append(place)
    return places


def _named(record: Attributes, name: str) -> Hashable:
    """Ids are numbers here and text there, so everything compares as text; ``x_id`` as written is ``x: {id}`` as read."""
    value = record.get(name)
    if value is None and name.endswith("_id") and isinstance(record.get(name[:-3]), dict):
        value = record[name[:-3]].get("id")
    if isinstance(value, list):
        return frozenset(str(each.get("segment_item_id", each.get("id"))) for each in value if isinstance(each, dict))
    return None if value is None or value == "" else str(value)


def _compatible(update: Attributes, found: Attributes) -> bool:
    pairs = ((_named(update, name), _named(found, name)) for name in _IDENTITIES)
    return all(wanted is None or shown is None or wanted == shown for wanted, shown in pairs)


def _violations(update: Attributes, error: Attributes) -> tuple[Violation, ...]:
    said = complaints({"errors": error.get("errors")}) or complaints({"errors": "It gives no reason."})
    return tuple(
        Violation(
            code=Code.REFUSED_BY_PROCORE,
            field=each.field,
            message=f"Procore refused {_label(update)}.",
            their_words=each.text,
        )
        for each in said
    )


def _unmentioned(update: Attributes) -> Violation:
    message = f"Procore's answer does not mention {_label(update)}."
    return Violation(code=Code.REFUSED_BY_PROCORE, field="", message=message)


def _label(update: Attributes) -> str:
    shown = next((name for name in ("number", "code", "name", *_IDENTITIES) if update.get(name)), "")
    return f"the record with {shown} {update[shown]!r}" if shown else "the record"
