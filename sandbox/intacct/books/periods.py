"""Open and closed periods."""

from __future__ import annotations

from datetime import timedelta

from sandbox.intacct.context import Context
from sandbox.intacct.formats import date_to_wire
from sandbox.intacct.problems import Refused, rule


def check_open(context: Context, day: str, field: str) -> None:
    """Refuse a posting date in a closed period: ``Date must be on or after ..`` [F].

    ``day`` is as rows hold dates; nothing passes.
    """
    closed = context.settings.closed_until
    if closed is None or not day or day > closed.isoformat():
        return
    first_open = date_to_wire((closed + timedelta(days=1)).isoformat())
    raise Refused(
        rule(
            "GL-0112",
            f"The period of {date_to_wire(day)} is closed. Date must be on or after {first_open}.",
            f"Use a date on or after {first_open}, or open the period, and try again.",
            errorno="BL03000018",
            field=field,
        )
    )
