"""The life of a record in this connector: its item, its states, its history.

An export item goes ``draft -> waiting -> approved -> exporting -> synced``; ``rejected``, ``retrieved``, ``failed``, ``stale`` and
``blocked`` are the ways out, all of which lead back to ``waiting``. A staged record of an import is an item too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connector.core.errors import Code, Violation
from connector.core.marks import What


class State(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    APPROVED = "approved"
    EXPORTING = "exporting"
    SYNCED = "synced"
    REJECTED = "rejected"
    RETRIEVED = "retrieved"
    FAILED = "failed"
    STALE = "stale"
    BLOCKED = "blocked"
    STAGED = "staged"
    IMPORTED = "imported"
    LINKED = "linked"
    ARCHIVED = "archived"
    INVALID = "invalid"


SENDABLE: Final = frozenset({State.DRAFT, State.REJECTED, State.RETRIEVED, State.FAILED, State.STALE, State.BLOCKED})
"""States from which a record may be sent (again)."""


DIFFERS: Final = "synced:differs"
"""Where an item stands whose record differs from what was exported."""
NOT_WRITTEN_BACK: Final = "synced:not-written-back"
"""Where an item stands that is in Intacct, and whose Procore record does not say so yet. Its record may differ too."""


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Problem(Value):
    """A violation as it is kept with an item."""

    code: Code
    field: str
    message: str
    their_words: str = ""

    @classmethod
    def of(cls, violation: Violation) -> Problem:
        return cls(code=violation.code, field=violation.field, message=violation.message, their_words=violation.their_words)

    def violation(self) -> Violation:
        return Violation(code=self.code, field=self.field, message=self.message, their_words=self.their_words)


class Approval(Value):
    """A decision to export, bound to the fingerprint of what was shown."""

    fingerprint: str
    by: str
    by_name: str
    at: AwareDatetime
    via: str


class Intent(Value):
    """Written before a request leaves: who asks for what, so that any worker can go on from here."""

    controlid: str
    attempt: int
    at: AwareDatetime


class Lease(Value):
    """One worker at a time; past ``until`` another may take over."""

    worker: str
    until: AwareDatetime


class Drift(Value):
    """What a look found to differ after the record was synced (:mod:`connector.core.drift`): how each side stands, and the names of the
    first fields. The finding lies among the payloads, under its ``mark``. ``chosen`` is what a person does about it meanwhile."""

    mark: str
    at: AwareDatetime
    procore: str
    intacct: str
    fields: tuple[str, ...]
    chosen: str


class Item(Value):
    """One record on its way, or one staged record. ``id`` is ``{object}:{procore_id}`` for exports and
    ``staged:{object}:{intacct_key}`` for imports. ``version`` counts the writes: a save succeeds only on the version it read."""

    id: str
    version: int = 0
    company: str
    object: str
    kind: str = ""
    procore_id: str = ""
    project_id: str = ""
    project_name: str = ""
    state: State
    since: AwareDatetime
    title: str = ""
    number: str = ""
    party: str = ""
    amount: Decimal = Decimal(0)
    series: str = ""
    place: int = 0
    """Where the record stands among those of its series, which go one after the other."""
    sent_by: str = ""
    sent_by_name: str = ""
    fingerprint: str = ""
    choices: dict[str, str] = Field(default_factory=dict)
    pending: tuple[str, ...] = ()
    """References that stood open in the preview: they go first, in the same run, and are not part of the fingerprint."""
    marks: tuple[What, ...] = ()
    """What was unusual about it when it was put before the approvers, whoever of them reads it."""
    approvals: tuple[Approval, ...] = ()
    intent: Intent | None = None
    lease: Lease | None = None
    attempts: int = 0
    attachment_tries: int = 0
    """How often it could not be told yet whether the attachments are in Intacct, or where they are in Procore."""
    problems: tuple[Problem, ...] = ()
    waits_for: str = ""
    reason: str = ""
    intacct_id: str = ""
    intacct_key: str = ""
    written_back: bool = False
    unlinked: int = 0
    """How often its link was taken off. What is sent after that is another request, even with the same content."""
    mark_left: str = ""
    """Name of the pair that was taken off, for as long as its mark may still be on the Procore record."""
    drift: Drift | None = None
    accepted: str = ""
    """Mark of the finding whose differences a person has accepted."""
    history_count: int = 0
    history_head: str = ""
    staged: dict[str, str] = Field(default_factory=dict)

    @property
    def may_be_there(self) -> bool:
        """Whether a request failed of which something may stand in Intacct, and not another record in its place: it is tried again
        under its approval, never sent anew, or it could come to stand there twice."""
        another = any(problem.code is Code.CONFLICT_IN_INTACCT for problem in self.problems)
        return self.state is State.FAILED and self.intent is not None and not another

    @property
    def shelf(self) -> str:
        """Where the state index keeps it: its state, except where something is left to do that a sweep must find."""
        if self.state is State.SYNCED and not self.written_back:
            return NOT_WRITTEN_BACK
        if self.state is State.SYNCED and self.drift is not None:
            return DIFFERS
        if self.state is State.RETRIEVED and self.mark_left:
            return "retrieved:mark-left"
        return self.state.value


class HistoryEntry(Value):
    """One step of an item: who, when, what. Each carries the hash of the one before, so that a change shows."""

    item: str
    number: int
    at: AwareDatetime
    who: str
    what: str
    detail: dict[str, str] = Field(default_factory=dict)
    before: str
    hash: str = ""

    def sealed(self) -> HistoryEntry:
        return self.model_copy(update={"hash": self.digest()})

    def digest(self) -> str:
        body = self.model_dump(mode="json", exclude={"hash"})
        return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def first_break(entries: Sequence[HistoryEntry], *, head: str, count: int) -> int | None:
    """The number of the first entry that does not fit the one before (or is missing at the end); None if the chain holds."""
    before = ""
    for expected, entry in enumerate(entries, start=1):
        if entry.number != expected or entry.before != before or entry.hash != entry.digest():
            return expected
        before = entry.hash
    return None if (len(entries) == count and before == head) else len(entries) + 1


def step(
    item: Item, what: str, *, who: str, at: datetime, detail: dict[str, str] | None = None, **changes: object
) -> tuple[Item, HistoryEntry]:
    """The item after ``changes`` and the history entry that says so, to be saved together."""
    entry = HistoryEntry(
        item=item.id,
        number=item.history_count + 1,
        at=at,
        who=who,
        what=what,
        detail=detail or {},
        before=item.history_head,
    ).sealed()
    after = {"version": item.version + 1, "history_count": entry.number, "history_head": entry.hash} | changes
    if "state" in changes and changes["state"] is not item.state:
        after.setdefault("since", at)
    return item.model_copy(update=after), entry
