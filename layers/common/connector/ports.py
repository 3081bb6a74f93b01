"""What the engine needs from the world, as protocols. Adapters and test doubles implement these; nothing else crosses.

Two rules hold for all of them. A failure of the way there is raised (:class:`~connector.core.errors.RetryLater`,
:class:`~connector.core.errors.SetupWrong`); what became of one record is returned. Ids are opaque text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Final, Protocol

from pydantic import AwareDatetime, Field

from connector.core.errors import Violation
from connector.core.exchange import Answer, Download, FieldInfo, Function, Held, Query, SyncAnswer, UserFormat
from connector.core.item import HistoryEntry, Item, State, Value
from connector.core.notices import Notice
from connector.core.people import Person
from connector.core.usage import Counts, Day, Window

type Json = Any
"""What a JSON document holds; numbers with a fraction are Decimal."""


class Procore(Protocol):
    """Procore's REST API of one company. Every call carries the company header, keeps both limit windows and retries what may be
    repeated. Raises ConnectorError(NOT_FOUND) for 404, ConnectorError(REFUSED_BY_PROCORE) for other 4xx with Procore's words."""

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json: ...

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[list[Json]]:
        """Every page of a list, v1 (bare array) and v2 (``data``) alike."""
        ...

    def send(
        self, method: str, path: str, body: Mapping[str, Json], params: Mapping[str, str] | None = None, *, wants_answer: bool = True
    ) -> Json:
        """POST, PATCH or DELETE. An unguarded POST is not repeated: a broken answer raises OutcomeUnknown. Without ``wants_answer`` the
        answer is None, and what Procore says of the record it changed is not taken apart."""
        ...

    def sync(
        self,
        path: str,
        envelope: Mapping[str, Json],
        updates: Sequence[Mapping[str, Json]],
        params: Mapping[str, str] | None = None,
        *,
        method: str = "PATCH",
        under: str = "updates",
    ) -> list[SyncAnswer]:
        """A sync action in chunks of up to 1,000. One answer per input, in order: 200 is not success. ``under`` is the name that the
        inputs go by in the body (``bulk`` for WBS codes). Raises OutcomeUnknown where an input without any identity may have been
        taken."""
        ...

    def download(self, url: str, *, largest: int) -> Download:
        """A file that a record names by its address, of at most ``largest`` bytes. The bearer goes to Procore only, whatever the address
        or a redirect says. Raises ConnectorError(NOT_FOUND, TOO_LARGE, REFUSED_BY_PROCORE)."""
        ...


class ProcoreIdentity(Protocol):
    """Who holds an access token, as Procore says."""

    def who_is(self, access_token: str, company: str) -> Person:
        """Raises ConnectorError(SIGN_IN_FAILED) for a token Procore refuses, (NOT_ALLOWED) for a person outside the company."""
        ...


class Intacct(Protocol):
    """Intacct's gateway for one company. Keeps the company-wide slots and the session; ``entity`` empty is the top level."""

    def write(self, functions: Sequence[Function], *, entity: str = "") -> Answer:
        """All or nothing, with ``uniqueid``. Never raises for what became of the write; raises RetryLater only if nothing was sent."""
        ...

    def read(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held]]:
        """Several small reads in one request; the rows of each. What is more than 2,000 is read on, page by page; in another order than
        RECORDNO's, or beyond 50,000, it raises ConnectorError(TOO_LARGE)."""
        ...

    def read_each(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held] | Violation]:
        """As :meth:`read`, but a query that Intacct refuses, or that more than 2,000 rows match, spoils no other: a refusal stands in its
        place."""
        ...

    def pages(self, query: Query, *, after: str = "", entity: str = "") -> Iterator[list[Held]]:
        """Keyset pages of 2,000 in order of RECORDNO (which is added to the fields), starting behind ``after``."""
        ...

    def listed(self, object_name: str, field: str, value: str, *, entity: str = "") -> bool:
        """Whether Intacct has one whose ``field`` is ``value``, of an object that only the oldest way of reading knows (``supdoc``)."""
        ...

    def lookup(self, object_names: Sequence[str]) -> dict[str, dict[str, FieldInfo] | Violation]:
        """The fields of each object by name, as the tenant has them now, or Intacct's refusal; all in one request. It shows fields that
        the user may not query [F]."""
        ...

    def user_format(self) -> UserFormat: ...

    def exact(self, functions: Sequence[Function]) -> str:
        """The request that :meth:`write` would send, indented, without credentials."""
        ...


