"""A reading as comma-separated values, for a spreadsheet: one row for each figure of each code, and behind it one for each of its causes.

Texts that a spreadsheet would take for a formula get an apostrophe before them (OWASP, "CSV Injection"); amounts are plain numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from connector.core.money import Money, plain
from connector.core.reconciliation import CodeRow, Compared, Reading

MEDIA_TYPE: Final = "text/csv; charset=utf-8"
HEAD: Final = (
    *("Job", "Cost code", "Cost type", "Description", "Figure", "In Procore", "In Intacct", "Difference"),
    *("Record", "Cause", "Cause in Procore", "Cause in Intacct", "Cause's part"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def sheet(reading: Reading) -> str:
    """With the line ends and the mark of UTF-8 that spreadsheets look for."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(line for row in reading.rows for each in row.figures for line in _lines(row, each))
    return f"\N{ZERO WIDTH NO-BREAK SPACE}{text.getvalue()}"


def file_name(reading: Reading) -> str:
    """``reconciliation-24-107-2026-11-27.csv``; of the job's id what a header and any file system take."""
    job = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in reading.job)
    return f"reconciliation-{job}-{reading.taken_at:%Y-%m-%d}.csv"


def _lines(row: CodeRow, compared: Compared) -> Iterator[list[str]]:
    coded = [*map(_text, (*row.code, row.name)), compared.figure]
    yield [*coded, _amount(compared.procore), _amount(compared.intacct), _amount(compared.difference), "", "", "", "", ""]
    for cause in compared.causes:
        parts = map(_amount, (cause.procore, cause.intacct, cause.difference))
        yield [*coded, "", "", "", _text(cause.label), _text(cause.words), *parts]


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _amount(amount: Money | None) -> str:
    return "" if amount is None else plain(amount)
