"""What Procore holds of a project, record by record: budget with its changes, commitments with their change orders, invoices and payments.

``GET .../budget_views/{view}/detail_rows`` for the original budget (there is no list of budget lines), ``.../budget_changes/
adjustment_line_items`` (v2) or ``.../budget_modifications`` for what changed it; contracts and change orders have their lines only when
they are asked for one by one; ``/rest/v1.1/requisitions?view=items`` has invoices with theirs; payments are listed by contract. That an
item's ``gross_amount`` is the work and the change in stored materials of the period, and ``net_amount`` that less its retainage, is told by
their names only [?].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from connector.core.money import Money, decimal, to_cents
from connector.core.reconciliation import Entry, Figure, JobCode, Told
from connector.engine.reconcile_codes import named_codes
from connector.engine.reconcile_payments import Paying, entries_of
from connector.engine.world import World

type Row = Mapping[str, Any]
CONTRACTS: Final = ("work_order_contracts", "purchase_order_contracts")
COUNTED: Final = frozenset({"Approved", "Complete", "Closed", "Terminated"})
"""Statuses of a commitment that Procore's budget has among its committed costs."""
BILLED: Final = frozenset({"approved", "approved_as_noted", "pending_owner_approval"})
NOT_CODED: Final = JobCode("", "", "")


class Collected(BaseModel):
    """What was read so far. It may be kept between two steps of a run: ``todo`` names the records that are still to be asked for."""

    model_config = ConfigDict(extra="forbid")

    job: str
    taken_at: AwareDatetime
    codes: dict[str, JobCode] = {}
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    entries: list[Entry] = []
    told: dict[str, Told] = {}
    paying: dict[str, Paying] = {}
    todo: list[str] = []
    notes: list[str] = []

    def add(self, figure: Figure, record: str, code: object, amount: Money) -> None:
        self.entries.append(Entry(figure=figure, code=self.code(code), record=record, amount=amount))

    def paid(self) -> Iterator[Entry]:
        """What each payment pays, which is only known when everything has been read."""
        return (entry for paying in self.paying.values() for entry in entries_of(paying))

    def code(self, wbs_code: object) -> JobCode:
        """Of the id of a budget code."""
        return self.codes.get(str(wbs_code or ""), NOT_CODED._replace(job=self.job))


