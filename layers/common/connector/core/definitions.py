"""Purchasing transaction definitions: what each must be able to, to carry the documents that the settings name it for.

Rules of PODOCUMENTPARAMS (https://developer.intacct.com/api/purchasing/purchasing-transaction-definitions/ [D]): DOCCLASS is the template
type; ENABLEDOCCHANGE is ``Enable Change`` for what takes change orders and ``Change Order`` for these themselves; ENABLE_RETAINAGE; RECALLS
names what a definition can be converted from. The connection check and the rooms that write such documents judge by the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from connector.core.configuration import Definitions
from connector.core.errors import Code, Violation
from connector.core.exchange import Held, Query, Where
from connector.core.record import Record
from connector.core.spec import Ask, Facts

DEFINITION: Final = "PODOCUMENTPARAMS"
FIELDS: Final = ("DOCID", "STATUS", "DOCCLASS", "ENABLEDOCCHANGE", "ENABLE_RETAINAGE")
SOURCES: Final = "RECALLS.RECALL.RECDOCPAR"
"""Names what it converts from, ``a#~#b``. That a query may select it is a guess [?]: only asked where ``lookup`` lists it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """``changes`` is the ENABLEDOCCHANGE it needs, empty where any will do; ``source`` the setting whose documents it converts."""

    doc_class: str
    changes: str = ""
    source: str = ""


_CONTRACT: Final = Use(doc_class="Order", changes="Enable Change")
_CHANGE: Final = Use(doc_class="Order", changes="Change Order")
USES: Final = MappingProxyType({
    "subcontract": _CONTRACT,
    "purchase_order": _CONTRACT,
    "subcontract_change_order": _CHANGE,
    "purchase_order_change_order": _CHANGE,
    "subcontract_invoice": Use(doc_class="Invoice", source="subcontract"),
    "purchase_order_invoice": Use(doc_class="Invoice", source="purchase_order"),
    "subcontract_adjustment": Use(doc_class="Adjustment", source="subcontract"),
    "purchase_order_adjustment": Use(doc_class="Adjustment", source="purchase_order"),
})  # fmt: skip
"""By the name of the setting, a field of :class:`~connector.core.configuration.Definitions`. All of them carry retainage."""


class WithDefinition(Protocol):
    @property
    def definition(self) -> str | None: ...


def definition_asked[R: Record](definition_of: Callable[[R], str | None]) -> Ask[R]:
    """The definition that the record goes by, for :func:`definition_fits`."""

    def query(record: R, facts: Facts) -> Query | None:
        name = definition_of(record)
        fields = facts.tenant.present(DEFINITION, FIELDS)
        return Query(object=DEFINITION, fields=fields, where=(Where("DOCID", "equalto", (name,)),)) if name else None

    return Ask(name="definition", field="DOCID", query=query)


def definition_fits(record: WithDefinition, facts: Facts) -> Iterator[Violation]:
    """One definition may serve several uses of a kind; it is enough to say once what it lacks."""
    names = facts.config.definitions
    uses = [setting for setting in USES if record.definition and getattr(names, setting) == record.definition]
    for setting in uses[:1]:
        found = list(faults(setting, names, facts.rows["definition"]))
        if found:
            said = f"{record.definition} cannot be used (definitions.{setting}): {'; '.join(found)}."
            yield Violation(code=Code.DEFINITION_UNSUITABLE, field="definition", message=said)


def faults(setting: str, names: Definitions, rows: Sequence[Held]) -> Iterator[str]:
    """What keeps the definition that this setting names from its use, in words; nothing where all is well."""
    use, name = USES[setting], getattr(names, setting)
    row = next((row for row in rows if row.get("DOCID") == name), None)
    if row is None:
        yield "Intacct has no such transaction definition"
        return
    if str(row.get("STATUS") or "active").lower() != "active":
        yield "it is inactive"
    if row.get("DOCCLASS") != use.doc_class:
        yield f"its template type is {row.get('DOCCLASS') or 'unknown'}, not {use.doc_class}"
    if use.changes and row.get("ENABLEDOCCHANGE") != use.changes:
        yield f"its change management is {row.get('ENABLEDOCCHANGE') or 'unknown'}, not {use.changes}"
    if str(row.get("ENABLE_RETAINAGE")).lower() != "true":
        yield "retainage is not enabled"
    source = getattr(names, use.source) if use.source else ""
    recalls = str(row.get(SOURCES) or "")
    if source and recalls and source not in recalls.split("#~#"):
        yield f"it cannot be converted from {source} (only from {recalls.replace('#~#', ', ')})"
