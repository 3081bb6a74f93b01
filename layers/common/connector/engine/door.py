"""The standalone door: Procore's public REST API, our own staging and approvals."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from string import Formatter

from connector.core.codecs import ID
from connector.core.errors import Code, ConnectorError
from connector.core.item import Item
from connector.core.origin import is_ours
from connector.core.spec import ProcoreKind
from connector.engine.lookup import looked_up
from connector.engine.world import Room, Source
from connector.ports import Json, Procore


class StandaloneDoor:
    """Implements :class:`connector.engine.world.Door` over the declarations' public paths."""

    def __init__(self, procore: Procore, company: str) -> None:
        self._procore = procore
        self._company = company

    def reading_once(self) -> StandaloneDoor:
        return StandaloneDoor(_Remembering(self._procore), self._company)

    def fetch(self, room: Room, source: Source) -> tuple[str, dict[str, Json]]:
        kind = self._kind(room, source)
        where = self._where(source.procore_id, source.project_id) | parts_of(kind, source.procore_id)
        params = _filled(kind.params, where)
        view = {"view": kind.view} if kind.view else {}
        shown: dict[str, Json] = self._procore.get(kind.show.format(**where), params | view)
        names = looked_up(self._procore, kind.lookup, shown | where) if kind.more else {}
        asked = _filled({**kind.params, **kind.more_params}, where)
        lists = {name: self._whole(path.format_map(names), asked) for name, path in kind.more.items()}
        known = {path: path.format_map(shown | where) for path in kind.beside.values() if _is_known(path, shown | where)}
        documents = {name: self._procore.get(known[path], params) for name, path in kind.beside.items() if path in known}
        return kind.name, _filled(kind.given, where) | shown | lists | documents

    def _whole(self, path: str, params: Mapping[str, str]) -> list[Json]:
        return [row for page in self._procore.pages(path, params) for row in page]

    def write_back(
        self, room: Room, item: Item, *, origin: str, code: str, lines: Mapping[str, str], shown: Mapping[str, Json] | None = None
    ) -> None:
        source = Source.of(item)
        kind = self._kind(room, source)
        if not kind.body:
            return
        path, held = self._marked(kind, item, shown)
        if not is_ours(held.get("origin_id")):
            raise ConnectorError(Code.ORIGIN_NOT_OURS, f"{item.number} carries the origin id {held['origin_id']!r} of another integration.")
        if held.get("origin_id") != origin:
            self._mark(kind, item, path, held, origin=origin, code=code)
        self._mark_lines(kind, item, lines)

    def take_off(self, room: Room, item: Item, *, origin: str, lines: Collection[str]) -> None:
        kind = self._kind(room, Source.of(item))
        if not kind.body:
            return
        try:
            path, held = self._marked(kind, item)
        except ConnectorError as problem:
            if problem.code is not Code.NOT_FOUND:
                raise
            return
        if held.get("origin_id") not in {None, "", origin}:
            return
        self._mark_lines(kind, item, dict.fromkeys(lines))
        if held.get("origin_id") == origin:
            self._mark(kind, item, path, held, origin=None, code=None)

    def _marked(self, kind: ProcoreKind, item: Item, shown: Mapping[str, Json] | None = None) -> tuple[str, Mapping[str, Json]]:
        """What carries the origin id: its path, and how it stands."""
        where = self._where(item.procore_id, item.project_id) | parts_of(kind, item.procore_id)
        params = _filled(kind.params, where)
        path = kind.show.format(**where)
        held: Mapping[str, Json] = shown if shown is not None and "origin_id" in shown else self._procore.get(path, params)
        if kind.origin:
            path = kind.origin.format_map({**held, **where})
            held = self._procore.get(path, params)
        return path, held

    def _mark(self, kind: ProcoreKind, item: Item, path: str, held: Mapping[str, Json], *, origin: str | None, code: str | None) -> None:
        params = self._params(kind, item)
        owner = {name: ID.write(value) for name, value in (params | _filled(kind.owner, held)).items()}
        marks = {"origin_id": origin} | ({kind.code: code} if kind.code else {})
        self._procore.send("PATCH", path, owner | {kind.body: marks}, wants_answer=False)

    def _mark_lines(self, kind: ProcoreKind, item: Item, lines: Mapping[str, str | None]) -> None:
        if not (kind.lines_sync and lines):
            return
        updates = [{"id": ID.write(line), "origin_id": line_origin} for line, line_origin in lines.items()]
        where = self._where(item.procore_id, item.project_id)
        answers = self._procore.sync(kind.lines_sync.format(**where), {}, updates, self._params(kind, item))
        refused = [violation for answer in answers for violation in answer.violations]
        if refused:
            raise ConnectorError(Code.REFUSED_BY_PROCORE, f"{item.number}: {refused[0].message}", their_words=refused[0].their_words)

    def _params(self, kind: ProcoreKind, item: Item) -> dict[str, str]:
        return _filled(kind.params, self._where(item.procore_id, item.project_id) | parts_of(kind, item.procore_id))

    def _where(self, procore_id: str, project_id: str) -> dict[str, str]:
        return {"id": procore_id, "project": project_id, "company": self._company}

    def _kind(self, room: Room, source: Source) -> ProcoreKind:
        assert room.export is not None  # noqa: S101 -- callers have checked that the object is exported
        kinds = {kind.name: kind for kind in room.export.kinds}
        if not source.kind and len(kinds) == 1:
            return room.export.kinds[0]
        name = source.kind
        if not name:
            where = self._where(source.procore_id, source.project_id)
            shown = self._procore.get(room.export.kind_of.format(**where), _filled(room.export.kinds[0].params, where))
            name = str(shown.get("type", ""))
        if name not in kinds:
            raise ConnectorError(
                Code.NOT_FOUND,
                f"{room.title} {source.procore_id} is a {name or 'record of unknown type'}, which does not go to Intacct.",
            )
        return kinds[name]


