"""Sending many records in one call: a run, because each of them is read in Procore, checked and asked about in Intacct.

The run acts for whoever asked for it, with the rights and projects they had then; each record is checked by itself and its result kept.
May be repeated at any place: a result that is kept stands, and sending what waits unchanged changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from connector.core.errors import Code, ConnectorError, Kind, RetryLater, Violation
from connector.core.fingerprint import digest
from connector.core.item import Item, Problem, Value
from connector.core.outcome import Outcome, Result
from connector.core.people import Person
from connector.engine.plan import SENDS, WAVE, ranks, start_wave
from connector.engine.submit import exported, item_id, may_send, send
from connector.engine.world import Source, World
from connector.ports import Contention, Page, Run

BUSY: Final = 2
"""Seconds until a record is sent again that somebody else was changing."""


class Record(Value):
    """One record to send. ``kind`` saves a call where the caller knows it."""

    object: str
    procore_id: str
    project_id: str = ""
    kind: str = ""
    choices: dict[str, str] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        return item_id(self.object, self.procore_id)

    @property
    def source(self) -> Source:
        return Source(procore_id=self.procore_id, project_id=self.project_id, kind=self.kind)


class _Order(Value):
    """What a run of sends is to do, and for whom."""

    person: Person
    records: dict[str, Record]


class Became(Value):
    """What became of one record of a run: ``said`` in a word (``sent``, ``unchanged``, ``refused``; of an export its state; ``not yet``),
    with every reason. ``item`` is None where there is none that the reader may see; ``number`` and ``name`` are those of a record that
    was read and refused."""

    key: str
    said: str
    item: Item | None = None
    problems: tuple[Problem, ...] = ()
    number: str = ""
    name: str = ""


class _Kept(Value):
    said: str
    problems: tuple[Problem, ...] = ()
    number: str = ""
    name: str = ""


def request(world: World, person: Person, records: Sequence[Record]) -> Run:
    """Starts a run that sends these records, what others need first. Raises ConnectorError(NOT_ALLOWED, NOT_FOUND, MALFORMED)."""
    may_send(world, person, *(record.source for record in records))
    order = _Order(person=person, records={record.key: record for record in records})
    for record in order.records.values():
        room = exported(world, record.object)
        if record.kind and room.export and record.kind not in {kind.name for kind in room.export.kinds}:
            raise ConnectorError(Code.MALFORMED, f"{room.title} {record.procore_id} cannot be a {record.kind!r}.")
    now = world.clock.now()
    name = digest([person.login, now.isoformat(), order.model_dump(mode="json")["records"]])[:24]
    run = Run(id=f"{SENDS}-{name}", kind=SENDS, state="running", started_at=now, started_by=person.name, waves=_waves(world, order.records))
    world.payloads.put(_order_of(run.id), order.model_dump_json())
    world.state.put_run(run)
    start_wave(world, run, 1)
    return run


def _waves(world: World, records: Mapping[str, Record]) -> tuple[tuple[str, ...], ...]:
    """By the rank of their objects, so that what is needed waits already, under its own choices, when what needs it is sent."""
    rank, by_rank = ranks(world), dict[int, list[str]]()
    for key, record in records.items():
        by_rank.setdefault(rank[record.object], []).append(key)
    waves = (by_rank[each] for each in sorted(by_rank))
    return tuple(tuple(wave[start : start + WAVE]) for wave in waves for start in range(0, len(wave), WAVE))


def send_one(world: World, run_id: str, key: str) -> Outcome:
    """Sends one record of a run and keeps what became of it. Raises RetryLater."""
    kept = world.payloads.get(_result_of(run_id, key))
    if kept is None:
        order = _order(world, run_id)
        try:
            became = _sent(world, order.person, order.records[key])
        except RetryLater:
            raise
        except Contention:
            return Outcome(item=key, result=Result.LATER, seconds=BUSY)
        except ConnectorError as problem:
            if problem.kind is Kind.SETUP:
                return Outcome(item=key, result=Result.STOPPED, violations=(problem.violation(),))
            became = _refused([problem.violation()], {})
        world.payloads.put(_result_of(run_id, key), became.model_dump_json())
    else:
        became = _Kept.model_validate_json(kept)
    violations = tuple(problem.violation() for problem in became.problems)
    return Outcome(item=key, result=Result.REFUSED if violations else Result.DONE, violations=violations)


def _sent(world: World, person: Person, record: Record) -> _Kept:
    before = world.state.get(record.key)
    sent = send(world, person, record.object, record.source, record.choices, tell=False)
    if sent.item is None:
        return _refused(sent.violations, sent.preview or {})
    same = before is not None and before.version == sent.item.version
    return _Kept(said="unchanged" if same else "sent")


def _refused(violations: Sequence[Violation], shown: Mapping[str, Any]) -> _Kept:
    """``shown`` is the preview of a record that was read."""
    name = shown.get("party") or shown.get("name", "")
    return _Kept(said="refused", problems=tuple(map(Problem.of, violations)), number=shown.get("number", ""), name=name)


def results(world: World, person: Person, run: Run, *, limit: int, after: int = 0) -> Page[Became]:
    """What became of each record of a run, in the run's order, from number ``after`` on; the cursor is the next number. Of an export
    that is where its item stands now. What the reader may not see is left out."""
    keys = [key for wave in run.waves for key in wave][after : after + limit]
    items = world.state.get_many(keys)
    records = _order(world, run.id).records if run.kind == SENDS else {}
    rows = (
        _became_of(world, run, key, items.get(key))
        for key in keys
        if person.may_see(items[key].project_id if key in items else records[key].project_id if key in records else "")
    )
    total = sum(map(len, run.waves))
    return Page[Became](rows=tuple(rows), cursor=str(after + limit) if after + limit < total else "")


def _became_of(world: World, run: Run, key: str, item: Item | None) -> Became:
    if run.kind != SENDS:
        return Became(key=key, said=item.state.value if item else "gone", item=item, problems=item.problems if item else ())
    text = world.payloads.get(_result_of(run.id, key))
    kept = _Kept.model_validate_json(text) if text else _Kept(said="not yet")
    return Became(key=key, said=kept.said, item=item, problems=kept.problems, number=kept.number, name=kept.name)


def _order(world: World, run_id: str) -> _Order:
    return _Order.model_validate_json(world.payloads.get(_order_of(run_id)) or "")


def _order_of(run_id: str) -> str:
    return f"runs/{run_id}/order.json"


def _result_of(run_id: str, key: str) -> str:
    return f"runs/{run_id}/results/{key}.json"
