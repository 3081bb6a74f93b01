"""A record's rows as a table: which field of Procore becomes which of Intacct, by which rule. The documentation and the settings show the
same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector.core.record import Record, Row, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``depth`` is that of a line within; ``told`` is what Intacct is sent, ``read`` what is read back."""

    label: str
    depth: int
    procore: str
    told: str
    read: str
    rule: str


def lines(record: type[Record], *, quote: str = "", depth: int = 0) -> Iterator[Line]:
    """``quote`` stands around names of the code in a rule."""
    for row in rows(record):
        yield Line(
            label=row.label,
            depth=depth,
            procore=(row.procore.read or row.procore.write or "") if row.procore else "",
            told=(row.intacct.write or "") if row.intacct else "",
            read=(row.intacct.read or "") if row.intacct else "",
            rule=_rule(row, quote),
        )
        if row.lines is not None:
            yield from lines(row.lines, quote=quote, depth=depth + 1)


def _rule(row: Row, quote: str) -> str:
    """What is asked of the value, and where it comes from."""
    said = [
        f"needed ({row.needed.value})" if row.needed else "",
        f"at most {row.limit} characters" if row.limit else "",
        "the approver may choose" if row.choice else "",
        f"{row.origin.kind}: {row.origin.words}" if row.origin and row.origin.words else "",
        f"linked {quote}{row.ref.object}{quote}" if row.ref else "",
    ]
    return "; ".join(part for part in said if part)
