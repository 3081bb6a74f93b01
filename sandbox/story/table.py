"""The last page of the story, for people: per job, cost code and cost type, what Procore and what Intacct hold."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from sandbox.story.ledgers import COLUMNS, Row, totals

_CODE: Final = 21
_NONE: Final = ""


def table(found: Sequence[Row]) -> str:
    """One line a code and a total for each job. Each pair of amounts is Procore's and Intacct's, with the sign that stands between them."""
    return "\n\n".join(_job(list(rows)) for _, rows in groupby(found, lambda row: row.code.job))


def _job(found: list[Row]) -> str:
    total = totals(found)
    widths = {
        name: max(len(_money(amounts.get(name))) for row in (total, *found) for amounts in (row.procore, row.intacct)) for name in COLUMNS
    }
    cells = {name: 2 * width + len(" = ") for name, width in widths.items()}
    heads = [
        f"{found[0].code.job:<{_CODE}}" + "".join(f"   {name:^{cell}}".rstrip().ljust(cell + 3) for name, cell in cells.items()),
        " " * _CODE + "".join(f"   {'Procore':>{widths[name]}}   {'Intacct':>{widths[name]}}" for name in COLUMNS),
    ]
    return "\n".join(
        line.rstrip() for line in (*heads, *(_line(row, str(row.code), widths) for row in found), _line(total, "total", widths))
    )


def _line(row: Row, label: str, widths: dict[str, int]) -> str:
    return f"{label:<{_CODE}}" + "".join(f"   {_cell(row, name, width)}" for name, width in widths.items())


def _cell(row: Row, name: str, width: int) -> str:
    if name not in row.columns:
        return " " * (2 * width + 3)
    sign = "≠" if name in row.differences else "="
    return f"{_money(row.procore.get(name)):>{width}} {sign} {_money(row.intacct.get(name)):>{width}}"


def _money(amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount:,.2f}"
