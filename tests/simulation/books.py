"""The bookkeeper, who works in Intacct itself: deletes what we sent, and enters companies, some of which Procore has too."""

from __future__ import annotations

from random import Random

from connector.core.exchange import Function, Written
from connector.core.item import Item, State
from tests.sandbox.intacct.gateway_client import Gateway
from tests.simulation.oracle import Oracle


class Bookkeeper:
    def __init__(self, oracle: Oracle, chance: Random) -> None:
        self._oracle, self._chance = oracle, chance
        self._entered = 0

    def deletes(self) -> Item | None:
        """A document of ours on which nothing stands; the item that it is of."""
        oracle = self._oracle
        items = [item for item in oracle.state if item.state is State.SYNCED and self._is_a_leaf(item)]
        if not items:
            return None
        item = self._chance.choice(items)
        row = oracle.intacct.store.get("PODOCUMENT", item.intacct_key)
        if row is None:
            return None
        if Gateway(oracle.intacct).ask(f'<delete_potransaction key="{row["DOCID"]}"/>').status != "success":
            return None  # something stands on it that is not linked yet
        oracle.gone.add(item.id)
        oracle.numbers["documents deleted in Intacct"] += 1
        return item

    def _is_a_leaf(self, item: Item) -> bool:
        export = self._oracle.room(item.id).export
        return (
            export is not None
            and export.held.object == "PODOCUMENT"
            and item.id not in self._oracle.gone
            and not any(f"commitments:{other.get('of:commitments')}" == item.id for other in self._others())
        )

    def _others(self) -> list[dict[str, str]]:
        names = ("commitment_change_orders", "subcontractor_invoices")
        return [pair.detail for name in names for pair in self._oracle.references.of_object(name)]

    def enters(self) -> None:
        """A vendor: at times one that stands in Procore and was not sent yet."""
        oracle = self._oracle
        self._entered += 1
        linked = {pair.procore_id for pair in oracle.references.of_object("vendors")}
        free = [
            row["name"] for row in oracle.procore.store["vendors"].live() if str(row["id"]) not in linked and "Generated" in row["name"]
        ]
        name = self._chance.choice(free) if free and self._chance.random() < 0.5 else f"Entered by Hand {self._entered} LLC"
        number = f"V-H{self._entered}"
        body = [("VENDORID", number), ("NAME", name), ("DISPLAYCONTACT", [("PRINTAS", name)])]
        answer = oracle.gateway.write([Function(name="create", body=[("VENDOR", body)], controlid=f"entered-{self._entered}")])
        assert answer.written is Written.DONE, answer.violations
        oracle.entered[answer.keys[0]] = name
        oracle.dead["VENDOR"] += 1
        oracle.look()
