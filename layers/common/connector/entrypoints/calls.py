"""A call of the API: who asks for what, and what comes back. Each route is one row of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel

from connector.core.people import Person
from connector.engine.world import World
from connector.entrypoints.bodies import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Call[Given]:
    """``id`` is the one in the path; ``given`` the validated body of a POST or PUT, or the query of a GET."""

    world: World
    person: Person
    id: str
    given: Given


class Download(BaseModel):
    """An answer that is a file, not JSON."""

    text: str
    media_type: str
    name: str

    @property
    def headers(self) -> dict[str, str]:
        """``name`` is of ASCII letters, digits and ``-_.``: nothing in it needs quoting."""
        return {"Content-Disposition": f'attachment; filename="{self.name}"'}


@dataclass(frozen=True, slots=True)
class Reply:
    body: BaseModel
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Route:
    """``name`` is the operation's id for generated clients, ``gives`` the model of every answer that is a success. What is refused has
    one shape everywhere (:mod:`connector.entrypoints.problems`)."""

    method: Literal["GET", "POST", "PUT"]
    path: str
    name: str
    summary: str
    does: Callable[[Call[Any]], Reply]
    gives: type[BaseModel]
    takes: type[Body] | None = None
    statuses: tuple[HTTPStatus, ...] = (HTTPStatus.OK,)
