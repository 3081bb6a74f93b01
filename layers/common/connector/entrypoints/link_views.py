"""Links, as callers see them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Self

from connector.core.item import Item, State
from connector.engine.unlink import Hold
from connector.entrypoints.views import Reason, View
from connector.ports import CrossReference


class LinkView(View):
    object: str
    procore_id: str
    intacct_key: str
    intacct_id: str
    project_id: str
    label: str
    linked_by: str
    linked_at: datetime | None
    members: tuple[str, ...]
    gone: str
    """Why Intacct's record does not count any more; empty while it does."""

    @classmethod
    def of(cls, pair: CrossReference) -> Self:
        return cls.like(pair, members=tuple(sorted(pair.members)))


class LinksAnswer(View):
    links: tuple[LinkView, ...]


class HoldView(View):
    """A link, and what stands in the way of taking it off. ``proof`` says how Intacct's record is known to be gone or void; empty while
    it counts. Of the links that stand on it the first hundred are listed; ``children_count`` is how many there are, by object."""

    link: LinkView
    item: str
    proof: str
    violations: tuple[Reason, ...]
    children: tuple[LinkView, ...]
    children_count: dict[str, int]

    @classmethod
    def of(cls, hold: Hold) -> Self:
        return cls(
            link=LinkView.of(hold.pair),
            item=hold.item.id,
            proof=hold.proof,
            violations=tuple(map(Reason.of, hold.violations)),
            children=tuple(map(LinkView.of, hold.children[:100])),
            children_count=Counter(each.object for each in hold.children),
        )


class UnlinkedAnswer(View):
    """The item after its link was taken off. ``mark_left`` while our mark may still be on the Procore record; ``problems`` then say why,
    and the connector goes on trying."""

    item: str
    state: State
    reason: str
    mark_left: bool
    problems: tuple[Reason, ...]

    @classmethod
    def of(cls, item: Item) -> Self:
        problems = Reason.of_kept(item.problems)
        return cls(item=item.id, state=item.state, reason=item.reason, mark_left=bool(item.mark_left), problems=problems)
