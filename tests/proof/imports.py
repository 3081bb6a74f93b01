"""An import of one room between both simulators, in small pages: brought in, then decided by a person, whatever happens in between.

What it must come to is what an undisturbed one comes to. A new room is here without being named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from itertools import count
from typing import Any, Final

from connector.adapters.intacct import IntacctGateway, Options
from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.oauth import Login
from connector.adapters.procore.tokens import ServiceTokens
from connector.adapters.procore.transport import new_session
from connector.core.errors import RetryLater
from connector.core.exchange import Function, Tree, Written
from connector.core.fingerprint import digest
from connector.core.item import State, first_break
from connector.core.spec import Assignment, Leg
from connector.engine.door import StandaloneDoor
from connector.engine.import_ import import_step, request
from connector.engine.outlook import marks_of
from connector.engine.staging import accept, link_all_suggested
from connector.engine.world import World
from connector.ports import CrossReference, Run
from sandbox.companies import builder
from sandbox.companies.jobs import CLINIC
from sandbox.companies.model import Company
from sandbox.faults import Faults
from sandbox.intacct.simulator import GATEWAY_PATH, IntacctSimulator
from sandbox.procore.settings import Settings
from sandbox.procore.simulator import ProcoreSimulator
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
from tests.proof.company import in_intacct
from tests.proof.links import what_stands_in_both
from tests.proof.machine import Killed
from tests.proof.stage import COMPANY, CREDENTIALS, DANA, ROOMS, SETTINGS, Addresses, Words
from tests.proof.watch import Place, Side, Watch, watched

IMPORTED: Final = tuple(name for name, room in ROOMS.items() if room.imports)
PAGE: Final = 3
MOST_CALLS: Final = 60
ENTRIES: Final = 12
"""Generated ones of a ledger."""

type Outcome = Mapping[str, Any]
"""What stands in the end, told so that two imports of the same company can be compared."""


@cache
def company() -> Company:
    """That of the export proof, and what stands in Intacct only: vendors, and a job with its sub jobs and codes."""
    both, whole = in_intacct(), builder()
    clinic = next(job for job in whole.jobs if job.number == CLINIC)
    more = replace(clinic, in_procore=False, cost_codes=tuple(code.code for code in both.cost_codes))
    return replace(both, jobs=(*both.jobs, more), vendors=(*both.vendors, *(vendor for vendor in whole.vendors if not vendor.in_procore)))


class Imports:
    """A fresh company in both systems, in which everything but the room's own records is linked."""

    def __init__(self, addresses: Addresses, room: str) -> None:
        self.clock, self.room, self.watch = ManualClock(), ROOMS[room], Watch()
        self.procore = ProcoreSimulator(company(), self.clock.now, Settings(hourly_limit=10**6, spike_limit=10**6), Faults())
        entries = {leg.reads.object: ENTRIES for leg in self.room.imports if isinstance(leg, Leg) and leg.gathering}
        self.intacct = IntacctSimulator(company(), entries, self.clock.now)
        addresses.procore.application, addresses.intacct.application = self.procore.application, self.intacct
        self.references, self.workflows = MemoryCrossReferences(), MemoryWorkflows()
        self.state, self.http = MemorySyncState(self.references), new_session()
        self.gateway = IntacctGateway(
            addresses.intacct.url + GATEWAY_PATH,
            "demo",
            lambda: CREDENTIALS,
            watched(self.watch, "slots", MemorySlots(self.clock)),
            self.clock,
            Options(page_size=PAGE),
        )
        secrets = MemorySecrets({"procore": {"client_id": "sandbox", "client_secret": "sandbox"}})
        tokens = ServiceTokens(Login(addresses.procore.url, self.http, secrets, "procore", self.clock), self.clock)
        self.client = ProcoreClient(addresses.procore.url, COMPANY, tokens, MemoryRates(self.clock), self.clock, session=self.http)
        self.world = self._world()
        self._enter_an_estimate()
        paid = self._pay_a_bill() if any(isinstance(leg, Leg) and leg.split for leg in self.room.imports) else []
        self.state.save_configuration(SETTINGS.model_dump_json())
        own = {leg.pairs or room for leg in self.room.imports if not isinstance(leg, Assignment)}
        pairs = [pair for pair in what_stands_in_both(self.procore, self.intacct) if pair.object not in own]
        unassigned = frozenset[str]() if any(isinstance(leg, Assignment) for leg in self.room.imports) else None
        pairs = [pair if unassigned is None else pair.model_copy(update={"members": unassigned}) for pair in pairs]
        assert self.references.link([*pairs, *paid]) == []
        self.runs: list[Run] = []

    def _pay_a_bill(self) -> list[CrossReference]:
        """Two invoices that were sent, their bills in Intacct, and two payments of both; the links of the invoices."""
        requisitions = self.procore.store["requisitions"].live()[:2]
        pairs = []
        for number, requisition in enumerate(requisitions, 1):
            coding = [("ACCOUNTNO", "5040"), ("TRX_AMOUNT", "90.00"), ("LOCATIONID", "100")]
            bill = [("VENDORID", self._vendor), ("WHENCREATED", "05/01/2026"), ("WHENDUE", "05/31/2026"), ("RECORDID", f"B-{number}")]
            key = self._entered("APBILL", [*bill, ("APBILLITEMS", [("APBILLITEM", coding)])])
            # As purchasing leaves it: a document that names the bill it made.
            document = self.intacct.store.insert("PODOCUMENT", {"DOCID": f"Subcontract Invoice-B-{number}", "PRRECORDKEY": key})
            pairs.append(
                CrossReference(
                    object="subcontractor_invoices",
                    procore_id=str(requisition["id"]),
                    intacct_key=document["RECORDNO"],
                    intacct_id=document["DOCID"],
                    project_id=str(requisition["project_id"]),
                )
            )
        for check in ("1001", "1002"):
            head = [("FINANCIALENTITY", "OPERATING"), ("PAYMENTMETHOD", "Printed Check"), ("VENDORID", self._vendor), ("DOCNUMBER", check)]
            bills = [row["RECORDNO"] for row in self.intacct.store.all("APBILL")]
            lines: Tree = [("APPYMTDETAIL", [("RECORDKEY", bill), ("TRX_PAYMENTAMOUNT", "40.00")]) for bill in bills]
            dated = [("PAYMENTDATE", "05/30/2026"), ("CURRENCY", "USD")]
            self._entered("APPYMT", [*head, *dated, ("APPYMTDETAILS", lines)])
        return pairs

    @property
    def _vendor(self) -> str:
        return str(self.intacct.store.all("VENDOR")[0]["VENDORID"])

    def _entered(self, name: str, body: Tree) -> str:
        answer = self.gateway.write([Function(name="create", body=[(name, body)], controlid=f"{name} {digest([body])[:12]}")])
        assert answer.written is Written.DONE, answer.violations
        return answer.keys[0]

    def close(self) -> None:
        self.gateway.close()
        self.http.close()

    def play(self) -> None:
        """The import; then a person links what is suggested, and adds the rest."""
        self.bring()
        self.decide()

    def decide(self) -> None:
        """A person links and adds, and tries once more what came back with a reason."""
        self._again(partial(link_all_suggested, self.world, DANA, self.room.name))
        for _ in range(2):
            self._again(self._accept)

    def bring(self, **scope: Any) -> Run:
        run: Run = self._again(lambda: request(self.world, None, objects=[self.room.name], **scope))
        for _ in range(MOST_CALLS):
            answer = self._again(partial(import_step, self.world, run.id, self.clock.now() + timedelta(minutes=3), mine=self.world.rooms))
            if not answer["more"]:
                break
            self.clock.move(float(str(answer["wait"])) + 1)
        held = self.state.get_run(run.id)
        assert held is not None
        self.runs.append(held)
        return held

    def outcome(self) -> Outcome:
        return {
            "items": {item.id: (item.state, item.fingerprint, [problem.code for problem in item.problems]) for item in self.state},
            "links": {
                (pair.object, pair.intacct_key): (pair.intacct_id, pair.label, pair.record_hash, pair.members, pair.gone)
                for name in ROOMS
                for pair in (*self.references.of_object(name), *self.references.of_object(f"standard_{name}"))
            },
            "Procore": {name: Counter(str(row.get("origin_id")) for row in table.live()) for name, table in self._tables()},
            "read": sorted(name for name, text in marks_of(self.world, [self.room.name]).items() if text),
            "run": self.runs[-1].state,
        }

    def broken(self) -> list[str]:
        """Items whose history does not hold, or says the same step twice."""
        wrong = []
        for item in self.state:
            entries = self.state.history(item.id)
            if first_break(entries, head=item.history_head, count=item.history_count) is not None:
                wrong.append(f"{item.id}: its history breaks")
            if [one.what for one in entries].count("staged") > 1:
                wrong.append(f"{item.id} was staged twice")
        return wrong

    def _enter_an_estimate(self) -> None:
        """What the seed has in Procore only: the job's budget, here as an estimate for a budget that is still open and empty."""
        (budget,) = company().budgets
        entries: Tree = [
            (
                "PJESTIMATEENTRY",
                [("TASKID", line.cost_code), ("COSTTYPEID", line.cost_type), ("WFTYPE", "original"), ("AMOUNT", str(line.amount))],
            )
            for line in budget.lines
            if line.sub_job is None
        ]
        estimate: Tree = [("PJESTIMATEID", f"{budget.job}-BID"), ("PROJECTID", budget.job), ("ENTRIES", entries)]
        answer = self.gateway.write([Function(name="create", body=[("PJESTIMATE", estimate)], controlid="estimate")])
        assert answer.written is Written.DONE, answer.violations
        tables = self.procore.store
        project = tables["projects"].find(project_number=budget.job)
        assert project is not None
        tables["projects"].update(project, {"budget_locked": False})
        for row in tables["budget_line_items"].live():
            tables["budget_line_items"].update(row, {"deleted_at": self.clock.now(), "wbs_code_id": -row["id"]})

    def _tables(self) -> Iterator[tuple[str, Any]]:
        """Where the room's records go in Procore."""
        for leg in self.room.imports:
            if isinstance(leg, Assignment):
                paths = [leg.budget_codes.codes]
            else:
                paths = [leg.target.existing, *([leg.target.lines.sync.removesuffix("/sync")] if leg.target.lines else [])]
            for name in (path.rpartition("/")[2] for path in paths if path):
                yield name, self.procore.store[name]

    def _accept(self) -> None:
        waiting = [item.id for item in self.state if item.state is State.STAGED]
        for result in accept(self.world, DANA, waiting) if waiting else ():
            if result.violation is not None and result.violation.explanation.kind.value == "later":
                raise RetryLater(result.violation.code, result.violation.message, seconds=2)

    def _again(self, work: Callable[[], Any]) -> Any:
        """As AWS does it: what was killed, or put off, is called anew."""
        for _ in range(MOST_CALLS):
            try:
                return work()
            except Killed:
                continue
            except RetryLater as wait:
                self.clock.move(wait.seconds)
        return work()

    def _world(self) -> World:
        watch, procore = self.watch, watched(self.watch, "procore", self.client)
        return World(
            company=COMPANY,
            rooms=ROOMS,
            door=StandaloneDoor(procore, COMPANY),
            procore=procore,
            intacct=watched(watch, "intacct", self.gateway),
            cross_references=watched(watch, "references", self.references),
            state=watched(watch, "state", self.state),
            links=MemoryLinks(),
            leases=watched(watch, "leases", MemoryLeases(self.clock)),
            payloads=watched(watch, "payloads", MemoryPayloads()),
            mail=MemoryMail(),
            letters=Words(),
            workflows=watched(watch, "workflows", self.workflows),
            clock=self.clock,
        )