class _Remembering:
    """ports.Procore for one piece of work: a document or list that was read is not read again. Writes pass."""

    def __init__(self, procore: Procore) -> None:
        self._procore = procore
        self._documents: dict[tuple[str, ...], Json] = {}
        self._lists: dict[tuple[str, ...], list[list[Json]]] = {}
        self.send, self.sync, self.download = procore.send, procore.sync, procore.download

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        asked = _asked(path, params)
        if asked not in self._documents:
            self._documents[asked] = self._procore.get(path, params)
        return self._documents[asked]

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[list[Json]]:
        asked = _asked(path, params)
        if asked not in self._lists:
            self._lists[asked] = list(self._procore.pages(path, params))
        return iter(self._lists[asked])


def _asked(path: str, params: Mapping[str, str] | None) -> tuple[str, ...]:
    return path, *(f"{name}={value}" for name, value in sorted((params or {}).items()))


def parts_of(kind: ProcoreKind, procore_id: str) -> dict[str, str]:
    """The ids that a record's own is made of, by their names. Raises ConnectorError(MALFORMED)."""
    parts = procore_id.split("-") if len(kind.id_parts) > 1 else [procore_id]
    if len(parts) != len(kind.id_parts):
        raise ConnectorError(Code.MALFORMED, f"{procore_id!r} is not made of {' and '.join(kind.id_parts)}, joined by a hyphen.")
    return dict(zip(kind.id_parts, parts, strict=True))


def _is_known(path: str, names: Mapping[str, Json]) -> bool:
    """Whether the record refers to such a document at all."""
    return all(names.get(name) is not None for _, name, _, _ in Formatter().parse(path) if name)


def _filled(params: Mapping[str, str], where: Mapping[str, Json]) -> dict[str, str]:
    return {name: value.format_map(where) for name, value in params.items()}
