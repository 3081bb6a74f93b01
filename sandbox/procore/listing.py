"""Lists: filters, views, sorting and pages.

"Filtering and Sorting on List Actions" and "Using Pagination" [D]. Caps per endpoint are applied in silence: a client
must read ``Per-Page``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from sandbox.procore.errors import ApiError, bad_request
from sandbox.procore.store import Row
from sandbox.procore.world import World

Keep = Callable[[World, Row], bool]
Filter = Callable[[list[str]], Keep]


def among(column: str) -> Filter:
    """The column's value, as text, is one of those given."""

    def build(values: list[str]) -> Keep:
        wanted = {*values, *(part.strip(' []"') for value in values for part in value.split(","))}
        return lambda _, row: _word(row.get(column)) in wanted

    return build


def within(column: str) -> Filter:
    """The moment or day lies in a range ``from...to``, both ends included; either end may be a date."""

    def build(values: list[str]) -> Keep:
        first, dots, second = values[0].strip('"').partition("...")
        if not dots:
            raise bad_request(f"filters[{column}] must be a range of ISO 8601 datetimes, from...to")
        start, end = _moment(first, column), _moment(second, column, end=True)

        def keep(_: World, row: Row) -> bool:
            value = row.get(column)
            if isinstance(value, str):
                value = datetime.combine(date.fromisoformat(value), time(), UTC)
            return value is not None and start <= value <= end

        return keep

    return build


def search(*columns: str) -> Filter:
    """The text occurs in one of the columns, whatever its case."""

    def build(values: list[str]) -> Keep:
        text = values[0].lower()
        return lambda _, row: any(text in str(row.get(column) or "").lower() for column in columns)

    return build


def present(column: str) -> Filter:
    """``true``: the column has a value; ``false``: it has none."""

    def build(values: list[str]) -> Keep:
        wanted = values[:1] == ["true"]
        return lambda _, row: (row.get(column) is not None) == wanted

    return build


def handled(_: list[str]) -> Keep:
    """A filter that the operation applies by itself."""
    return lambda _, __: True


_COMMON: Mapping[str, Filter] = {
    **{name: among(name) for name in ("id", "origin_id", "status", "vendor_id", "contract_id", "executed")},
    **{name: within(name) for name in ("created_at", "updated_at")},
    "search": search("name"),
}


def filters(names: str = "", **special: Filter) -> dict[str, Filter]:
    """Filters by name: those that mean the same everywhere in one string, special ones as keywords."""
    return {**{name: _COMMON.get(name, among(name)) for name in names.split()}, **special}


@dataclass(frozen=True)
class Listing:
    """How a list answers.

    ``filters`` are asked for as ``filters[name]``, ``parameters`` as plain ``name`` or ``name[]``. ``views`` maps what
    ``?view=`` offers to the resource's views. ``paged`` False: everything at once, no ``Link``. ``deleted``:
    ``filters[include_deleted]`` is offered.
    """

    filters: Mapping[str, Filter] = field(default_factory=dict)
    parameters: Mapping[str, Filter] = field(default_factory=dict)
    view: str = "list"
    views: Mapping[str, str] = field(default_factory=dict)
    sorts: tuple[str, ...] = ()
    paged: bool = True
    per_page: int = 100
    most: int = 2000
    deleted: bool = False


def chosen_view(listing: Listing, query: MultiDict[str, str], parameter: str = "view") -> str:
    """The resource's view for ``?view=``; a view the operation does not offer is refused."""
    asked = query.get(parameter)
    if asked is None:
        return listing.view
    if asked not in listing.views:
        raise bad_request(f"view must be one of {', '.join(listing.views) or 'none'}")
    return listing.views[asked]


def select(world: World, listing: Listing, rows: Iterable[Row], query: MultiDict[str, str]) -> list[Row]:
    """Filter and sort; without ``sort`` the order is the store's."""
    asked = _asked_filters(query)
    deleted = asked.pop("include_deleted", ["without"])[0] if listing.deleted else "without"
    tests: list[Keep] = []
    for name, values in asked.items():
        if name in listing.filters:
            tests.append(listing.filters[name](values))
        elif world.settings.strict:
            raise bad_request(f"filters[{name}] is not a filter of this list")
    for name, build in listing.parameters.items():
        values = query.getlist(name) + query.getlist(f"{name}[]")
        if values:
            tests.append(build(values))
    kept = [row for row in rows if _alive(row, deleted) and all(test(world, row) for test in tests)]
    for name in reversed([name for name in query.get("sort", "").split(",") if name]):
        if name.lstrip("-") not in listing.sorts:
            raise bad_request(f"sort must be one of {', '.join(listing.sorts) or 'none'}")
        kept.sort(key=_by(name.lstrip("-")), reverse=name.startswith("-"))
    return kept


def paginate(world: World, listing: Listing, rows: list[Row], query: MultiDict[str, str], address: str) -> tuple[list[Row], dict[str, str]]:
    """One page and its headers ``Total``, ``Per-Page`` and ``Link``."""
    if not listing.paged:
        if len(rows) > world.settings.slow_listing:
            raise ApiError(HTTPStatus.REQUEST_TIMEOUT, "The request took too long: use filters to narrow the listing")
        return rows, {}
    number = _natural(query, "page", 1)
    size = min(_natural(query, "per_page", listing.per_page), listing.most)
    last = max(1, -(-len(rows) // size))
    pages = {"first": 1, "prev": number - 1, "last": last, "next": number + 1}
    if number == 1:
        del pages["first"], pages["prev"]
    if number >= last:
        del pages["next"]
    links = [f'<{_address(address, query, each, size)}>; rel="{name}"' for name, each in pages.items() if each <= last]
    headers = {"Total": str(len(rows)), "Per-Page": str(size)}
    if last > 1:
        headers["Link"] = ", ".join(links)
    return rows[(number - 1) * size : number * size], headers


def _address(address: str, query: MultiDict[str, str], number: int, size: int) -> str:
    others = [(name, value) for name, value in query.items(multi=True) if name not in ("page", "per_page")]
    return f"{address}?{urlencode([*others, ('page', number), ('per_page', size)])}"


def _asked_filters(query: MultiDict[str, str]) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = {}
    for name, value in query.items(multi=True):
        match = re.fullmatch(r"filters?\[(\w+)\](?:\[\w*\])?", name)
        if match:
            asked.setdefault(match[1], []).append(value)
    return asked


def _alive(row: Row, deleted: str) -> bool:
    gone = row.get("deleted_at") is not None
    return deleted == "with" or gone == (deleted == "only")


def _natural(query: MultiDict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return max(1, int(text)) if text.isdigit() else default


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _by(column: str) -> Callable[[Row], tuple[bool, Any]]:
    """A sort key: rows without a value first, texts whatever their case."""

    def key(row: Row) -> tuple[bool, Any]:
        value = row.get(column)
        return value is not None, value.lower() if isinstance(value, str) else value

    return key


def _moment(text: str, column: str, *, end: bool = False) -> datetime:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            return day + timedelta(days=1, microseconds=-1) if end else day
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"filters[{column}]: {text!r} is not an ISO 8601 datetime") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
