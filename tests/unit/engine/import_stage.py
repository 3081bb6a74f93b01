"""Imports over doubles: Intacct as tables with change stamps, Procore as lists with sync actions, the real rooms between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

from connector.core.configuration import Configuration
from connector.core.errors import Code, ConnectorError, SetupWrong, Violation
from connector.core.exchange import Answer, Download, FieldInfo, Function, Held, Query, SyncAnswer, UserFormat, Where
from connector.core.item import Item, first_break
from connector.core.people import ApprovalRight, Person
from connector.engine.door import StandaloneDoor
from connector.engine.import_ import import_step, request
from connector.engine.world import Letters, World
from connector.objects import cost_codes, cost_types, projects, sub_jobs, vendors
from connector.ports import CrossReference, Json, Run
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

STAMP = "%m/%d/%Y %H:%M:%S"
DANA = Person(id="1", login="dana@example.com", name="Dana", company="1")
MARCO = Person(id="2", login="marco@example.com", name="Marco", company="1")
OFFSET = -480
ROOMS = (cost_codes, cost_types, projects, sub_jobs, vendors)


class Ledger:
    """ports.Intacct over tables. ``asked`` are the queries, one entry for each page; ``trail`` those of the audit trail; ``faults`` are
    raised by the next pages, in order; a page ``takes`` seconds; ``before_page`` lets something happen just then. ``audit_key`` says by
    which of its fields the trail names a record; it is ``denied``, or gives ``trail_page`` entries at most."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.tables: dict[str, list[dict[str, str]]] = {}
        self.asked: list[Query] = []
        self.faults: list[Exception | None] = []
        self.formats = 0
        self.format = UserFormat(date_format="/mdY", gmt_offset_minutes=OFFSET, clock_24h=True)
        self.page_size = 2000
        self.takes = 0.0
        self.before_page: Callable[[], None] = lambda: None
        self.trail: list[Query] = []
        self.trail_page = 2000
        self.audit_key = "RECORDNO"
        self.denied = False
        self._last = 100

    def put(self, name: str, values: Mapping[str, str], *, stamp: datetime | None = None, stamped: bool = True) -> dict[str, str]:
        """A new row, or a change of the one with the same RECORDNO."""
        moment = self.local(stamp or self.clock.now())
        table = self.tables.setdefault(name, [])
        row = next((row for row in table if row["RECORDNO"] == values.get("RECORDNO")), None)
        if row is None:
            self._last += 1
            row = {"RECORDNO": str(self._last), "WHENCREATED": moment, "WHENMODIFIED": "", "STATUS": "active"}
            table.append(row)
        row |= {**values, "WHENMODIFIED": moment if stamped else ""}
        self._tell(name, row, "M", moment)
        return row

    def delete(self, name: str, **values: str) -> None:
        for row in [row for row in self.tables[name] if values.items() <= row.items()]:
            self.tables[name].remove(row)
            self._tell(name, row, "D", self.local(self.clock.now()))

    def _tell(self, name: str, row: Mapping[str, str], mode: str, moment: str) -> None:
        entry = {
            "OBJECTTYPE": name.lower(),
            "OBJECTKEY": row.get(self.audit_key) or row["RECORDNO"],
            "ACCESSMODE": mode,
            "ACCESSTIME": moment,
        }
        self.tables.setdefault("AUDITHISTORY", []).append(entry)

    def local(self, moment: datetime) -> str:
        return moment.astimezone(timezone(timedelta(minutes=self.format.gmt_offset_minutes))).strftime(STAMP)

    def pages(self, query: Query, *, after: str = "", entity: str = "") -> Iterator[list[Held]]:
        del entity
        while True:
            self.asked.append(query)
            self.clock.move(self.takes)
            self.before_page()
            fault = self.faults.pop(0) if self.faults else None
            if fault is not None:
                raise fault
            behind = (row for row in self.tables.get(query.object, ()) if int(row["RECORDNO"]) > int(after or 0))
            rest = sorted((row for row in behind if _fits(row, query.where)), key=lambda row: int(row["RECORDNO"]))
            page: list[Held] = [{name: row.get(name, "") for name in ("RECORDNO", *query.fields)} for row in rest[: self.page_size]]
            if page:
                yield page
                after = str(page[-1]["RECORDNO"])
            if len(rest) <= self.page_size:
                return

    def user_format(self) -> UserFormat:
        self.formats += 1
        return self.format

    def read(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held]]:
        """The audit trail only."""
        del entity
        self.trail += queries
        if self.denied:
            raise SetupWrong(Code.NO_PERMISSION, "You do not have permission to view audit history.")
        answers: list[list[Held]] = []
        for query in queries:
            assert query.object == "AUDITHISTORY"
            rows = [row for row in self.tables.get(query.object, ()) if _fits(row, query.where)]
            if len(rows) > self.trail_page:
                raise ConnectorError(Code.TOO_LARGE, "More rows match.")
            answers.append([*rows])
        return answers

    def write(self, functions: Sequence[Function], *, entity: str = "") -> Answer:
        raise NotImplementedError

    def listed(self, object_name: str, field: str, value: str, *, entity: str = "") -> bool:
        raise NotImplementedError

    def lookup(self, object_names: Sequence[str]) -> dict[str, dict[str, FieldInfo] | Violation]:
        raise NotImplementedError

    def read_each(self, queries: Sequence[Query], *, entity: str = "") -> list[list[Held] | Violation]:
        raise NotImplementedError

    def exact(self, functions: Sequence[Function]) -> str:
        raise NotImplementedError


