"""*Usage*: what the connector asks of both systems, by day and by month, and how near that is to Procore's limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from connector.core.usage import Counted, Purpose, Report, Stretch, together
from connector.presentation.formats import Formats

_FOR: Final = {
    Purpose.EXPORTS: "Exports",
    Purpose.IMPORTS: "Imports",
    Purpose.WATCH: "Drift, sweeps",
    Purpose.PEOPLE: "Pages, API",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """``role`` is ``part`` of what it was for, ``all`` of the sum, ``beside`` of what stands beside it."""

    words: str
    number: str
    role: str
    zero: bool


@dataclass(frozen=True, slots=True)
class Row:
    when: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``rows`` newest first, ``total`` of all of them."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    name: str
    title: str
    said: tuple[str, ...]
    hint: str
    tables: tuple[Table, ...]


def systems(formats: Formats, found: Report, now: datetime) -> tuple[System, ...]:
    """Empty before anything is counted."""
    if found.since is None:
        return ()
    return (
        System(
            name="procore",
            title="Calls to Procore",
            said=_of_procore(formats, found, now),
            hint="The limit is that of the connector's own account in Procore, whoever uses it.",
            tables=_tables(formats, found, "procore", "All calls"),
        ),
        System(
            name="intacct",
            title="Requests to Intacct",
            said=(_of_intacct(formats, found, now),),
            hint="Intacct counts API transactions: each query and each record written. Functions come near to that; sign-ins are requests "
            "without one. How many are included stands in your contract with Sage.",
            tables=_tables(formats, found, "intacct", "All requests", "functions"),
        ),
    )


def since(formats: Formats, found: Report) -> str:
    return formats.day(found.since) if found.since else ""


def _of_procore(formats: Formats, found: Report, now: datetime) -> tuple[str, ...]:
    said = [
        f"{formats.number(window.limit - window.remaining)} of {formats.number(window.limit)} calls are used;"
        f" the count begins anew at {formats.recent(window.reset, now)}."
        for window in found.windows
    ]
    if not said:
        said = ["No limit runs just now: Procore says with its next answer how many calls are left."]
    if found.busiest is not None:
        most, when = formats.number(found.busiest.calls), formats.moment(found.busiest.begins)
        said.append(f"The most in one hour of the last 31 days was {most}, from {when} on.")
    return tuple(said)


def _of_intacct(formats: Formats, found: Report, now: datetime) -> str:
    month = now.astimezone(UTC).date().replace(day=1)
    here = next((each for each in found.months if each.first == month), Stretch(month, {}))
    requests, functions = formats.number(here.of("intacct")), formats.number(here.of("functions"))
    return f"{formats.month(month)}: {functions} functions in {requests} requests."


def _tables(formats: Formats, found: Report, counted: Counted, everything: str, more: Counted | None = None) -> tuple[Table, ...]:
    heads = (*_FOR.values(), everything, *([more.capitalize()] if more else []))

    def row(when: str, stretch: Stretch) -> Row:
        numbers = [
            *((words, stretch.of(counted, purpose), "part") for purpose, words in _FOR.items()),
            (everything, stretch.of(counted), "all"),
            *([(more.capitalize(), stretch.of(more), "beside")] if more else []),
        ]
        return Row(when, tuple(Cell(words, formats.number(number), role, number == 0) for words, number, role in numbers))

    def table(title: str, stretches: Sequence[Stretch], when: list[str], total: str) -> Table:
        rows = tuple(row(words, stretch) for words, stretch in zip(when, stretches, strict=True))
        return Table(title=title, heads=heads, rows=rows, total=row(total, together(tuple(stretches), date.min)))

    return (
        table("By day", found.days, [formats.day(each.first) for each in found.days], "31 days"),
        table("By month", found.months, [formats.month(each.first) for each in found.months], "12 months"),
    )
