"""What must be true, worked out from what people clicked and what both systems hold, never from what the connector says of itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import requests

from connector.core.attachments import NAME
from connector.core.errors import Code
from connector.core.item import HistoryEntry, Item, State
from connector.core.people import Person
from connector.engine.children import children
from connector.engine.taking_back import TAKEN_BACK
from connector.engine.unlink import UNLINKED
from connector.engine.world import Source
from tests.proof.judge import SLOTS, added, content, documents, exported, of_one
from tests.proof.scene import Scene
from tests.simulation.network import INTACCT_NAME, Network
from tests.simulation.state import CountedReferences

UNDER_WAY: Final = frozenset({State.APPROVED, State.EXPORTING})

_NOT_BEGUN: Final = frozenset({State.WAITING, State.APPROVED, State.BLOCKED})
_BROUGHT: Final = frozenset({State.LINKED, State.IMPORTED})
_TABLES: Final = {"commitment_change_orders": "change_orders", "prime_change_orders": "change_orders"}


class WrongError(AssertionError):
    """The simulation found something."""


@dataclass(frozen=True, slots=True)
class Birth:
    """A request that Intacct did, by the version that it belongs to, and the record that came of it."""

    item: str
    key: str
    table: str
    record: str


class Oracle(Scene):
    """Told of every change; :meth:`calm` looks at all of it once the storm is over."""

    suite = "simulation"
    network: Network
    references: CountedReferences

    def __init__(self) -> None:
        self.births: list[Birth] = []
        self.clicks: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.dead: Counter[str] = Counter()
        self.gone: set[str] = set()
        """Items whose document the bookkeeper deleted, until they are unlinked."""
        self.entered: dict[str, str] = {}
        """Names of the vendors that were entered in Intacct by hand, by record number."""
        self.contested: set[str] = set()
        """Companies of Procore's to which two people have linked something at once: whose process dies there may leave the other's mark."""
        self.numbers: Counter[str] = Counter()
        self._seen: dict[str, set[str]] = {}
        self._on_its_way: Counter[tuple[str, str, str]] = Counter()

    @contextmanager
    def clicked(self, who: Person, versions: Mapping[str, str]) -> Iterator[None]:
        """Somebody approves these versions. That counts until the approval is taken back, which no click stops that is still on its way."""
        for version in versions.items():
            self.clicks[version].add(who.login)
            self._on_its_way[*version, who.login] += 1
        try:
            yield
        finally:
            for version in versions.items():
                self._on_its_way[*version, who.login] -= 1

    def saved(self, before: Item | None, after: Item, entry: HistoryEntry) -> None:
        self.numbers["changes of items"] += 1
        if entry.hash != entry.digest() or entry.before != (before.history_head if before else "") or after.history_head != entry.hash:
            raise WrongError(f"{after.id}: its history breaks at entry {entry.number}")
        if entry.what == UNLINKED:
            self.gone.discard(after.id)
        if entry.what == TAKEN_BACK:
            self._taken_back(before, after, entry)
        held = before.lease if before else None
        if held and after.lease and after.lease.worker != held.worker and held.until > entry.at:
            raise WrongError(f"{after.id}: {after.lease.worker} took over from {held.worker}, whose lease runs until {held.until}")
        if after.state in UNDER_WAY and after.sent_by:
            self._approved(after)
        if after.state is State.SYNCED:
            self._linked_once(after)
        if after.state is State.SYNCED and (before is None or before.state is not State.SYNCED):
            self._as_approved(after)
        if not self.references.one_to_one:
            raise WrongError(f"{after.id}, {entry.what}: a record is linked twice")
        if self.network.peak[INTACCT_NAME] > SLOTS:
            raise WrongError(f"{self.network.peak[INTACCT_NAME]} requests to Intacct at one time")

    def _approved(self, item: Item) -> None:
        approved = {approval.by for approval in item.approvals if approval.fingerprint == item.fingerprint}
        clicked = self.clicks[item.id, item.fingerprint]
        if not approved or not approved <= clicked or item.sent_by in approved:
            raise WrongError(f"{item.id} is {item.state.value}, approved by {sorted(approved)}; {sorted(clicked)} clicked")

    def _taken_back(self, before: Item | None, after: Item, entry: HistoryEntry) -> None:
        """An approval that is taken back is none."""
        given = before.approvals if before else ()
        if before is None or before.intent or before.lease or before.state not in _NOT_BEGUN or self._lives_as(after):
            raise WrongError(f"{after.id} was {before and before.state.value}, and its approval is taken back")
        if (after.state, after.approvals) != (State.WAITING, ()) or entry.who not in {approval.by_name for approval in given}:
            raise WrongError(f"{after.id} is {after.state.value}; {entry.who} took back what {[each.by_name for each in given]} approved")
        for approval in given:
            if not self._on_its_way[after.id, after.fingerprint, approval.by]:
                self.clicks[after.id, after.fingerprint].discard(approval.by)
        self.numbers["approvals taken back"] += 1

    def _lives_as(self, item: Item) -> bool:
        return any(birth.item == item.id and self.lives(birth) for birth in self.births)

    def worked(self, request: requests.PreparedRequest) -> None:
        """Intacct has done what a request asks for, or has not."""
        del request
        logged = self.intacct.requests[-1]
        if not logged.unique:
            return
        for _, _, controlid in logged.functions[-1:]:
            if not controlid.startswith(f"{self.world.company}:"):
                continue
            _, name, procore_id, key, _ = controlid.split(":", 4)
            self._born(f"{name}:{procore_id}", key)

    def _linked_once(self, item: Item) -> None:
        pairs = [pair for pair in self.references.of_object(item.object) if item.procore_id == pair.procore_id]
        twins = self.references.by_intacct(item.object, [item.intacct_key])
        if [pair.intacct_key for pair in pairs] != [item.intacct_key] or twins[item.intacct_key].procore_id != item.procore_id:
            raise WrongError(f"{item.id} is synced as {item.intacct_key} and linked to {[pair.intacct_key for pair in pairs]}")

    def _as_approved(self, item: Item) -> None:
        if wrong := self._content(item):
            raise WrongError(f"{item.id} is synced, and {'; '.join(wrong)}")
        self.numbers["documents synced"] += 1

    def _content(self, item: Item) -> list[str]:
        """What differs from what was approved, but for files that could not be brought along, where the history says so."""
        told = [entry for entry in self.state.history(item.id) if "attachment" in entry.what]
        left = any("stay" in entry.what or ("along" in entry.what and entry.detail.get("why")) for entry in told)
        return [each for each in content(self, item) if not (left and (NAME in each or "files in Intacct" in each))]

    def _born(self, item_id: str, key: str) -> None:
        export = self.room(item_id).export
        assert export is not None
        table, now = export.held.object, self._all_rows()
        new = now[table] - self._seen[table]
        self._seen = now
        if not new:
            return
        item = self.held(item_id)
        approvals = {_key(item, approval.fingerprint) for approval in item.approvals}
        if key not in approvals:
            raise WrongError(f"{item_id}: Intacct did what nobody approved ({key}); approved was {sorted(approvals)}")
        again = [birth for birth in self.births if birth.item == item_id and self.lives(birth) and birth.record not in new]
        if again:
            raise WrongError(f"{item_id} stands in Intacct twice: {table} {sorted(new)} beside {[birth.record for birth in again]}")
        self.births += [Birth(item_id, key, table, record) for record in sorted(new)]
        self.numbers["documents written"] += len(new)

    def counted(self) -> None:
        super().counted()
        self.look()

    def look(self) -> None:
        """Somebody else has written in Intacct: what is there now is nothing of ours."""
        self._seen = self._all_rows()

    def _all_rows(self) -> dict[str, set[str]]:
        return {name: {row["RECORDNO"] for row in self.rows(name)} for name in exported(self)}

    def lives(self, birth: Birth) -> bool:
        row = self.intacct.store.get(birth.table, birth.record)
        return row is not None and row.get("STATE") not in {"Declined", "Voided"}

    def place(self, name: str, source: Source) -> tuple[str, str, dict[str, Any]] | None:
        """The collection of a record in Procore's paths, its table and its row; None for one that has none of its own."""
        export = self.world.rooms[name].export
        assert export is not None
        kind = next(kind for kind in export.kinds if source.kind in ("", kind.name))
        if "{id}" not in kind.show:
            return None
        collection = kind.show.partition("/{id}")[0].rpartition("/")[2]
        table = _TABLES.get(collection, collection)
        return collection, table, self.procore.store[table][int(source.procore_id.rpartition("-")[2])]

    def calm(self) -> list[str]:
        """What is wrong where nothing is under way any more."""
        wrong: list[str] = []
        expected: Counter[str] = Counter()
        living = {birth.item for birth in self.births if self.lives(birth)}
        for item in self.state:
            if item.id in self.gone:
                wrong += self._still_linked(item)
            elif item.state in UNDER_WAY or (item.state is State.SYNCED and not item.written_back):
                wrong.append(f"{item.id} stands still: {item.state.value}, written back {item.written_back}")
            elif item.state is State.SYNCED:
                pairs = self.references.by_procore(item.object, [item.procore_id]).values()
                alone = not any(True for pair in pairs for _ in children(self.world, pair))
                wrong += [f"{item.id}: {each}" for each in [*of_one(self, item, as_sent=False), *(self._content(item) if alone else [])]]
                expected += documents(self, item.id)
            elif item.id in living and all(problem.code is not Code.LINKED_ELSEWHERE for problem in item.problems):
                wrong.append(f"{item.id} is {item.state.value} and stands in Intacct")
            if item.state is State.BLOCKED and self._there(item.waits_for):
                wrong.append(f"{item.id} waits for {item.waits_for}, which is there")
        wrong += self._imported()
        found = added(self)
        found.subtract(self.dead)
        if +found != expected:
            wrong.append(f"more rows in Intacct: {dict(+found)}, not {dict(expected)}")
        return wrong

    def _still_linked(self, item: Item) -> list[str]:
        """What is gone stays linked only where others stand on it."""
        pairs = self.references.by_procore(item.object, [item.procore_id])
        held = any(any(True for _ in children(self.world, pair)) for pair in pairs.values())
        return [] if held else [f"{item.id} is {item.state.value}; its document is gone, and nothing stands on it"]

    def _imported(self) -> list[str]:
        """Each vendor that was entered by hand is staged or linked, once, and in Procore once if it is linked."""
        wrong = []
        pairs = self.references.by_intacct("vendors", list(self.entered))
        for record, name in self.entered.items():
            item, pair = self.state.get(f"staged:vendors:{record}"), pairs.get(record)
            twins = {str(row["id"]) for row in self.procore.store["vendors"].live(origin_id=f"intacct:VENDOR:{record}")} - self.contested
            marked = {pair.procore_id} - self.contested if pair else set()
            if item is None and pair is None:
                wrong.append(f"{name}, entered in Intacct as {record}, was never seen")
            elif (item is not None and item.state in _BROUGHT) != (pair is not None) or twins != marked:
                said = f"{item and item.state.value}, linked to {pair and pair.procore_id}, marked {sorted(twins)}"
                wrong.append(f"{name} ({record}): {said}")
        self.numbers["imported records checked"] += len(self.entered)
        return wrong

    def _there(self, need: str) -> bool:
        name, _, procore_id = need.partition(":")
        return (name, procore_id) in self.references


def _key(item: Item, fingerprint: str) -> str:
    """The part of a controlid that says which version it is (connector.core.fingerprint)."""
    return (f"{item.unlinked}-{fingerprint}" if item.unlinked else fingerprint)[:12]
