"""A company in both systems and the connector between them, in one process: the real engine, gateway and client, doubles for our state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from connector.adapters.intacct import IntacctGateway, Options
from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.oauth import Login
from connector.adapters.procore.tokens import ServiceTokens
from connector.adapters.procore.transport import new_session
from connector.core.configuration import Configuration
from connector.core.exchange import Function, Held, Query, Where, Written
from connector.core.item import Item
from connector.engine.decide import Decided, Decision, decide
from connector.engine.door import StandaloneDoor
from connector.engine.import_ import import_step, request
from connector.engine.prepare import Prepared, prepare
from connector.engine.staging import link_all_suggested
from connector.engine.submit import Sent, send
from connector.engine.world import Source, World
from connector.ports import Run
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
from tests.proof.machine import Machine
from tests.proof.stage import COMPANY, CREDENTIALS, DANA, MARCO, ROOMS, Addresses, Words

FIRST: Final = ("projects", "vendors", "sub_jobs", "cost_codes", "cost_types")
"""What every record of a job refers to, in the order of their needs."""
SETTINGS: Final[dict[str, Any]] = {
    "location": "100",
    "items": {"SUB": "SUBCONTRACT", "M": "MATERIAL"},
    "default_item": "JOBCOST",
    "default_terms": "Net 30",
    "approvers": [{"login": DANA.login}],
}


class Office:
    def __init__(self, addresses: Addresses, company: Company, rows: Mapping[str, int] | None = None) -> None:
        """``rows`` are generated in Intacct, so many of each object."""
        self.clock = clock = ManualClock()
        self.procore = ProcoreSimulator(company, clock.now, Settings(hourly_limit=10**6, spike_limit=10**6), Faults())
        self.intacct = IntacctSimulator(company, rows or {}, clock.now)
        addresses.procore.application, addresses.intacct.application = self.procore.application, self.intacct
        self.references = MemoryCrossReferences()
        self.state, self.workflows, self.mail = MemorySyncState(self.references), MemoryWorkflows(), MemoryMail()
        self._http = new_session()
        options = Options(timeout=(5.0, 30.0))
        self.gateway = IntacctGateway(addresses.intacct.url + GATEWAY_PATH, "demo", lambda: CREDENTIALS, MemorySlots(clock), clock, options)
        secrets = MemorySecrets({"procore": {"client_id": "sandbox", "client_secret": "sandbox"}})
        tokens = ServiceTokens(Login(addresses.procore.url, self._http, secrets, "procore", clock), clock)
        self.api = ProcoreClient(addresses.procore.url, COMPANY, tokens, MemoryRates(clock), clock, session=self._http)
        self.world = World(
            company=COMPANY,
            rooms=ROOMS,
            door=StandaloneDoor(self.api, COMPANY),
            procore=self.api,
            intacct=self.gateway,
            cross_references=self.references,
            state=self.state,
            links=MemoryLinks(),
            leases=MemoryLeases(clock),
            payloads=MemoryPayloads(),
            mail=self.mail,
            letters=Words(),
            workflows=self.workflows,
            clock=clock,
        )
        self.entered = 0
        self.machine = Machine(self.world, clock, self.workflows)
        self.configure()

    def close(self) -> None:
        self.gateway.close()
        self._http.close()

    def configure(self, **settings: Any) -> None:
        self.state.save_configuration(Configuration.model_validate(SETTINGS | settings).model_dump_json())

    def bring(self, *objects: str, **scope: Any) -> Run:
        """An import from its request to its end."""
        self.clock.move(600)
        return self.play(request(self.world, None, objects=objects, **scope).id)

    def play(self, run_id: str) -> Run:
        """An import that was requested, to its end."""
        while (answer := import_step(self.world, run_id, self.clock.now() + timedelta(minutes=10), mine=self.world.rooms))["more"]:
            self.clock.sleep(float(str(answer["wait"])))
        del self.workflows.started[run_id]  # it was played here
        ended = self.state.get_run(run_id)
        assert ended is not None
        assert ended.state == "ended", ended.problems
        return ended

    def bring_first(self) -> None:
        """Jobs, vendors and sub jobs linked to what they are in Procore; their codes and types straight in."""
        for name in FIRST:
            if name in {"projects", "vendors", "sub_jobs"}:
                self.bring_and_link(name)
            else:
                self.bring(name)

    def bring_and_link(self, *objects: str) -> None:
        """Staged records, each linked to the one it is in Procore."""
        for name in objects:
            self.bring(name)
            link_all_suggested(self.world, DANA, name)

    def project(self, number: str) -> str:
        return self.id("projects", project_number=number)

    def id(self, table: str, **columns: Any) -> str:
        """The id of the one row of a Procore table."""
        (row,) = self.procore.store[table].rows(**columns)
        return str(row["id"])

    def prepare(self, object_name: str, procore_id: str, project_id: str, choices: Mapping[str, str] | None = None) -> Prepared:
        return prepare(self.world, ROOMS[object_name], Source(procore_id=procore_id, project_id=project_id), choices or {}, ask=True)

    def send(self, object_name: str, procore_id: str, project_id: str, choices: Mapping[str, str] | None = None) -> Sent:
        return send(self.world, MARCO, object_name, Source(procore_id=procore_id, project_id=project_id), choices or {})

    def approve(self, item: Item) -> Decided:
        """Approved with what goes first, and everything that follows from it."""
        decision = Decision(item=item.id, verdict="approve", fingerprint=item.fingerprint, with_needs=True)
        (decided,) = decide(self.world, DANA, [decision], via="app")
        self.machine.play()
        return decided

    def export(self, object_name: str, procore_id: str, project_id: str, choices: Mapping[str, str] | None = None) -> Item:
        """Sent, approved and carried out; the item after it."""
        sent = self.send(object_name, procore_id, project_id, choices)
        assert sent.item is not None, [violation.message for violation in sent.violations]
        self.approve(sent.item)
        return self.item(sent.item.id)

    def item(self, item_id: str) -> Item:
        item = self.state.get(item_id)
        assert item is not None
        return item

    def enter(self, name: str, **values: str) -> None:
        """What somebody enters in Intacct."""
        self.entered += 1
        body = [(name, [(field.replace("__", "."), value) for field, value in values.items()])]
        answer = self.gateway.write([Function(name="create", body=body, controlid=f"entered-{self.entered}")])
        assert answer.written is Written.DONE, answer.violations

    def held(self, name: str, fields: Sequence[str], **where: str) -> list[Held]:
        """Rows of Intacct, asked for over the wire."""
        conditions = tuple(Where(field.replace("__", "."), "equalto", (value,)) for field, value in where.items())
        (found,) = self.gateway.read([Query(object=name, fields=("RECORDNO", *fields), where=conditions)])
        return found


def codes(problems: Iterable[Any]) -> list[str]:
    return [problem.code.value for problem in problems]
