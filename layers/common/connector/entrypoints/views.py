"""What callers get to see: the answers of the API, and how they are made from what the engine holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from connector.core.configuration import Configuration
from connector.core.connection import Checked, CheckStep
from connector.core.errors import Violation
from connector.core.item import HistoryEntry, Item, Problem, State, first_break
from connector.core.notices import How, MailKind, Preferences
from connector.engine.decide import Decided
from connector.engine.ready import Ready
from connector.engine.sends import Became
from connector.engine.totals import Totals
from connector.engine.world import World
from connector.entrypoints.problems import public
from connector.ports import Page


class View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def like(cls, source: object, **others: Any) -> Self:
        """With what ``source`` has under the names of our fields, ``others`` aside."""
        same = {name: getattr(source, name) for name in cls.model_fields if name not in others}
        return cls(**same, **others)


class Reason(View):
    """Why something did not happen: a stable code, the field, what happened, what it means, what to do, who can do it."""

    code: str
    field: str
    message: str
    meaning: str
    remedy: str
    who: str
    their_words: str = ""
    """The other system's own words, where it has said something."""

    @classmethod
    def of(cls, violation: Violation) -> Self:
        return cls(**public(violation))

    @classmethod
    def of_kept(cls, problems: Sequence[Problem]) -> tuple[Self, ...]:
        return tuple(cls.of(problem.violation()) for problem in problems)


class ErrorAnswer(View):
    error: Reason


class ViolationsAnswer(View):
    violations: tuple[Reason, ...]


class Approved(View):
    by: str
    by_name: str
    at: datetime
    via: str


class Awaited(View):
    """What a blocked item waits for, as it stands now. ``state`` is null where it was never sent."""

    item: str
    state: State | None
    number: str
    title: str
    problems: tuple[Reason, ...]

    @classmethod
    def of(cls, key: str, item: Item | None) -> Self:
        if item is None:
            return cls(item=key, state=None, number="", title="", problems=())
        return cls(item=key, state=item.state, number=item.number, title=item.title, problems=Reason.of_kept(item.problems))


class ItemView(View):
    """One record on its way. ``amount`` is exact, as text; ``fingerprint`` is that of the preview kept with it; ``awaited`` is told by
    calls that show items."""

    id: str
    object: str
    kind: str
    procore_id: str
    project_id: str
    project_name: str
    state: State
    since: datetime
    number: str
    title: str
    party: str
    amount: str
    sent_by: str
    sent_by_name: str
    fingerprint: str
    choices: dict[str, str]
    pending: tuple[str, ...]
    approvals: tuple[Approved, ...]
    problems: tuple[Reason, ...]
    waits_for: str
    awaited: Awaited | None
    reason: str
    intacct_id: str
    written_back: bool
    differs: bool
    """Whether a look found one of the two systems to hold something else than was exported."""
    staged: dict[str, str]

    @classmethod
    def of(cls, item: Item, awaited: Awaited | None = None) -> Self:
        return cls.like(
            item,
            amount=str(item.amount),
            approvals=tuple(
                Approved(by=approval.by, by_name=approval.by_name, at=approval.at, via=approval.via) for approval in item.approvals
            ),
            problems=Reason.of_kept(item.problems),
            awaited=awaited,
            differs=item.drift is not None,
        )

    @classmethod
    def of_all(cls, world: World, items: Sequence[Item]) -> tuple[Self, ...]:
        """With what the blocked ones wait for, in one look-up."""
        wanted = {item.waits_for for item in items if item.state is State.BLOCKED and item.waits_for}
        found = world.state.get_many(wanted) if wanted else {}
        awaited = {need: Awaited.of(need, found.get(need)) for need in wanted}
        return tuple(cls.of(item, awaited.get(item.waits_for)) for item in items)


class ItemsAnswer(View):
    """``cursor`` is empty on the last page; else it asks for the next one. Longest in their state first."""

    items: tuple[ItemView, ...]
    cursor: str = ""


