"""The last page of the story, for people: per job, cost code and cost type, what Procore and what Intacct hold."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from sandbox.story.ledgers import COLUMNS, CONTRACT, Row, totals

_CODE: Final = 21
_GAP: Final = "   "


def table(found: Sequence[Row]) -> str:
    """One line a code, then a total and the prime contract of each job. Each pair of amounts is Procore's and Intacct's, with the sign
    that stands between them."""
    return "\n\n".join(_job(list(rows)) for _, rows in groupby(found, lambda row: row.code.job))


def _job(found: list[Row]) -> str:
    contracts = [row for row in found if CONTRACT in row.columns]
    codes = [row for row in found if row not in contracts]
    total = totals(codes)
    widths = {name: max(_width(row, name) for row in (total, *codes)) for name in COLUMNS}
    heads = [
        found[0].code.job.ljust(_CODE) + "".join(f"{_GAP}{name:^{2 * width + 3}}" for name, width in widths.items()),
        "".ljust(_CODE) + "".join(f"{_GAP}{'Procore':>{width}}   {'Intacct':>{width}}" for width in widths.values()),
    ]
    lines = [_line(row, str(row.code), widths) for row in codes]
    ends = [
        _line(total, "total", widths),
        *(CONTRACT.ljust(_CODE) + _GAP + _cell(row, CONTRACT, widths["budget"]) for row in contracts),
    ]
    return "\n".join(line.rstrip() for line in (*heads, *lines, *ends))


def _line(row: Row, label: str, widths: dict[str, int]) -> str:
    return label.ljust(_CODE) + "".join(f"{_GAP}{_cell(row, name, width)}" for name, width in widths.items())


def _cell(row: Row, name: str, width: int) -> str:
    if name not in row.columns:
        return " " * (2 * width + 3)
    sign = "≠" if name in row.differences else "="
    return f"{_money(row.procore.get(name)):>{width}} {sign} {_money(row.intacct.get(name)):>{width}}"


def _width(row: Row, name: str) -> int:
    return max(len("Procore"), *(len(_money(amounts[name])) for amounts in (row.procore, row.intacct) if name in amounts), 0)


def _money(amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount:,.2f}"