class Watch(Protocol):
    """Hears of each request to a system whether an answer came, after all patience."""

    def away(self) -> None: ...

    def answered(self) -> None: ...


LINE: Final = "line:"
"""Begins the name, in a link's detail, of a line of its record."""


class CrossReference(Value):
    """One pair. Unique per object on both sides. ``intacct_id`` is the natural id that documents refer to (``V-10233``),
    ``intacct_key`` what makes it unique in the company (RECORDNO, or ``{job}/{code}`` for a job's cost code)."""

    object: str
    procore_id: str
    intacct_key: str
    intacct_id: str
    project_id: str = ""
    label: str = ""
    record_hash: str = ""
    linked_by: str = ""
    linked_at: AwareDatetime | None = None
    detail: dict[str, str] = Field(default_factory=dict)
    members: frozenset[str] = frozenset()
    """What belongs to the pair and only grows: a cost code's cost types."""
    gone: str = ""
    """Why Intacct's record does not count any more: deleted, inactive. Procore's stays as it is until a person decides."""

    @property
    def lines(self) -> dict[str, str]:
        """Intacct's key of each line, by Procore's id; ``detail`` keeps them."""
        return {name.removeprefix(LINE): key for name, key in self.detail.items() if name.startswith(LINE)}


class CrossReferences(Protocol):
    def by_procore(self, object_name: str, ids: Collection[str]) -> dict[str, CrossReference]: ...

    def by_procore_together(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, CrossReference]]:
        """As :meth:`by_procore`, of several objects in one look: by object, then by Procore's id. Every object asked for is there."""
        ...

    def by_intacct(self, object_name: str, keys: Collection[str]) -> dict[str, CrossReference]: ...

    def link(self, references: Sequence[CrossReference]) -> list[CrossReference]:
        """Writes each pair, or refreshes it where the same two stand linked.

        Returns those refused because either side is linked elsewhere.
        """
        ...

    def add_members(self, object_name: str, intacct_key: str, members: Collection[str]) -> None:
        """Adds, never replaces."""
        ...

    def repoint(self, reference: CrossReference, procore_id: str) -> bool:
        """The pair with another Procore record in place of its own, which is gone; the rest stays. False where the pair does not stand
        so any more or the other record is linked: then nothing was written."""
        ...

    def of_object(self, object_name: str) -> Iterator[CrossReference]: ...


class Contention(Exception):  # noqa: N818 -- not an error: somebody else was faster
    """The row changed since it was read; read again and decide anew."""


class LinkedElsewhere(Exception):  # noqa: N818 -- a finding, not an error
    """A save would have linked a record that stands linked to another one."""


class Page[T](Value):
    rows: tuple[T, ...]
    cursor: str = ""


class Run(Value):
    """An export or import run and its progress. ``waves`` are item ids in dependency order."""

    id: str
    version: int = 0
    kind: str
    state: str
    started_at: AwareDatetime
    started_by: str
    ended_at: AwareDatetime | None = None
    waves: tuple[tuple[str, ...], ...] = ()
    objects: tuple[str, ...] = ()
    project_id: str = ""
    full: bool = False
    record: str = ""
    """Natural id of the one record that is read."""
    position: dict[str, str] = Field(default_factory=dict)
    counts: dict[str, int] = Field(default_factory=dict)
    problems: tuple[str, ...] = ()