class Origin(View):
    """One value of the preview. ``name`` is what Procore calls the record that the value refers to, where Intacct's id does not say it.
    ``from`` is one of five phrases: Procore and the field, a rule, a setting, ``you, here``, or ``made by the connector``."""

    path: str
    label: str
    value: str
    name: str = ""
    origin: str = Field(alias="from")
    intacct: str


class Effect(View):
    label: str
    before: str
    after: str


class Need(View):
    """One of what goes first, behind what it needs itself (``needs``). ``fingerprint`` is what a decision that takes it along names;
    a ``state`` of ``draft`` is not sent yet. ``checks`` are its broken rules, or why it failed."""

    item: str
    title: str
    name: str
    number: str = ""
    amount: str = "0"
    state: State = State.DRAFT
    fingerprint: str
    needs: tuple[str, ...] = ()
    checks: tuple[Reason, ...]


class AttachedFiles(View):
    """Files of the Procore record by name; ``words`` say whether they go along."""

    files: tuple[str, ...]
    words: str


class Choosable(View):
    name: str
    label: str
    value: str


class Project(View):
    id: str
    name: str


class PreviewView(View):
    """What will be created, every value with where it comes from, and the exact request. ``checks`` are the broken rules."""

    object: str
    title: str
    procore_id: str
    kind: str
    project: Project
    number: str
    name: str
    party: str
    amount: str
    fingerprint: str
    fields: tuple[Origin, ...]
    lines: tuple[tuple[Origin, ...], ...]
    attachments: AttachedFiles = AttachedFiles(files=(), words="")
    effects: tuple[Effect, ...]
    needs: tuple[Need, ...]
    checks: tuple[Reason, ...]
    choices: tuple[Choosable, ...]
    request: str


class SentAnswer(View):
    item: ItemView
    preview: PreviewView

    @classmethod
    def of(cls, item: Item, preview: Mapping[str, Any]) -> Self:
        return cls(item=ItemView.of(item), preview=PreviewView.model_validate(preview))


class Step(View):
    number: int
    at: datetime
    who: str
    what: str
    detail: dict[str, str]
    hash: str


class HistoryAnswer(View):
    """Oldest first. ``verified`` is false where an entry does not fit the one before; ``first_break`` is its number."""

    item: str
    verified: bool
    first_break: int | None
    entries: tuple[Step, ...]

    @classmethod
    def of(cls, item: Item, entries: Sequence[HistoryEntry]) -> Self:
        broken = first_break(entries, head=item.history_head, count=item.history_count)
        steps = tuple(map(Step.like, entries))
        return cls(item=item.id, verified=broken is None, first_break=broken, entries=steps)


class DecidedView(View):
    """What became of one decision. ``state`` is null for an item the caller may not see."""

    item: str
    state: State | None
    said: str
    run: str
    violation: Reason | None = None
    needs: tuple[DecidedView, ...] = ()
    """What was approved along with it, because it goes first."""

    @classmethod
    def of(cls, decided: Decided) -> Self:
        why = Reason.of(decided.violation) if decided.violation else None
        needs = tuple(map(cls.of, decided.needs))
        return cls(item=decided.item, state=decided.state, said=decided.said, run=decided.run, violation=why, needs=needs)


class DecidedAnswer(View):
    """One result for each decision, in order; where too much was asked for to be waited for, the ``run`` that does it."""

    results: tuple[DecidedView, ...]
    run: str = ""

    @classmethod
    def of(cls, results: Sequence[Decided]) -> Self:
        return cls(results=tuple(DecidedView.of(result) for result in results))


class Group(View):
    object: str
    project_id: str
    project_name: str
    count: int
    amount: str


class Excepted(View):
    """An item that is left out, and why: it is the caller's own, not theirs to decide, changed, decided already."""

    item: str
    violation: Reason


