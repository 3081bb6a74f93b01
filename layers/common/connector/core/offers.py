"""What a person can do about drift, what each choice does, and where only a person can do it, exactly what to do.

This connector adds to Intacct and never writes over what stands there: a record that stands in Intacct is corrected by a record of its own
(a change order), or by hand. Only what is gone or void there is sent anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from connector.core.drift import MISSING, DriftRow, Finding, Standing
from connector.core.item import Item

_STEPS: Final = 50
_OFF: Final = frozenset({Standing.GONE, Standing.VOID})


class Choice(StrEnum):
    ACCEPT = "accept"
    PUSH = "push"
    COMPENSATE = "compensate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """``does`` says what the choice does, or why it cannot be made; ``steps`` are a person's to take."""

    choice: Choice
    possible: bool
    does: str
    steps: tuple[str, ...] = ()


def offers(finding: Finding, item: Item, noun: str, correction: str) -> tuple[Offer, ...]:
    """``noun`` is what the record is called, ``correction`` what corrects its money (:class:`connector.core.spec.Export`)."""
    return _accept(finding, item), _push(finding, item, noun), _compensate(finding, item, noun, correction)


def _accept(finding: Finding, item: Item) -> Offer:
    if finding.intacct in _OFF:
        said = f"{item.intacct_id} is {finding.intacct.value} in Intacct: its link comes off, with that proof. It can be sent again later."
    elif finding.procore is Standing.GONE:
        said = f"{item.intacct_id} stays in Intacct as it is, and stays linked to a record that Procore does not have any more."
    else:
        said = "Both stay as they are. What differs now is not shown again; whatever changes after it is."
    return Offer(choice=Choice.ACCEPT, possible=True, does=said)


def _push(finding: Finding, item: Item, noun: str) -> Offer:
    def cannot(why: str, *steps: str) -> Offer:
        return Offer(choice=Choice.PUSH, possible=False, does=why, steps=steps)

    off, name = finding.intacct in _OFF, item.intacct_id
    if finding.procore is Standing.GONE:
        why = "Procore does not have the record any more: there is nothing to send."
        return cannot(why) if off else cannot(why, f"If {name} should not stand, delete or void it in Intacct, then look again.")
    if not off:
        begin_anew = f"Or delete or void {name} in Intacct, look again, and push it again: it is then sent as a new one."
        return cannot(f"{name} stands in Intacct, and nothing is written over it, or beside it.", *_by_hand(finding), begin_anew)
    if finding.procore is Standing.VOID:
        return cannot(f"Procore's {noun} could not be sent as it stands: {_why_void(finding)}")
    said = f"The link of {name} comes off, and the {noun} as Procore shows it now goes before the approvers; approved, it is a new one."
    return Offer(choice=Choice.PUSH, possible=True, does=said)


def _by_hand(finding: Finding) -> Iterator[str]:
    rows = [row for row in finding.rows if row.intacct is not None and row.procore is not None and row.procore != row.intacct]
    for row in rows[:_STEPS]:
        yield f"In Intacct, change {row.label} from {row.intacct or 'nothing'} to {row.procore or 'nothing'}."
    if len(rows) > _STEPS:
        yield f"Likewise the other {len(rows) - _STEPS} fields that are listed."


def _why_void(finding: Finding) -> str:
    row = next((row for row in finding.rows if row.intacct is None and row.procore is not None), None)
    return f"{row.label} is {row.procore}." if row else "it is not approved there."


def _compensate(finding: Finding, item: Item, noun: str, correction: str) -> Offer:
    choice, rows = Choice.COMPENSATE, [row for row in finding.rows if row.money or _is_a_line(row)]
    if finding.intacct in _OFF:
        return Offer(choice=choice, possible=False, does="Nothing stands in Intacct that could be corrected.")
    if finding.procore is Standing.GONE:
        step = f"If it should not stand, delete or void {item.intacct_id} in Intacct, then look again and accept."
        return Offer(choice=choice, possible=False, does="Procore does not have the record any more.", steps=(step,))
    if not rows:
        return Offer(choice=choice, possible=False, does="No amount differs.")
    if not correction:
        step = f"Void {item.intacct_id} in Intacct, then look again and push it again: it goes anew, as Procore shows it."
        return Offer(choice=choice, possible=False, does=f"A {noun} is not corrected by another record.", steps=(step,))
    said = f"You make a {correction} in Procore, and it is sent like any other. The difference is shown here until both agree again."
    steps = tuple(step for row in rows[:_STEPS] for step in _corrections(row, item, noun, correction))
    return Offer(choice=choice, possible=True, does=said, steps=steps)


def _corrections(row: DriftRow, item: Item, noun: str, correction: str) -> Iterator[str]:
    in_procore, in_intacct = row.differs("procore"), row.differs("intacct")
    if in_procore and in_intacct and row.procore == row.intacct:
        yield f"{row.label}: both say {row.procore}. Accept that."
        return
    if in_procore:
        yield f"In Procore, {_back(row, row.procore, f'{noun} {item.number}')}."
        yield f"There, make a {correction} {_of(row.procore, row.export)}, have it approved and send it."
    if in_intacct:
        yield f"In Intacct, {_back(row, row.intacct, item.intacct_id)}."
        right = "it" if _is_a_line(row) else row.intacct
        yield f"If {right} was right, make a {correction} {_of(row.intacct, row.export)} in Procore, have it approved and send it."


def _back(row: DriftRow, now: str | None, name: str) -> str:
    if row.export == MISSING:
        return f"take {now} off {name}"
    return f"put {row.label} of {name} back" if now == MISSING else f"set {row.label} of {name} back to {row.export}"


def _of(now: str | None, before: str) -> str:
    """``for +12,500.00``; of a line as a whole nobody knows the amount here."""
    try:
        change = Decimal(now or "0") - Decimal(before or "0")
    except InvalidOperation:
        return "for the amount of the line"
    return f"for {change:+,.2f}"


def _is_a_line(row: DriftRow) -> bool:
    return row.field.endswith("]") or row.export == MISSING
