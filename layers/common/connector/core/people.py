"""Who is calling, and what the settings let them do."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator

from connector.core.item import Value


class Role(StrEnum):
    SENDER = "sender"
    APPROVER = "approver"
    ADMIN = "admin"


ACCOUNTING: Final = frozenset({Role.APPROVER, Role.ADMIN})
"""The roles of those who work in accounting: they see every record of their projects, and why something stands still."""


class Person(Value):
    """A caller as Procore knows them. ``id`` is Procore's user id; ``projects`` is None where every project may be seen."""

    id: str
    login: str
    name: str
    company: str
    admin_in_procore: bool = False
    accounting_approver: bool = False
    projects: frozenset[str] | None = None

    def may_see(self, project_id: str) -> bool:
        return not project_id or self.projects is None or project_id in self.projects


def _no_parts(value: object) -> object:
    """Decimal would take a list for sign, digits and exponent, and fail at most of them in a way of its own."""
    if isinstance(value, (list, tuple)):
        msg = "an amount is a text or a number"
        raise ValueError(msg)  # noqa: TRY004 -- what pydantic names the field of
    return value


class ApprovalRight(Value):
    """What one person may approve. Empty ``objects`` or ``projects`` means all; ``up_to`` None means without limit."""

    login: str
    objects: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    up_to: Annotated[Decimal, BeforeValidator(_no_parts)] | None = None

    def covers(self, object_name: str, project_id: str) -> bool:
        return (not self.objects or object_name in self.objects) and (not self.projects or not project_id or project_id in self.projects)
