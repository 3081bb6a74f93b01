"""Short ways to write down lines, amounts as people type them (``"84,250.00"``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sandbox.companies.model import BudgetLine, Funds, InvoiceLine, Line, Payment

CENT = Decimal("0.01")


def money(text: str) -> Decimal:
    """``"84,250.00"`` as a Decimal."""
    return Decimal(text.replace(",", ""))


def amount(cost_code: str | None, cost_type: str | None, description: str, total: str, *, sub_job: str | None = None) -> Line:
    """A line of an amount-based schedule of values."""
    return Line(cost_code, cost_type, description, money(total), sub_job=sub_job)


def unit(
    cost_code: str,
    cost_type: str,
    description: str,
    quantity: str,
    unit_of_measure: str,
    unit_cost: str,
    *,
    sub_job: str | None = None,
) -> Line:
    """A line of a unit-based schedule of values; its amount is quantity times unit cost, to the cent."""
    number, price = money(quantity), money(unit_cost)
    total = (number * price).quantize(CENT, ROUND_HALF_UP)
    return Line(cost_code, cost_type, description, total, number, unit_of_measure, price, sub_job)


def billed(line: int, completed: str, percent: str, *, stored: str = "0.00", released: str = "0.00") -> InvoiceLine:
    """What a subcontractor bills on one line in a period; ``percent`` of it is retained."""
    done, on_site = money(completed), money(stored)
    retained = ((done + on_site) * Decimal(percent) / 100).quantize(CENT, ROUND_HALF_UP)
    return InvoiceLine(line, done, on_site, retained, money(released))


def billed_units(line: int, quantity: str, unit_cost: str, percent: str) -> InvoiceLine:
    """What is billed in a period on a line by units; ``unit_cost`` is the line's."""
    number = money(quantity)
    done = (number * money(unit_cost)).quantize(CENT, ROUND_HALF_UP)
    return replace(billed(line, str(done), percent), quantity=number)


def released(line: int, total: str) -> InvoiceLine:
    """Retainage that is given back on a line on which nothing else is billed."""
    return billed(line, "0.00", "0", released=total)


def paid(total: str, day: date, check_number: str, procore_pay: Funds | None = "funding_complete") -> Payment:
    """A payment through Procore Pay; with ``None`` one by check that a person entered."""
    return Payment(money(total), day, "electronic" if procore_pay else "check", check_number, procore_pay)


def budget(cost_code: str, cost_type: str, total: str, sub_job: str | None = None) -> BudgetLine:
    """A line of a budget or of a change to it."""
    return BudgetLine(cost_code, cost_type, money(total), sub_job)
