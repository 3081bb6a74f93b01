"""Budget views: the rows of a project's budget, the only way to list its lines, and what stands behind their numbers.

Beside the documented attributes a row has one key for each column of the view, with the column's name as key [X].
"""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import ApiError, bad_request, not_found
from sandbox.procore.fields import TEXT, cents, fields, group
from sandbox.procore.listing import Listing, among
from sandbox.procore.objects import bases
from sandbox.procore.objects.budget import ZERO, Sums, bears, sums
from sandbox.procore.objects.change_orders import contract_of
from sandbox.procore.objects.codes import biller
from sandbox.procore.objects.wbs_codes import parts, short
from sandbox.procore.resource import Resource, view
from sandbox.procore.routes import Route, listed, mount_rows
from sandbox.procore.store import Row
from sandbox.procore.world import World

COLUMNS: dict[str, str] = {
    "Revised Budget": "revised",
    "Pending Budget Changes": "pending_changes",
    "Projected Budget": "projected_budget",
    "Committed Costs": "committed",
    "Direct Costs": "direct",
    "Pending Cost Changes": "pending_costs",
    "Projected Costs": "projected_costs",
    "Forecast To Complete": "forecast",
    "Estimated Cost at Completion": "at_completion",
}
_DETAIL_TYPES = {"committed": "Commitments", "direct": "Direct Costs", "pending": "Pending Cost Changes"}
_GROUPS = {
    "project": "project_id",
    "biller": "biller",
    "category": "category",
    "cost_code": "cost_code",
    "root_cost_code": "root_cost_code",
    "cost_code_name": "cost_code",
    "root_cost_code_name": "root_cost_code",
}

VIEW = Resource(
    "budget_views",
    fields(bases.STAMPS, group(TEXT, "name description role")),
    {
        "list": view(
            "id name description role created_at updated_at",
            created_by=bases.author(),
            links=lambda world, row: {
                name: f"{world.url}/rest/v1.0/budget_views/{row['id']}/{name}" for name in ("detail_rows", "summary_rows")
            },
        )
    },
)


def _root(world: World, code: Row) -> Row:
    parent = world.store["cost_codes"].get(code["parent_id"] or 0)
    return code if parent is None else _root(world, parent)


def _named(code: Row) -> str:
    return f"{code['full_code']} - {code['name']}"


def _detail_row(world: World, project: Row, code: Row, line: Row | None) -> Row:
    """A row of the view: a budget code with its numbers, budgeted (``line``) or not."""
    coding = parts(world, code)
    cost_code = world.store["cost_codes"][coding["cost_code_id"]]
    category = world.store["line_item_types"][coding["line_item_type_id"]]
    root, owner = _root(world, cost_code), biller(world, cost_code)
    worked = sums(world, project["id"], code["id"], line["original_budget_amount"] if line else ZERO)
    return {
        "id": line["id"] if line else None,
        "deletable": line is not None and worked.projected_costs == ZERO and not project["budget_locked"],
        "company_id": world.company["id"],
        "company": world.company["name"],
        "project_id": project["id"],
        "project": project["name"],
        "wbs_code_id": code["id"],
        "biller_id": owner["id"],
        "biller": owner["name"],
        "biller_type": owner["type"],
        "root_cost_code_id": root["id"],
        "root_cost_code": _named(root),
        "cost_code_id": cost_code["id"],
        "cost_code": _named(cost_code),
        "cost_code_origin_id": cost_code["origin_id"],
        "category_id": category["id"],
        "category": category["name"],
        "unbudgeted_reason": None if line else "Not in the budget",
        "sums": worked,
    }


def _numbers(worked: Sums) -> dict[str, Any]:
    return {
        "original_budget_amount": cents(worked.original),
        "budget_modifications": cents(worked.changes),
        **{title: cents(getattr(worked, name)) for title, name in COLUMNS.items()},
    }


def _forecast(_: World, row: Row) -> dict[str, Any]:
    amount = cents(row["sums"].forecast)
    return {
        "id": None,
        "manual_amount": None,
        "automatic_amount": amount,
        "amount": amount,
        "automatically_calculated": True,
        "calculation_strategy": "automatic",
        "notes": None,
    }


_ROW_NAMES = (
    "id deletable company_id company project_id wbs_code_id biller_id root_cost_code_id cost_code_id cost_code_origin_id "
    "category_id project biller biller_type root_cost_code cost_code category unbudgeted_reason"
)
_TITLES = ("original_budget_amount", "budget_modifications", *COLUMNS)
ROW = Resource(
    "budget_rows",
    {},
    {
        "list": view(
            _ROW_NAMES,
            budget_forecast=_forecast,
            currency_configuration=bases.currency,
            **{title: lambda _, row, title=title: _numbers(row["sums"])[title] for title in _TITLES},
        )
    },
)


def _view(call: Call) -> Row:
    row = call.world.row("budget_views", call.integer("budget_view_id"))
    if row is None:
        raise not_found()
    return row


def _rows(call: Call) -> list[Row]:
    """Budgeted rows (the default), unbudgeted ones, or all, in the documented order."""
    _view(call)
    world, project = call.world, call.project()
    wanted = call.query.get("budget_row_type", "budgeted")
    if wanted not in ("budgeted", "unbudgeted", "all"):
        raise bad_request("budget_row_type must be one of budgeted, unbudgeted, all")
    lines = {row["wbs_code_id"]: row for row in world.store["budget_line_items"].live(project_id=project["id"])}
    rows = [
        _detail_row(world, project, code, lines.get(code["id"]))
        for code in world.store["wbs_codes"].live(project_id=project["id"])
        if wanted == "all" or (code["id"] in lines) is (wanted == "budgeted")
    ]
    rows = [row for row in rows if row["id"] is not None or _has_costs(row["sums"])]
    order = ("biller_type", "biller", "root_cost_code", "cost_code", "category_id")
    return sorted(rows, key=lambda row: tuple(row[name] for name in order))


