"""From a Procore record to what would be sent: read, choose, resolve, complete, check. Sending, preview and export come through here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from connector.core import attachments, codecs
from connector.core.configuration import Configuration
from connector.core.errors import Code, Violation
from connector.core.exchange import UNSENDABLE, Function, Held, Query, Tree
from connector.core.fingerprint import controlid, fingerprint
from connector.core.origin import is_ours
from connector.core.record import Record, Ref, Row, rows
from connector.core.spec import Ask, Export, Facts, Summary
from connector.core.wire import read_procore, references, walk, write_intacct
from connector.engine import merged
from connector.engine.tenant_fields import without_a_place
from connector.engine.world import Room, Source, World
from connector.ports import CrossReference, Json

EMPTY_SUMMARY = Summary(number="", title="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    label: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What would be sent, or why not. ``needs`` are the items that go first, in no order."""

    room: Room
    source: Source
    raw: Mapping[str, Json]
    facts: Facts
    record: Record | None
    read: Record | None = None
    """The record before it was completed, with its references and what was chosen in it; None where it was kept without."""
    bodies: tuple[tuple[str, Tree], ...] = ()
    violations: tuple[Violation, ...] = ()
    needs: tuple[str, ...] = ()
    fingerprint: str = ""
    summary: Summary = EMPTY_SUMMARY
    effects: tuple[Effect, ...] = ()
    project_name: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    turn: int = 0
    """How often the record was unlinked before: Intacct must not take it for the request of that time."""

    def heading(self) -> dict[str, Any]:
        """The fields of an item that say what its preview shows."""
        return {
            "fingerprint": self.fingerprint,
            "title": self.summary.title,
            "number": self.summary.number or self.summary.title,
            "party": self.summary.party,
            "amount": self.summary.amount,
            "series": self.summary.series,
            "place": self.summary.place,
        }

    def functions(self, company: str) -> tuple[Function, ...]:
        """The functions of the write, each with its deterministic controlid."""
        key = f"{self.turn}-{self.fingerprint}" if self.turn else self.fingerprint
        return tuple(
            Function(
                name=name,
                body=body,
                controlid=controlid(company, self.room.name, self.source.procore_id, key, f"{number}-{name}"),
            )
            for number, (name, body) in enumerate(self.bodies, start=1)
        )


def prepare(
    world: World,
    room: Room,
    source: Source,
    choices: Mapping[str, str],
    *,
    ask: bool,
    pending: Collection[str] | None = None,
    config: Configuration | None = None,
) -> Prepared:
    """``ask`` puts the rules' questions to Intacct (for a preview); without it only the record itself is checked, as before a send
    that an approval covers. ``pending`` are the references that stood open when the record was approved; None where it is shown now.
    ``config`` are the settings of another time; None for those in force."""
    export: Export[Any] = room.export  # type: ignore[assignment]  # callers have checked
    in_force, tenant = world.config_and_tenant()
    config = config or in_force
    if not source.kind and export.kind_by is not None:
        source = replace(source, kind=export.kind_by(config))
    kind, raw = world.door.fetch(room, source)
    if export.attachments:
        raw = raw | {attachments.FILES: attachments.listed(raw)}
    source = replace(source, kind=kind)
    facts = Facts(config=config, kind=kind, project_id=source.project_id, tenant=tenant)
    base = Prepared(
        room=room,
        source=source,
        raw=raw,
        facts=facts,
        record=None,
        project_name=str((raw.get("project") or {}).get("name") or ""),
    )

    record, problems = read_procore(room.record, raw)
    if record is None:
        return replace(base, violations=tuple(problems))
    record, wrong_choices = choose(record, choices)
    if unsendable := tuple(_unsendable(record)):
        return replace(base, violations=(*wrong_choices, *unsendable))
    read = resolve(world, record)
    facts = _given(world, export, read, facts)
    record = completed(room, source, read, facts)
    needs = tuple(dict.fromkeys(_open_references(world, record)))
    effects: tuple[Effect, ...] = ()
    if ask:
        facts, effects = _ask(world, export, record, facts, show=pending is None)
    violations = [
        *wrong_choices,
        *check_rows(world, record),
        *without_a_place(tenant, room, record),
        *merged.of_another(world, room, source.procore_id, raw),
    ]
    if ask:
        violations += [violation for rule in export.rules for violation in rule(record, facts)]
    bodies = bodies_of(export, record)
    stood_open = needs if pending is None else tuple(pending)
    draft = [Function(name=name, body=body, controlid="") for name, body in bodies]
    return replace(
        base,
        record=record,
        read=read,
        facts=facts,
        bodies=bodies,
        violations=tuple(violations),
        needs=needs,
        effects=effects,
        summary=export.summary(record),
        fingerprint=fingerprint(room.name, record, draft, stood_open, entity=facts.config.entity),
        project_name=base.project_name or _label_of(record, source.project_id),
        chosen=choices,
    )


