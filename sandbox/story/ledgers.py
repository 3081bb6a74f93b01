"""Both ledgers side by side, read from the two simulators and from nothing of the connector's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests

from sandbox.intacct import IntacctSimulator
from sandbox.procore import ProcoreSimulator

_SECONDS = 30


@dataclass(frozen=True)
class Line:
    """A line of a commitment as each system holds it; amounts None where it is missing."""

    number: str
    code: str
    procore: Decimal | None
    intacct: Decimal | None

    @property
    def agrees(self) -> bool:
        return self.procore == self.intacct


def lines(procore: ProcoreSimulator, intacct: IntacctSimulator, numbers: Sequence[str]) -> list[Line]:
    """The lines of the commitments of these numbers, by cost code and type, summed up per code in each system."""
    ours = _by_code(_procore_lines(procore, numbers))
    theirs = _by_code(_intacct_lines(intacct, numbers))
    return [Line(number, code, ours.get((number, code)), theirs.get((number, code))) for number, code in sorted({*ours, *theirs})]


def documents(intacct: IntacctSimulator) -> list[dict[str, Any]]:
    """The purchasing documents that Intacct holds, with their lines."""
    held: list[dict[str, Any]] = requests.get(f"{intacct.base_url}/_sandbox/state", timeout=_SECONDS).json()["documents"]
    return held


def _by_code(amounts: Iterable[tuple[str, str, Decimal]]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for number, code, amount in amounts:
        sums[number, code] = sums.get((number, code), Decimal("0.00")) + amount
    return sums


def _procore_lines(procore: ProcoreSimulator, numbers: Sequence[str]) -> Iterator[tuple[str, str, Decimal]]:
    for commitment in procore.state()["commitments"]:
        if commitment["number"] in numbers:
            for line in commitment["lines"]:
                yield commitment["number"], _flat(line["flat_code"]), Decimal(line["amount"])


def _intacct_lines(intacct: IntacctSimulator, numbers: Sequence[str]) -> Iterator[tuple[str, str, Decimal]]:
    for document in documents(intacct):
        if document["number"] in numbers:
            for line in document["lines"]:
                yield document["number"], f"{line['task']}.{line['cost_type']}", Decimal(line["amount"])


def _flat(code: str) -> str:
    """Cost code and cost type of a flat code, which may begin with a sub job."""
    return ".".join(code.split(".")[-2:])


def table(found: Sequence[Line]) -> str:
    """For people: one row a code, a total row per commitment."""
    rows = [f"{'commitment':<16} {'code and type':<14} {'approved in Procore':>20} {'in Intacct':>20}  "]
    for number in dict.fromkeys(line.number for line in found):
        of_number = [line for line in found if line.number == number]
        rows += [
            f"{line.number:<16} {line.code:<14} {_money(line.procore):>20} {_money(line.intacct):>20}  {'' if line.agrees else '≠'}"
            for line in of_number
        ]
        ours, theirs = _total(line.procore for line in of_number), _total(line.intacct for line in of_number)
        rows.append(f"{number:<16} {'total':<14} {_money(ours):>20} {_money(theirs):>20}  {'=' if ours == theirs else '≠'}")
    return "\n".join(rows)


def _total(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal("0.00"))


def _money(amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount:,.2f}"


def disagreements(found: Sequence[Line]) -> list[Any]:
    return [line for line in found if not line.agrees]
