"""A goal and whether it holds. The numbers are the caller's; nothing here rounds in our favour."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One figure against its bound. ``sign`` is ``<=`` or ``>=``; ``unit`` follows the figure (``transitions``, ``x R1``)."""

    goal: str
    figure: float
    unit: str
    bound: float
    sign: str = "<="

    @property
    def holds(self) -> bool:
        return self.figure <= self.bound if self.sign == "<=" else self.figure >= self.bound

    def __str__(self) -> str:
        return f"{self.goal} {_shown(self.figure)} {self.unit}, goal {self.sign} {_shown(self.bound)}: {'holds' if self.holds else 'short'}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one measurement found: its goals' lines, and below them what was counted."""

    measured: tuple[Measured, ...]
    counted: tuple[str, ...] = field(default=())


def _shown(number: float) -> str:
    """Four digits at least, no more behind the point than a person reads."""
    return f"{number:,.0f}" if number == int(number) or abs(number) >= 1000 else f"{number:.4g}"  # noqa: PLR2004 -- thousands