def _has_costs(worked: Sums) -> bool:
    return any((worked.changes, worked.pending_changes, worked.committed, worked.direct, worked.pending_costs))


def _summary_rows(call: Call) -> Answer:
    """Rows grouped by one or more attributes, their numbers added up."""
    names = call.query.get("group_by", "biller,root_cost_code").split(",")
    if not set(names) <= set(_GROUPS):
        raise bad_request(f"group_by must be of {', '.join(_GROUPS)}")
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in _rows(call):
        groups.setdefault(tuple(row[_GROUPS[name]] for name in names), []).append(row)
    rows = [
        {
            "id": "-".join(str(part) for part in key),
            "name": " ".join(str(part) for part in key),
            "biller_type": members[0]["biller_type"],
            "sums": _added(members),
        }
        for key, members in groups.items()
    ]
    return listed(call, _SUMMARY, Listing(), rows)


_SUMMARY = Resource(
    "budget_rows",
    {},
    {
        "list": view(
            "id name biller_type",
            budget_forecast=lambda _, row: {"amount": cents(row["sums"].forecast)},
            currency_configuration=bases.currency,
            **{title: lambda _, row, title=title: _numbers(row["sums"])[title] for title in _TITLES},
        )
    },
)


def _added(rows: list[Row]) -> Sums:
    names = Sums.__dataclass_fields__
    return Sums(**{name: sum((getattr(row["sums"], name) for row in rows), Decimal(0)) for name in names})


def _columns(call: Call) -> Answer:
    _view(call)
    call.project()
    return call.answer(
        [
            {
                "aggregatable": True,
                "filterable": False,
                "groupable": False,
                "id": str(number),
                "name": name,
                "position": number,
                "type": "source",
            }
            for number, name in enumerate(("Original Budget Amount", "Budget Modifications", *COLUMNS), 1)
        ]
    )


def _details(call: Call) -> Answer:
    """Every transaction behind the numbers; a large project must be filtered (408)."""
    _view(call)
    world, project = call.world, call.project()
    asked = call.attributes("filters")
    found = [line for line in world.store["line_items"].live(project_id=project["id"]) if bears(world, line)]
    found = [line for line in found if _asked_for(line, asked)]
    if len(found) > world.settings.slow_listing:
        raise ApiError(HTTPStatus.REQUEST_TIMEOUT, "The request took too long: use filters to narrow the listing")
    return call.answer([_detail(world, line) for line in found])


def _asked_for(line: Row, asked: dict[str, Any]) -> bool:
    columns = {"cost_code": "cost_code_id", "cost_type": "line_item_type_id"}
    return all(line[column] in asked[name] for name, column in columns.items() if asked.get(name))


def _detail(world: World, line: Row) -> dict[str, Any]:
    column = bears(world, line) or ""
    order = world.store["change_orders"].find(potential_id=line["holder_id"])
    contract = contract_of(world, order or {"contract_id": line["holder_id"]})
    cost = world.row("direct_costs", line["holder_id"])
    vendor_id = (contract or cost or {}).get("vendor_id")
    code = world.store["cost_codes"].get(line["cost_code_id"])
    owner = biller(world, code) if code else {"id": None, "name": None}
    number = next((name for name, title in enumerate(COLUMNS, 3) if title == _COLUMN_OF[column]), 0)
    return {
        "id": f"LineItem-{line['id']}",
        "biller": {"id": owner["id"], "name": owner["name"]},
        "contract": contract and {"id": contract["id"], "name": contract["title"]},
        "cost_code": code and {"id": code["id"], "name": _named(code)},
        "cost_type": world.reference("line_item_types", line["line_item_type_id"], "name"),
        "description": line["description"],
        "detail_type": {"id": column, "name": _DETAIL_TYPES[column]},
        "item": line["description"],
        "link": None,
        "root_cost_code": code and {"id": _root(world, code)["id"], "name": _named(_root(world, code))},
        "vendor": world.reference("vendors", vendor_id, "name"),
        "wbs_code": short(world, line["wbs_code_id"]),
        str(number): cents(line["amount"]),
    }


_COLUMN_OF = {"committed": "Committed Costs", "direct": "Direct Costs", "pending": "Pending Cost Changes"}


def _views(call: Call) -> list[Row]:
    if call.parameter("project_id") is not None:
        call.project()
    return call.world.store["budget_views"].live()


_V = "/rest/v1.0/budget_views"
_ONE = f"{_V}/<int:budget_view_id>"
_DETAIL_LIST = Listing(
    parameters={
        "cost_code_id": among("cost_code_id"),
        "root_cost_code_id": among("root_cost_code_id"),
        "category_id": among("category_id"),
        "budget_line_item_id": among("id"),
        "cost_code_name": among("cost_code"),
        "root_cost_code_name": among("root_cost_code"),
    },
    sorts=("biller_type", "project", "biller", "category_id", "cost_code", "root_cost_code"),
)
ROUTES: tuple[Route, ...] = (
    *mount_rows(VIEW, _V, _views, "list", Listing(sorts=("created_at",))),
    *mount_rows(ROW, f"{_ONE}/detail_rows", _rows, "list", _DETAIL_LIST),
    Route("GET", f"{_ONE}/summary_rows", _summary_rows),
    Route("GET", f"{_ONE}/budget_detail_columns", _columns),
    Route("POST", f"{_ONE}/budget_details", _details),
)
