"""Items and previews as the engine keeps them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connector.core.errors import Code
from connector.core.item import HistoryEntry, Intent, Item, Problem, State, step
from connector.core.people import Person

SENT = datetime(2026, 11, 20, 13, 41, tzinfo=UTC)
DANA = Person(id="2", login="dana@example.com", name="Dana Ortiz", company="1")
LINK = "https://app.example.com/v1/link/K3y"


def subcontract(**change: object) -> Item:
    item = Item(
        id="commitments:4711",
        company="1",
        object="commitments",
        kind="WorkOrderContract",
        procore_id="4711",
        project_id="24107",
        project_name="Pier 9 Terminal",
        state=State.WAITING,
        since=SENT,
        title="Steel erection",
        number="SC-2041",
        party="Harbor Steel LLC",
        amount=Decimal("486200.00"),
        sent_by="marco@example.com",
        sent_by_name="Marco Reyes",
        fingerprint="f" * 64,
        intent=None,
    )
    return item.model_copy(update=change)


def vendor() -> Item:
    return Item(
        id="vendors:8821",
        company="1",
        object="vendors",
        procore_id="8821",
        state=State.WAITING,
        since=SENT,
        title="Harbor Steel LLC",
        number="PC-8821",
        sent_by="marco@example.com",
        sent_by_name="Marco Reyes",
        fingerprint="e" * 64,
    )


def refused() -> Item:
    closed = Problem(
        code=Code.PERIOD_CLOSED, field="", message="March 2026 is closed.", their_words="BL03000018 Date must be in an open period"
    )
    intent = Intent(controlid="c", attempt=1, at=SENT)
    return subcontract(state=State.FAILED, problems=(closed,), intent=intent)


def field(path: str, label: str, value: str, origin: str = "Procore x") -> dict[str, str]:
    return {"path": path, "label": label, "value": value, "from": origin, "intacct": path.upper()}


def line(number: int, quantity: str = "1") -> list[dict[str, str]]:
    where = f"lines[{number}]."
    return [
        field(f"{where}item", "Item", "SUB", "setting: item of the cost type"),
        field(f"{where}description", "Description", f"Steel, part {number}"),
        field(f"{where}quantity", "Quantity", quantity),
        field(f"{where}unit", "Unit", "Each"),
        field(f"{where}unit_cost", "Unit cost", "243100"),
        field(f"{where}cost_code", "Cost code", "05-500"),
        field(f"{where}amount", "Amount", "243100.00"),
        field(f"{where}procore_id", "Procore line", str(number)),
    ]


def preview(**change: Any) -> dict[str, Any]:
    return {
        "fields": [
            field("number", "Number", "2026-11-18"),
            field("contract_date", "Date", "2026-11-18"),
            field("due", "Due date", "2026-12-18", "rule: date + days"),
            field("scope", "Scope", ""),
        ],
        "lines": [line(1), line(2)],
        "effects": [{"label": "For this vendor", "before": "112400.00", "after": "598600.00"}],
        "needs": [],
        "checks": [],
        "choices": [],
        "request": "<create/>",
    } | change


def history(item: Item) -> tuple[Item, list[HistoryEntry]]:
    """The item after it was sent and rejected, with its two entries."""
    first, one = step(item, "sent", who="Marco Reyes", at=SENT)
    second, two = step(first, "rejected", who="Dana Ortiz", at=SENT, detail={"reason": "Retainage should be 10%."})
    return second, [one, two]
