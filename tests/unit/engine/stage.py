"""The engine over doubles: Procore and Intacct as dictionaries, a clock that stands still, three people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError
from connector.core.item import Item, first_break
from connector.core.notices import Digest, MailKind
from connector.core.outcome import Outcome
from connector.core.people import ApprovalRight, Person
from connector.core.unusual import Unusual
from connector.engine.decide import Decided, Decision, decide
from connector.engine.export import export_item
from connector.engine.submit import Sent, send
from connector.engine.world import Room, Source, World
from connector.ports import CrossReference, Json, Letter, Procore
from tests.doubles import (
    ManualClock,
    MemoryCrossReferences,
    MemoryLeases,
    MemoryLinks,
    MemoryMail,
    MemoryPayloads,
    MemorySyncState,
    MemoryWorkflows,
)
from tests.proof.machine import Machine
from tests.unit.engine.books import Books
from tests.unit.engine.rooms import ROOMS

WIDGET: Mapping[str, Any] = {
    "id": 7,
    "number": "W-1",
    "project": {"id": 77, "name": "Pier 9"},
    "maker": {"id": 8821, "name": "Acme"},
    "day": "2026-06-01",
    "status": "Live",
    "line_items": [
        {"id": 7001, "amount": "100.10", "code": {"id": 1, "name": "Concrete"}},
        {"id": 7002, "amount": "200.10", "code": {"id": 1, "name": "Concrete"}},
    ],
}
MAKER: Mapping[str, Any] = {"id": 8821, "code": "PC-8821", "name": "Acme"}
GUILD: Mapping[str, Any] = {"id": 5, "code": "G-5", "name": "Smiths", "dues": "900.00"}
ITEM, NEED, FIRST = "widgets:7", "makers:8821", "guilds:5"


def person(name: str, **more: Any) -> Person:
    return Person(id=name, login=f"{name.lower()}@example.com", name=name, company="1", **more)


MARCO, DANA, PRIYA, ALEX = (person(name) for name in ("Marco", "Dana", "Priya", "Alex"))


def right(who: Person, **scope: Any) -> ApprovalRight:
    return ApprovalRight(login=who.login, **scope)


class Desk:
    """engine.world.Door over a dictionary. ``faults`` are raised by the next calls, in order; ``left`` is what was written back."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.faults: list[Exception | None] = []
        self.left: list[tuple[str, str, str, Mapping[str, str]]] = []
        self.taken_off: list[tuple[str, str, tuple[str, ...]]] = []

    def reading_once(self) -> Desk:
        return self

    def fetch(self, room: Room, source: Source) -> tuple[str, dict[str, Json]]:
        self._maybe_fail()
        key = f"{room.name}:{source.procore_id}"
        if key not in self.records:
            raise ConnectorError(Code.NOT_FOUND, f"Procore has no {key}.")
        assert room.export is not None
        return source.kind or room.export.kinds[0].name, dict(self.records[key])

    def write_back(
        self, room: Room, item: Item, *, origin: str, code: str, lines: Mapping[str, str], shown: Mapping[str, Any] | None = None
    ) -> None:
        del room, shown
        self._maybe_fail()
        self.left.append((item.id, origin, code, lines))

    def take_off(self, room: Room, item: Item, *, origin: str, lines: Collection[str]) -> None:
        del room
        self._maybe_fail()
        self.taken_off.append((item.id, origin, tuple(lines)))

    def _maybe_fail(self) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault


class Words:
    """engine.world.Letters: the kind is the subject, the link the text. ``unusual`` keeps what was said to be so."""

    def __init__(self) -> None:
        self.unusual: list[Unusual] = []

    def waiting(
        self, item: Item, preview: Mapping[str, Json], to: str, link: str, *, returned: bool, unusual: Sequence[Unusual], stop: str
    ) -> Letter:
        assert preview["fingerprint"] == item.fingerprint
        self.unusual = [*unusual]
        return self._letter(to, "returned" if returned else "waiting", item, link, stop)

    def several_waiting(self, items: Sequence[Item], to: str, links: Mapping[str, str], *, returned: bool, stop: str) -> Letter:
        assert len(links) == len(items[:20])
        return self._letter(to, f"{len(items)} {'returned' if returned else 'waiting'} from", items[0], "", stop)

    def rejected(self, item: Item, by: str, *, stop: str) -> Letter:
        return self._letter(item.sent_by, "rejected", item, by, stop)

    def failed(self, item: Item, to: str, *, stop: str) -> Letter:
        return self._letter(to, "failed", item, item.problems[0].message, stop)

    def synced(self, item: Item, *, stop: str) -> Letter:
        return self._letter(item.sent_by, "synced", item, item.intacct_id, stop)

    def several(self, kind: MailKind, items: Sequence[Item], to: str, by: str, *, stop: str) -> Letter:
        return self._letter(to, f"{len(items)} {kind} from", items[0], by, stop)

    def digest(self, digest: Digest, to: str, *, stop: str) -> Letter:
        told = "".join(f", {kind} {item.number}" for kind, item in digest.told)
        waiting = " ".join(item.number for item in digest.waiting)
        links = "\n".join(digest.links.values())
        return Letter(to=to, subject=f"digest {waiting}{told}", text=links, html="", kind="digest", unsubscribe=stop)

    def _letter(self, to: str, kind: str, item: Item, text: str, stop: str) -> Letter:
        return Letter(to=to, subject=f"{kind} {item.number}", text=text, html="", thread=item.id, kind=kind, unsubscribe=stop)


