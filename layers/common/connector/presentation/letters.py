"""The mails: what each one says. One text and one HTML template give all of them their form."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from connector.core.configuration import Configuration
from connector.core.errors import Code
from connector.core.item import Item
from connector.core.people import Person
from connector.ports import Json, Letter

if TYPE_CHECKING:
    from connector.presentation.formats import Formats

type Fact = tuple[str, str]

LABEL: Final = 16
COLUMNS: Final = 72
CAUSES: Final = 20
"""A letter names so many; larger ones are cut off by mail programs."""
NOTHING_LEFT: Final = frozenset({
    Code.PERIOD_CLOSED, Code.INACTIVE_VENDOR, Code.INACTIVE_TASK, Code.DIMENSION_MISSING, Code.DIMENSION_UNKNOWN,
    Code.REFUSED_BY_INTACCT, Code.DUPLICATE_NUMBER,
})  # fmt: skip
"""Said by Intacct of a write as a whole: nothing of it is in the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A mail before it has a form. A fact without a value is left out; a mail has one button or none; ``small`` stands at the end."""

    kind: str
    to: str
    subject: str
    preheader: str
    headline: str
    lead: str = ""
    facts: Sequence[Fact] = ()
    button: str = ""
    link: str = ""
    small: str = ""


class MailLetters:
    """Implements :class:`connector.engine.world.Letters`. ``app_url`` is what links begin with; ``settings`` say whether amounts may
    stand in subjects and how long links live. Templates and locale data are loaded with the first mail: most calls send none."""

    def __init__(self, app_url: str = "", *, settings: Callable[[], Configuration] = Configuration, formats: Formats | None = None) -> None:
        self._app_url, self._settings, self._given = app_url, settings, formats

    def waiting(self, item: Item, preview: dict[str, Json], to: Person | str, link: str, *, returned: bool) -> Letter:
        """To an approver, with a link of their own."""
        login, formats = to.login if isinstance(to, Person) else to, self._formats()
        until = formats.day(item.since + timedelta(hours=self._settings().link_hours))
        kind, money = noun(item), self._money(item)
        begun = "Back after a rejection" if returned else "Approve"
        about = f"{money} to {item.party}" if money and item.party else money or item.title
        shown = self._settings().amounts_in_subjects and money
        subject = (
            f"{about} ({_joined(item.number, item.project_name)})"
            if shown
            else _joined(f"{kind} {item.number}", _whose(item), item.project_name)
        )
        lines = len(preview.get("lines", ()))
        return self._letter(
            item,
            Content(
                kind="waiting",
                to=login,
                subject=f"{begun}: {subject}",
                preheader=f"{f'{lines} line{"s" if lines > 1 else ""}. ' if lines else ''}Sent by {item.sent_by_name}.",
                headline=f"Waits for your decision: {kind} {item.number}",
                lead=about if about != item.number else "",
                facts=(
                    ("Project", item.project_name),
                    ("Sent by", f"{item.sent_by_name}, {formats.moment(item.since)}"),
                    ("Again", "It was rejected before and comes back." if returned else ""),
                    *((effect["label"], self._effect(effect)) for effect in preview.get("effects", ())),
                    *(("Goes first", f"{need['title']} {need['name']}, which is not in Intacct yet.") for need in preview.get("needs", ())),
                ),
                button="Review and decide",
                link=link,
                small=f"Opening the page decides nothing; a button there does. The link is for {login} and this version, works once, and "
                f"ends on {until}. Do not forward it. Our links begin with {self._app_url}/.",
            ),
        )

    def several_waiting(self, items: Sequence[Item], to: str) -> Letter:
        """To an approver, of what was sent together. They decide in the app: a link is for one item."""
        total = self._formats().money(sum((item.amount for item in items), Decimal("0.00")))
        projects = _joined(*(item.project_name for item in items))
        shown = f", {total}" if self._settings().amounts_in_subjects else ""
        return self._letter(
            items[0],
            Content(
                kind="waiting",
                to=to,
                subject=f"Approve: {len(items)} records{shown} ({_joined(*(item.sent_by_name for item in items))})",
                preheader=f"Sent together. {projects}",
                headline=f"{len(items)} records wait for your decision",
                lead=f"Together {total}",
                facts=(("Projects", projects), *self._each(items)),
                small="They were sent together, so this is one mail for all of them. Decide in the app, many at once or one by one.",
            ),
            thread="",
        )

    def several_rejected(self, items: Sequence[Item], by: str) -> Letter:
        """To their sender."""
        reasons = dict.fromkeys(item.reason for item in items)
        return self._letter(
            items[0],
            Content(
                kind="rejected",
                to=items[0].sent_by,
                subject=f'Rejected: {len(items)} records, "{_joined(*reasons)}"',
                preheader=f"By {by}. Correct them in Procore and send them again.",
                headline=f"Rejected by {by}: {len(items)} records",
                facts=(
                    *(("Reason", f'"{reason}"') for reason in reasons),
                    ("To do", "Correct them in Procore, then send them again."),
                    *self._each(items),
                ),
            ),
            thread="",
        )

    def _each(self, items: Sequence[Item]) -> Iterator[Fact]:
        for item in items[:CAUSES]:
            yield noun(item), _joined(item.number, _whose(item), self._money(item))
        if len(items) > CAUSES:
            yield "And", f"{len(items) - CAUSES} more; the app shows all."

    def rejected(self, item: Item, by: str) -> Letter:
        """To the sender."""
        return self._letter(
            item,
            Content(
                kind="rejected",
                to=item.sent_by,
                subject=f'Rejected: {_joined(item.number, _whose(item))}, "{item.reason}"',
                preheader=f"By {by}. Correct it in Procore and send it again.",
                headline=f"Rejected by {by}: {noun(item)} {item.number}",
                lead=_joined(_whose(item), self._money(item)),
                facts=(
                    ("Reason", f'"{item.reason}"'),
                    ("Project", item.project_name),
                    ("To do", "Correct it in Procore, then send it again."),
                ),
            ),
        )

    def failed(self, item: Item, to: str) -> Letter:
        """To the sender, or to the approvers of what nobody sent."""
        violations = [problem.violation() for problem in item.problems]
        first = violations[0] if violations else None
        nothing_left = item.intent is None or (first is not None and first.code in NOTHING_LEFT)
        begun = "In Intacct, but not as approved" if item.intacct_id else "Not in Intacct" if nothing_left else "Not finished"
        why = first.explanation.meaning.partition(". ")[0] if first else "Its history says why"
        return self._letter(
            item,
            Content(
                kind="failed",
                to=to,
                subject=f"{begun}: {_joined(item.number, _whose(item))}. {why.rstrip('.')}",
                preheader=f"{first.explanation.remedy} Who can: {first.explanation.who.value}." if first else "",
                headline=f"{begun}: {noun(item)} {item.number}",
                lead=_joined(_whose(item), self._money(item)),
                facts=(
                    *(("Cause", violation.message) for violation in violations[:CAUSES]),
                    ("And", f"{len(violations) - CAUSES} more; the item shows all." if len(violations) > CAUSES else ""),
                    ("In the books", "Nothing was booked." if nothing_left and not item.intacct_id else item.intacct_id),
                    ("Their words", f'"{first.their_words}"' if first and first.their_words else ""),
                    ("To do", first.explanation.remedy if first else ""),
                    ("Who can", first.explanation.who.value if first else ""),
                    ("Code", first.code.value if first else ""),
                ),
            ),
        )

    def synced(self, item: Item) -> Letter:
        """To the sender."""
        shown = self._money(item) if self._settings().amounts_in_subjects else ""
        return self._letter(
            item,
            Content(
                kind="synced",
                to=item.sent_by,
                subject=f"In Intacct: {_joined(item.number, _whose(item), shown)}",
                preheader=f"{item.intacct_id}, read back and equal.",
                headline=f"In Intacct: {noun(item)} {item.number}",
                lead=_joined(_whose(item), self._money(item)),
                facts=(
                    ("In Intacct", item.intacct_id),
                    ("Project", item.project_name),
                    ("Read back", f"Equal, field by field, on {self._formats().moment(item.since)}."),
                ),
            ),
        )

    def _letter(self, item: Item, content: Content, *, thread: str | None = None) -> Letter:
        from connector.presentation.rendering import render  # noqa: PLC0415 -- see the class

        facts = [(label, value) for label, value in content.facts if value]
        values = {"content": content, "facts": facts}
        return Letter(
            to=content.to,
            subject=_one_line(content.subject),
            text="\n".join(_text(content, facts)) + "\n",
            html=render("mail/letter.html", **values),
            thread=item.id if thread is None else thread,
            kind=content.kind,
        )

    def _formats(self) -> Formats:
        if self._given is None:
            from connector.presentation.formats import Formats  # noqa: PLC0415 -- see the class

            self._given = Formats()
        return self._given

    def _money(self, item: Item) -> str:
        return self._formats().money(item.amount) if item.amount else ""

    def _effect(self, effect: Mapping[str, str]) -> str:
        formats = self._formats()
        return f"{formats.money(effect['before'])} now, {formats.money(effect['after'])} after"


def _whose(item: Item) -> str:
    return item.party or item.title


def noun(item: Item) -> str:
    """What people call one of these: ``Commitment``."""
    return item.object.replace("_", " ").removesuffix("s").capitalize()


def _text(content: Content, facts: Sequence[Fact]) -> Iterator[str]:
    """The plain text: the fact, the reason, the remedy, the link; 72 columns, a link on a line of its own."""
    yield from _wrapped(content.headline)
    if content.lead:
        yield from _wrapped(content.lead)
    yield ""
    for label, value in facts:
        fits = len(label) < LABEL
        yield from _wrapped(f"{label:<{LABEL}}{value}" if fits else f"{label}: {value}", indent=LABEL if fits else 2)
    if content.link:
        yield from ("", f"{content.button}: {content.link}", "")
    yield from _wrapped(content.small)


def _wrapped(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        COLUMNS,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def _joined(*parts: str) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _one_line(text: str) -> str:
    """A header takes one printable line; what a record's title smuggles in is left out."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
