"""Attributes that most objects have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.procore.fields import ANY, INTEGER, MOMENT, TEXT, group
from sandbox.procore.resource import Computed
from sandbox.procore.store import Row
from sandbox.procore.world import World

STAMPS = (
    *group(INTEGER, "id", writable=False),
    *group(MOMENT, "created_at updated_at deleted_at", writable=False),
)
ORIGIN = group(TEXT, "origin_id origin_data")
ORIGIN_CODE = group(TEXT, "origin_code")
ATTACHMENTS = group(ANY, "file_ids", default=(), writable=False)


def attachments(world: World, row: Row) -> list[dict[str, Any]]:
    """``[{id, url, filename}]``; the address is Procore's and wants the bearer. How large a file is, nothing says [X]."""
    return [
        {"id": file_id, "url": world.url + world.files.path(file_id), "filename": world.files[file_id].filename}
        for file_id in row["file_ids"]
    ]


def typed_attachments(world: World, row: Row) -> list[dict[str, Any]]:
    """As :func:`attachments`, with the content type."""
    return [{**each, "content_type": world.files[each["id"]].content_type} for each in attachments(world, row)]


def named_attachments(world: World, row: Row) -> list[dict[str, Any]]:
    """As :func:`attachments`, with the file's name a second time."""
    return [{**each, "name": each["filename"]} for each in attachments(world, row)]


def currency(world: World, _: Row) -> dict[str, Any]:
    """``currency_configuration`` of line items and other parts."""
    return {"currency_iso_code": world.settings.currency}


def full_currency(world: World, _: Row) -> dict[str, Any]:
    """``currency_configuration`` of contracts: one currency, so every rate is 1."""
    code = world.settings.currency
    return {"currency_iso_code": code, "base_currency_iso_code": code, "currency_exchange_rate": 1.0}


def two_currencies(world: World, _: Row) -> dict[str, Any]:
    """``currency_configuration`` of change order packages."""
    code = world.settings.currency
    return {"currency_iso_code": code, "base_currency_iso_code": code}


def refers(table: str, column: str, *names: str) -> Callable[[World, Row], dict[str, Any] | None]:
    """A computed attribute: a short object of the row whose id is in ``column``."""
    return lambda world, row: world.reference(table, row[column], *names)


def project_of(world: World, row: Row) -> dict[str, Any] | None:
    return world.reference("projects", row["project_id"], "name")


def company_of(world: World, _: Row) -> dict[str, Any]:
    return {"id": world.company["id"], "name": world.company["name"]}


def author(column: str = "created_by_id") -> Callable[[World, Row], dict[str, Any] | None]:
    """A computed attribute ``{id, login, name}`` of the person in ``column``."""
    return lambda world, row: world.reference("users", row.get(column), "login", "name")


def no_value(_: World, __: Row) -> None:
    """An attribute that is documented and never has a value here."""


def empty(_: World, __: Row) -> list[Any]:
    """A list that is documented and always empty here."""
    return []


def always(value: object) -> Computed:
    """An attribute that has the same value on every record."""
    return lambda _, __: value


def column(name: str) -> Computed:
    """An attribute that is kept under another name."""
    return lambda _, row: row[name]


YES = always(value=True)
NO = always(value=False)
