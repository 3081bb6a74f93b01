"""What people do to a synced record, on either side, told from the declarations of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from connector.core.compare import shown
from connector.core.drift import DriftRow, Finding
from connector.core.item import Item, first_break
from connector.core.offers import Choice, Offer
from connector.core.record import Record, Row, rows
from connector.core.spec import Export
from connector.engine import snapshot
from connector.engine.drift import look
from connector.engine.read_back import identity_of
from connector.engine.resolve import Resolved, offered, resolve
from sandbox.procore.store import Table
from tests.proof.stage import DANA, Stage

NOTE: Final = "Seen with the superintendent."
_STAYS: Final = frozenset({"AUDITHISTORY", "SUPDOC", "ATTACHMENT", "SUPDOCFOLDER"})


class Drifting:
    """A record that was exported in this story, and what happens to it."""

    def __init__(self, here: Stage) -> None:
        self.here = here
        export = here.room().export
        assert export is not None
        self.export: Export[Any] = export
        self.sent = self._sent()

    @property
    def item(self) -> Item:
        return self.here.held()

    def looked(self) -> tuple[Item, Finding, Mapping[Choice, Offer]]:
        item = look(self.here.world, self.item)
        finding, choices = offered(self.here.world, item)
        return item, finding, {each.choice: each for each in choices}

    def decided(self, choice: Choice) -> Resolved:
        mark = self.item.drift.mark if self.item.drift else ""
        return resolve(self.here.world, DANA, self.item.id, choice, note=NOTE, seen=mark)

    def whole(self) -> bool:
        return first_break(self.here.state.history(self.item.id), head=self.item.history_head, count=self.item.history_count) is None

    # -- Intacct

    def edit_in_intacct(self) -> tuple[str, str]:
        """Another value in the first field that was sent and can be read back: its path and what it is now."""
        held, store = self.export.held, self.here.intacct.store
        for row in rows(type(self.sent)):
            if row.type is str and row.intacct and row.intacct.read and row.intacct.write and getattr(self.sent, row.name):
                kept = store.get(held.object, self.item.intacct_key)
                assert kept is not None
                store.update(held.object, kept, {row.intacct.read: f"{kept[row.intacct.read]} 2"})
                return row.name, f"{shown(getattr(self.sent, row.name))} 2"
        return self._edit_a_line()

    def _edit_a_line(self) -> tuple[str, str]:
        lines_row, line, row = self._money_of_a_line()
        identity = identity_of(lines_row)
        assert identity is not None
        assert identity.intacct is not None
        assert identity.intacct.read is not None
        assert row.intacct is not None
        assert row.intacct.read is not None
        name, store = self.export.held.lines_object, self.here.intacct.store
        (kept,) = store.find(name, **{identity.intacct.read: identity.intacct.codec.write(getattr(line, identity.name))})
        more = Decimal(kept[row.intacct.read]) + 1
        store.update(name, kept, {row.intacct.read: str(more)})
        return f"{lines_row.name}[1].{row.name}", shown(row.intacct.codec.read(str(more)))

    def put_right_in_intacct(self, before: Mapping[str, Mapping[int, dict[str, str]]]) -> None:
        store = self.here.intacct.store
        for name, kept in before.items():
            for record, row in kept.items():
                store.tables[name].put(record, row)
        store.version += 1

    def as_it_stands(self) -> dict[str, dict[int, dict[str, str]]]:
        names = {self.export.held.object, *([self.export.held.lines_object] if self.export.held.lines_object else [])}
        return {name: dict(self.here.intacct.store.tables[name].rows) for name in names}

    def delete_in_intacct(self) -> None:
        """With all that came into being with it, but for its attachments."""
        store = self.here.intacct.store
        for name, table in store.tables.items():
            for row in list(table.rows.values())[self.here.before[name] :] if name not in _STAYS and table.block is None else []:
                store.delete(name, row)

    def void_in_intacct(self) -> bool:
        """Whether such a record can be void at all."""
        held, void = self.export.held, self.export.held.void
        kept = self.here.intacct.store.get(held.object, self.item.intacct_key)
        if void is None or kept is None:
            return False
        self.here.intacct.store.update(held.object, kept, {void.field: max(void.values, key=len)})
        return True

    # -- Procore

    def edit_in_procore(self) -> tuple[str, str]:
        """Another value in the first text of the record, or in the amount of its first line."""
        record = self._record()
        for row in rows(type(self.sent)):
            name = row.procore.read if row.procore and row.intacct and row.type is str and row.lines is None and row.ref is None else None
            if name and isinstance(record.get(name), str):
                record[name] = f"{record[name]} 2"
                return row.name, f"{shown(getattr(self.sent, row.name))} 2"
        lines_row, line, row = self._money_of_a_line()
        amounts = self._row_of(str(line.procore_id).rpartition(":")[2])  # type: ignore[attr-defined]  # lines that Procore gives have one
        for name in ("amount", "original_budget_amount", "unit_cost"):
            if isinstance(amounts.get(name), Decimal):
                amounts[name] += 1
        return f"{lines_row.name}[1].{row.name}", shown(getattr(line, row.name) + 1)

    def delete_in_procore(self) -> None:
        self._table(self._record()).drop(self._record())

    def void_in_procore(self) -> bool:
        """Whether its kind says by a status that a record does not count."""
        record = self._record()
        if not self.export.ready or not isinstance(record.get("status"), str):
            return False
        record["status"] = "Void"
        return True

    # -- what it is made of

    def _sent(self) -> Record:
        record = snapshot.restore(self.here.world, self.here.held()).record
        assert record is not None
        return record

    def _money_of_a_line(self) -> tuple[Row, Record, Row]:
        lines_row = next(row for row in rows(type(self.sent)) if row.lines is not None and row.intacct is not None)
        assert lines_row.lines is not None
        line = getattr(self.sent, lines_row.name)[0]
        row = next(row for row in rows(lines_row.lines) if row.type is Decimal and row.intacct and row.intacct.read and row.procore)
        return lines_row, line, row

    def _record(self) -> dict[str, Any]:
        """The row of the record itself; that of the project where it is the project's budget."""
        return self._row_of(self.item.procore_id.rpartition("-")[2])

    def _row_of(self, record_id: str) -> dict[str, Any]:
        found = (table.get(int(record_id)) for _, table in self.here.procore.store.tables())
        return next(row for row in found if row is not None)

    def _table(self, record: Mapping[str, Any]) -> Table:
        return next(table for _, table in self.here.procore.store.tables() if table.get(record["id"]) is record)


def row_of(finding: Finding, field: str) -> DriftRow:
    return next(row for row in finding.rows if row.field == field)
