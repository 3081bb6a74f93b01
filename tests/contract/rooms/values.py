"""Any record of any room, drawn from its rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from connector.core import codecs
from connector.core.record import Record, Ref, Row, rows

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).map(str.strip).filter(bool)
IDS = st.integers(min_value=1, max_value=2**53).map(str)


def records(record: type[Record]) -> st.SearchStrategy[Any]:
    """Records with a value in every row that a wire carries; optional rows may be empty."""
    return st.builds(record.model_validate, st.fixed_dictionaries({row.name: _values(row) for row in rows(record)}))


def _values(row: Row) -> st.SearchStrategy[Any]:
    if row.lines is not None:
        line = records(row.lines)
        identity = next((each.name for each in rows(row.lines) if each.identity), None)
        return st.lists(line, max_size=3, unique_by=(lambda one: getattr(one, identity)) if identity else None).map(tuple)
    value = _value(row)
    return st.none() | value if row.optional else value


def _value(row: Row) -> st.SearchStrategy[Any]:  # noqa: PLR0911 -- one return for each kind of value
    codec = (row.intacct or row.procore or _NO_COLUMN).codec
    if codec.name == "state":
        return st.sampled_from(["WA", "OR", "BC", "NSW"])
    if row.ref is not None:
        return IDS.map(lambda number: Ref(procore=number, intacct=f"I{number}"))
    if row.identity:
        return IDS
    if codec.name == "true or false" or row.type is bool:
        return st.booleans()
    if row.type is date:
        return st.dates(date(2000, 1, 1), date(2099, 12, 31))
    if row.type is Decimal:
        places = 2 if codec is codecs.MONEY else 4
        return st.decimals(min_value=Decimal(-9999999), max_value=Decimal(9999999), places=places, allow_nan=False).map(codec.read)
    if isinstance(row.type, type) and issubclass(row.type, Record):
        return records(row.type)
    if (words := _words(codec)) is not None:
        return st.sampled_from(words)
    return TEXTS.map(lambda text: text[: row.limit].strip() or "x") if row.limit else TEXTS


class _NoColumn:
    codec = codecs.TEXT


_NO_COLUMN = _NoColumn()


def _words(codec: codecs.Codec) -> list[str] | None:
    return sorted(codec.words) if codec.words else None


def held(record: Record) -> Mapping[str, Any]:
    """What Intacct would answer about a record it holds: every readable row under its read name."""
    tree: dict[str, Any] = {}
    for row in rows(type(record)):
        value = getattr(record, row.name)
        if row.intacct is None or row.intacct.read is None or value is None:
            continue
        if row.lines is not None:
            tree[row.intacct.read] = [held(line) for line in value]
        elif row.ref is not None:
            tree[row.intacct.read] = value.intacct
        else:
            codec = codecs.US_DATE if row.intacct.codec is codecs.LEGACY_DATE else row.intacct.codec
            tree[row.intacct.read] = str(codec.write(value))
    return tree
