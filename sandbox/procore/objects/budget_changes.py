"""Moving money inside a budget: budget changes, or the older budget modifications, whichever the company uses.

The other one's writes are answered 405 with ``Allow: GET`` ("Upgrading from Budget Modifications" [D]). A transfer is
a positive adjustment (``change_event``) and a negative one (``budget_change``) under one ``adjustment_number``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from http import HTTPStatus
from typing import Literal

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import not_allowed
from sandbox.procore.fields import ANY, CENT, INTEGER, MONEY, NUMBER, OBJECTS, TEXT, choice, fields, group
from sandbox.procore.listing import Listing
from sandbox.procore.objects import bases
from sandbox.procore.objects.wbs_codes import short
from sandbox.procore.resource import Change, Resource, view
from sandbox.procore.routes import Route, found, mount, of_project
from sandbox.procore.store import Row
from sandbox.procore.world import World

STATUSES = ("draft", "approved", "under_review", "void")
_INVALID = "The budget must be locked first"


def _locked_first(change: Change) -> None:
    project = change.world.row("projects", change.get("project_id"))
    if change.creating and project is not None and not project["budget_locked"]:
        change.refuse("base", _INVALID)


def _of_project_code(change: Change) -> None:
    code = change.world.row("wbs_codes", change.get("wbs_code_id"))
    if code is None or code["project_id"] != change.get("project_id"):
        change.refuse("wbs_code_id", "must exist")


def _priced(change: Change) -> None:
    quantity, unit_cost = change.get("quantity"), change.get("unit_cost")
    if change.get("calculation_strategy") == "automatic" and quantity is not None and unit_cost is not None:
        change.values["amount"] = (quantity * unit_cost).quantize(CENT, ROUND_HALF_UP)


def lines_of(world: World, change_id: int) -> list[Row]:
    rows = world.store["budget_change_lines"].live(budget_change_id=change_id)
    return sorted(rows, key=lambda row: (row["adjustment_number"], row["id"]))


LINE = Resource(
    "budget_change_lines",
    fields(
        bases.STAMPS,
        group(choice("change_event", "budget_change"), "type", default="change_event"),
        group(TEXT, "ref description comment uom"),
        group(choice("automatic", "manual"), "calculation_strategy", default="manual"),
        group(NUMBER, "amount", default=Decimal(0)),
        group(NUMBER, "quantity unit_cost"),
        group(INTEGER, "adjustment_number", default=1),
        group(INTEGER, "wbs_code_id", required=True, refers_to="wbs_codes"),
        group(INTEGER, "change_event_line_item_id"),
    ),
    {
        "show": view(
            "id ref adjustment_number description comment calculation_strategy quantity type uom unit_cost amount "
            "change_event_line_item_id",
            wbs_code=lambda world, row: short(world, row["wbs_code_id"]),
            change_event_line_item=bases.no_value,
        ),
        "v2": view(
            "id adjustment_number wbs_code_id amount uom quantity description type",
            **{
                f"budget_change_{name}": lambda world, row, column=column: _header(world, row)[column]
                for name, column in (("number", "number"), ("status", "status"), ("name", "title"), ("id", "id"))
            },
        ),
    },
    rules=(_of_project_code, _priced),
)


def _header(world: World, line: Row) -> Row:
    row = world.store["budget_changes"][line["budget_change_id"]]
    return {**row, "number": str(row["number"])}


def _write_lines(change: Change, row: Row) -> None:
    for given in row.pop("adjustment_line_items", None) or []:
        attributes = {name: value for name, value in given.items() if name not in ("id", "_delete")}
        line = change.world.row("budget_change_lines", given.get("id"))
        if line is None:
            columns = {"budget_change_id": row["id"], "project_id": row["project_id"]}
            writes.create(change.world, change.caller, LINE, columns, attributes)
        elif given.get("_delete"):
            writes.delete(change.world, change.caller, LINE, line)
        else:
            writes.update(change.world, change.caller, LINE, line, attributes)


def _numbered(change: Change) -> None:
    if change.creating and change.get("number") is None:
        rows = change.world.store["budget_changes"].rows(project_id=change.get("project_id"))
        change.values["number"] = len(rows) + 1


def _amount(world: World, row: Row) -> float:
    """What goes to lines, as the summary shows it: the sum of the positive sides [?]."""
    return float(sum((line["amount"] for line in lines_of(world, row["id"])), Decimal(0)))


CHANGE = Resource(
    "budget_changes",
    fields(
        bases.STAMPS,
        group(choice(*STATUSES), "status", required=True),
        group(TEXT, "title description"),
        group(INTEGER, "number"),
        group(TEXT, "erp_status", default="not_in_erp", writable=False),
        group(OBJECTS, "adjustment_line_items", default=()),
        group(ANY, "prostore_file_ids production_quantities", default=()),
    ),
    {
        "list": view(
            "id number status title description erp_status",
            amount=_amount,
            prime_contract_id=bases.no_value,
            change_event_line_item_ids=bases.empty,
        ),
        "show": view(
            "id number status title description erp_status created_at updated_at",
            amount=_amount,
            created_by=bases.author(),
            adjustment_line_items=lambda world, row: [LINE.render(world, line, "show") for line in lines_of(world, row["id"])],
            production_quantities=bases.empty,
            attachments=bases.empty,
        ),
    },
    webhook="Budget Changes",
    rules=(_locked_first, _numbered),
    effects=(_write_lines,),
)

MODIFICATION = Resource(
    "budget_modifications",
    fields(
        bases.STAMPS,
        bases.ORIGIN,
        group(TEXT, "notes"),
        group(MONEY, "transfer_amount", required=True),
        group(INTEGER, "from_budget_line_item_id", refers_to="budget_line_items"),
        group(INTEGER, "to_budget_line_item_id", required=True, refers_to="budget_line_items"),
    ),
    dict.fromkeys(
        ("list", "show"),
        view("id created_at from_budget_line_item_id notes origin_data origin_id to_budget_line_item_id transfer_amount updated_at"),
    ),
    envelope="budget_modification",
    webhook="Budget Modifications",
    rules=(_locked_first,),
)


def _in_use(feature: Literal["changes", "modifications"], call: Call) -> Row:
    """The project, if the company uses the feature or only reads what is left of it."""
    columns = of_project(call)
    if call.method != "GET" and call.world.settings.budget_feature != feature:
        raise not_allowed("GET", f"This company does not use budget {feature}: this API is no longer available")
    return columns


def _of_changes(call: Call) -> Row:
    return _in_use("changes", call)


def _of_modifications(call: Call) -> Row:
    return _in_use("modifications", call)


def _list(call: Call) -> Answer:
    rows = call.world.store["budget_changes"].live(**_of_changes(call))
    return call.answer({"data": [CHANGE.render(call.world, row, "list") for row in rows]})


def _shown(call: Call, row: Row, status: int = HTTPStatus.OK) -> Answer:
    return call.answer({"data": CHANGE.render(call.world, row, "show")}, status)


def _show(call: Call) -> Answer:
    return _shown(call, found(call, CHANGE, _of_changes(call)))


def _create(call: Call) -> Answer:
    columns = _of_changes(call)
    row = writes.create(call.world, call.caller, CHANGE, columns, call.attributes(None))
    return _shown(call, row, HTTPStatus.CREATED)


def _update(call: Call) -> Answer:
    row = found(call, CHANGE, _of_changes(call))
    attributes = {name: value for name, value in call.attributes(None).items() if name != "id"}
    writes.update(call.world, call.caller, CHANGE, row, attributes)
    return _shown(call, row)


def _of_all_lines(call: Call) -> Row:
    return of_project(call)


_C = "/rest/v1.0/projects/<int:project_id>/budget_changes"
_V2 = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/budget_changes/adjustment_line_items"
ROUTES: tuple[Route, ...] = (
    Route("GET", _C, _list),
    Route("POST", _C, _create),
    Route("GET", f"{_C}/<int:id>", _show),
    Route("PATCH", f"{_C}/<int:id>", _update),
    *mount(CHANGE, _C, _of_changes, "delete", statuses={"delete": HTTPStatus.NO_CONTENT}),
    *mount(LINE, _V2, _of_all_lines, "list", Listing(view="v2", per_page=10, most=100)),
    *mount(
        MODIFICATION,
        "/rest/v1.0/projects/<int:project_id>/budget_modifications",
        _of_modifications,
        "list create show update delete",
    ),
)