class ProcoreReader:
    """Reads on from what was ``collected`` before."""

    def __init__(self, world: World, project_id: str, collected: Collected) -> None:
        self._world, self._project, self._here = world, project_id, collected
        self._params = {"project_id": project_id}

    def begin(self) -> None:
        """All lists, and what they leave to be asked for."""
        here = self._here
        for wbs_code, (code, name) in named_codes(self._world, self._project, here.job).items():
            here.codes[wbs_code] = code
            here.names[name_key(code)] = name
        self._budget()
        for table in CONTRACTS:
            for row in self._all(f"/rest/v1.0/{table}"):
                self._contract(table, row)
        for row in self._all(f"/rest/v1.0/projects/{self._project}/commitment_change_orders"):
            self._order(row)
        for row in self._all("/rest/v1.1/requisitions", view="items"):
            self._invoice(row)

    def next(self) -> None:
        """One of what is still to do."""
        what, _, which = self._here.todo[0].partition(" ")
        match what:
            case "order":
                self._order_lines(which)
            case "payments":
                self._payments(which)
            case table:
                self._contract_lines(table, which)
        del self._here.todo[0]

    def _all(self, path: str, **params: str) -> Iterator[Row]:
        for page in self._world.procore.pages(path, self._params | params):
            yield from page

    # -------------------------------------------------------------------------------------------------- budget

    def _budget(self) -> None:
        here, record = self._here, f"budgets:{self._project}"
        view = next((str(row["id"]) for row in self._all("/rest/v1.0/budget_views")), "")
        rows = list(self._all(f"/rest/v1.0/budget_views/{view}/detail_rows", budget_row_type="budgeted")) if view else []
        if not view:
            here.notes.append("Procore has no budget view for this project, which is the only way to its budget: it is not read.")
        if rows:
            here.told[record] = Told(label="Budget")
        for row in rows:
            here.add("budget", record, row["wbs_code_id"], _money(row["original_budget_amount"]))
        if self._world.config().budget_feature == "changes":
            self._budget_changes()
        else:
            self._budget_modifications({str(row["id"]): row["wbs_code_id"] for row in rows})

    def _budget_changes(self) -> None:
        here, company = self._here, self._world.company
        path = f"/rest/v2.0/companies/{company}/projects/{self._project}/budget_changes/adjustment_line_items"
        for row in self._all(path):
            record = f"budget_modifications:{row['budget_change_id']}"
            approved = row["budget_change_status"] == "approved"
            label = str(row.get("budget_change_name") or f"Budget change {row.get('budget_change_number')}")
            here.told[record] = Told(label=label, status=str(row["budget_change_status"]), counts=approved)
            if approved:
                here.add("budget", record, row["wbs_code_id"], _money(row["amount"]))

    def _budget_modifications(self, lines: Mapping[str, object]) -> None:
        here = self._here
        for row in self._all(f"/rest/v1.0/projects/{self._project}/budget_modifications"):
            record = f"budget_modifications:{row['id']}"
            here.told[record] = Told(label=str(row.get("notes") or f"Budget modification {row['id']}"))
            for side, sign in (("to", 1), ("from", -1)):
                line = row.get(f"{side}_budget_line_item_id")
                if line is not None:
                    here.add("budget", record, lines.get(str(line)), sign * _money(row["transfer_amount"]))

    # --------------------------------------------------------------------------------------------- commitments

    def _contract(self, table: str, row: Row) -> None:
        here, key, counts = self._here, str(row["id"]), row["status"] in COUNTED
        number = str(row.get("number") or row.get("title") or key)
        here.numbers[key] = number
        here.told[f"commitments:{key}"] = Told(label=number, status=str(row["status"]), counts=counts)
        if counts:
            here.todo.append(f"{table} {key}")
        if row.get("total_payments") is None or _money(row["total_payments"]):
            here.todo.append(f"payments {key}")

    def _contract_lines(self, table: str, key: str) -> None:
        shown = self._world.procore.get(f"/rest/v1.0/{table}/{key}", self._params)
        for line in shown["line_items"]:
            self._here.add("committed", f"commitments:{key}", _wbs(line), _money(line["amount"]))

    def _order(self, row: Row) -> None:
        here, key, counts = self._here, str(row["id"]), row["status"] == "approved"
        label = f"Change order {row.get('number') or key} of {here.numbers.get(str(row['contract_id']), 'a commitment')}"
        here.told[f"commitment_change_orders:{key}"] = Told(label=label, status=str(row["status"]), counts=counts)
        if counts:
            here.todo.append(f"order {key}")

    def _order_lines(self, key: str) -> None:
        path = f"/rest/v2.0/companies/{self._world.company}/projects/{self._project}/commitment_change_orders/{key}/line_items"
        for page in self._world.procore.pages(path):
            for line in page:
                self._here.add("committed", f"commitment_change_orders:{key}", _wbs(line), _money(line["amount"]))

    # ---------------------------------------------------------------------------------- invoices and payments

    def _invoice(self, row: Row) -> None:
        here, key, counts = self._here, str(row["id"]), row["status"] in BILLED
        record = f"subcontractor_invoices:{key}"
        number = row.get("invoice_number") or row.get("number") or key
        label = f"Invoice {number} of {here.numbers.get(str(row['commitment_id']), 'a commitment')}"
        here.told[record] = Told(label=label, status=str(row["status"]), counts=counts)
        paying = here.paying[key] = Paying(job=here.job, label=label)
        for item in row["items"] if counts else ():
            gross, net = _money(item["gross_amount"]), _money(item["net_amount"])
            if gross or gross != net:
                here.add("invoiced", record, _wbs(item), gross)
                here.add("retainage", record, _wbs(item), gross - net)
            if net:
                paying.due.append((here.code(_wbs(item)), net))

    def _payments(self, contract: str) -> None:
        """All of a contract; one that names no invoice is coded to nothing."""
        here = self._here
        for row in self._all("/rest/v1.0/contract_payments", contract_id=contract):
            record, invoice = f"payments:{contract}-{row['id']}", str(row.get("requisition_id") or "")
            number = row.get("check_number") or row.get("payment_number") or row["id"]
            through_pay = bool(row.get("external_payment_id"))
            words = "" if through_pay else "was entered in Procore by hand, which Intacct hears nothing of"
            of_invoice = here.paying.get(invoice)
            label = f"Payment {number} on {of_invoice.label if of_invoice else here.numbers.get(contract, 'a commitment')}"
            here.told[record] = Told(label=label, status=str(row.get("status") or ""), words=words)
            paying = here.paying.setdefault(invoice or f"none of {contract}", Paying(job=here.job, label=label))
            paying.payments.append((str(row.get("date") or ""), record, _money(row["amount"])))


def name_key(code: JobCode) -> str:
    """A cost code of a job, whatever the cost type."""
    return f"{code.job}/{code.cost_code}"


def _wbs(line: Row) -> object:
    code = line.get("wbs_code") or {}
    return code.get("id")


def _money(value: object) -> Money:
    return to_cents(decimal(value if value is not None else 0))
