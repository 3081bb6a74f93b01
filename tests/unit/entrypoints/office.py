"""A connector over doubles: a subcontract in Procore whose company is not in Intacct yet, people, and events as AWS sends them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from types import SimpleNamespace
from typing import Any

from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError, SetupWrong, Violation
from connector.core.exchange import FieldInfo, Function, Held, Query, UserFormat
from connector.core.item import Item
from connector.core.people import ApprovalRight, Person
from connector.core.usage import Window
from connector.engine import submit
from connector.engine.world import Room, Source, World
from connector.ports import CrossReference, Json
from connector.presentation.letters import MailLetters
from connector.rooms import Rooms
from tests.doubles import (
    ManualClock,
    MemoryCrossReferences,
    MemoryLeases,
    MemoryLinks,
    MemoryMail,
    MemoryPayloads,
    MemorySyncState,
    MemoryUsage,
    MemoryWorkflows,
)

COMPANY = "562949953421312"
PIER_9 = "24107"
APP = "https://app.example.com/v1"
MARCO = Person(id="1", login="marco@example.com", name="Marco Reyes", company=COMPANY, projects=frozenset({PIER_9}))
DANA = Person(id="2", login="dana@example.com", name="Dana Ortiz", company=COMPANY)
PRIYA = Person(id="3", login="priya@example.com", name="Priya Shah", company=COMPANY, admin_in_procore=True)
STRANGER = Person(id="4", login="sam@example.com", name="Sam Lee", company=COMPANY, projects=frozenset({"99"}))
COMMITMENT = "commitments:4711"
VENDOR = "vendors:8821"


def subcontract() -> dict[str, Any]:
    line = {
        "id": 1,
        "amount": "486200.00",
        "description": "Steel, erected",
        "cost_code": {"id": 51, "full_code": "05-500"},
        "line_item_type": {"id": 61, "name": "Subcontract"},
    }
    return {
        "id": 4711,
        "number": "SC-2041",
        "title": "Steel erection",
        "status": "Approved",
        "contract_date": "2026-11-18",
        "grand_total": "486200.00",
        "accounting_method": "amount",
        "vendor": {"id": 8821, "company": "Harbor Steel LLC"},
        "project": {"id": int(PIER_9), "name": "Pier 9 Terminal"},
        "line_items": [line],
    }


class Door:
    """Records by object and Procore id, as Procore would show them; ``(object, id)`` may be changed or removed."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], tuple[str, dict[str, Json]]] = {
            ("commitments", "4711"): ("WorkOrderContract", subcontract()),
            ("vendors", "8821"): ("Vendor", {"id": 8821, "name": "Harbor Steel LLC", "is_active": True}),
        }

    def reading_once(self) -> Door:
        return self

    def fetch(self, room: Room, source: Source) -> tuple[str, dict[str, Json]]:
        if (room.name, source.procore_id) not in self.records:
            raise ConnectorError(Code.NOT_FOUND, f"Procore has no {room.name} {source.procore_id}.")
        kind, record = self.records[room.name, source.procore_id]
        return kind, json.loads(json.dumps(record))

    def write_back(
        self, room: Room, item: Item, *, origin: str, code: str, lines: Mapping[str, str], shown: Mapping[str, Any] | None = None
    ) -> None:
        raise AssertionError(room, item, origin, code, lines, shown)

    def take_off(self, room: Room, item: Item, *, origin: str, lines: Collection[str]) -> None:
        raise AssertionError(room, item, origin, lines)


DEFINITION: Held = {
    "DOCID": "Subcontract",
    "STATUS": "active",
    "DOCCLASS": "Order",
    "ENABLEDOCCHANGE": "Enable Change",
    "ENABLE_RETAINAGE": "true",
}


