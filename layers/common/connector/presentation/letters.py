"""The mails: what each one says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from connector.core.configuration import Configuration
from connector.core.errors import Code
from connector.core.item import Item
from connector.core.notices import DIGEST, Digest, MailKind
from connector.core.unusual import Unusual
from connector.ports import Json, Letter
from connector.presentation.mail_form import MOST, Content, Fact, Line, Section, letter
from connector.presentation.unusual_words import SHORT, sentence

if TYPE_CHECKING:
    from connector.presentation.formats import Formats

NOTHING_LEFT: Final = frozenset({
    Code.PERIOD_CLOSED, Code.INACTIVE_VENDOR, Code.INACTIVE_TASK, Code.DIMENSION_MISSING, Code.DIMENSION_UNKNOWN,
    Code.REFUSED_BY_INTACCT, Code.DUPLICATE_NUMBER,
})  # fmt: skip
"""Said by Intacct of a write as a whole: nothing of it is in the books."""
_DONE: Final = {MailKind.REJECTED: "Rejected", MailKind.FAILED: "Not in Intacct", MailKind.SYNCED: "In Intacct"}
_TO_DO: Final = {
    MailKind.REJECTED: "Correct them in Procore, then send them again.",
    MailKind.FAILED: "Each says in the app what to do, and who can.",
    MailKind.SYNCED: "",
}


NEWS: Final = 5
"""So many projects stand in a mail with their totals, and in that of the day so many of each kind that was decided or done."""


class MailLetters:
    """Implements :class:`connector.engine.world.Letters`. ``app_url`` is what links begin with; ``settings`` say whether amounts may
    stand in subjects and how long links live. Templates and locale data are loaded with the first mail: most calls send none."""

    def __init__(self, app_url: str = "", *, settings: Callable[[], Configuration] = Configuration, formats: Formats | None = None) -> None:
        self._app_url, self._settings, self._given = app_url, settings, formats

    def waiting(
        self,
        item: Item,
        preview: Mapping[str, Json],
        to: str,
        link: str,
        *,
        returned: bool,
        unusual: Sequence[Unusual] = (),
        stop: str = "",
    ) -> Letter:
        """To an approver, with a link of their own."""
        kind, money, notes = noun(item), self._money(item), self._sentences(unusual)
        begun = "Back after a rejection" if returned else "Approve"
        about = f"{money} to {item.party}" if money and item.party else money or item.title
        shown = self._settings().amounts_in_subjects and money
        subject = (
            f"{about} ({_joined(item.number, item.project_name)})"
            if shown
            else _joined(f"{kind} {item.number}", _whose(item), item.project_name)
        )
        lines = len(preview.get("lines", ()))
        counted = f"{lines} line{'s' if lines > 1 else ''}. " if lines else ""
        return letter(
            Content(
                kind=(MailKind.RETURNED if returned else MailKind.WAITING).value,
                to=to,
                thread=item.id,
                subject=f"{begun}: {subject}",
                preheader=f"{counted}{f'{notes[0]} ' if notes else ''}Sent by {item.sent_by_name}.",
                headline=f"{'Back for' if returned else 'Waits for'} your decision: {kind} {item.number}",
                lead=about if about != item.number else "",
                facts=(
                    ("Project", item.project_name),
                    ("Sent by", f"{item.sent_by_name}, {self._formats().moment(item.since)}"),
                    ("Lines", str(lines) if lines else ""),
                    *((effect["label"], self._effect(effect)) for effect in preview.get("effects", ())),
                    *(("Goes first", f"{need['title']} {need['name']}, which is not in Intacct yet.") for need in preview.get("needs", ())),
                ),
                unusual=notes,
                way=("Review and decide", link),
                small=self._of_a_link(to),
                also=self._all("All that waits for you", "approve"),
                stop=stop,
            )
        )

    def several_waiting(
        self, items: Sequence[Item], to: str, links: Mapping[str, str], *, returned: bool = False, stop: str = ""
    ) -> Letter:
        """To an approver, of what was sent together: a link for each of the first, one to the list for all."""
        total = self._total(items)
        shown = f", {total}" if self._settings().amounts_in_subjects else ""
        return letter(
            Content(
                kind=(MailKind.RETURNED if returned else MailKind.WAITING).value,
                to=to,
                subject=f"{'Back' if returned else 'Approve'}: {len(items)} records{shown} ({_few(item.sent_by_name for item in items)})",
                preheader=f"Sent together. {_few(item.project_name for item in items)}",
                headline=f"{len(items)} records wait for your decision",
                lead=f"Together {total}",
                facts=(("Sent by", _few(item.sent_by_name for item in items)), *self._totals(items)),
                sections=(self._section("What waits", items, links=links),),
                small=self._of_a_link(to),
                stop=stop,
                way=self._all("Decide about all of them", "approve"),
            )
        )

    def rejected(self, item: Item, by: str, *, stop: str = "") -> Letter:
        """To the sender."""
        return letter(
            Content(
                kind=MailKind.REJECTED.value,
                to=item.sent_by,
                thread=item.id,
                subject=f'Rejected: {_joined(item.number, _whose(item))}, "{item.reason}"',
                preheader=f"By {by}. Correct it in Procore and send it again.",
                headline=f"Rejected by {by}: {noun(item)} {item.number}",
                lead=_joined(_whose(item), self._money(item)),
                facts=(
                    ("Reason", f'"{item.reason}"'),
                    ("Project", item.project_name),
                    ("To do", "Correct it in Procore, then send it again."),
                ),
                stop=stop,
                way=self._open(item),
            )
        )

    def failed(self, item: Item, to: str, *, stop: str = "") -> Letter:
        """To the sender, or to the approvers of what nobody sent."""
        violations = [problem.violation() for problem in item.problems]
        first = violations[0] if violations else None
        begun, nothing_left = _where(item)
        why = first.explanation.meaning.partition(". ")[0] if first else "Its history says why"
        return letter(
            Content(
                kind=MailKind.FAILED.value,
                to=to,
                thread=item.id,
                subject=f"{begun}: {_joined(item.number, _whose(item))}. {why.rstrip('.')}",
                preheader=f"{first.explanation.remedy} Who can: {first.explanation.who.value}." if first else "",
                headline=f"{begun}: {noun(item)} {item.number}",
                lead=_joined(_whose(item), self._money(item)),
                facts=(
                    ("Project", item.project_name),
                    *(("Cause", violation.message) for violation in violations[:MOST]),
                    ("And", f"{len(violations) - MOST} more; the item shows all." if len(violations) > MOST else ""),
                    ("In the books", "Nothing was booked." if nothing_left and not item.intacct_id else item.intacct_id),
                    ("Their words", f'"{first.their_words}"' if first and first.their_words else ""),
                    ("To do", first.explanation.remedy if first else ""),
                    ("Who can", first.explanation.who.value if first else ""),
                    ("Code", first.code.value if first else ""),
                ),
                stop=stop,
                way=self._open(item),
            )
        )

    def synced(self, item: Item, *, stop: str = "") -> Letter:
        """To the sender."""
        shown = self._money(item) if self._settings().amounts_in_subjects else ""
        return letter(
            Content(
                kind=MailKind.SYNCED.value,
                to=item.sent_by,
                thread=item.id,
                subject=f"In Intacct: {_joined(item.number, _whose(item), shown)}",
                preheader=f"{item.intacct_id}, read back and equal.",
                headline=f"In Intacct: {noun(item)} {item.number}",
                lead=_joined(_whose(item), self._money(item)),
                facts=(
                    ("In Intacct", item.intacct_id),
                    ("Project", item.project_name),
                    ("Read back", f"Equal, field by field, on {self._formats().moment(item.since)}."),
                ),
                stop=stop,
                way=self._open(item),
            )
        )

    def several(self, kind: MailKind, items: Sequence[Item], to: str, by: str = "", *, stop: str = "") -> Letter:
        """To a sender, of what was rejected, failed or arrived together."""
        total, reasons = self._total(items), tuple(dict.fromkeys(item.reason for item in items if item.reason))
        done = _DONE[kind] if kind is not MailKind.FAILED or all(_where(item)[1] for item in items) else "Not finished"
        shown = f", {total}" if self._settings().amounts_in_subjects else ""
        return letter(
            Content(
                kind=kind.value,
                to=to,
                subject=f'{done}: {len(items)} records, "{_few(reasons)}"' if reasons else f"{done}: {len(items)} records{shown}",
                preheader=" ".join(filter(None, (f"By {by}." if by else "", _TO_DO[kind], _few(item.project_name for item in items)))),
                headline=f"{done}{f' by {by}' if by else ''}: {len(items)} records",
                lead=f"Together {total}",
                facts=(("To do", _TO_DO[kind]), *self._totals(items)),
                sections=(self._section("What became of each", items),),
                stop=stop,
                way=self._all("Open the problems", "problems") if kind is MailKind.FAILED else self._all("Open the app", ""),
            )
        )

    def digest(self, digest: Digest, to: str, *, stop: str = "") -> Letter:
        """A person's day."""
        waiting, told = digest.waiting, digest.told
        total, warned = self._total(waiting), sum(bool(each) for each in digest.unusual.values())
        shown = f", {total}" if waiting and self._settings().amounts_in_subjects else ""
        begun = f"{len(waiting)} {'waits' if len(waiting) == 1 else 'wait'} for you" if waiting else "What became of what you sent"
        news = ", ".join(
            f"{number} {_DONE[kind][0].lower()}{_DONE[kind][1:]}" for kind, number in Counter(kind for kind, _ in told).items()
        )
        oldest = f"Oldest: {self._formats().day(waiting[0].since)}, {_joined(waiting[0].number, waiting[0].party)}." if waiting else ""
        return letter(
            Content(
                kind=DIGEST,
                to=to,
                subject="; ".join(filter(None, (f"{begun}{shown}", f"{warned} with warnings" if warned else "", news))),
                preheader=oldest or news,
                headline=begun,
                lead=f"Together {total}" if waiting else "",
                facts=(("Oldest", oldest.removeprefix("Oldest: ")), *self._totals(waiting)),
                sections=(
                    *(
                        (self._section("What waits, oldest first", waiting, links=digest.links, unusual=digest.unusual, aged=True),)
                        if waiting
                        else ()
                    ),
                    *(
                        self._section(_DONE[kind], those, most=NEWS)
                        for kind in MailKind
                        if (those := [item for each, item in told if each is kind])
                    ),
                ),
                small=self._of_a_link(to) if digest.links else "",
                stop=stop,
                way=self._all("Open the list" if waiting else "Open the app", "approve" if waiting else ""),
            )
        )

    def _section(
        self,
        title: str,
        items: Sequence[Item],
        *,
        links: Mapping[str, str] | None = None,
        unusual: Mapping[str, Sequence[Unusual]] | None = None,
        aged: bool = False,
        most: int = MOST,
    ) -> Section:
        def line(item: Item) -> Line:
            strange = ", ".join(SHORT[each.what] for each in (unusual or {}).get(item.id, ())).capitalize()
            since = f"Since {self._formats().day(item.since)}." if aged else ""
            cause = item.problems[0].message if item.problems else f'"{item.reason}"' if item.reason and links is None else ""
            return Line(
                number=f"{noun(item)} {item.number}",
                words=_joined(_whose(item), item.project_name),
                amount=self._money(item),
                warning=strange,
                note=" ".join(filter(None, (since, cause))),
                link=links.get(item.id, "") if links is not None else self._open(item)[1],
            )

        more = f"And {len(items) - most} more; the app shows all." if len(items) > most else ""
        return Section(title=title, lines=tuple(map(line, items[:most])), more=more)

    def _totals(self, items: Sequence[Item]) -> Iterator[tuple[str, str]]:
        """By object, and by project where there are several."""
        for name, those in _grouped(items, lambda item: item.object.replace("_", " ").capitalize()).items():
            yield name, self._counted(those)
        projects = _grouped([item for item in items if item.project_name], lambda item: item.project_name)
        for name, those in [*projects.items()][:NEWS]:
            yield "Project", f"{name}: {self._counted(those)}" if len(projects) > 1 else name
        if len(projects) > NEWS:
            yield "Project", f"and {len(projects) - NEWS} more"

    def _counted(self, items: Sequence[Item]) -> str:
        return f"{len(items)} for {self._total(items)}" if self._sum(items) else str(len(items))

    def _all(self, button: str, place: str) -> Fact:
        return (button, f"{self._app_url}/app/{place}".rstrip("/")) if self._app_url else ("", "")

    def _open(self, item: Item) -> Fact:
        return ("Open the item", f"{self._app_url}/app/items/{quote(item.id, safe='')}") if self._app_url else ("", "")

    def _of_a_link(self, to: str) -> str:
        hours = self._settings().link_hours
        span = f"{hours} hours" if hours % 24 else "a day" if hours == 24 else f"{hours // 24} days"  # noqa: PLR2004 -- of a day
        alone = self._settings().link_without_sign_in_up_to is not None
        forwarded = "Do not forward it." if alone else "It asks you to sign in with Procore and does not work if forwarded."
        return (
            f"Opening the page decides nothing; a button there does. A link is for {to} and this version, works once, and ends {span} "
            f"after this mail. {forwarded} Our links begin with {self._app_url}/."
        )

    def _sentences(self, unusual: Sequence[Unusual]) -> tuple[str, ...]:
        return tuple(sentence(each, self._formats()) for each in unusual)

    def _formats(self) -> Formats:
        if self._given is None:
            from connector.presentation.formats import Formats  # noqa: PLC0415 -- see the class

            self._given = Formats()
        return self._given

    def _sum(self, items: Sequence[Item]) -> Decimal:
        return sum((item.amount for item in items), Decimal("0.00"))

    def _total(self, items: Sequence[Item]) -> str:
        return self._formats().money(self._sum(items))

    def _money(self, item: Item) -> str:
        return self._formats().money(item.amount) if item.amount else ""

    def _effect(self, effect: Mapping[str, str]) -> str:
        formats = self._formats()
        return f"{formats.money(effect['before'])} now, {formats.money(effect['after'])} after"


def _where(item: Item) -> tuple[str, bool]:
    """How a failed item stands in the books, and whether that is certainly not at all."""
    first = item.problems[0].code if item.problems else None
    nothing_left = item.intent is None or first in NOTHING_LEFT
    begun = "In Intacct, but not as approved" if item.intacct_id else "Not in Intacct" if nothing_left else "Not finished"
    return begun, nothing_left


def _whose(item: Item) -> str:
    return item.party or item.title


def noun(item: Item) -> str:
    """What people call one of these: ``Commitment``."""
    return item.object.replace("_", " ").removesuffix("s").capitalize()


def _grouped(items: Sequence[Item], by: Callable[[Item], str]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(by(item), []).append(item)
    return groups


def _joined(*parts: str) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _few(parts: Iterable[str]) -> str:
    """Two names, and how many more: what stands in one line."""
    names = [*dict.fromkeys(filter(None, parts))]
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")  # noqa: PLR2004 -- as the docstring says