@dataclass
class Stage:
    clock: ManualClock = field(default_factory=ManualClock)
    references: MemoryCrossReferences = field(default_factory=MemoryCrossReferences)
    mail: MemoryMail = field(default_factory=MemoryMail)
    links: MemoryLinks = field(default_factory=MemoryLinks)
    payloads: MemoryPayloads = field(default_factory=MemoryPayloads)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)
    desk: Desk = field(default_factory=Desk)
    books: Books = field(default_factory=lambda: Books(ROOMS))
    letters: Words = field(default_factory=Words)

    def __post_init__(self) -> None:
        self.state = MemorySyncState(self.references)
        self.world = World(
            company="1", rooms=ROOMS, door=self.desk, procore=cast("Procore", None), intacct=self.books, cross_references=self.references,
            state=self.state, links=self.links, leases=MemoryLeases(self.clock), payloads=self.payloads, mail=self.mail,
            letters=self.letters,
            workflows=self.workflows, clock=self.clock, app_url="https://app.example",
        )  # fmt: skip
        self.machine = Machine(self.world, self.clock, self.workflows)
        self.configure(approvers=(right(DANA), right(PRIYA)))
        self.desk.records[ITEM] = dict(WIDGET)
        self.desk.records[NEED] = dict(MAKER)
        self.link("codes", "1", "01-100")

    def configure(self, **settings: Any) -> None:
        before = self.world.config().model_dump()
        self.state.save_configuration(Configuration.model_validate(before | settings).model_dump_json())

    def link(self, object_name: str, procore_id: str, intacct_id: str) -> None:
        pair = CrossReference(object=object_name, procore_id=procore_id, intacct_key=f"key-{intacct_id}", intacct_id=intacct_id)
        assert self.references.link([pair]) == []

    def guilded(self) -> Stage:
        """The maker belongs to a guild, which goes before it."""
        self.desk.records[FIRST] = dict(GUILD)
        self.edit(NEED, guild={"id": 5})
        return self

    def linked_maker(self) -> Stage:
        self.link("makers", "8821", "PC-8821")
        return self

    def edit(self, key: str = ITEM, **changes: Any) -> None:
        self.desk.records[key] = self.desk.records[key] | changes

    def send(self, key: str = ITEM, who: Person = MARCO, choices: Mapping[str, str] | None = None) -> Sent:
        name, _, procore_id = key.partition(":")
        project = "77" if name == "widgets" else ""
        return send(self.world, who, name, Source(procore_id=procore_id, project_id=project), choices or {})

    def sent(self, key: str = ITEM, **how: Any) -> Item:
        item = self.send(key, **how).item
        assert item is not None
        return item

    def decision(self, key: str = ITEM, **more: Any) -> Decision:
        return Decision(**{"item": key, "verdict": "approve", "fingerprint": self.item(key).fingerprint} | more)

    def approve(self, key: str = ITEM, who: Person = DANA, **more: Any) -> Decided:
        (result,) = decide(self.world, who, [self.decision(key, **more)], via="app")
        return result

    def export(self, key: str = ITEM, worker: str = "w1") -> Outcome:
        return export_item(self.world, key, worker)

    def approved(self) -> Stage:
        """A widget, its maker linked, sent and approved."""
        self.linked_maker().sent()
        assert self.approve().said == "approved"
        return self

    def item(self, key: str = ITEM) -> Item:
        item = self.state.get(key)
        assert item is not None
        return item

    def told(self, key: str = ITEM) -> list[str]:
        """The history in words, once it was checked."""
        item, entries = self.item(key), self.state.history(key)
        assert first_break(entries, head=item.history_head, count=item.history_count) is None
        return [entry.what for entry in entries]

    def held(self, object_name: str = "WIDGET") -> list[str]:
        return [str(row.get("DOCNO") or row.get("MAKERID")) for row in self.books.tables.get(object_name, ())]

    def mails(self) -> list[tuple[str, str]]:
        return [(letter.to.partition("@")[0], letter.subject) for letter in self.mail.letters]