class Books:
    """An Intacct without a document, and with one definition of documents; ``rows`` are put there by object."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Held]] = {"PODOCUMENTPARAMS": [DEFINITION]}

    def read(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held]]:  # noqa: ARG002 -- the port's form
        return [self.rows.get(query.object, []) for query in queries]

    def read_each(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held] | Violation]:
        return [*self.read(queries, entity=entity)]

    def lookup(self, object_names: Sequence[str]) -> dict[str, dict[str, FieldInfo] | Violation]:
        return {name: {} for name in object_names}

    def user_format(self) -> UserFormat:
        raise SetupWrong(Code.SIGN_IN_FAILED, "Intacct did not let the connector in.")

    def exact(self, functions: Sequence[Function]) -> str:
        return "\n".join(f"<{function.name}/>" for function in functions)


class NoProcore:
    """ports.Procore that does not let us in."""

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        raise SetupWrong(Code.SIGN_IN_FAILED, f"Procore did not answer {path} {params}.")


@dataclass
class Queue:
    """Stands in for the adapter behind the webhook door."""

    put_once: dict[str, tuple[str, str]] = field(default_factory=dict)

    def put(self, text: str, *, group: str, once: str) -> None:
        self.put_once.setdefault(once, (group, text))


class Office:
    """``world`` over doubles, which are at hand by their names."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.references = MemoryCrossReferences()
        self.state = MemorySyncState(self.references)
        self.links, self.mail, self.payloads, self.workflows = MemoryLinks(), MemoryMail(), MemoryPayloads(), MemoryWorkflows()
        self.door, self.queue = Door(), Queue()
        self.usage, self.windows = MemoryUsage(), list[Window]()
        self.set(Configuration(approvers=(ApprovalRight(login=DANA.login), ApprovalRight(login=PRIYA.login)), default_item="SUB"))
        self.references.link([
            CrossReference(object="projects", procore_id=PIER_9, intacct_key="1", intacct_id="24-107", label="Pier 9 Terminal"),
            CrossReference(object="cost_codes", procore_id="51", intacct_key="24-107/05", intacct_id="05-500", members=frozenset({"S"})),
            CrossReference(object="cost_types", procore_id="61", intacct_key="S", intacct_id="S", label="Subcontract"),
        ])  # fmt: skip
        procore: Any = NoProcore()
        self.books = Books()
        intacct: Any = self.books
        self.world = World(
            company=COMPANY,
            rooms=Rooms(),
            door=self.door,
            procore=procore,
            intacct=intacct,
            cross_references=self.references,
            state=self.state,
            links=self.links,
            leases=MemoryLeases(self.clock),
            payloads=self.payloads,
            mail=self.mail,
            letters=MailLetters(APP),
            workflows=self.workflows,
            clock=self.clock,
            app_url=APP,
        )

    def set(self, config: Configuration) -> None:
        self.state.save_configuration(config.model_dump_json())

    def send(self, person: Person = MARCO) -> Item:
        """The subcontract waits, with its vendor; each approver has a mail with a link."""
        sent = submit.send(self.world, person, "commitments", Source(procore_id="4711", project_id=PIER_9), {})
        assert sent.item is not None, sent.violations
        return sent.item

    def link_commitment(self) -> None:
        """The subcontract is in Intacct."""
        pair = CrossReference(
            object="commitments", procore_id="4711", project_id=PIER_9, intacct_key="41", intacct_id="Subcontract-SC-2041"
        )
        assert self.references.link([pair]) == []

    def item(self, key: str = COMMITMENT) -> Item:
        held = self.state.get(key)
        assert held is not None
        return held

    def token(self, person: Person = DANA) -> str:
        """That of the link in the person's newest mail."""
        [*_, line] = [line for line in self.mail.to(person.login)[-1].text.splitlines() if "/link/" in line]
        return line.rpartition("/link/")[2]


class Log:
    """What was logged."""

    def __init__(self) -> None:
        self.stream = StringIO()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


def context() -> Any:
    return SimpleNamespace(aws_request_id="request-1", function_name="a-function", get_remaining_time_in_millis=lambda: 300_000)


def call(method: str, path: str, person: Person | None, body: object = None, **query: str) -> dict[str, Any]:
    """A REST API event as API Gateway sends it, past the authorizer."""
    projects = None if person is None or person.projects is None else sorted(person.projects)
    known = person and {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "company": person.company,
        "admin_in_procore": str(person.admin_in_procore).lower(),
        "accounting_approver": str(person.accounting_approver).lower(),
        "projects": json.dumps(projects),
    }
    return {
        "httpMethod": method,
        "path": path,
        "headers": {"Content-Type": "application/json", "Authorization": "Bearer token"},
        "multiValueHeaders": {},
        "queryStringParameters": query or None,
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"authorizer": known or {}, "identity": {"sourceIp": "192.0.2.1"}, "stage": "v1"},
    }