@contextmanager
def imports(addresses: Addresses, room: str) -> Iterator[Imports]:
    made = Imports(addresses, room)
    try:
        yield made
    finally:
        made.close()


_UNDISTURBED: Final[dict[str, Outcome]] = {}


def undisturbed(addresses: Addresses, room: str) -> Outcome:
    if room not in _UNDISTURBED:
        with imports(addresses, room) as here:
            here.play()
            assert here.broken() == []
            _UNDISTURBED[room] = here.outcome()
    return _UNDISTURBED[room]


type Arm = Callable[[Imports, int], Callable[[], str]]
"""Prepares what is to happen at the so-manieth place, and gives what says where it did."""


def wrong(addresses: Addresses, room: str, arm: Arm, *, at_least: int, play: Callable[[Imports], object] = Imports.play) -> list[str]:
    """What is wrong after a story for each place at which something can happen; it ends with the first in which nothing did."""
    expected, found = undisturbed(addresses, room), []
    for number in count():
        with imports(addresses, room) as here:
            struck = arm(here, number)
            play(here)
            where = struck()
            here.watch.disarm()
            struck_on_the_way = len(here.procore.faults.struck()) + len(here.intacct.faults.struck())
            record("crash matrix", **{"faults injected": struck_on_the_way, "imports compared": 1})
            here.procore.faults.clear()
            here.intacct.faults.clear()
            ended = here.outcome()
            found += [f"{where}: {each}" for each in here.broken()]
            found += [f"{where}: {name}: {_difference(expected[name], ended[name])}" for name in expected if ended[name] != expected[name]]
            if not where:
                break
    assert number >= at_least, f"only {number} places"
    return found


def _difference(expected: Any, found: Any) -> str:
    if not isinstance(expected, dict):
        return f"{found}, not {expected}"
    keys = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
    return "; ".join(f"{key} is {found.get(key)}, not {expected.get(key)}" for key in keys[:3])


def at_calls(act: Callable[[Imports], object], counts: Callable[[str], bool], side: Side = "behind") -> Arm:
    def arm(here: Imports, number: int) -> Callable[[], str]:
        here.watch.arm(Place(number, side), partial(act, here), counts)
        return lambda: here.watch.struck

    return arm


def at_requests(system: str, fault: Mapping[str, Any]) -> Arm:
    def arm(here: Imports, number: int) -> Callable[[], str]:
        faults: Faults = getattr(here, system).faults
        faults.plan({**fault, "skip": number})
        return lambda: f"request {number}, {faults.struck()[0][1].partition(chr(10))[0]}" if faults.struck() else ""

    return arm
