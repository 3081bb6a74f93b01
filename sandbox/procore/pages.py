"""What people see of the simulator: the page at ``/``."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from werkzeug.wrappers import Response

from sandbox.procore.state import state
from sandbox.procore.world import World

_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1c2733}"
    "table{border-collapse:collapse;width:100%;margin:.3rem 0 1.4rem}td,th{border-bottom:1px solid #d5dde5;"
    "padding:.25rem .6rem;text-align:left}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "h2{margin-top:2.2rem}button{font:inherit;padding:.35rem .9rem}"
)
_NUMBERS = frozenset({"amount", "approved_change_orders", "revised_amount", "paid", "quantity", "unit_cost", "current_payment_due"})


def html_page(title: str, body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A plain page; ``body`` is HTML."""
    text = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
    return Response(text, status, dict(headers or {}), content_type="text/html; charset=utf-8")


def overview(world: World) -> Response:
    """Projects, companies with their external ids, commitments with lines and totals."""
    with world.lock:
        held = state(world)
    parts = [f"<h1>{escape(held['company']['name'])}</h1><p>Simulated Procore, company {held['company']['id']}</p>"]
    parts.append(_table("Projects", held["projects"], "project_number name active budget_locked origin_id"))
    parts.append(_table("Companies", held["vendors"], "name is_active origin_id origin_code"))
    parts.append("<h2>Commitments</h2>")
    for commitment in held["commitments"]:
        heading = f"{commitment['number']} {commitment['title']}, {commitment['vendor']}"
        parts.append(f"<h3>{escape(heading)}</h3>")
        names = "status amount approved_change_orders revised_amount paid origin_id origin_code"
        parts.append(_table(None, [commitment], names))
        parts.append(_table(None, commitment["lines"], "flat_code description quantity uom unit_cost amount origin_id"))
    parts.append(_table("Change orders", held["change_orders"], "contract number title status amount origin_id"))
    names = "commitment invoice_number status billing_date current_payment_due origin_id"
    parts.append(_table("Subcontractor invoices", held["invoices"], names))
    return html_page("Simulated Procore", "".join(parts))


def _table(title: str | None, rows: list[dict[str, Any]], names: str) -> str:
    columns = names.split()
    heading = f"<h2>{escape(title)}</h2>" if title else ""
    head = "".join(f"<th{_align(name)}>{escape(name.replace('_', ' '))}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td{_align(name)}>{_cell(row[name])}</td>" for name in columns) + "</tr>" for row in rows)
    return f"{heading}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _align(name: str) -> str:
    return ' class="n"' if name in _NUMBERS else ""


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else escape(str(value))