class SyncState(Protocol):
    """Items, their history, runs and watermarks."""

    def get(self, item_id: str) -> Item | None: ...

    def get_many(self, item_ids: Collection[str]) -> dict[str, Item]: ...

    def save(
        self,
        item: Item,
        entry: HistoryEntry,
        *,
        link: CrossReference | None = None,
        unlink: CrossReference | None = None,
        notice: Notice | None = None,
        decided_by: str = "",
    ) -> None:
        """One transaction: the item (if its version is the next one), the history entry (never over an existing one), the
        cross-reference, written (``link``) or taken away (``unlink``, both sides, if the two stand linked so), the mail that is owed
        for it, and that it was this login's decision. Raises Contention or LinkedElsewhere; then nothing of it was written."""
        ...

    def decisions_of(self, login: str, *, since: datetime) -> list[HistoryEntry]:
        """The steps that were this login's decisions, newest first; they are kept for 90 days."""
        ...

    def save_many(self, steps: Sequence[tuple[Item, HistoryEntry]]) -> None:
        """Each as :meth:`save` does it, many in one transaction. One that somebody else changed holds up none of the others: it raises
        Contention once they are written. No item may be named twice."""
        ...

    def notices(self) -> Iterator[Notice]:
        """Every mail that is still owed."""
        ...

    def settle(self, notices: Sequence[Notice]) -> None:
        """Each with who is left to be told; one with nobody left goes. One that is gone stays gone."""
        ...

    def preferences(self) -> dict[str, str]:
        """Everybody's choice of mails, as JSON text by login."""
        ...

    def save_preferences(self, login: str, text: str) -> None: ...

    def on_shelf(
        self, shelf: str, *, limit: int = 100, cursor: str = "", object_name: str = "", since: datetime | None = None
    ) -> Page[Item]:
        """Items of one state (:attr:`Item.shelf`), longest there first; ``since`` leaves out what was there by then."""
        ...

    def waiting_for(self, need: str) -> Iterator[Item]:
        """The blocked items that wait for this one, longest there first."""
        ...

    def history(self, item_id: str) -> list[HistoryEntry]: ...

    def put_run(self, run: Run) -> None:
        """Raises Contention unless the version is the next one (0: must not exist)."""
        ...

    def get_run(self, run_id: str) -> Run | None: ...

    def get_runs(self, run_ids: Collection[str]) -> dict[str, Run]: ...

    def watermarks(self, names: Collection[str]) -> dict[str, str]:
        """Those that were ever moved."""
        ...

    def move_watermarks(self, moves: Mapping[str, tuple[str, str]]) -> list[str]:
        """Each from where it stands (empty: nowhere yet) to its new place. Those that stand elsewhere by now are left there: their
        names."""
        ...

    def configuration(self) -> str:
        """The company's settings as JSON text, empty when none were saved."""
        ...

    def save_configuration(self, text: str, *, over: str | None = None, entry: HistoryEntry | None = None) -> None:
        """``over`` is the text that was read, ``entry`` the next of the settings' own history: both are saved together, or Contention
        is raised where somebody was faster. Without them whatever stands there is replaced."""
        ...

    def configuration_history(self) -> list[HistoryEntry]: ...

    def tenant(self) -> str:
        """What the last check found of the Intacct company's own shape, as JSON text; empty before the first."""
        ...

    def save_tenant(self, text: str) -> None: ...

    def configuration_and_tenant(self) -> tuple[str, str]:
        """Both in one call: every export needs them."""
        ...


class Link(Value):
    """What an e-mailed link stands for: one person, one item, one version."""

    item: str
    login: str
    name: str
    fingerprint: str
    expires: AwareDatetime
    used_at: AwareDatetime | None = None
    used_for: str = ""


class Subscription(Value):
    """What the link *stop mails of this kind* stands for. ``kind`` is one of :class:`~connector.core.notices.MailKind`, or ``digest``."""

    login: str
    kind: str
    expires: AwareDatetime


class Links(Protocol):
    """Only the hash of a token is kept."""

    def put(self, token_hash: str, link: Link) -> None: ...

    def get(self, token_hash: str) -> Link | None: ...

    def use(self, token_hash: str, *, at: datetime, used_for: str) -> bool:
        """True for exactly one caller."""
        ...

    def put_subscription(self, token_hash: str, subscription: Subscription) -> None: ...

    def subscription(self, token_hash: str) -> Subscription | None:
        """None also for one that has ended: it may be gone by then."""
        ...

    def too_many_misses(self, source: str, *, at: datetime) -> bool:
        """Counts a miss from ``source`` and says whether it has guessed too often."""
        ...


class Session(Value):
    """Who is signed in to the pages, as Procore said at the sign-in, and until when. ``zone`` is the time zone their browser names."""

    person: Person
    zone: str = "UTC"
    expires: AwareDatetime


