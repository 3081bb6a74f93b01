"""How much stands where, kept so that the number on a tab needs no counting: items alike for everybody's rights are one group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pydantic import TypeAdapter

from connector.core.configuration import Configuration
from connector.core.item import Item, Value
from connector.core.people import ACCOUNTING, Person


class Group(Value):
    """So many items of one object, project and sender, which the same people have approved."""

    object: str
    project_id: str = ""
    sent_by: str = ""
    approved_by: tuple[str, ...] = ()
    count: int


_GROUPS = TypeAdapter(tuple[Group, ...])


def tally(items: Iterable[Item]) -> tuple[Group, ...]:
    counts = Counter((item.object, item.project_id, item.sent_by, _approved_by(item)) for item in items)
    return tuple(
        Group(object=name, project_id=project, sent_by=sender, approved_by=approvers, count=count)
        for (name, project, sender, approvers), count in sorted(counts.items())
    )


def _approved_by(item: Item) -> tuple[str, ...]:
    return tuple(sorted(each.by for each in item.approvals if each.fingerprint == item.fingerprint))


def text(groups: tuple[Group, ...]) -> str:
    return _GROUPS.dump_json(groups, exclude_defaults=True).decode() if groups else ""


def groups(kept: str) -> tuple[Group, ...]:
    return _GROUPS.validate_json(kept) if kept else ()


def decidable(config: Configuration, person: Person, counted: Iterable[Group]) -> int:
    """Of what waits, how much this person may decide now: those that :func:`connector.core.waiting.standing` calls theirs."""
    rights = config.rights(person)
    return sum(
        group.count
        for group in counted
        if person.may_see(group.project_id)
        and any(right.covers(group.object, group.project_id) for right in rights)
        and (group.sent_by != person.login or config.sender_may_approve)
        and person.login not in group.approved_by
    )


def seen(config: Configuration, person: Person, counted: Iterable[Group]) -> int:
    """How much this person is shown: their own where they only send."""
    own = not config.roles(person) & ACCOUNTING
    return sum(group.count for group in counted if person.may_see(group.project_id) and (not own or group.sent_by == person.login))
