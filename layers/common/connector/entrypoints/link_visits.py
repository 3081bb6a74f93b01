"""Who stands before an e-mailed link, what they may see of its item, and every other way it can end.

A link is for one person. Who that is shows a session of our pages, which Procore vouched for; without one the link asks for a sign-in
first, unless the settings let links of small amounts decide by themselves (docs/adr/0030).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

from connector.core.item import Item, State
from connector.core.people import Person
from connector.core.waiting import Wanted
from connector.engine.decide import APPROVED, REJECTED
from connector.engine.needs import as_of_now
from connector.engine.preview import name_of
from connector.engine.queue import waiting
from connector.engine.submit import with_history
from connector.engine.taking_back import TAKEN_BACK
from connector.engine.unusual import look
from connector.engine.world import World
from connector.ports import Link, Session
from connector.presentation import item_page
from connector.presentation import link_pages as pages
from connector.presentation.formats import Formats
from connector.presentation.item_page import ItemPage
from connector.presentation.link_pages import Ending, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkVisit:
    """A link that is one of ours, what it leads to, and the session of who opened it, where there is one."""

    world: World
    formats: Formats
    token: str
    hash: str
    link: Link
    item: Item
    session: Session | None

    @property
    def person(self) -> Person:
        """As Procore knows them where they have signed in; else what the link knows."""
        if self.session is not None:
            return self.session.person
        return Person(id=self.link.login, login=self.link.login, name=self.link.name, company=self.world.company)

    @property
    def another(self) -> bool:
        """Whether somebody is signed in whom the link is not for."""
        return self.session is not None and self.session.person.login != self.link.login

    @property
    def known(self) -> bool:
        """Whether this is the link's person: signed in, or by the link alone where the settings let it."""
        if self.session is not None:
            return not self.another
        return self.world.config().link_alone_decides(self.item)

    def anew(self) -> LinkVisit:
        """As link and item stand now: somebody may have been faster."""
        link, item = self.world.links.get(self.hash), self.world.state.get(self.item.id)
        return replace(self, link=link or self.link, item=item or self.item)

    def page(self) -> ItemPage | None:
        """None where no preview is kept, or the item changed while it was read."""
        item, history = with_history(self.world, self.item)
        kept = self.world.payloads.get(name_of(item.id, item.fingerprint))
        if kept is None or item != self.item:
            return None
        preview = as_of_now(self.world, item, json.loads(kept))
        unusual = look(self.world, item, preview, self.link.login, history=history)
        return item_page.build(item, preview, history, self.formats, unusual=unusual)

    @property
    def sign_in(self) -> str:
        """The address of Procore's sign-in, and back to this link."""
        return f"{self.root}/app/signin?{urlencode({'in': 'tab', 'to': f'{self.root}/link/{self.token}'})}"

    def to_item(self, words: str) -> Way:
        return words, f"{self.root}/app/items/{quote(self.item.id, safe='')}"

    def to_list(self) -> Way:
        """To what else waits for this person."""
        mine = waiting(self.world, self.world.config(), self.person, Wanted()).rows
        others = sum(row.item.id != self.item.id for row in mine)
        which = "one" if others == 1 else str(others)
        return f"See the other {which}" if others else "Open the list", f"{self.root}/app/approve"

    @property
    def root(self) -> str:
        """What the paths of our pages begin with."""
        return urlsplit(self.world.app_url).path


def ended(visit: LinkVisit, pressed: Mapping[str, str] | None = None) -> Ending | None:
    """Why there is nothing to decide behind this link; None while it waits for its person. Nothing of the item is said to anybody else.
    ``pressed`` are the fields of the form that was sent."""
    link = visit.link
    if visit.another:
        return replace(pages.not_yours(visit.world.config().admins), way=("Open the app", f"{visit.root}/app"))
    if link.used_at is not None:
        return taken_back(visit) or replace(pages.used(link, visit.formats), way=visit.to_item("Open the item"))
    if link.expires <= visit.world.clock.now():
        return replace(pages.expired(link, visit.formats), way=visit.to_item("Sign in to see the item"))
    if not visit.known:
        return pages.sign_in(link, visit.sign_in) if pressed is None else pages.signed_out(visit.sign_in, pressed)
    return _past(visit)


def _past(visit: LinkVisit) -> Ending | None:
    held = visit.item
    if held.state is not State.WAITING:
        return replace(pages.not_waiting(held, visit.world.state.history(held.id), visit.formats), way=visit.to_item("Open the item"))
    return None if held.fingerprint == visit.link.fingerprint else changed(visit)


def taken_back(visit: LinkVisit) -> Ending | None:
    """Where this link's approval was taken back, and nobody has decided since."""
    link, held = visit.link, visit.item
    if link.used_for == "reject" or any(approval.by == link.login for approval in held.approvals):
        return None
    decisions = [entry for entry in visit.world.state.history(held.id) if entry.what.startswith((APPROVED, REJECTED, TAKEN_BACK))]
    if not decisions or decisions[-1].what != TAKEN_BACK:
        return None
    *_, last = decisions
    waits = held.state is State.WAITING
    ending = pages.taken_back(last.who if visit.known else "", last.at, visit.formats, waits=waits)
    return replace(ending, way=visit.to_item("Open the item"))


def changed(visit: LinkVisit) -> Ending:
    return replace(pages.changed(visit.item, visit.formats), way=visit.to_item("See the new version"))
