"""Whether both systems are set up for this connector, step by step: what an administrator is shown, and does next."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime

from connector.core.errors import CATALOGUE, Code, ConnectorError, Violation, Who
from connector.core.item import Value


class StepState(StrEnum):
    HOLDS = "holds"
    WRONG = "wrong"
    NOT_CHECKED = "not checked"
    """It could not be looked at: an earlier step is wrong, or the other system does not say. ``found`` has the reason."""


class Wrong(Value):
    """One thing that keeps a step from holding. ``field`` is the path of the setting that decides it (``definitions.subcontract``),
    empty where none does; ``found`` is what is there, ``do`` what would mend it, by ``who``."""

    code: Code
    field: str = ""
    found: str
    do: str
    who: Who
    their_words: str = ""

    @classmethod
    def of(cls, code: Code, field: str, found: str, do: str = "", *, who: Who | None = None, their_words: str = "") -> Self:
        """What is not said otherwise is said by the code."""
        why = CATALOGUE[code]
        return cls(code=code, field=field, found=found, do=do or why.remedy, who=who or why.who, their_words=their_words)

    @classmethod
    def by(cls, problem: ConnectorError | Violation, field: str = "", do: str = "") -> Self:
        return cls.of(problem.code, field, problem.message, do, their_words=problem.their_words)

    def violation(self) -> Violation:
        """As the answer to somebody who would save the setting. The code's own remedy comes with it."""
        said = self.found if self.do == CATALOGUE[self.code].remedy else f"{self.found} {self.do}"
        return Violation(code=self.code, field=self.field, message=said, their_words=self.their_words)


class CheckStep(Value):
    """``name`` stays the same over time; ``title`` and ``found`` are for people, ``found`` in whole sentences."""

    name: str
    title: str
    state: StepState
    found: str
    wrong: tuple[Wrong, ...] = ()


class Checked(Value):
    """Every step in its order, each time."""

    at: AwareDatetime
    steps: tuple[CheckStep, ...]

    @property
    def holds(self) -> bool:
        return all(step.state is StepState.HOLDS for step in self.steps)