def completed(room: Room, source: Source, record: Record, facts: Facts) -> Record:
    """What rules, settings and Intacct's answers make of a record as it was read."""
    export: Export[Any] = room.export  # type: ignore[assignment]  # callers have checked
    if export.complete is not None:
        record = export.complete(record, facts)
    return _naming_its_files(room, source, record, facts) if export.attachments else record


def bodies_of(export: Export[Any], record: Record) -> tuple[tuple[str, Tree], ...]:
    """What Intacct is told of a record."""
    parts = export.write.parts(record) if export.write.parts else (record,)
    return tuple(body for part in parts for body in export.write.functions(part, write_intacct(part)))


def _naming_its_files(room: Room, source: Source, record: Record, facts: Facts) -> Record:
    """The record with the id that its attachment has in Intacct, or is going to have."""
    if facts.config.attachments.files == "left in Procore":
        return record
    files = getattr(record, attachments.FILES)
    return record.model_copy(update={attachments.NAME: attachments.supporting_document(room.name, source.procore_id, files)})


def _label_of(record: Record, project_id: str) -> str:
    """The project's name, where only a reference to it knows it."""
    held = (value for _, _, value in walk(record, only=references) if isinstance(value, Ref) and value.procore == project_id)
    return next((value.label for value in held if value.label), "")


def choose(record: Record, choices: Mapping[str, str]) -> tuple[Record, list[Violation]]:
    """The record with the approver's own values. Only rows declared as a choice may be chosen."""
    changes: dict[str, Any] = {}
    problems: list[Violation] = []
    known = {row.name: row for row in rows(type(record)) if row.choice is not None}
    for name, text in choices.items():
        if name not in known:
            problems.append(
                Violation(
                    code=Code.MALFORMED,
                    field=name,
                    message=f"{name} is not the approver's to choose; these are: {', '.join(known) or 'none'}.",
                )
            )
            continue
        try:
            changes[name] = _codec(known[name]).read(text)
        except ValueError as problem:
            problems.append(Violation(code=Code.VALUE_UNREADABLE, field=name, message=f"{known[name].label}: {problem}."))
    return record.model_copy(update=changes), problems


def _codec(row: Row) -> codecs.Codec:
    if row.procore is not None and row.procore.codec.words:
        return row.procore.codec
    by_type = {date: codecs.ISO_DATE, Decimal: codecs.MONEY}
    return by_type.get(row.type, codecs.TEXT)


def resolve(world: World, record: Record) -> Record:
    """The record with Intacct's ids in its references, all looked up together."""
    wanted: dict[str, set[str]] = {}
    for _path, row, value in walk(record, only=references):
        if row.ref is not None and isinstance(value, Ref) and value.procore:
            wanted.setdefault(row.ref.object, set()).add(value.procore)
    found = world.cross_references.by_procore_together(wanted) if wanted else {}
    return _with_references(record, found, {})


type _Known = dict[tuple[str, str, str], Ref]


def _with_references(record: Record, found: Mapping[str, Mapping[str, CrossReference]], known: _Known) -> Record:
    """``known`` are the references made so far, by object, Procore's id and label."""
    changes: dict[str, Any] = {}
    for row in references(type(record)):
        value = getattr(record, row.name)
        if row.lines is not None:
            changes[row.name] = tuple(_with_references(line, found, known) for line in value)
        elif row.ref is not None and isinstance(value, Ref):
            pair = found.get(row.ref.object, {}).get(value.procore)
            if pair is not None:
                place = (row.ref.object, value.procore, value.label)
                if place not in known:
                    known[place] = _resolved(value, pair)
                changes[row.name] = known[place]
    return record.model_copy(update=changes)


def _resolved(reference: Ref, pair: CrossReference) -> Ref:
    told = {"intacct": pair.intacct_id, "key": pair.intacct_key, "detail": pair.detail, "members": pair.members}
    return reference.model_copy(update=told | {"label": reference.label or pair.label})


