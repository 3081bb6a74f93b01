"""A reading of the office's job: what agrees, what differs with its causes, and what differs without one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from connector.core.reconciliation import Cause, CodeRow, Compared, Figure, JobCode, Reading, Why
from tests.unit.entrypoints.office import COMMITMENT, PIER_9, Office

STEEL, CONCRETE = JobCode("24-107", "05-120", "SUB"), JobCode("24-107-A", "03-300", "SUB")
TAKEN_AT = datetime(2026, 11, 19, 15, 40, tzinfo=UTC)


def figure(name: Figure, procore: str | None, intacct: str | None, *causes: Cause) -> Compared:
    amounts = (None if amount is None else Decimal(amount) for amount in (procore, intacct))
    return Compared(figure=name, procore=next(amounts), intacct=next(amounts), causes=causes)


def cause(why: Why, label: str, procore: str, intacct: str, *, words: str = "is so", item: str = "") -> Cause:
    return Cause(why=why, label=label, words=words, procore=Decimal(procore), intacct=Decimal(intacct), item=item)


def reading(*rows: CodeRow) -> Reading:
    """Steel: 94 % committed, a change order of $4,060.00 waits. Concrete agrees."""
    waits = cause(Why.WAITING, "SC-2041-CO007", "4060.00", "0.00", words="waits for an approver", item=COMMITMENT)
    steel = CodeRow(
        code=STEEL,
        name="Structural steel",
        figures=(
            figure("budget", "1180000.00", "1180000.00"),
            figure("committed", "1109200.00", "1105140.00", waits),
            figure("invoiced", "590000.00", "590000.00"),
        ),
    )
    concrete = CodeRow(code=CONCRETE, name="Cast-in-place concrete", figures=(figure("committed", "320000.00", "320000.00"),))
    return Reading(
        project_id=PIER_9, job="24-107", name="Pier 9 Terminal", taken_at=TAKEN_AT, taken_by="the clock", rows=rows or (steel, concrete)
    )


def keep(office: Office, kept: Reading) -> None:
    """As the last one of its job."""
    place, mark = f"reconciliations/{kept.project_id}/import-1.json", f"reconciliation:{kept.project_id}"
    office.payloads.put(place, kept.model_dump_json())
    before = office.state.watermarks([mark]).get(mark, "")
    assert office.state.move_watermarks({mark: (before, kept.standing(place).model_dump_json())}) == []
