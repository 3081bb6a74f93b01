"""The connector in one process: the real engine, gateway and client, both simulators on loopback, the doubles for our own state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from connector.adapters.intacct import Credentials, IntacctGateway, Options
from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.oauth import Login
from connector.adapters.procore.tokens import ServiceTokens
from connector.adapters.procore.transport import new_session
from connector.core.configuration import Configuration
from connector.core.errors import ConnectorError, Kind, RetryLater
from connector.core.item import Item, State
from connector.core.notices import Digest, MailKind
from connector.core.people import ApprovalRight, Person
from connector.core.spec import ProcoreKind
from connector.core.unusual import Unusual
from connector.engine.decide import Decided, Decision, decide
from connector.engine.door import StandaloneDoor
from connector.engine.needs import before
from connector.engine.prepare import prepare
from connector.engine.submit import look, send
from connector.engine.world import Room, Source, World
from connector.ports import CrossReference, Json, Letter
from connector.rooms import Rooms
from sandbox.companies.model import Company
from sandbox.faults import Faults
from sandbox.intacct.simulator import GATEWAY_PATH, IntacctSimulator
from sandbox.procore.settings import Settings
from sandbox.procore.simulator import ProcoreSimulator
from sandbox.procore.store import COMPANY_ID
from sandbox.serving import RunningServer, serve
from tests.doubles import (
    ManualClock,
    MemoryCrossReferences,
    MemoryLeases,
    MemoryLinks,
    MemoryMail,
    MemoryPayloads,
    MemoryRates,
    MemorySecrets,
    MemorySlots,
    MemorySyncState,
    MemoryWorkflows,
)
from tests.numbers import record
from tests.proof.company import in_intacct, in_procore
from tests.proof.links import what_stands_in_both
from tests.proof.machine import Machine
from tests.proof.watch import Watch, watched

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

COMPANY: Final = str(COMPANY_ID)
ROOMS: Final = Rooms()
CREDENTIALS: Final = Credentials(sender_id="sandbox", sender_password="sandbox", user_id="connector", user_password="sandbox")


def person(name: str) -> Person:
    return Person(id=name, login=f"{name.lower()}@example.com", name=name, company=COMPANY)


MARCO, DANA, PRIYA = (person(name) for name in ("Marco", "Dana", "Priya"))
SETTINGS: Final = Configuration(
    location="100",
    items={"SUB": "SUBCONTRACT", "M": "MATERIAL"},
    default_item="JOBCOST",
    default_terms="Net 30",
    payment_bank="OPERATING",
    automatic=frozenset(),
    contract_line_account="4010",
    contract_line_item="JOBCOST",
    approvers=(ApprovalRight(login=DANA.login), ApprovalRight(login=PRIYA.login)),
)


class Words:
    """engine.world.Letters: what a mail is about, no more."""

    def waiting(
        self, item: Item, preview: Mapping[str, Json], to: str, link: str, *, returned: bool, unusual: Sequence[Unusual], stop: str
    ) -> Letter:
        del preview, link, returned, unusual
        return _letter("waiting", item, to, stop)

    def several_waiting(self, items: Sequence[Item], to: str, links: Mapping[str, str], *, returned: bool, stop: str) -> Letter:
        del links, returned
        return _letter("waiting", items[0], to, stop)

    def rejected(self, item: Item, by: str, *, stop: str) -> Letter:
        del by
        return _letter("rejected", item, item.sent_by, stop)

    def failed(self, item: Item, to: str, *, stop: str) -> Letter:
        return _letter("failed", item, to, stop)

    def synced(self, item: Item, *, stop: str) -> Letter:
        return _letter("synced", item, item.sent_by, stop)

    def several(self, kind: MailKind, items: Sequence[Item], to: str, by: str, *, stop: str) -> Letter:
        del by
        return _letter(kind, items[0], to, stop)

    def digest(self, digest: Digest, to: str, *, stop: str) -> Letter:
        items = [*digest.waiting, *(item for _, item in digest.told)]
        return _letter("digest", items[0], to, stop)


def _letter(kind: str, item: Item, to: str, stop: str) -> Letter:
    return Letter(to=to, subject=kind, text="", html="", thread=item.id, kind=kind, unsubscribe=stop)


class Address:
    """A server whose application can be exchanged, so that a company of its own costs no new server."""

    def __init__(self) -> None:
        self.application: WSGIApplication | None = None
        self._server: RunningServer = serve(self)
        self.url = self._server.url

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        assert self.application is not None
        return self.application(environ, start_response)

    def close(self) -> None:
        self._server.close()


@dataclass(frozen=True)
class Addresses:
    procore: Address
    intacct: Address


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A record of the seed that can be sent: the first of its kind, alone or (``with_need``) with another that goes first.
    ``numbered``: the natural id is Intacct's to give, so that nothing we send names the record."""

    object: str
    kind: str
    with_need: bool = False
    numbered: bool = False

    def __str__(self) -> str:
        return f"{self.object}-{self.kind}{'-with-need' if self.with_need else ''}{'-numbered-by-intacct' if self.numbered else ''}"