def _open_references(world: World, record: Record) -> Iterator[str]:
    """References to records that are not in Intacct and could be exported: they go first."""
    for _path, row, value in walk(record, only=references):
        if row.ref is not None and isinstance(value, Ref) and value.procore and not value.intacct and _exported(world, row.ref.object):
            yield f"{row.ref.object}:{value.procore}"


def _exported(world: World, object_name: str) -> bool:
    """Whether a record of the object could be sent to Intacct first."""
    return object_name in world.rooms and world.rooms[object_name].export is not None


def _unsendable(record: Record) -> Iterator[Violation]:
    """Texts that no request can carry, not even a rule's question."""
    for path, row, value in walk(record):
        if isinstance(value, str) and (forbidden := UNSENDABLE.search(value)):
            yield Violation(
                code=Code.VALUE_UNREADABLE,
                field=path,
                message=f"{_at(path)}{row.label} holds the character U+{ord(forbidden[0]):04X}, which cannot be sent to Intacct.",
            )


def check_rows(world: World, record: Record) -> Iterator[Violation]:
    """What the rows themselves demand: presence, length, references, and that no other integration owns the record."""
    for path, row, value in walk(record, only=_checked):
        if row.lines is not None:
            continue
        if row.needed is not None and (value is None or value == ""):
            yield Violation(code=row.needed, field=path, message=f"{_at(path)}{row.label} is missing.")
        if row.limit is not None and isinstance(value, str) and len(value) > row.limit:
            yield Violation(
                code=Code.TOO_LONG,
                field=path,
                message=f"{_at(path)}{row.label} is {len(value) - row.limit} characters too long for Intacct ({row.limit} allowed).",
            )
        if row.ref is not None and isinstance(value, Ref) and not value.intacct and not _exported(world, row.ref.object):
            yield Violation(
                code=row.ref.missing,
                field=path,
                message=f"{_at(path)}{row.label} {value.label or value.procore} is not known in Intacct.",
            )
        if row.name == "origin" and not is_ours(value):
            yield Violation(
                code=Code.ORIGIN_NOT_OURS,
                field=path,
                message=f"The record carries the origin id {value!r} of another integration.",
            )


@cache
def _checked(record: type[Record]) -> tuple[Row, ...]:
    """The rows that demand something by themselves, and those of lines."""
    return tuple(row for row in rows(record) if row.needed or row.limit or row.ref or row.lines or row.name == "origin")


def _at(path: str) -> str:
    """``Line 2: `` for a path inside a line."""
    _, bracket, rest = path.partition("[")
    return f"Line {rest.partition(']')[0]}: " if bracket else ""


def _given(world: World, export: Export[Any], record: Record, facts: Facts) -> Facts:
    """The facts with what Intacct holds and the record cannot be completed without."""
    for asks in (export.givens, export.then):
        facts = _answered(facts, asks, _read(world, facts, [ask.query(record, facts) for ask in asks]))
    return facts


def _ask(world: World, export: Export[Any], record: Record, facts: Facts, *, show: bool) -> tuple[Facts, tuple[Effect, ...]]:
    """All questions of the rules and, to ``show`` them, of the effects in one request."""
    effects = export.effects if show else ()
    queries = [ask.query(record, facts) for ask in export.asks] + [effect.query(record, facts) for effect in effects]
    answers = _read(world, facts, queries)
    amount = export.summary(record).amount
    totals = []
    for effect, held in zip(effects, answers[len(export.asks) :], strict=True):
        before = sum((Decimal(str(row.get(effect.field) or 0)) for row in held), Decimal("0.00"))
        adds = amount if effect.adds is None else effect.adds(record)
        totals.append(Effect(label=effect.label(record), before=before, after=before + adds))
    return _answered(facts, export.asks, answers), tuple(totals)


def _read(world: World, facts: Facts, queries: Sequence[Query | None]) -> list[Sequence[Held]]:
    """The rows of each query, none for None, in one request; without any query nothing is asked."""
    asked = [query for query in queries if query is not None]
    answers = iter(world.intacct.read(asked, entity=facts.config.entity) if asked else ())
    return [() if query is None else next(answers) for query in queries]


def _answered(facts: Facts, asks: Sequence[Ask[Any]], answers: Sequence[Sequence[Held]]) -> Facts:
    """The facts with the answers, which may be followed by others."""
    held = {ask.name: answer for ask, answer in zip(asks, answers, strict=False)}
    known = {ask.name: frozenset(str(row[ask.field]) for row in held[ask.name] if row.get(ask.field)) for ask in asks}
    return replace(facts, known={**facts.known, **known}, rows={**facts.rows, **held})