class Selected(View):
    item: str
    fingerprint: str


class TotalsAnswer(View):
    """``selection`` names what was totalled, for the decision; it is empty where nothing is left. ``second`` are those that wait on
    for a second approver, ``along`` what goes first and is approved along. With ``more`` the filter fits more than 500."""

    selection: str
    count: int
    amount: str
    groups: tuple[Group, ...]
    selected: tuple[Selected, ...]
    second: tuple[str, ...]
    along: tuple[Need, ...]
    excepted: tuple[Excepted, ...]
    more: bool

    @classmethod
    def of(cls, totals: Totals) -> Self:
        return cls(
            selection=totals.selection,
            count=len(totals.selected),
            amount=str(totals.amount),
            groups=tuple(Group.like(each, amount=str(each.amount)) for each in totals.groups),
            selected=tuple(Selected(item=item, fingerprint=shown) for item, shown in totals.selected.items()),
            second=totals.second,
            along=tuple(map(Need.model_validate, totals.along)),
            excepted=tuple(Excepted(item=item, violation=Reason.of(why)) for item, why in totals.excepted.items()),
            more=totals.more,
        )


class ResultView(View):
    """What became of one record of a run. ``said`` is ``sent``, ``unchanged``, ``refused`` or ``not yet`` for sends, for exports the state
    of the item, which is null where there is none; ``number`` and ``name`` are those of a record that was read and refused."""

    key: str
    said: str
    item: ItemView | None
    violations: tuple[Reason, ...]
    number: str = ""
    name: str = ""


class ResultsAnswer(View):
    """In the run's order. ``cursor`` is empty on the last page."""

    results: tuple[ResultView, ...]
    cursor: str = ""

    @classmethod
    def of(cls, page: Page[Became]) -> Self:
        rows = tuple(
            ResultView(
                key=row.key,
                said=row.said,
                item=ItemView.of(row.item) if row.item else None,
                violations=Reason.of_kept(row.problems),
                number=row.number,
                name=row.name,
            )
            for row in page.rows
        )
        return cls(results=rows, cursor=page.cursor)


class ReadyView(View):
    """A record of Procore's that could be sent. ``amount`` is empty where Procore's list does not say it; ``state`` is that of its item
    where it was sent before and came back. With ``violations`` it would be refused."""

    object: str
    kind: str
    procore_id: str
    project_id: str
    number: str
    title: str
    party: str
    amount: str
    state: State | None
    violations: tuple[Reason, ...]

    @classmethod
    def of(cls, ready: Ready) -> Self:
        amount = "" if ready.amount is None else str(ready.amount)
        return cls.like(ready, amount=amount, violations=tuple(map(Reason.of, ready.violations)))


class ReadyAnswer(View):
    """One page of one of Procore's lists: it may be empty, and yet ``cursor`` asks for the next one."""

    records: tuple[ReadyView, ...]
    cursor: str = ""


class SettingsAnswer(View):
    version: str
    settings: Configuration


class PreferencesAnswer(View):
    """Every kind of mail with how it comes: ``at once``, in the daily ``digest`` from ``digest_hour`` on in ``zone``, or not at all. An
    ``approver`` finds what waits in the app, whatever they choose here."""

    kinds: dict[MailKind, How]
    zone: str
    digest_hour: int
    approver: bool

    @classmethod
    def of(cls, chosen: Preferences, *, digest_hour: int, approver: bool) -> Self:
        kinds = {kind: chosen.how(kind) for kind in MailKind}
        return cls(kinds=kinds, zone=chosen.zone, digest_hour=digest_hour, approver=approver)


class CheckAnswer(View):
    """``holds`` where every step does. What is wrong names the setting, what to do and who can."""

    at: datetime
    holds: bool
    steps: tuple[CheckStep, ...]

    @classmethod
    def of(cls, checked: Checked) -> Self:
        return cls(at=checked.at, holds=checked.holds, steps=checked.steps)
