"""What a reconciliation speaks of: the figures of a job by code, as each system holds them, and why two of them differ."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from pydantic import AwareDatetime

from connector.core.item import Value
from connector.core.money import Money, total

type Figure = Literal["budget", "committed", "invoiced", "retainage", "paid"]
FIGURES: Final[tuple[Figure, ...]] = ("budget", "committed", "invoiced", "retainage", "paid")
ZERO: Final = Decimal("0.00")


class JobCode(NamedTuple):
    """What an amount is coded to, by Intacct's ids: job or sub job, cost code, cost type. Empty where the line says none."""

    job: str
    cost_code: str
    cost_type: str

    def __str__(self) -> str:
        return ".".join(filter(None, (self.cost_code, self.cost_type))) or "not coded"


class Why(StrEnum):
    """What kind of reason a difference has. Everything but the last is an explanation."""

    NOT_SENT = "not sent"
    WAITING = "waiting"
    ON_ITS_WAY = "on its way"
    REJECTED = "rejected"
    TAKEN_BACK = "taken back"
    FAILED = "failed"
    CHANGED = "changed"
    BLOCKED = "blocked"
    DIFFERS = "differs"
    CODED_OTHERWISE = "coded otherwise"
    NOT_COUNTED = "not counted in Procore"
    NOT_IN_PROCORE = "not in Procore"
    NOT_IN_INTACCT = "not in Intacct"
    NOT_IMPORTED = "not imported"
    RELEASED_IN_INTACCT = "released in Intacct"
    UNEXPLAINED = "unexplained"


class Entry(Value):
    """What one record adds to one figure of a code. ``record`` is the id of its item, or ``intacct:{object}:{key}`` of a record that no
    Procore record is linked to."""

    figure: Figure
    code: JobCode
    record: str
    amount: Money


class Told(Value):
    """What a side knows of a record beside its amounts. ``counts`` is whether its amounts are part of the figures; ``status`` is the
    system's own word. ``why`` and ``words`` are given where the reading itself knows why the other side lacks it."""

    label: str
    status: str = ""
    counts: bool = True
    why: Why | None = None
    words: str = ""


class Cause(Value):
    """A part of a difference: one record with what each system has of it. ``words`` follow the ``label`` and are without amounts; the
    record is open since ``since``, where that is known. ``item`` is the id of the item that tells its history, if there is one."""

    why: Why
    label: str
    words: str
    procore: Money
    intacct: Money
    item: str = ""
    since: AwareDatetime | None = None

    @property
    def difference(self) -> Money:
        return self.procore - self.intacct


class Compared(Value):
    """One figure of one code, with causes that add up to the difference: also where they offset each other, and there is none. A system
    without an amount has None."""

    figure: Figure
    procore: Money | None
    intacct: Money | None
    causes: tuple[Cause, ...] = ()

    @property
    def difference(self) -> Money:
        return (self.procore or ZERO) - (self.intacct or ZERO)

    @property
    def unexplained(self) -> Money:
        return total([cause.difference for cause in self.causes if cause.why is Why.UNEXPLAINED])


class CodeRow(Value):
    """A code with the figures that either system has an amount for. ``name`` is Procore's."""

    code: JobCode
    name: str
    figures: tuple[Compared, ...]

    def of(self, figure: Figure) -> Compared | None:
        return next((each for each in self.figures if each.figure == figure), None)

    @property
    def named(self) -> tuple[Compared, ...]:
        """The figures that have causes."""
        return tuple(each for each in self.figures if each.causes)

    @property
    def apart(self) -> Money:
        return total([abs(each.difference) for each in self.figures])


class Reading(Value):
    """A job as both systems held it when it was read. ``notes`` say what is left out of the figures, and why."""

    project_id: str
    job: str
    name: str
    taken_at: AwareDatetime
    taken_by: str
    rows: tuple[CodeRow, ...]
    notes: tuple[str, ...] = ()

    def total(self, figure: Figure) -> Compared:
        found = [each for row in self.rows if (each := row.of(figure)) is not None]
        return Compared(
            figure=figure, procore=total([each.procore or ZERO for each in found]), intacct=total([each.intacct or ZERO for each in found])
        )

    def totals(self) -> tuple[Compared, ...]:
        return tuple(map(self.total, FIGURES))

    def named(self) -> Iterator[Compared]:
        return (each for row in self.rows for each in row.named)

    def standing(self, kept: str) -> Standing:
        named = list(self.named())
        differences = sum(bool(each.difference) for each in named)
        return Standing(
            kept=kept,
            taken_at=self.taken_at,
            codes=len(self.rows),
            differences=differences,
            offset=len(named) - differences,
            apart=total([row.apart for row in self.rows]),
            unexplained=total([abs(each.unexplained) for each in named]),
        )


class Standing(Value):
    """A reading in one line. ``kept`` is the payload that holds it. ``differences`` counts figures of codes that differ, ``offset`` those
    that agree only because records that differ offset each other; ``apart`` adds up what stands between the two systems, whatever its
    sign, and ``unexplained`` what of that has no name."""

    kept: str
    taken_at: AwareDatetime
    codes: int
    differences: int
    offset: int
    apart: Money
    unexplained: Money
