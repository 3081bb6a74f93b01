"""Who would decide a record, by the settings as they are. The rules are those of :mod:`connector.engine.decide`; that one decides."""

from __future__ import annotations

from decimal import Decimal

from connector.core.configuration import Configuration
from connector.core.item import Value


class Deciders(Value):
    """Logins. ``alone`` are those whose limit is high enough; each of ``first`` is above theirs, and anybody else of the two decides
    after them. With ``flagged`` also whoever has Procore's accounting-approver flag and is not named at all, alone."""

    alone: tuple[str, ...]
    first: tuple[str, ...]
    flagged: bool


def deciders(config: Configuration, object_name: str, project_id: str, amount: Decimal) -> Deciders:
    rights = [right for right in config.approvers if right.covers(object_name, project_id)]
    enough = {right.login for right in rights if right.up_to is None or abs(amount) <= right.up_to}
    logins = dict.fromkeys(right.login for right in rights)
    return Deciders(
        alone=tuple(login for login in logins if login in enough),
        first=tuple(login for login in logins if login not in enough),
        flagged=config.accounting_flag_approves,
    )
