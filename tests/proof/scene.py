"""A company in both systems and the connector between them, as the judge looks at it."""

from __future__ import annotations

from typing import Any

from connector.adapters.intacct import IntacctGateway
from connector.adapters.procore.client import ProcoreClient
from connector.core.item import Item
from connector.core.spec import ProcoreKind
from connector.engine.world import Room, World
from sandbox.intacct.simulator import IntacctSimulator
from sandbox.procore.simulator import ProcoreSimulator
from tests.doubles import MemoryCrossReferences, MemoryPayloads, MemorySyncState


class Scene:
    """``suite`` is whose figures this adds to (tests/numbers.py); ``before`` is how many rows each of Intacct's tables had before the
    story; ``gateway`` and ``client`` are whose who looks on."""

    suite = "crash matrix"
    procore: ProcoreSimulator
    intacct: IntacctSimulator
    references: MemoryCrossReferences
    state: MemorySyncState
    payloads: MemoryPayloads
    gateway: IntacctGateway
    client: ProcoreClient
    world: World
    before: dict[str, int]

    def held(self, item_id: str) -> Item:
        item = self.state.get(item_id)
        assert item is not None
        return item

    def room(self, item_id: str) -> Room:
        return self.world.rooms[item_id.partition(":")[0]]

    def kind(self, item: Item) -> ProcoreKind:
        export = self.room(item.id).export
        assert export is not None
        return next(kind for kind in export.kinds if kind.name == item.kind)

    def carries(self, item: Item) -> bool:
        """Whether attached files go along."""
        export = self.room(item.id).export
        return export is not None and export.attachments

    def counted(self) -> None:
        """The story begins here: what stands in Intacct by now was there before."""
        self.before = {name: len(self.rows(name)) for name in self.intacct.store.tables}

    def rows(self, table: str) -> list[dict[str, str]]:
        """Intacct's, without the estimate entries that it posts of change requests by itself."""
        return [row for row in self.intacct.store.tables[table].rows.values() if not row.get("CHANGEREQUESTENTRYKEY")]

    def row(self, item: Item) -> tuple[str, dict[str, Any]]:
        """The record's table and row in Procore, which a test may change."""
        table = self.kind(item).show.partition("/{id}")[0].rpartition("/")[2]
        row = self.procore.store[table].get(int(item.procore_id.rpartition("-")[2]))
        assert row is not None
        return table, row
