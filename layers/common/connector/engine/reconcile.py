"""Comparing a job as both systems hold it, to the cent. Each figure is the sum of what its records add to it, so that a difference is
the sum of what they add differently: the causes add up to it by the way it is worked out, and none is left without a record.

The reading of each system (:mod:`reconcile_procore`, :mod:`reconcile_intacct`) does not go by the rooms' rows on purpose: a field that a
row maps wrongly would be wrong on both sides, and agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.core.money import Money
from connector.core.reconciliation import FIGURES, ZERO, Cause, CodeRow, Compared, Entry, Figure, JobCode, Told


@dataclass(slots=True)
class Side:
    """One system's part of a reading."""

    entries: list[Entry] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Share:
    """What one record adds to one figure of one code, on either side."""

    procore: Money = ZERO
    intacct: Money = ZERO

    @property
    def differs(self) -> bool:
        return self.procore != self.intacct


type Shares = Mapping[str, Share]
"""By record."""
type Name = Callable[[str, Figure, Share], Cause]
"""Says why a record adds differently."""


@dataclass(slots=True)
class Figures:
    """Both sides together. ``amounts`` are by code and figure; ``whole`` is what a record adds to a figure over all codes."""

    shares: dict[tuple[JobCode, Figure], dict[str, Share]] = field(default_factory=dict)
    held: dict[tuple[JobCode, Figure], set[str]] = field(default_factory=lambda: defaultdict(set))
    whole: dict[tuple[str, Figure], Share] = field(default_factory=lambda: defaultdict(Share))

    @classmethod
    def of(cls, procore: Sequence[Entry], intacct: Sequence[Entry]) -> Figures:
        made = cls()
        for side, entries in (("procore", procore), ("intacct", intacct)):
            for entry in entries:
                place = entry.code, entry.figure
                shares = made.shares.setdefault(place, {})
                for share in (shares.setdefault(entry.record, Share()), made.whole[entry.record, entry.figure]):
                    setattr(share, side, getattr(share, side) + entry.amount)
                made.held[place].add(side)
        return made

    def different(self) -> set[str]:
        """The records that any figure of any code differs by."""
        return {record for shares in self.shares.values() for record, share in shares.items() if share.differs}

    def rows(self, names: Mapping[JobCode, str], name: Name) -> tuple[CodeRow, ...]:
        """In order of job and code; ``name`` is asked for each record that adds differently."""
        codes = sorted({code for code, _ in self.shares})
        return tuple(
            CodeRow(
                code=code,
                name=names.get(code, ""),
                figures=tuple(self._compared(code, figure, name) for figure in FIGURES if (code, figure) in self.shares),
            )
            for code in codes
        )

    def _compared(self, code: JobCode, figure: Figure, name: Name) -> Compared:
        shares, held = self.shares[code, figure], self.held[code, figure]
        procore, intacct = (sum((getattr(share, side) for share in shares.values()), ZERO) for side in ("procore", "intacct"))
        causes = [name(record, figure, share) for record, share in shares.items() if share.differs]
        return Compared(
            figure=figure,
            procore=procore if "procore" in held else None,
            intacct=intacct if "intacct" in held else None,
            causes=tuple(sorted(causes, key=lambda cause: (-abs(cause.difference), cause.label))),
        )
