"""What all documents of Intacct's purchasing have in common: how one is found again, and what is asked about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connector.core.exchange import Query, Where
from connector.core.record import Record, Ref
from connector.core.spec import Ask, Facts, IntacctHeld, Void, there_is

SUBCONTRACT: Final = "WorkOrderContract"
PURCHASE_ORDER: Final = "PurchaseOrderContract"
"""Procore's two types of commitments."""

CREATE: Final = "create_potransaction"
DOCUMENT: Final = "PODOCUMENT"
LINE: Final = "PODOCUMENTENTRY"
UNPOSTED: Final = frozenset({"Draft", "Submitted", "Declined", "I", "S", "R"})
"""States of a document that has no effect, or not yet: by name, or by code [D]."""
DECLINED: Final = Void("STATE", frozenset({"Declined", "R"}))


def document_id(definition: str | None, number: str | None) -> str:
    """Intacct's id of a document, which its create answers [S,F]."""
    return f"{definition}-{number}"


def held[R: Record](id_of: Callable[[R], str]) -> IntacctHeld[R]:
    return IntacctHeld(
        object=DOCUMENT,
        id_field="DOCID",
        by_key="DOCID",
        lines_object=LINE,
        lines_by="DOCHDRID",
        find=lambda record, _facts: (Where("DOCID", "equalto", (id_of(record),)),),
        void=DECLINED,
    )


def taken[R: Record](id_of: Callable[[R], str | None]) -> Ask[R]:
    """Whether Intacct has a document of this id already."""
    return there_is("taken", DOCUMENT, "DOCID", id_of)


def known_terms[R: Record](terms_of: Callable[[R], str | None]) -> Ask[R]:
    """Whether Intacct has payment terms of this name."""
    return there_is("terms", "APTERM", "NAME", terms_of)


def committed(facts: Facts, job: Ref | None, vendor: Ref | None = None) -> Query | None:
    """The commitments and change orders that Intacct holds for the job (and the vendor). Change orders whose amounts are the new value
    of a line would count it twice: they are left out."""
    names = facts.config.definitions
    contracts = (names.subcontract, names.purchase_order)
    changes = (names.subcontract_change_order, names.purchase_order_change_order)
    if not (job and job.intacct) or (vendor is not None and not vendor.intacct):
        return None
    documents = contracts + changes if facts.config.change_order_amounts == "delta" else contracts
    where: tuple[Where, ...] = (Where("PROJECT", "equalto", (job.intacct,)), Where("DOCPARID", "in", documents))
    if vendor is not None:
        where += (Where("CUSTVENDID", "equalto", (vendor.intacct,)),)
    return Query(object=DOCUMENT, fields=("RECORDNO", "TOTAL"), where=where)


def digits_at_the_end(number: str | None) -> str | None:
    """``1`` of ``CO001``: what counts the documents of a commitment."""
    text = number or ""
    digits = text[len(text.rstrip("0123456789")) :]
    return str(int(digits)) if digits else None
