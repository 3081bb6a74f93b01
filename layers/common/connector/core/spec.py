"""How an object is declared: what moves, which way, over which calls, under which rules. Pure data and pure functions.

The engine reads these declarations; it knows no object by name. See ``objects/commitments.py`` for a complete one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.core.configuration import Configuration
from connector.core.errors import Code, Violation
from connector.core.exchange import Held, Query, Tree, Where
from connector.core.record import Record
from connector.core.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules and hooks may know besides the record: the settings, and what was asked of Intacct beforehand
    (``known["terms"]``: the names of all payment terms; ``rows["terms"]``: the rows that hold them)."""

    config: Configuration
    kind: str = ""
    project_id: str = ""
    sub_job_id: str = ""
    """Procore's id of the part of the project that an import goes to, where it does not go to the project itself."""
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Held]] = field(default_factory=dict)
    tenant: Tenant = field(default_factory=Tenant)


type Rule[R: Record] = Callable[[R, Facts], Iterable[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask[R: Record]:
    """A question to Intacct that the rules need answered: the values of ``field`` in the rows of the query, under ``name``."""

    name: str
    field: str
    query: Callable[[R, Facts], Query | None]


def there_is[R: Record](name: str, object_name: str, field: str, of: Callable[[R], str | None]) -> Ask[R]:
    """Whether Intacct has a row of ``object_name`` whose ``field`` is this value of the record; not asked where there is none."""

    def query(record: R, _facts: Facts) -> Query | None:
        value = of(record)
        return Query(object=object_name, fields=(field,), where=(Where(field, "equalto", (value,)),)) if value else None

    return Ask(name=name, field=field, query=query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect[R: Record]:
    """A total that the approval changes: the sum of ``field`` in the rows of the query before, and with this record's ``adds`` after
    (without it, with the amount of its summary)."""

    label: Callable[[R], str]
    field: str
    query: Callable[[R, Facts], Query | None]
    adds: Callable[[R], Decimal] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What lists and mails show of a record."""

    number: str
    title: str
    party: str = ""
    amount: Decimal = Decimal(0)
    series: str = ""
    """Records of one series go one after the other, in order of ``place``: the invoices of a commitment, because what one retains the next
    may release."""
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcoreKind:
    """One Procore form of an object, e.g. work order contracts. Paths are formats over ``{id}``, ``{project}`` and ``{company}``."""

    name: str
    show: str
    params: Mapping[str, str] = field(default_factory=dict)
    view: str = ""
    """The view of the record that is read, where it is not the default."""
    body: str = ""
    """Name of the object inside a PATCH body (``work_order_contract``); empty where the record has no place for an origin id."""
    owner: Mapping[str, str] = field(default_factory=dict)
    """What a PATCH names beside the object and the params: formats over the record's own fields (``{commitment_id}``)."""
    lines_sync: str = ""
    """Sync action of the lines, to which their origin ids are written; empty where lines carry none."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Lists that belong to the record but have calls of their own (``{"lines": path}``): read whole, and put beside its fields under
    these names."""
    more_params: Mapping[str, str] = field(default_factory=dict)
    """What these lists are asked for beside the params."""
    lookup: Lookup | None = None
    """What the paths of these lists name besides."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Single documents that the record refers to (``{"commitment": "/rest/v1.0/commitments/{contract_id}"}``), put beside its fields
    likewise. Paths may name the record's own fields."""
    origin: str = ""
    """Where the origin id is kept, if not on the record itself. The path may name the record's own fields (``{legacy_package_id}``)."""
    code: str = "origin_code"
    """Attribute that shows people Intacct's id; empty where the record has none."""
    given: Mapping[str, str] = field(default_factory=dict)
    """What the record does not say of itself, put beside its fields: ``{"project_id": "{project}"}``."""
    list: str = ""
    list_params: Mapping[str, str] = field(default_factory=dict)
    list_total: str = ""
    """Where a row of the list says the amount of the record, whose lines it does not show; empty where it does not say it."""
    id_parts: tuple[str, ...] = ("id",)
    """Names of the ids that the record's own is made of, joined by hyphens, where Procore asks for more than one: a payment is read by
    its contract's id and its own. The last is ``id``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """Records that go without a person. They are found in the list of the object's kind, asked once for each linked record of
    ``within``, whose id is the first of the record's ``id_parts``; ``ready`` says of a row of the list whether it may go."""

    within: str
    ready: Callable[[Mapping[str, Any], Configuration], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntacctWrite[R: Record]:
    """How a record is created. ``function`` ``create`` wraps the elements in ``object`` (empty: they name their objects themselves);
    legacy functions take them directly.
    ``first`` gives further functions that go before it in the same transaction; ``parts`` the documents that the record becomes, where
    one does not hold all of it: records of its class, that of the record's own id last."""

    function: str
    object: str
    first: Callable[[R], Sequence[tuple[str, Tree]]] | None = None
    parts: Callable[[R], Sequence[R]] | None = None

    def functions(self, record: R, elements: Tree) -> list[tuple[str, Tree]]:
        main: Tree = [(self.object, elements)] if self.function == "create" and self.object else elements
        return [*(self.first(record) if self.first else ()), (self.function, main)]


@dataclass(frozen=True, slots=True)
class Void:
    """Values of a field by which Intacct says that a record is there and does not count: void, declined."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntacctHeld[R: Record]:
    """How a record is found again: by its natural key, with its lines by the header's.

    ``find`` gives the conditions that name the record without Intacct's key (after an outcome unknown); ``by_key`` the field that
    holds what the create answered; ``id_field`` the natural id that other documents refer to."""

    object: str
    id_field: str
    by_key: str
    find: Callable[[R, Facts], tuple[Where, ...]]
    lines_object: str = ""
    lines_by: str = ""
    """Field of the line that holds the header's ``id_field``."""
    lines: Callable[[R], tuple[Where, ...]] | None = None
    """Finds the lines instead, where the record is several documents."""
    void: Void | None = None
    """None where a record counts for as long as it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export[R: Record]:
    """Procore to Intacct, past an approver."""

    kinds: tuple[ProcoreKind, ...]
    write: IntacctWrite[R]
    held: IntacctHeld[R]
    summary: Callable[[R], Summary]
    rules: tuple[Rule[R], ...] = ()
    ready: tuple[Rule[R], ...] = ()
    """Those of the rules that a row of Procore's list can answer: they say beforehand what would be refused."""
    asks: tuple[Ask[R], ...] = ()
    givens: tuple[Ask[R], ...] = ()
    """Asked before ``complete``, each time the record is read: what it cannot be completed without. Where their queries are None,
    nothing is asked. They go together, those of ``then`` after them: their queries may look at the answers."""
    then: tuple[Ask[R], ...] = ()
    complete: Callable[[R, Facts], R] | None = None
    """Fills the rows whose origin is a rule or a setting, after references are resolved."""
    kind_of: str = ""
    """A Procore call that tells which kind an id is of (its ``type``), needed where there is more than one."""
    kind_by: Callable[[Configuration], str] | None = None
    """Which kind a company has, where its settings say."""
    effects: tuple[Effect[R], ...] = ()
    attachments: bool = False
    """Files attached to the record go along: it has the two rows of :mod:`connector.core.attachments`."""
    automatic: Automatic | None = None
    """Records go without a person where the settings name the object; else past an approver like all."""
    correction: str = ""
    """What a person makes in Procore where money of an exported record has come to differ (``commitment change order``): it goes to Intacct
    as a record of its own. Empty where there is no such thing."""


type SetRule[R: Record] = Callable[[Sequence[R], Facts], Iterable[tuple[R, Violation]]]
"""Looks at the records that were read together and names those it refuses: the record as it was given, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerJob:
    """Records that belong to a job each: ``field`` holds the job's id, and the pairs of ``object`` say which Procore project it is.
    The job may also be a part of a project (a sub job): the pairs of ``parts``, each of which knows its project."""

    object: str
    field: str
    parts: str = ""
    missing: Code | None = None
    """What is said of records whose job is not linked; None where they are none of our business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read of Intacct. ``stamp`` and ``created`` are the object's change and creation stamps."""

    object: str
    where: tuple[Where, ...] = ()
    stamp: str = "WHENMODIFIED"
    created: str = "WHENCREATED"
    per_job: PerJob | None = None
    whole: bool = False
    """Rules look at the whole set (of the job): one change reads all of it again."""
    audit: str | None = None
    """What the audit trail (AUDITHISTORY.OBJECTTYPE) calls the object, where that is not its name in small letters; empty where the
    trail does not tell of its changes."""

    @property
    def trail(self) -> str:
        return self.object.lower() if self.audit is None else self.audit


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLines:
    """Lines that Intacct keeps apart from their record: those whose ``by`` is the record's ``of`` are put into its row under the name of
    their object, where a row of the record reads them. A line that changed makes the records of its record's job be read again."""

    reads: Reading
    by: str
    of: str = "RECORDNO"
    lines: HeldLines | None = None
    """Lines of the lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins[R: Record]:
    """How a Procore record that is not linked yet is known to be one of Intacct's: by the first mark both have, the surest first.
    A mark is a word for people and a value, ``name:beta concrete``."""

    ours: Callable[[R, Facts], Sequence[str]]
    theirs: Callable[[Mapping[str, Any], Facts], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """The id of the row that ``picked`` chooses from a Procore list; paths and values call it ``{name}``. ``missing`` tells an
    administrator what to set up where there is none."""

    name: str
    path: str
    params: Mapping[str, str]
    picked: Callable[[Mapping[str, Any]], bool]
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdOf:
    """A Procore field that holds the id of another linked record: ``key`` is its key among ``pairs``, a format over Intacct's row."""

    field: str
    pairs: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesTarget:
    """Where the lines of an imported record go, below the record ``{id}``: their list, their sync action and the deletion of one
    (``{line}``). ``object`` is Intacct's object of the lines, which their origin ids name with the line's identity row. A line that stands
    in Procore already is known by the rows ``paired_by``, and is the same where the rows ``compared`` are."""

    field: str
    object: str
    existing: str
    sync: str
    remove: str
    params: Mapping[str, str]
    paired_by: tuple[str, ...]
    compared: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTarget:
    """Where the lines of an imported record go that are a project's budget, or that of a part of it (``part`` is its object): one line for
    each budget code of the line's two references, an owner and a member. ``locked`` shows whether the budget is, ``existing`` are the
    rows of the view that is looked up. ``amount`` is the field of a line that is written."""

    field: str
    locked: str
    lookup: Lookup
    existing: str
    existing_params: Mapping[str, str]
    sync: str
    envelope: Mapping[str, str]
    under: str
    amount: str
    part: str
    codes: BudgetCodes


@dataclass(frozen=True, slots=True)
class OptionList:
    """A Procore list whose rows have an ``id`` and a ``name``."""

    path: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcoreTarget:
    """Where imported records go: a sync action, and the list that shows what is there already. Paths and values are formats over
    ``{company}``, ``{project}``, ``{sub_job}``, ``{id}`` and the name of the look-up. A parameter without a value is left out."""

    sync: str = ""
    create: str = ""
    """Where Procore has no sync action: each record is created by a POST to this path, inside ``body``, unless one carries its origin id
    already, and changed by a PATCH of ``change``."""
    change: str = ""
    body: str = ""
    itself: str = ""
    """Where the record is one that Procore has anyway (a project's budget): its id, ``{project}-{sub_job}`` where there is one. Only its
    lines are written."""
    existing: str = ""
    envelope: Mapping[str, str] = field(default_factory=dict)
    """What goes beside ``updates`` in the body."""
    params: Mapping[str, str] = field(default_factory=dict)
    """What goes into the query instead."""
    existing_params: Mapping[str, str] = field(default_factory=dict)
    show: str = ""
    """One record, which a person may name to link to."""
    show_params: Mapping[str, str] = field(default_factory=dict)
    lookup: Lookup | None = None
    kept: frozenset[str] = frozenset()
    """Fields that an import leaves alone once the record is there."""
    ids: tuple[IdOf, ...] = ()
    parent: str = ""
    """Field of the parent's id."""
    code: str = ""
    """Field that shows people Intacct's id."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What a person may choose when accepting a staged record, and its field: ``{"template": "project_template_id"}``."""
    options_from: Mapping[str, OptionList] = field(default_factory=dict)
    """Procore's lists that they choose from, by the option's name."""
    lines: LinesTarget | BudgetTarget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What else Intacct is asked about entries that were read together: the rows of ``object`` whose ``by`` is an entry's ``of``. Rules see
    them as ``rows[name]``; with ``pairs``, ``known[name]`` are the ``by`` of those that stand linked there under ``key``, a format over the
    row."""

    name: str
    object: str
    by: str
    of: str
    fields: tuple[str, ...]
    pairs: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering[E: Record, R: Record]:
    """How the entries that a leg reads become records which hold them as their lines. Entries leave a ledger without a trace: those of a
    job and a month are read together and compared with what Procore has of them, each month in which one changed, and the last ones
    whatever changed."""

    record: type[R]
    day: str
    """Intacct's field of the entry's date, which says its month. Later than the current one is left for later."""
    stamps: tuple[str, ...]
    """Names that the change stamp may have; a company has one of them, or none."""
    basis: Query
    """Asked first, for ``rows["basis"]``: how entries are to be taken. When it changes, everything is read again."""
    narrowed: Callable[[Facts], Sequence[tuple[Where, ...]]]
    """Which entries are read, by the basis: those of each of these conditions, which exclude each other."""
    beside: tuple[Beside, ...]
    settings: tuple[str, ...]
    """Those that say how entries are taken; a change of one is a change of the basis."""
    counts: Callable[[Facts], Callable[[E], bool]]
    """Whether an entry is meant at all."""
    listed_as: Callable[[E], str]
    """Entries that are refused for the same are listed together, under this name."""
    gathered: Callable[[Sequence[E], Facts], Mapping[str, R]]
    """The records by what tells them apart within the job and month, each with no more lines than Procore takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split[R: Record]:
    """How a record becomes one in Procore for each linked record that its lines pay: a line names a bill, the bill is that of a document,
    and the document stands linked. Looked up each time, because a document's bill may be made anew."""

    record: type[Record]
    bills: Callable[[R], Iterable[str]]
    """What the lines pay."""
    paid: Beside
    """The documents of these bills (``of`` is not asked)."""
    behind: Beside
    """A bill that was made to release what another one retains: its row holds that one in the first of ``fields``."""
    parts: Callable[[R, Mapping[str, str], frozenset[str]], Mapping[str, Record]]
    """The records by Procore's id of what they pay, which the mapping gives for each bill; the set are the bills that release."""
    stands: Callable[[R], bool]
    """Whether it is valid: what is not is taken away again."""
    ours: Callable[[R], bool]
    """Whether Procore sent it, where it stands already."""
    holder: str
    """Procore's record that is paid, ``{id}``: it says whose the payment is, under ``holder_field``."""
    holder_field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg[R: Record]:
    """One step of an import: records of Intacct to one place in Procore, straight in or past a person (``staged``).

    ``key`` is a format over Intacct's row that gives the cross-reference's key, ``natural_id`` and ``label`` are fields of it."""

    name: str
    record: type[R]
    reads: Reading
    key: str
    natural_id: str
    label: str
    target: ProcoreTarget
    pairs: str = ""
    """Object name of the cross-references, where it is not the room's."""
    staged: bool = False
    complete: Callable[[Sequence[R], Facts], Sequence[R]] | None = None
    """Fills the rows whose origin is a rule, looking at all records that were read together; keeps their order."""
    rules: tuple[SetRule[R], ...] = ()
    wanted: Callable[[R, Facts], bool] = lambda _record, _facts: True
    """Whether a record that is not linked is brought in at all."""
    active: Callable[[R], bool] = lambda _record: True
    """Whether Intacct still uses the record: people are shown a linked one that it does not, which stays in Procore as it is."""
    parent: Callable[[R], str] | None = None
    """Key of the record that must be in Procore first; empty at the top."""
    twins: Twins[R] | None = None
    detail: Callable[[R, Mapping[str, Any]], dict[str, str]] | None = None
    """What the cross-reference remembers of the record and of Procore's answer."""
    lines: HeldLines | None = None
    """Only for a leg that goes job by job, or whose lines do not change without their record."""
    offers: bool = False
    """A linked record that has changed in Intacct is staged again; accepted, it changes Procore's."""
    amount: Callable[[R], Decimal] | None = None
    """What lists show of a staged record."""
    choices: frozenset[str] = frozenset()
    """Rows that a person may choose when accepting; what was chosen once stays, by the detail of the cross-reference."""
    decided: Callable[[R], R] | None = None
    """The record as the choices leave it."""
    gathering: Gathering[R, Any] | None = None
    """For entries that become lines of records; ``target`` is then the place of these. Only for a leg that goes job by job."""
    split: Split[R] | None = None
    """For a record that becomes several; ``target`` is then the place of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetCodes:
    """Procore's combinations of segment items (WBS codes) in a project, one for each owner and member. ``owner`` and ``member`` are the
    types of the two segments, ``part`` that of a third, for what belongs to a part of the project (a sub job): owners of a part are
    listed by ``part_params``."""

    codes: str
    create: str
    segments: str
    items: str
    owner: str
    member: str
    part: str
    part_params: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One step of an import whose rows join two records that are linked already, job by job: a cost type becomes a member of a cost
    code, and Procore gets the budget code of both. Keys are formats over Intacct's row, an owner's begins with its job's id and a
    slash; ids are fields of it; members only grow.
    A cross-reference's detail ``procore_code`` is what Procore calls the record among its segment items."""

    name: str
    reads: Reading
    owner: str
    owner_key: str
    owner_id: str
    owner_missing: Code
    member: str
    member_key: str
    member_id: str
    member_missing: Code
    takes: Callable[[Mapping[str, str]], bool]
    """Whether an owner takes members at all, by the detail of its cross-reference."""
    bare: str
    """What people are told of an ``{owner}`` without any member."""
    budget_codes: BudgetCodes


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncObject[R: Record]:
    """A room: everything the engine needs to know about one object of the feature map."""

    name: str
    title: str
    record: type[R]
    summary: str
    needs: tuple[str, ...] = ()
    """Objects that must be there first; imports and exports go in this order."""
    export: Export[R] | None = None
    imports: tuple[Leg[Any] | Assignment, ...] = ()
    """In this order."""
    merged_in_procore: bool = False
    """People merge such records in Procore: one takes in others, which are gone then."""
    web_pages: Mapping[str, str] = field(default_factory=dict)
    """Paths of Procore's own pages that show a record, as the vendor documents them ("Side Panel View Keys" [D]): formats over
    ``{project}``, ``{id}`` and the objects that the record refers to (``{commitments}``), by its kind or the kind of one of these; empty
    is any. Where the vendor documents none there is none: no address is guessed."""
    sources: tuple[str, ...] = ()
    """The vendors' pages these facts come from."""
