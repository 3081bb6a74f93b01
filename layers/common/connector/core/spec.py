"""How an object is declared: what moves, which way, over which calls, under which rules. Pure data and pure functions.

The engine reads these declarations; it knows no object by name. See ``objects/commitments.py`` for a complete one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.core.configuration import Configuration
from connector.core.errors import Violation
from connector.core.exchange import Query, Tree, Where
from connector.core.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules and hooks may know besides the record: the settings, and what was asked of Intacct beforehand
    (``known["terms"]``: the names of all payment terms)."""

    config: Configuration
    kind: str = ""
    project_id: str = ""
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)


type Rule[R: Record] = Callable[[R, Facts], Iterable[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask[R: Record]:
    """A question to Intacct that the rules need answered: the values of ``field`` in the rows of the query, under ``name``."""

    name: str
    field: str
    query: Callable[[R, Facts], Query | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect[R: Record]:
    """A total that the approval changes: the sum of ``field`` in the rows of the query before, and with this record's amount after."""

    label: Callable[[R], str]
    field: str
    query: Callable[[R, Facts], Query | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What lists and mails show of a record."""

    number: str
    title: str
    party: str = ""
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcoreKind:
    """One Procore form of an object, e.g. work order contracts. Paths are formats over ``{id}``, ``{project}`` and ``{company}``."""

    name: str
    show: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    """Name of the object inside a PATCH body (``work_order_contract``)."""
    lines_sync: str = ""
    """Sync action of the lines, to which their origin ids are written; empty where lines carry none."""
    list: str = ""
    list_params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntacctWrite[R: Record]:
    """How a record is created. ``function`` ``create`` wraps the elements in ``object``; legacy functions take them directly.
    ``first`` gives further functions that go before it in the same transaction."""

    function: str
    object: str
    first: Callable[[R], Sequence[tuple[str, Tree]]] | None = None

    def functions(self, record: R, elements: Tree) -> list[tuple[str, Tree]]:
        main: Tree = [(self.object, elements)] if self.function == "create" else elements
        return [*(self.first(record) if self.first else ()), (self.function, main)]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Export[R: Record]:
    """Procore to Intacct, past an approver."""

    kinds: tuple[ProcoreKind, ...]
    write: IntacctWrite[R]
    held: IntacctHeld[R]
    summary: Callable[[R], Summary]
    rules: tuple[Rule[R], ...] = ()
    asks: tuple[Ask[R], ...] = ()
    complete: Callable[[R, Facts], R] | None = None
    """Fills the rows whose origin is a rule or a setting, after references are resolved."""
    kind_of: str = ""
    """A Procore call that tells which kind an id is of (its ``type``), needed where there is more than one."""
    effects: tuple[Effect[R], ...] = ()


type SetRule[R: Record] = Callable[[Sequence[R], Facts], Mapping[str, list[Violation]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcoreTarget:
    """Where imported records go: a sync action, and the list that shows what is there already."""

    sync: str
    envelope: tuple[str, ...] = ()
    """Names that go beside ``updates`` in the body: ``company_id``, ``project_id``, ``standard_cost_code_list_id``."""
    params: tuple[str, ...] = ()
    """Names that go into the query instead."""
    existing: str = ""
    existing_params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg[R: Record]:
    """One step of an import: an Intacct object, read in a closed window, to one place in Procore."""

    name: str
    record: type[R]
    object: str
    key: Callable[[R], str]
    natural_id: Callable[[R], str]
    label: Callable[[R], str]
    where: tuple[Where, ...] = ()
    stamp: str = "WHENMODIFIED"
    staged: bool = False
    per_project: str = ""
    """Field of the record that holds the job's id, where the leg goes to one Procore project per job."""
    whole: bool = False
    """Rules look at the whole set (of a job): one change reads all of it again."""
    tiers: Callable[[R], int] | None = None
    """Parents are written before children: the tier of a record, 0 first."""
    set_rules: tuple[SetRule[R], ...] = ()
    rules: tuple[Rule[R], ...] = ()
    target: ProcoreTarget
    same: Callable[[R, Mapping[str, Any]], bool] | None = None
    """Whether a Procore record that is not linked yet is this one (exact, ignoring case)."""


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
    imports: tuple[Leg[R], ...] = ()
    sources: tuple[str, ...] = ()
    """The vendors' pages these facts come from."""
