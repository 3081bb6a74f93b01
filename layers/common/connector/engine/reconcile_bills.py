"""The bills of a job by line: what of them is invoiced, retained and paid, and which invoice and payment that belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from connector.core.exchange import Held
from connector.core.money import Money, decimal, to_cents
from connector.core.reconciliation import ZERO, Entry, Figure, JobCode, Told, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """``release`` marks a line that pays retainage out which Intacct released: it bills nothing anew, its release is on the line that
    held it."""

    key: str
    bill: str
    code: JobCode
    amount: Money
    retained: Money
    released: Money
    paid: Money
    release: bool

    @classmethod
    def of(cls, row: Held, code: JobCode) -> Self:
        def money(field: str) -> Money:
            return to_cents(decimal(row.get(field) or "0"))

        return cls(
            key=str(row["RECORDNO"]),
            bill=str(row["RECORDKEY"]),
            code=code,
            amount=money("TRX_AMOUNT"),
            retained=money("TRX_AMOUNTRETAINED"),
            released=money("TRX_AMOUNTRELEASED"),
            paid=money("TRX_TOTALPAID"),
            release=str(row.get("RELEASETOPAY")).lower() == "true",
        )


class Paid(NamedTuple):
    """A part of a payment: what it pays of a bill, and of which line where it says so."""

    payment: str
    number: str
    bill: str
    line: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """``invoices`` is the record of each bill that was made of an invoice, ``releases`` the bill whose retainage another pays out."""

    lines: Sequence[BillLine]
    names: Mapping[str, str]
    invoices: Mapping[str, str]
    releases: Mapping[str, str]
    paid: Sequence[Paid]

    def invoice_of(self, bill: str) -> str:
        """The record of its invoice, empty for a bill of none."""
        return self.invoices.get(bill) or self.invoices.get(self.releases.get(bill, ""), "")

    def counted(self, payments: Mapping[tuple[str, str], str]) -> tuple[list[Entry], dict[str, Told], dict[str, Money]]:
        """What the bills of invoices add to the figures, what is known of records that Procore does not have, and the amounts of all
        other bills. ``payments`` is the Procore record of each payment of each bill."""
        entries: list[Entry] = []
        told: dict[str, Told] = {}
        others: dict[str, Money] = defaultdict(lambda: ZERO)
        paid_of: dict[str, list[Paid]] = defaultdict(list)
        for each in self.paid:
            paid_of[each.line].append(each)
        for line in self.lines:
            invoice = self.invoice_of(line.bill)
            if not invoice:
                others[line.bill] += line.amount
                continue
            for figure, record, amount, words in (*self._billed(line, invoice), *self._paid(line, paid_of[line.key], payments)):
                entries.append(Entry(figure=figure, code=line.code, record=record, amount=amount))
                if words is not None:
                    told[record] = words
        return entries, told, dict(others)

    def _billed(self, line: BillLine, invoice: str) -> Iterator[tuple[Figure, str, Money, Told | None]]:
        if line.release:
            return
        yield "invoiced", invoice, line.amount, None
        yield "retainage", invoice, line.retained, None
        if line.released:
            label = f"Retainage of bill {self.names.get(line.bill, line.bill)}"
            words = "was released in Intacct; no invoice of Procore releases it"
            told = Told(label=label, why=Why.RELEASED_IN_INTACCT, words=words)
            yield "retainage", f"intacct:APRETAINAGERELEASE:{line.bill}", -line.released, told

    def _paid(
        self, line: BillLine, parts: Sequence[Paid], payments: Mapping[tuple[str, str], str]
    ) -> Iterator[tuple[Figure, str, Money, Told | None]]:
        """By payment; what Intacct has as paid and no payment says stays without a name."""
        left = line.paid
        for paid in parts:
            left -= paid.amount
            record = payments.get((paid.payment, paid.bill))
            words = "was made in Intacct and is not in Procore yet; it comes with the next import of payments"
            foreign = None if record else Told(label=f"Payment {paid.number}", why=Why.NOT_IMPORTED, words=words)
            yield "paid", record or f"intacct:APPYMT:{paid.payment}", paid.amount, foreign or Told(label=f"Payment {paid.number}")
        if left:
            words = "is what Intacct has as paid without a payment that says so"
            told = Told(label=f"Bill {self.names.get(line.bill, line.bill)}", why=Why.UNEXPLAINED, words=words)
            yield "paid", f"intacct:APBILL:{line.bill}", left, told
