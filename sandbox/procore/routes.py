"""From declarations to operations: ``mount`` puts an object at a path with the actions that the API offers there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from werkzeug.datastructures import FileStorage

from sandbox.procore import writes
from sandbox.procore.calls import Answer, Call
from sandbox.procore.errors import bad_request, missing, not_found
from sandbox.procore.listing import Listing, chosen_view, paginate, select
from sandbox.procore.resource import Resource
from sandbox.procore.store import Row

Operation = Callable[[Call], Answer]
Scope = Callable[[Call], Row]
"""Gives the columns that every row of a collection has, after checking that the caller may be there."""
Rows = Callable[[Call], list[Row]]
"""Gives the rows of a collection that is more than a table's rows with certain columns."""

READS = frozenset({"list", "show"})
_STATUSES: Mapping[str, int] = {"create": HTTPStatus.CREATED, "update": HTTPStatus.OK, "delete": HTTPStatus.OK}


@dataclass(frozen=True)
class Route:
    """``exclusive``: a second request of this name in the same project, while one is under way, is a 409."""

    method: str
    path: str
    run: Operation
    exclusive: str | None = None
    header_exempt: bool = False

    @property
    def version(self) -> int:
        return int(self.path.removeprefix("/rest/v")[0])


def of_company(call: Call) -> Row:
    """Records of the company; changed by administrators and service accounts only."""
    call.company()
    if call.method != "GET":
        call.admins_only()
    return {}


def of_project(call: Call) -> Row:
    return {"project_id": call.project()["id"]}


def mount(
    resource: Resource,
    path: str,
    scope: Scope,
    actions: str,
    listing: Listing | None = None,
    *,
    views: Mapping[str, str] | None = None,
    statuses: Mapping[str, int] | None = None,
) -> tuple[Route, ...]:
    """The routes of ``actions`` (of list, show, create, update, delete, sync).

    ``views`` are what ``?view=`` offers on a single record (default: its ``show``). ``statuses`` by action, where they
    are not 200 (create: 201); 204 leaves the body out.
    """
    collection = _Collection(resource, scope, listing or Listing(), views or {}, {**_STATUSES, **(statuses or {})})
    places = {
        "list": ("GET", path, collection.list),
        "create": ("POST", path, collection.create),
        "show": ("GET", f"{path}/<int:id>", collection.show),
        "update": ("PATCH", f"{path}/<int:id>", collection.update),
        "delete": ("DELETE", f"{path}/<int:id>", collection.delete),
        "sync": ("PATCH", f"{path}/sync", collection.sync),
    }
    return tuple(
        Route(method, rule, run, None if action in READS else resource.exclusive)
        for action, (method, rule, run) in places.items()
        if action in actions.split()
    )


def mount_rows(
    resource: Resource,
    path: str,
    rows: Rows,
    actions: str,
    listing: Listing | None = None,
    *,
    views: Mapping[str, str] | None = None,
) -> tuple[Route, ...]:
    """As :func:`mount`, for reading (list, show) what a function finds or makes."""
    reading = _Reading(resource, rows, listing or Listing(), views or {})
    places = {"list": ("GET", path, reading.list), "show": ("GET", f"{path}/<int:id>", reading.show)}
    return tuple(Route(*places[action]) for action in actions.split())


def found(call: Call, resource: Resource, columns: Row) -> Row:
    """The record that the path's ``id`` names, if it lies in these columns.

    Raises:
        ApiError: 404.
    """
    row = call.world.store[resource.table].find(**{resource.key: call.integer("id")})
    if row is None or any(row.get(name) != value for name, value in columns.items()):
        raise not_found()
    return row


def listed(call: Call, resource: Resource, listing: Listing, rows: list[Row], *, view: str | None = None) -> Answer:
    """Filter, sort, page and show rows."""
    shown = view or chosen_view(listing, call.query)
    kept = select(call.world, listing, rows, call.query)
    base = call.world.settings.link_base or call.world.url
    some, headers = paginate(call.world, listing, kept, call.query, base + call.address)
    return call.answer([resource.render(call.world, row, shown) for row in some], headers=headers)


def shown_view(call: Call, views: Mapping[str, str]) -> str:
    """The view of a single record: what ``?view=`` names, else the one of "", else ``show``."""
    asked = call.query.get("view")
    if asked is None:
        return views.get("", "show")
    if asked not in views:
        raise bad_request(f"view must be one of {', '.join(name for name in views if name) or 'none'}")
    return views[asked]


@dataclass(frozen=True)
class _Reading:
    resource: Resource
    rows: Rows
    listing: Listing
    views: Mapping[str, str]

    def list(self, call: Call) -> Answer:
        return listed(call, self.resource, self.listing, self.rows(call))

    def show(self, call: Call) -> Answer:
        row_id = call.integer("id")
        row = next((row for row in self.rows(call) if row[self.resource.key] == row_id), None)
        if row is None or row.get("deleted_at") is not None:
            raise not_found()
        return call.answer(self.resource.render(call.world, row, shown_view(call, self.views)))


@dataclass(frozen=True)
class _Collection:
    resource: Resource
    scope: Scope
    listing: Listing
    views: Mapping[str, str]
    statuses: Mapping[str, int]

    def list(self, call: Call) -> Answer:
        rows = call.world.store[self.resource.table].rows(**self.scope(call))
        return listed(call, self.resource, self.listing, rows)

    def show(self, call: Call) -> Answer:
        return self._shown(call, found(call, self.resource, self.scope(call)), HTTPStatus.OK)

    def create(self, call: Call) -> Answer:
        columns = self.scope(call)
        row = writes.create(call.world, call.caller, self.resource, columns, self._attributes(call))
        self._attach(call, row)
        return self._shown(call, row, self.statuses["create"])

    def update(self, call: Call) -> Answer:
        row = found(call, self.resource, self.scope(call))
        writes.update(call.world, call.caller, self.resource, row, self._attributes(call))
        self._attach(call, row)
        return self._shown(call, row, self.statuses["update"])

    def delete(self, call: Call) -> Answer:
        row = found(call, self.resource, self.scope(call))
        writes.delete(call.world, call.caller, self.resource, row)
        return Answer(None, self.statuses["delete"])

    def sync(self, call: Call) -> Answer:
        columns = self.scope(call)
        if not isinstance(call.body, dict) or "updates" not in call.body:
            raise missing("updates")
        shown = shown_view(call, self.views)
        return Answer(writes.sync(call.world, call.caller, self.resource, columns, call.body["updates"], shown))

    def _attributes(self, call: Call) -> Row:
        return call.attributes(self.resource.envelope if call.version == 1 else None)

    def _attach(self, call: Call, row: Row) -> None:
        """Files that came in a form are added to those already there."""
        if self.resource.attachments and call.files:
            kept = [*row["file_ids"], *(_keep(call, upload) for upload in call.files)]
            call.world.store[self.resource.table].update(row, {"file_ids": kept})

    def _shown(self, call: Call, row: Row, status: int) -> Answer:
        if status == HTTPStatus.NO_CONTENT:
            return Answer(None, status)
        return call.answer(self.resource.render(call.world, row, shown_view(call, self.views)), status)


def _keep(call: Call, upload: FileStorage) -> int:
    content_type = upload.content_type or "application/octet-stream"
    file_id = call.world.store["files"].next_id()
    call.world.files.add(file_id, upload.filename or "file", content_type, upload.read())
    return file_id
