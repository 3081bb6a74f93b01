"""Who works with it: staff that sends, edits and takes back, approvers that look and decide, now at once, now a day later, a bookkeeper
in Intacct. Their clicks are calls of the API, which may die under them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any, Final

from connector.core.errors import ConnectorError, Kind
from connector.core.item import Item, State
from connector.core.people import Person
from connector.core.record import rows
from connector.engine.decide import Decided, Decision, decide, retry, shown_needs
from connector.engine.import_ import request
from connector.engine.ready import ready
from connector.engine.staging import accept, link, link_all_suggested
from connector.engine.submit import item_id, send
from connector.engine.taking_back import take_back
from connector.engine.unlink import unlink
from connector.engine.world import Source, World
from tests.proof.stage import DANA, MARCO, PRIYA
from tests.simulation.books import Bookkeeper
from tests.simulation.machines import Machines
from tests.simulation.oracle import Oracle
from tests.simulation.processes import Processes, Shared

API: Final = 30.0
"""Seconds that a call of the API may take (template.yaml)."""
REASONS: Final = ("Coded to the wrong job.", "Ask the vendor for the new date.")
AGAIN: Final = 4
"""How often a click that came to nothing is repeated."""

type Record = tuple[str, Source]


class People:
    """``records`` are what may be sent. ``does`` says how often each thing happens, as weights."""

    def __init__(self, shared: Shared, processes: Processes, machines: Machines, oracle: Oracle) -> None:
        self._shared, self._processes, self._machines, self._oracle = shared, processes, machines, oracle
        self._books = Bookkeeper(oracle, shared.chance)
        self.records: list[Record] = []
        self.pace = 900.0
        """Seconds between two things that people do, on average."""
        self.edits = 0
        self._left: list[tuple[str, Callable[[World], Any]]] = []
        self.does: dict[Callable[[], None], int] = {
            self.send: 5,
            self.decide: 8,
            self.edit: 4,
            self.take_back: 1,
            self.take_back_approval: 1,
            self.retry: 3,
            self.delete: 2,
            self.enter: 1,
            self.bring: 1,
            self.link: 1,
            self.import_: 1,
        }

    def find(self, world: World, objects: Sequence[str]) -> None:
        """Everything that could be sent, as the page for sending lists it."""
        projects = sorted(pair.procore_id for pair in world.cross_references.of_object("projects"))
        places = [("vendors", ""), ("projects", ""), *(("", project) for project in projects)]
        for name, project in places:
            cursor, more = "", True
            while more:
                found, cursor = ready(world, MARCO, object_name=name, project_id=project, limit=100, cursor=cursor)
                self.records += [
                    (each.object, Source(procore_id=each.procore_id, project_id=each.project_id, kind=each.kind))
                    for each in found
                    if not each.violations and (not objects or each.object in objects)
                ]
                more = bool(cursor)

    def live(self) -> None:
        """Something happens, and then the next thing, for ever; nothing while ``pace`` is 0."""
        if self.pace:
            chance = self._shared.chance
            (what,) = chance.choices([*self.does], [*self.does.values()])
            what()
        self._shared.timeline.at(self._shared.chance.expovariate(1 / (self.pace or 600)), self.live)

    def send(self) -> None:
        unsent = [record for record in self.records if not self._stands(record)]
        if unsent:
            self.send_this(self._shared.chance.choice(unsent))

    def send_this(self, record: Record) -> None:
        name, source = record
        self._click(f"send {name}:{source.procore_id}", lambda world: send(world, MARCO, name, source, {}))

    def decide(self) -> None:
        if items := self._of(State.WAITING):
            item, chance = self._shared.chance.choice(items), self._shared.chance
            verdict = "approve" if chance.random() < 0.8 else "reject"
            # It is looked at now, and decided when there is time.
            delay = chance.choice([1, 30, 600, 7200, 80_000])
            self._shared.timeline.at(delay, partial(self.decide_this, item, verdict, chance.choice([DANA, PRIYA])))
            if chance.random() < 0.1:
                self._shared.timeline.at(delay + chance.uniform(0, 2), partial(self.decide_this, item, verdict, DANA))

    def decide_this(self, seen: Item, verdict: Any, who: Person) -> None:
        """As the item was seen. What goes first is approved along."""
        reason = self._shared.chance.choice(REASONS)
        along = shown_needs(self._oracle.world, seen) if verdict == "approve" else {}
        decision = Decision(item=seen.id, verdict=verdict, fingerprint=seen.fingerprint, reason=reason, with_needs=bool(along), needs=along)
        approved = {seen.id: seen.fingerprint} | along if verdict == "approve" else {}

        def clicks(world: World) -> list[Decided]:
            with self._oracle.clicked(who, approved):
                return decide(world, who, [decision], via="app")

        self._click(f"{verdict} {seen.id}", clicks)

    def take_back(self) -> None:
        if items := self._of(State.WAITING):
            item = self._shared.chance.choice(items)
            self._click(f"take back {item.id}", lambda world: take_back(world, MARCO, item.id))

    def take_back_approval(self) -> None:
        """Somebody approves the wrong one, and sees it at once; or thinks better of what they approved before."""
        chance = self._shared.chance
        given = [item for state in (State.APPROVED, State.BLOCKED, State.EXPORTING) for item in self._of(state) if item.approvals]
        waiting = self._of(State.WAITING)
        if given and chance.random() < 0.5:
            item = chance.choice(given)
            self.take_back_this(item.id, chance.choice([DANA, PRIYA]))
        elif waiting:
            item, who = chance.choice(waiting), chance.choice([DANA, PRIYA])
            self.decide_this(item, "approve", who)
            self._shared.timeline.at(chance.uniform(0.05, 3), partial(self.take_back_this, item.id, who))

    def take_back_this(self, item_id: str, who: Person) -> None:
        self._click(f"take the approval of {item_id} back", lambda world: take_back(world, who, item_id, approval=True))

    def retry(self) -> None:
        if items := self._of(State.FAILED):
            self.retry_these([self._shared.chance.choice(items)])

    def retry_these(self, items: Sequence[Item]) -> None:
        ids = [item.id for item in items]
        self._click(f"retry {len(ids)}", lambda world: retry(world, DANA, ids))

    def delete(self) -> None:
        """The bookkeeper deletes a document; somebody unlinks it when they hear of it."""
        if item := self._books.deletes():
            self._shared.log("deleted", item.id)
            self._shared.timeline.at(self._shared.chance.choice([5.0, 900.0, 80_000.0]), partial(self.unlink_this, item.id))

    def unlink_this(self, item_id: str) -> None:
        name, _, procore_id = item_id.partition(":")
        self._click(f"unlink {item_id}", lambda world: unlink(world, DANA, name, procore_id))

    def enter(self) -> None:
        self._books.enters()

    def bring(self) -> None:
        """Somebody links what imports suggest, and adds one of the rest."""
        self._click("link", lambda world: link_all_suggested(world, DANA, "vendors"), halves=True)
        if staged := [item.id for item in self._shared.kept.state if item.state is State.STAGED and item.object == "vendors"]:
            one = self._shared.chance.choice(staged)
            self._click(f"accept {one}", lambda world: accept(world, DANA, [one]), halves=True)

    def link(self) -> None:
        """Two people link two staged companies to the same one of Procore's, at the same moment."""
        staged = [item.id for item in self._shared.kept.state if item.state is State.STAGED and item.object == "vendors"]
        linked = {pair.procore_id for pair in self._shared.kept.references.of_object("vendors")}
        free = [str(row["id"]) for row in self._oracle.procore.store["vendors"].live() if str(row["id"]) not in linked]
        if free:
            to = self._shared.chance.choice(free)
            self._oracle.contested.add(to)
            for item in self._shared.chance.sample(staged, min(2, len(staged))):
                self._click(f"link {item}", partial(_link, item, to), halves=True)

    def finish(self) -> None:
        """What was given up half way, and stands in the lists as if nothing had begun, is clicked again."""
        left, self._left = self._left, []
        for what, work in left:
            self._click(what, work, halves=True)

    def import_(self) -> None:
        whole = self._shared.chance.random() < 0.2
        self._click("import", lambda world: request(world, PRIYA, objects=["vendors"], full=whole))

    def edit(self) -> None:
        """A text, or an amount, by the hand of somebody in Procore."""
        name, source = self._shared.chance.choice(self.records)
        place = self._oracle.place(name, source)
        if place is not None and edit(self._oracle, self._shared.chance, name, *place[1:]):
            self.edits += 1
            self._shared.log("edited", name, source.procore_id)
            self._tell(place[0], source)

    def _tell(self, collection: str, source: Source) -> None:
        """Procore's webhook: mostly soon, at times late, twice or never."""
        chance = self._shared.chance
        for _ in range(chance.choices([0, 1, 2], [15, 75, 10])[0]):
            delay = chance.uniform(0.5, 20) if chance.random() < 0.8 else chance.uniform(60, 40_000)
            words = collection.replace("_", " ").title()
            act = partial(self._machines.hint, words, source.procore_id.rpartition("-")[2], source.project_id)
            self._shared.timeline.at(delay, act)

    def _click(self, what: str, work: Callable[[World], Any], *, tries: int = 1, halves: bool = False) -> None:
        """What is put off, or dies, is mostly clicked again. ``halves`` where it may die with half of it in Procore."""
        shared = self._shared
        shared.log("click", what)

        def then(result: Any) -> None:
            later = not isinstance(result, Exception) or (isinstance(result, ConnectorError) and result.kind is Kind.LATER)
            shared.complain_about(result)
            if not isinstance(result, BaseException) or not later:
                return
            if tries < AGAIN and shared.chance.random() < 0.8:
                again = partial(self._click, what, work, tries=tries + 1, halves=halves)
                shared.timeline.at(shared.chance.uniform(2, 60), again)
            elif halves:
                self._left.append((what, work))

        self._processes.call("api", work, then, limit=API)

    def _of(self, state: State) -> list[Item]:
        known = {item_id(name, source.procore_id) for name, source in self.records}
        return [item for item in self._shared.kept.state if item.state is state and (item.id in known or item.sent_by)]

    def _stands(self, record: Record) -> bool:
        item = self._shared.kept.state.get(item_id(record[0], record[1].procore_id))
        return item is not None and item.state in {State.WAITING, State.APPROVED, State.EXPORTING, State.SYNCED}