def _fits(row: Mapping[str, str], where: Sequence[Where]) -> bool:
    return all(_holds(row.get(condition.field, ""), condition) for condition in where)


def _holds(value: str, condition: Where) -> bool:
    match condition.operator:
        case "equalto":
            return value == condition.values[0]
        case "in":
            return value in condition.values
        case "isnull":
            return value == ""
        case "isnotnull":
            return value != ""
        case "greaterthanorequalto":
            return value != "" and _moment(value) >= _moment(condition.values[0])
        case "lessthan":
            return value != "" and _moment(value) < _moment(condition.values[0])
        case _:
            raise AssertionError(condition.operator)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)


class Lists:
    """ports.Procore over lists by path (``/rest/v1.0/cost_codes?77`` for those of a project). ``called`` are method and path; ``no`` are
    words that a record's name may not hold, with what Procore says; ``faults`` are raised by the next calls; ``singular`` are the paths of
    single records that differ from that of their list."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {"/rest/v1.0/standard_cost_code_lists": [{"id": 5, "is_erp_list": True}]}
        self.called: list[tuple[str, str]] = []
        self.sent: list[Mapping[str, Json]] = []
        self.envelopes: list[Mapping[str, Json]] = []
        self.no: dict[str, str] = {}
        self.faults: list[Exception | None] = []
        self.singular: dict[str, str] = {}
        self.segments: list[dict[str, Any]] = [
            {"id": 31, "type": "cost_code", "name": "Cost Code", "required": True},
            {"id": 32, "type": "line_item_type", "name": "Cost Type", "required": True},
            {"id": 33, "type": "sub_job", "name": "Sub Job", "required": False},
        ]
        self._last = 1000

    def put(self, path: str, **values: Any) -> dict[str, Any]:
        self._last += 1
        row = {"id": self._last, "origin_id": None} | values
        self.lists.setdefault(path, []).append(row)
        return row

    def held(self, path: str) -> list[dict[str, Any]]:
        return self.lists.get(path, [])

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        self._call("GET", path)
        collection, _, id_ = path.rpartition("/")
        place = self._place(self.singular[collection], params) if collection in self.singular else collection
        found = next((row for row in self.held(place) if str(row["id"]) == id_), None)
        if found is None:
            raise ConnectorError(Code.NOT_FOUND, f"Procore has no {path}.")
        return dict(found)

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[list[Json]]:
        self._call("GET", path)
        rows = self._segment_rows(path) if "/segments" in path else self.held(self._place(path, params))
        if rows:
            yield [dict(row) for row in rows]

    def send(
        self, method: str, path: str, body: Mapping[str, Json], params: Mapping[str, str] | None = None, *, wants_answer: bool = True
    ) -> Json:
        """Creates, changes or deletes a single record, which the body wraps; the project stands beside it."""
        del wants_answer
        self._call(method, path)
        if method == "DELETE":
            collection, _, id_ = path.rpartition("/")
            rows = self.held(self._place(collection, params))
            rows.remove(next(row for row in rows if str(row["id"]) == id_))
            return None
        collection, _, id_ = (path, "", "") if method == "POST" else path.rpartition("/")
        (told,) = (value for value in body.values() if isinstance(value, Mapping))
        place = self._place(self.singular[collection], {"project_id": str(body["project_id"])})
        row = next((row for row in self.held(place) if str(row["id"]) == id_), None) or self.put(place)
        row.update(told)
        return dict(row)

    def download(self, url: str, *, largest: int) -> Download:
        raise NotImplementedError

    def sync(
        self,
        path: str,
        envelope: Mapping[str, Json],
        updates: Sequence[Mapping[str, Json]],
        params: Mapping[str, str] | None = None,
        *,
        method: str = "PATCH",
        under: str = "updates",
    ) -> list[SyncAnswer]:
        assert method == "PATCH"
        self._call("PATCH", path)
        self.envelopes.append(envelope)
        self.sent += updates
        place = self._place(path.removesuffix("/sync").removesuffix("/bulk_create"), params)
        return [self._answer(position, place, update, under) for position, update in enumerate(updates)]

    def _answer(self, position: int, place: str, update: Mapping[str, Json], under: str) -> SyncAnswer:
        for word, said in self.no.items():
            if word in str(update.get("name", update)):
                violation = Violation(code=Code.REFUSED_BY_PROCORE, field="name", message="Procore refused.", their_words=said)
                return SyncAnswer(position=position, entity=None, violations=(violation,))
        if under == "bulk":
            items = update["segment_items"]
            chosen = [{"id": item["segment_item_id"], "segment": {"type": self._type(item["segment_id"])}} for item in items]
            return SyncAnswer(position=position, entity=self.put(place, segment_items=chosen))
        row = next((row for row in self.held(place) if row["id"] == update.get("id")), None)
        row = row or next((row for row in self.held(place) if row["origin_id"] == update["origin_id"]), None)
        row = row or self.put(place)
        row.update({("code" if name == "csv_import_code" else name): value for name, value in update.items()})
        if place.partition("?")[0].endswith("/line_items"):
            row |= {name: {"id": row[f"{name}_id"]} for name in ("cost_code", "line_item_type") if f"{name}_id" in row}
        if "cost_codes" in place:
            row["full_code"] = self._full_code(place, row)
        return SyncAnswer(position=position, entity=dict(row))

    def _full_code(self, place: str, row: Mapping[str, Any]) -> str:
        parent = next((each for each in self.held(place) if each["id"] == row.get("parent_id")), None)
        return row["code"] if parent is None or "standard" in place else f"{parent['full_code']}-{row['code']}"

    def _segment_rows(self, path: str) -> list[dict[str, Any]]:
        """Segment items have ids of their own: those of the records and a million."""
        if path.endswith("/segments"):
            return self.segments
        project = path.split("/")[4]
        items = {"cost_code": f"/rest/v1.0/cost_codes?{project}", "line_item_type": "/rest/v1.0/line_item_types"}
        rows = self.held(items[self._type(int(path.split("/")[-2]))])
        return [{"id": row["id"] + 1_000_000, "code": row["code"], "path_code": row.get("full_code", row["code"])} for row in rows]

    def _type(self, segment_id: int) -> str:
        return str(next(segment["type"] for segment in self.segments if segment["id"] == segment_id))

    @staticmethod
    def _place(path: str, params: Mapping[str, str] | None) -> str:
        return f"{path}?{params['project_id']}" if params and "project_id" in params else path

    def _call(self, method: str, path: str) -> None:
        self.called.append((method, path))
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault


@dataclass
class ImportStage:
    clock: ManualClock = field(default_factory=ManualClock)
    references: MemoryCrossReferences = field(default_factory=MemoryCrossReferences)
    procore: Lists = field(default_factory=Lists)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)

    def __post_init__(self) -> None:
        self.intacct = Ledger(self.clock)
        self.state = MemorySyncState(self.references)
        self.leases = MemoryLeases(self.clock)
        self.world = World(
            company="1", rooms={room.SYNC.name: room.SYNC for room in ROOMS}, door=StandaloneDoor(self.procore, "1"),
            procore=self.procore, intacct=self.intacct, cross_references=self.references, state=self.state, links=MemoryLinks(),
            leases=self.leases, payloads=MemoryPayloads(), mail=MemoryMail(), letters=cast("Letters", None), workflows=self.workflows,
            clock=self.clock,
        )  # fmt: skip
        self.configure(approvers=(ApprovalRight(login=DANA.login),))

    def configure(self, **settings: Any) -> None:
        before = self.world.config().model_dump()
        self.state.save_configuration(Configuration.model_validate(before | settings).model_dump_json())

    def mark(self, leg: str) -> str:
        return self.state.watermarks([f"import:{leg}"]).get(f"import:{leg}", "")

    def link_job(self, job: str, project_id: str) -> None:
        pair = CrossReference(
            object="projects", procore_id=project_id, intacct_key=f"key-{job}", intacct_id=job, label=job, linked_at=self.clock.now()
        )
        assert self.references.link([pair]) == []

    def request(self, *objects: str, **more: Any) -> Run:
        return request(self.world, None, objects=objects, **more)

    def step(self, run: Run, *, seconds: float = 600) -> dict[str, object]:
        return import_step(self.world, run.id, self.clock.now() + timedelta(seconds=seconds), mine=self.world.rooms)

    def run(self, *objects: str, **more: Any) -> Run:
        """Requests an import, ten minutes after the last one, and carries it to its end as the state machine does."""
        self.clock.move(600)
        run = self.request(*objects, **more)
        while (answer := self.step(run))["more"]:
            self.clock.sleep(float(str(answer["wait"])))
        return self.ended(run)

    def ended(self, run: Run) -> Run:
        now = self.state.get_run(run.id)
        assert now is not None
        assert now.ended_at is not None
        return now

    def pair(self, object_name: str, key: str) -> CrossReference:
        return self.references.by_intacct(object_name, [key])[key]

    def item(self, item_id: str) -> Item:
        item = self.state.get(item_id)
        assert item is not None, item_id
        entries = self.state.history(item_id)
        assert first_break(entries, head=item.history_head, count=item.history_count) is None
        return item

    def states(self) -> dict[str, str]:
        return {item.id: item.state.value for item in self.state}

    def forget_calls(self) -> None:
        self.intacct.asked.clear()
        self.intacct.trail.clear()
        self.procore.called.clear()
        self.procore.sent.clear()
        self.references.written = 0