class Sessions(Protocol):
    """Sessions, and the tickets they are exchanged for, by the hash of a token that only a browser holds."""

    def put(self, token_hash: str, session: Session) -> None:
        """Raises Contention if there is one of this token already."""
        ...

    def get(self, token_hash: str) -> Session | None:
        """Also one that has ended, if it still lies there."""
        ...

    def take(self, token_hash: str) -> Session | None:
        """Gone from here on, and given to exactly one caller."""
        ...


class Payloads(Protocol):
    """Previews, requests and answers, too large for a row."""

    def put(self, name: str, text: str) -> None: ...

    def get(self, name: str) -> str | None: ...

    def get_many(self, names: Collection[str]) -> dict[str, str]:
        """Those that are there, by name; read side by side."""
        ...


class Letter(Value):
    """A mail, rendered. ``thread`` groups the mails of one item; ``unsubscribe`` is the address that stops mails of this kind."""

    to: str
    subject: str
    text: str
    html: str
    thread: str = ""
    kind: str
    unsubscribe: str = ""


class Mail(Protocol):
    def send(self, letter: Letter) -> None: ...


class Workflows(Protocol):
    """Starting the same name twice starts it once."""

    def start_export(self, run_id: str, wave: int, items: Sequence[str]) -> None:
        """``items`` are those of the wave; each goes to the function of its object, the part before the colon."""
        ...

    def start_sends(self, run_id: str, wave: int, items: Sequence[str]) -> None:
        """Likewise, to put these before the approvers."""
        ...

    def start_import(self, run_id: str, object_name: str) -> None:
        """``object_name`` is the first object of the run; each step names the next."""
        ...


class Hints(Protocol):
    """What the webhook door passes on for later. A hint may be lost or repeated; the sweep finds what they missed."""

    def put(self, text: str, *, group: str, once: str) -> None:
        """Hints of one group stay in order; ``once`` says what makes two deliveries the same."""
        ...


class Slots(Protocol):
    """At most n requests in flight per Intacct company over all workers."""

    def slot(self, company: str) -> AbstractContextManager[None]:
        """Waits a while for a free slot; raises RetryLater(RATE_LIMITED) when none comes free."""
        ...


class RateMemory(Protocol):
    """What all workers know of Procore's two limit windows."""

    def wait_needed(self, key: str) -> float:
        """Seconds until a call may be made; 0 when now."""
        ...

    def saw(self, key: str, *, limit: int, remaining: int, reset: datetime) -> None: ...

    def refused(self, key: str, *, until: datetime) -> None: ...

    def windows(self, key: str) -> list[Window]:
        """As they were last heard of by any worker, some seconds ago; open or over."""
        ...


class Usage(Protocol):
    """How much was asked of both systems, day by day, for 400 days."""

    def add(self, at: datetime, counts: Counts) -> None:
        """Adds to the day and the hour of ``at``, in UTC, whoever else adds at the same moment. Something must be counted."""
        ...

    def days(self, first: date, last: date, *, hours: bool = False) -> list[Day]:
        """From ``first`` to ``last``, both counted in, in order; days without a count are not there. Without ``hours`` it costs less."""
        ...


class Secrets(Protocol):
    def read(self, name: str) -> dict[str, str]: ...

    def replace(self, name: str, value: Mapping[str, str]) -> None:
        """Atomically stores a new version (a rotated refresh token)."""
        ...


class Leases(Protocol):
    """One at a time, over all workers."""

    def acquire(self, name: str, *, holder: str, seconds: float) -> bool: ...

    def release(self, name: str, *, holder: str) -> None: ...


class Clock(Protocol):
    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


__all__ = [
    "Clock",
    "Contention",
    "CrossReference",
    "CrossReferences",
    "Hints",
    "Intacct",
    "Json",
    "Leases",
    "Letter",
    "Link",
    "LinkedElsewhere",
    "Links",
    "Mail",
    "Notice",
    "Page",
    "Payloads",
    "Procore",
    "ProcoreIdentity",
    "RateMemory",
    "Run",
    "Secrets",
    "Session",
    "Sessions",
    "Slots",
    "State",
    "Subscription",
    "SyncState",
    "Usage",
    "Workflows",
]
