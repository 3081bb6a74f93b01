"""Rows as they were before the simulation began: own stamps, spread over the weeks before, some never edited."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.intacct.formats import stamp_text
from sandbox.intacct.schema import Row
from sandbox.intacct.store import Store

_OLDEST_DAYS = 42
_NEVER_EDITED = 5


class Loader:
    """Adds rows with the defaults of their fields; every fifth row has no WHENMODIFIED, as in the field [F]."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.store = store
        self.now = now
        self._count = 0

    def add(self, name: str, /, **values: str) -> Row:
        """``__`` in a field's name stands for a dot."""
        self._count += 1
        kind = self.store.tables[name].kind
        row: Row = {}
        age = _OLDEST_DAYS - self._count % _OLDEST_DAYS
        created = self._stamp(age)
        modified = self._stamp(age // 2) if self._count % _NEVER_EDITED else ""
        stamps = {"WHENCREATED": created, "AUWHENCREATED": created, "WHENMODIFIED": modified}
        audited = "AUWHENCREATED" in kind.by_name
        row |= {field: stamp for field, stamp in stamps.items() if field in kind.by_name and not (audited and field == "WHENCREATED")}
        if "CREATEDBY" in kind.by_name:
            row.update(CREATEDBY="1", MODIFIEDBY="1" if modified else "")
        row.update({field.replace("__", "."): value for field, value in values.items()})
        return self.store.load(name, row)

    def _stamp(self, days: int) -> str:
        """A moment so many days ago, at an hour of its own."""
        age = timedelta(days=days, minutes=60 + (self._count * 37) % 540, seconds=self._count % 60)
        return stamp_text(self.now - age)
