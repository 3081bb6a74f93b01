"""How a line may be coded: rules that every record with coded lines shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from connector.core.errors import Code, Violation
from connector.core.record import Ref
from connector.core.spec import Facts


class CodedLine(Protocol):
    @property
    def cost_code(self) -> Ref | None: ...

    @property
    def cost_type(self) -> Ref | None: ...

    @property
    def flat_code(self) -> str | None: ...


class WithCodedLines(Protocol):
    @property
    def lines(self) -> Sequence[CodedLine]: ...


def coded_below_divisions(record: WithCodedLines, _facts: Facts) -> Iterator[Violation]:
    for number, line in enumerate(record.lines, start=1):
        if line.cost_code and line.cost_code.detail.get("division") == "yes":
            yield Violation(
                code=Code.COST_CODE_IS_DIVISION,
                field=f"lines[{number}].cost_code",
                message=f"Line {number} is coded to {line.cost_code.label or line.cost_code.intacct}, a division.",
            )
        elif line.cost_code and line.cost_code.detail.get("active") == "no":
            yield Violation(
                code=Code.COST_CODE_INACTIVE,
                field=f"lines[{number}].cost_code",
                message=f"Line {number}: {line.cost_code.intacct} is inactive in Intacct.",
            )


def type_fits_the_code(record: WithCodedLines, _facts: Facts) -> Iterator[Violation]:
    for number, line in enumerate(record.lines, start=1):
        code, kind = line.cost_code, line.cost_type
        if code and kind and code.intacct and kind.intacct and code.detail.get("division") != "yes" and kind.intacct not in code.members:
            has = ", ".join(sorted(code.members)) or "none"
            yield Violation(
                code=Code.COST_TYPE_MISSING,
                field=f"lines[{number}].cost_type",
                message=f"Line {number}: cost code {code.intacct} has no cost type {kind.intacct} in Intacct (it has {has}).",
            )


def no_custom_segment(record: WithCodedLines, _facts: Facts) -> Iterator[Violation]:
    """A flat code is sub job, cost code and cost type joined by dots; a further part is a custom segment. Of a cost code that is not
    linked nobody knows whether it is a sub job's."""
    for number, line in enumerate(record.lines, start=1):
        parts = (line.flat_code or "").split(".")
        known = 2 + (1 if line.cost_code and line.cost_code.detail.get("sub_job") else 0)
        if line.flat_code and line.cost_code and line.cost_code.intacct and len(parts) > known:
            yield Violation(
                code=Code.CUSTOM_SEGMENT,
                field=f"lines[{number}].flat_code",
                message=f"Line {number}: {line.flat_code} has a custom segment ({parts[-1]}).",
            )
