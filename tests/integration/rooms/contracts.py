"""What project staff does in Procore to a contract that is signed: change orders and invoices, by the vendor's own calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from connector.core.item import Item
from connector.ports import CrossReference
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.office import Office
from tests.sandbox.intacct.gateway_client import Gateway

CONCRETE: Final = "SC-24-107-001"
ELECTRICAL: Final = "SC-24-107-003"
FENDERS: Final = "PO-24-107-002"

_LINKED: Final[list[CrossReference]] = []
"""Ids are the same in every company: what the imports linked once holds for all."""


def open_office(office: Office) -> None:
    """Everything that contracts refer to is linked."""
    if not _LINKED:
        office.bring_first()
        objects = ("projects", "vendors", "sub_jobs", "cost_codes", "cost_types")
        _LINKED.extend(pair for name in objects for pair in office.references.of_object(name))
    assert office.references.link(_LINKED) == []


@dataclass(frozen=True)
class Contract:
    """A signed commitment in Procore."""

    office: Office
    number: str

    @property
    def project(self) -> str:
        return self.office.project(TERMINAL)

    @property
    def path(self) -> str:
        return "work_order_contracts" if self.number.startswith("SC") else "purchase_order_contracts"

    @property
    def id(self) -> str:
        return self.office.id(self.path, number=self.number)

    @property
    def item(self) -> Item:
        return self.office.item(f"commitments:{self.id}")

    @property
    def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.office.api.get(f"/rest/v1.0/{self.path}/{self.id}", {"project_id": self.project})
        return shown

    def line(self, place: int) -> Mapping[str, Any]:
        return dict(self.shown["line_items"][place])

    def change_order(self, title: str, *lines: Mapping[str, Any], status: str = "approved") -> str:
        """A change order of these lines; its id. A line names its ``commitment_line_item_id``, or none."""
        head = {"contract_id": int(self.id), "title": title}
        orders = f"/rest/v1.0/projects/{self.project}/commitment_change_orders"
        order = self.office.api.send("POST", orders, {"change_order": head})["id"]
        path = f"/rest/v2.0/companies/{self.office.world.company}/projects/{self.project}/commitment_change_orders/{order}/line_items"
        for line in lines:
            self.office.api.send("POST", path, line)
        self.office.api.send("PATCH", f"{orders}/{order}", {"change_order": {"status": status}})
        return str(order)

    def invoice(self, day: str, *items: Mapping[str, Any], status: str = "approved", **head: Any) -> str:
        """An invoice on which these items, named by their ``line_item_id``, bill something; its id."""
        body = {"project_id": int(self.project), "commitment_id": int(self.id)}
        made = {"billing_date": day, "requisition_start": day, "requisition_end": day, "items": list(items), **head}
        sent = self.office.api.send("POST", "/rest/v1.1/requisitions", {**body, "requisition": made})
        self.office.api.send("PATCH", f"/rest/v1.1/requisitions/{sent['id']}", {**body, "requisition": {"status": status}})
        return str(sent["id"])

    def requisition(self, invoice: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.office.api.get(f"/rest/v1.1/requisitions/{invoice}", {"project_id": self.project, "view": "items"})
        return shown

    def synced(self) -> Contract:
        """In Intacct as signed."""
        self.office.export("commitments", self.id, self.project)
        return self

    # ------------------------------------------------------------------------------------------- Intacct's side

    @property
    def document(self) -> Mapping[str, Any]:
        """The commitment in Intacct's books, changes and conversions worked in."""
        (document,) = self.office.intacct.store.find("PODOCUMENT", DOCNO=self.number)
        return dict(document)

    def held_line(self, place: int) -> Mapping[str, str]:
        """What Intacct holds of the commitment's line."""
        (line,) = self.office.intacct.store.find("PODOCUMENTENTRY", MEMO=f"procore:sov:{self.line(place)['id']}")
        return dict(line)


def by_hand(office: Office, function: str) -> None:
    """What somebody does in Intacct itself."""
    Gateway(office.intacct).done(function)


def coded(like: Mapping[str, Any], amount: str, **more: Any) -> dict[str, Any]:
    """A change order's line, coded as another line."""
    return {"wbs_code_id": str(like["wbs_code"]["id"]), "amount": amount, "description": "Changed", **more}


def cents(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