def _link(item: str, to: str, world: World) -> Decided:
    return link(world, DANA, item, to)


def edit(oracle: Oracle, chance: Random, name: str, table: str, row: dict[str, Any]) -> bool:
    """Another text at the record's top, or some cents more on one of its lines. Whether there was anything to edit."""
    store, now = oracle.procore.store, oracle.procore.world.now()
    lines = [line for line in store["line_items"].live(holder_id=row["id"]) if line.get("amount") is not None] if "number" in row else []
    if lines and chance.random() < 0.5 and row.get("accounting_method", "amount") == "amount":
        line = chance.choice(lines)
        store["line_items"].update(line, {"amount": line["amount"] + chance.randint(1, 99_999) / line["amount"].__class__(100)})
    else:
        texts = [
            each.procore.write
            for each in rows(oracle.world.rooms[name].record)
            if each.procore and each.procore.write and each.intacct and each.intacct.write and each.type is str
        ]
        named = next((text for text in texts if "." not in text and isinstance(row.get(text), str) and text not in _KEYS), None)
        if named is None:
            return False
        store[table].update(row, {named: f"{row[named].partition(' /')[0]} /{chance.randint(1, 99)}"})
    store[table].update(row, {"updated_at": now})
    return True


_KEYS: Final = frozenset({"number", "project_number", "code", "invoice_number"})
"""Texts by which Intacct knows the record: who changes them has another record."""