ALONE: Final = tuple(
    Subject(object=name, kind=kind.name)
    for name, room in ROOMS.items()
    if room.export is not None
    for kind in room.export.kinds
    if room.export.kind_by is None or room.export.kind_by(SETTINGS) == kind.name
)
"""Every kind of every exported object (of those that a setting chooses between, the chosen one): a new room is here without being named."""
COMMITMENT: Final = Subject(object="commitments", kind="WorkOrderContract")
WITH_NEED: Final = Subject(object="commitments", kind="WorkOrderContract", with_need=True)
VENDOR: Final = Subject(object="vendors", kind="Vendor")
NUMBERED: Final = Subject(object="vendors", kind="Vendor", numbered=True)
EVERY: Final = (*ALONE, WITH_NEED, NUMBERED)
SOME: Final = (COMMITMENT, NUMBERED)
"""What concerns our own state only is the same for every object: one with lines, and one that only Intacct can number."""


_KNOWN: Final[dict[Subject, Source]] = {}
_PAIRS: Final[list[CrossReference]] = []
"""Ids are the same in every company: what was found out once holds for all."""


class NothingToSendError(Exception):
    """The company of the proof has no record of a kind that could be sent."""


class Stage:
    """A fresh company in both systems and, once it has begun, one item that waits for its approval; ``item`` is its id.

    ``company`` is what stands in Procore and what in Intacct, if it is another one; ``at_once`` as for :class:`Machine`."""

    def __init__(
        self,
        addresses: Addresses,
        subject: Subject,
        clock: ManualClock,
        *,
        timeout: tuple[float, float],
        company: tuple[Company, Company] | None = None,
        at_once: int = 1,
    ) -> None:
        self.clock, self.subject, self.watch = clock, subject, Watch()
        in_one, in_other = company or (in_procore(), in_intacct())
        self.procore = ProcoreSimulator(in_one, clock.now, Settings(hourly_limit=10**6, spike_limit=10**6), Faults())
        self.intacct = IntacctSimulator(in_other, {}, clock.now)
        addresses.procore.application, addresses.intacct.application = self.procore.application, self.intacct
        self.references = MemoryCrossReferences()
        self.state, self.mail, self.workflows = MemorySyncState(self.references), MemoryMail(), MemoryWorkflows()
        self.payloads = MemoryPayloads()
        self.slots = MemorySlots(clock)
        self.http = new_session()
        self.gateway = IntacctGateway(
            addresses.intacct.url + GATEWAY_PATH, "demo", lambda: CREDENTIALS, self.slots, clock, Options(timeout=timeout)
        )
        secrets = MemorySecrets({"procore": {"client_id": "sandbox", "client_secret": "sandbox"}})
        tokens = ServiceTokens(Login(addresses.procore.url, self.http, secrets, "procore", clock), clock)
        self.client = ProcoreClient(addresses.procore.url, COMPANY, tokens, MemoryRates(clock), clock, session=self.http)
        self.world = self._world(self.client)
        self.machine = Machine(self.world, clock, self.workflows, at_once=at_once)
        self.intacct.settings.vendor_sequence = subject.numbered
        settings = SETTINGS.model_copy(update={"vendor_ids": "by Intacct"} if subject.numbered else {})
        self.state.save_configuration(settings.model_dump_json())
        if not (_PAIRS or company):
            _PAIRS.extend(what_stands_in_both(self.procore, self.intacct))
        assert self.references.link([*what_stands_in_both(self.procore, self.intacct)] if company else _PAIRS) == []
        self.item = ""
        self.before: dict[str, int] = {}

    def begin(self) -> None:
        """Sends the record. Raises NothingToSendError."""
        self.item = self._sent()
        self.counted()

    def counted(self) -> None:
        """The story begins here: what stands in Intacct by now was there before."""
        self.written_before = self.written
        self.before = {name: len(table.rows) for name, table in self.intacct.store.tables.items()}

    def close(self) -> None:
        self.gateway.close()
        self.http.close()

    @property
    def written(self) -> int:
        """Requests that wrote records; attachments go before them, in requests of their own."""
        wrote = (request for request in self.intacct.requests if request.unique)
        return sum(not all("_supdoc" in name for name, _, _ in request.functions) for request in wrote)

    @property
    def items(self) -> list[str]:
        """The item and what it needs first."""
        return [*self.held(self.item).pending, self.item]

    def held(self, item_id: str = "") -> Item:
        item = self.state.get(item_id or self.item)
        assert item is not None
        return item

    def room(self, item_id: str = "") -> Room:
        return ROOMS[(item_id or self.item).partition(":")[0]]

    def approve(self, who: Person = DANA, item_id: str = "", *, with_needs: bool = True) -> Decided:
        """One click on *approve*, what goes first included."""
        item = self.held(item_id)
        decision = Decision(item=item.id, verdict="approve", fingerprint=item.fingerprint, with_needs=with_needs)
        (result,) = decide(self.world, who, [decision], via="app")
        return result

    def _click(self) -> None:
        """As :meth:`approve`; what is put off the person clicks again."""
        violation = self.approve().violation
        if violation is not None and violation.explanation.kind is Kind.LATER:
            raise RetryLater(violation.code, violation.message, seconds=2)

    def settled(self) -> bool:
        return all(item.state is State.SYNCED and item.written_back for item in map(self.held, self.items))

    def play(self) -> None:
        """The approval, clicked until it is answered, and everything that follows from it."""
        self.machine.again(self._click)
        self.machine.sweep_until(self.settled)

    def kind(self, item: Item) -> ProcoreKind:
        export = self.room(item.id).export
        assert export is not None
        return next(kind for kind in export.kinds if kind.name == item.kind)

    def carries(self, item: Item) -> bool:
        """Whether attached files go along."""
        export = self.room(item.id).export
        return export is not None and export.attachments

    def shown(self, item: Item | None = None) -> dict[str, Any]:
        """The record's row in Procore, which a test may change."""
        item = item or self.held()
        kind = self.kind(item)
        row = self.procore.store[kind.show.partition("/{id}")[0].rpartition("/")[2]].get(int(item.procore_id.rpartition("-")[2]))
        assert row is not None
        return row

    def _world(self, client: ProcoreClient) -> World:
        watch = self.watch
        procore = watched(watch, "procore", client)
        return World(
            company=COMPANY,
            rooms=ROOMS,
            door=StandaloneDoor(procore, COMPANY),
            procore=procore,
            intacct=watched(watch, "intacct", self.gateway),
            cross_references=watched(watch, "references", self.references),
            state=watched(watch, "state", self.state),
            links=watched(watch, "links", MemoryLinks()),
            leases=watched(watch, "leases", MemoryLeases(self.clock)),
            payloads=watched(watch, "payloads", self.payloads),
            mail=watched(watch, "mail", self.mail),
            letters=Words(),
            workflows=watched(watch, "workflows", self.workflows),
            clock=self.clock,
            app_url="https://app.example",
        )

    def found(self) -> Source:
        """The record of the subject's kind that can go. What an ``alone`` one needs first is exported."""
        if self.subject not in _KNOWN:
            _KNOWN[self.subject] = self._first_that_can_go()
        source = _KNOWN[self.subject]
        if not self.subject.with_need:
            self._bring(ROOMS[self.subject.object], source)
        return source

    def _sent(self) -> str:
        return self._send(self.found()).id

    def send_again(self) -> None:
        """The item as Procore shows it now, put before its approvers once more."""
        item = self.held()
        self._send(Source(procore_id=item.procore_id, project_id=item.project_id, kind=item.kind))

    def _bring(self, room: Room, source: Source) -> None:
        """Exports what the record needs, each after what it needs itself."""
        for need in before(self.world, prepare(self.world, room, source, {}, ask=True)):
            assert need.prepared is not None
            self.approve(item_id=self._send(need.prepared.source, need.room.name).id)
            self.machine.play()

    def _send(self, source: Source, object_name: str = "") -> Item:
        sent = send(self.world, MARCO, object_name or self.subject.object, source, {})
        assert sent.item is not None, sent.violations
        return sent.item

    def _first_that_can_go(self) -> Source:
        """The first that no rule refuses, rather one that needs nothing first (or does, if the subject is to)."""
        second: Source | None = None
        refused: list[str] = []
        for source in self._candidates():
            if self.references.by_procore(self.subject.object, [source.procore_id]):
                continue
            try:
                preview = look(self.world, MARCO, self.subject.object, source, {})
            except ConnectorError as problem:
                refused.append(problem.message)
                continue
            checks = [check["message"] for head in (preview, *preview["needs"]) for check in head["checks"]]
            if not checks and bool(preview["needs"]) is self.subject.with_need:
                return source
            second = source if second is None and not checks else second
            refused += checks
        if second is None:
            raise NothingToSendError(f"nothing in tests/proof/company.py can be sent as {self.subject}: {refused}")
        return second

    def _candidates(self) -> Iterator[Source]:
        export = ROOMS[self.subject.object].export
        assert export is not None
        kind = next(kind for kind in export.kinds if kind.name == self.subject.kind)
        of_a_project = any("{project}" in text for text in (kind.show, kind.list, *kind.params.values(), *kind.list_params.values()))
        projects = [str(row["id"]) for row in self.procore.store["projects"].live()] if of_a_project else [""]
        for project in projects:
            if not kind.list:  # one for each project, and called by its id
                yield Source(procore_id=project, project_id=project)
                continue
            for within in self._commitments(project) if len(kind.id_parts) > 1 else [""]:
                where = {"company": COMPANY, "project": project, kind.id_parts[0]: within}
                for page in self.world.procore.pages(kind.list.format(**where), _filled(kind.list_params, where)):
                    for row in sorted(page, key=lambda row: str(row["id"])):
                        own_id = f"{within}-{row['id']}" if within else str(row["id"])
                        yield Source(procore_id=own_id, project_id=own_id if self.subject.object == "projects" else project)

    def _commitments(self, project: str) -> list[str]:
        tables = (self.procore.store[name] for name in ("work_order_contracts", "purchase_order_contracts"))
        return [str(row["id"]) for table in tables for row in table.live(project_id=int(project))]


def _filled(params: Mapping[str, str], where: Mapping[str, str]) -> dict[str, str]:
    return {name: value.format(**where) for name, value in params.items()}


@contextmanager
def stage(
    addresses: Addresses, subject: Subject, clock: Callable[[], ManualClock] = ManualClock, timeout: tuple[float, float] = (5.0, 30.0)
) -> Iterator[Stage]:
    """A stage whose item waits. Skips the test where the company has nothing to send: one test says so in red."""
    made = Stage(addresses, subject, clock(), timeout=timeout)
    try:
        try:
            made.begin()
        except NothingToSendError as nothing:
            pytest.skip(str(nothing))
        yield made
    finally:
        made.close()
        record("crash matrix", **{"faults injected": len(made.procore.faults.struck()) + len(made.intacct.faults.struck())})
