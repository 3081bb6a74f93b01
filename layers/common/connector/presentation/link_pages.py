"""The pages behind an e-mailed link: the item with its two buttons, and every other way it can end. Each has one way on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

from connector.core.errors import Code, Violation
from connector.core.item import HistoryEntry, Item, State
from connector.core.notices import DIGEST, FOR_APPROVERS, MailKind
from connector.core.people import Person
from connector.ports import Link, Subscription
from connector.presentation import item_page
from connector.presentation.formats import Formats
from connector.presentation.item_page import ItemPage, Pill
from connector.presentation.rendering import render

type Way = tuple[str, str]
"""Words and the address they lead to."""

NOWHERE: Final[Way] = ("", "")
SIGN_IN: Final = "Sign in with Procore"
NEW_LINK: Final = "Whoever sent the item can take it back and send it again: that mails a new link."
CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No script at all; the one image is the empty icon."""
PREFERENCES: Final = "../app/preferences"
"""From the address of the link; whoever is not signed in is asked to."""
_STOPS: Final = {
    MailKind.WAITING.value: "about records that wait for a decision",
    MailKind.RETURNED.value: "about records that come back after a rejection",
    MailKind.REJECTED.value: "about records that were rejected",
    MailKind.FAILED.value: "about records that failed",
    MailKind.SYNCED.value: "about records that are in Intacct",
    DIGEST: "once a day",
}
_ASKED: Final = 3
_IN_ITS_HISTORY: Final = "What became of the item is in its history"
_DONE: Final = {"approve": "approved", "reject": "rejected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    heading: str
    words: tuple[str, ...] = ()
    pill: Pill | None = None
    code: str = ""
    way: Way = NOWHERE
    """The one way on."""
    again: Mapping[str, str] = field(default_factory=dict)
    """What was pressed, to be pressed again: the fields of its form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the reader had filled in: nothing typed is lost."""

    cause: str = ""
    reason: str = ""


NOTHING_TYPED: Final = Typed()


@cache
def style_sheet() -> str:
    return files("connector.presentation").joinpath("static/style.css").read_text(encoding="utf-8")


@cache
def _style() -> str:
    return hashlib.sha256(style_sheet().encode()).hexdigest()[:12]


def item(
    page: ItemPage,
    held: Item,
    person: Person,
    *,
    error: Violation | None = None,
    typed: Typed = NOTHING_TYPED,
    way: Way = NOWHERE,
) -> str:
    """The item as it waits for the link's person; ``way`` leads to all that waits."""
    reader = person.login if person.name == person.login else f"{person.name} ({person.login})"
    return render(
        "link/item.html",
        page=page,
        reader=reader,
        fingerprint=held.fingerprint,
        sender=held.sent_by_name,
        reasons=item_page.REASONS,
        error=error,
        typed=typed,
        way=way,
        style=_style(),
    )


def ending(end: Ending) -> str:
    return render("link/ending.html", ending=end, style=_style())


def unknown() -> Ending:
    return Ending(
        heading="This link is not one of ours.",
        words=("Open the link from the mail as it is: programs that break lines cut links.",),
        code=Code.LINK_UNKNOWN.value,
    )


def stopping(subscription: Subscription) -> str:
    """Asks before it stops anything: programs that look through mails follow links too."""
    return render(
        "link/stop.html",
        what=_STOPS[subscription.kind],
        login=subscription.login,
        words=_found(subscription),
        preferences=PREFERENCES,
        style=_style(),
    )


def stopped(subscription: Subscription) -> Ending:
    words = f"{subscription.login} gets no more mails {_STOPS[subscription.kind]}."
    return Ending(
        heading="Stopped.",
        words=(words, *_found(subscription), "Choose again in the app, under your own mails."),
        way=("To your mails", PREFERENCES),
    )


def _found(subscription: Subscription) -> tuple[str, ...]:
    """What an approver must know who gets no mail."""
    waits = subscription.kind in {*FOR_APPROVERS, DIGEST}
    return ("What waits for your decision stands in the app, mail or no mail.",) if waits else ()


def too_many() -> Ending:
    return Ending(heading="Too many links were tried from here.", words=("Wait ten minutes, then open the link from the mail.",))


def expired(link: Link, formats: Formats) -> Ending:
    return Ending(heading=f"This link ended on {formats.day(link.expires)}.", words=(NEW_LINK,), code=Code.LINK_EXPIRED.value)


def used(link: Link, formats: Formats) -> Ending:
    when = f" on {formats.moment(link.used_at)}" if link.used_at else ""
    return Ending(
        heading=f"You {_DONE.get(link.used_for, 'decided')} this{when}.",
        words=(f"A link works once. {_IN_ITS_HISTORY}.",),
        code=Code.LINK_USED.value,
    )


def taken_back(who: str, at: datetime, formats: Formats, *, waits: bool) -> Ending:
    """What the link approved ``waits`` again, or has gone another way since. ``who`` is empty where the reader is not known."""
    took = f"{who} took the approval back" if who else "The approval was taken back"
    return Ending(
        heading=f"{took} on {formats.moment(at)}.",
        words=(f"A link works once. {'The item waits again: decide it in the app' if waits else _IN_ITS_HISTORY}.",),
        pill=item_page.pill(State.RETRIEVED),
        code=Code.LINK_USED.value,
    )


def done(verdict: str, held: Item, formats: Formats) -> Ending:
    """The answer to a decision that was taken, the same for a second click."""
    what, shown = _what(held, formats), item_page.pill(held.state)
    if verdict == "reject":
        words = f"{what} goes back. {held.sent_by_name} gets your reason by mail."
        return Ending(heading="Rejected.", words=(words,), pill=item_page.pill(State.REJECTED))
    heading, words = {
        State.WAITING: ("Approved by you.", f"{what} is above your limit: a second approver decides."),
        State.BLOCKED: ("Approved.", f"{what} goes to Intacct after {held.waits_for}."),
        State.APPROVED: ("Approved.", f"{what} goes to Intacct now. {held.sent_by_name} hears when it is there."),
        State.EXPORTING: ("Approved.", f"{what} is on its way to Intacct. {held.sent_by_name} hears when it is there."),
        State.SYNCED: ("Approved.", f"{what} is in Intacct."),
    }.get(held.state, ("You approved this.", f"{what} did not arrive in Intacct."))
    return Ending(heading=heading, words=(words,), pill=Pill("clock", "Waits", "wait") if held.state is State.WAITING else shown)


def not_waiting(held: Item, history: Sequence[HistoryEntry], formats: Formats) -> Ending:
    """Somebody was faster, or it was taken back, or it changed."""
    what, shown = _what(held, formats), item_page.pill(held.state)
    last = next(
        (entry for entry in reversed(history) if entry.what in {"rejected", "taken back"} or entry.what.startswith("approved")), None
    )
    if held.state is State.STALE or last is None:
        return Ending(heading=f"{what} changed after the mail was sent.", words=("It is with its sender again.",), pill=shown)
    verb = "took it back" if last.what == "taken back" else f"{last.what.partition(',')[0]} it"
    words = ("Nothing is left to decide.",) if held.approvals else ("When it is sent again, a new mail comes with a new link.",)
    return Ending(heading=f"{last.who} {verb} on {formats.moment(last.at)}.", words=(f"{what}.", *words), pill=shown)


def changed(held: Item, formats: Formats) -> Ending:
    """The version of the mail waits no longer; another one does."""
    return Ending(
        heading=f"{_what(held, formats)} changed after this mail was sent.",
        words=("Nothing was decided. The newer mail has a link to the new version.",),
        pill=Pill("again", "Changed", "warn"),
        code=Code.STALE_APPROVAL.value,
    )


def refused(violation: Violation) -> Ending:
    return Ending(heading=violation.message, words=("Nothing was decided.", violation.explanation.remedy), code=violation.code.value)


def sign_in(link: Link, address: str) -> Ending:
    """Before anything of the item is shown. ``address`` leads to Procore's sign-in and back to the link."""
    words = f"This link is for {link.login} and opens for nobody else. Opening it decides nothing."
    return Ending(heading="Sign in with Procore to see what waits for your decision.", words=(words,), way=(SIGN_IN, address))


def signed_out(address: str, pressed: Mapping[str, str]) -> Ending:
    """A button was pressed after the session had ended: what was typed is kept, and sent again by another button."""
    words = "Nothing was decided, and nothing you typed is lost. Sign in again in a new window, then come back to this one and press below."
    return Ending(heading="You have been signed out.", words=(words,), way=(SIGN_IN, address), again=pressed)


def not_yours(admins: Collection[str]) -> Ending:
    """Somebody else is signed in than the link belongs to. ``admins`` are the logins of the administrators, where the settings name any."""
    asked = " or ".join(sorted(admins)[:_ASKED]) or "an administrator of this connector"
    return Ending(
        heading="This link belongs to another person.",
        words=(f"A forwarded link opens nothing. If you should decide, ask {asked}.",),
        code=Code.NOT_YOUR_APPROVAL.value,
    )


def elsewhere() -> Ending:
    return Ending(heading="This button was not pressed on our page.", words=("Nothing was decided.",))


def too_large() -> Ending:
    return Ending(
        heading="That is more text than this page takes.", words=("Nothing was decided. Go back and say it in 2,000 characters.",)
    )


def malformed() -> Ending:
    return Ending(heading="The form did not arrive whole.", words=("Nothing was decided.",))


def gone() -> Ending:
    """No preview is kept, a rule is broken, or the history does not hold."""
    return Ending(heading="This item cannot be decided here.", words=("Nothing was decided. An administrator can see why in its history.",))


def away() -> Ending:
    return Ending(heading="The connector does not answer just now.", words=("Nothing was lost. Wait a minute, then open the link again.",))


def failed(fault: str) -> Ending:
    return Ending(heading="This page failed.", words=(f"If it fails again, give the code {fault} to an administrator.",))


def _what(held: Item, formats: Formats) -> str:
    beside = ", ".join(filter(None, (held.party, formats.money(held.amount) if held.amount else "")))
    return f"{held.number} ({beside})" if beside else held.number
