"""Field names of a query, dotted ones over many-to-one relations included (web-services/queries)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter

from sandbox.intacct.problems import Refused, unprocessable
from sandbox.intacct.schema import Field, ObjectType, Relation
from sandbox.intacct.store import Store

Reader = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Path:
    """A field as it was named; ``direct`` when it is the object's own."""

    name: str
    field: Field
    read: Reader
    direct: bool


def resolve(store: Store, kind: ObjectType, name: str) -> Path:
    """The field called ``name``, seen from a row of ``kind``.

    Raises:
        Refused: DL02000001; there is no such field, it cannot be queried, or the path goes up a hierarchy twice.
    """
    return _resolve(store, kind, name, name, above=False)


def _resolve(store: Store, kind: ObjectType, name: str, whole: str, *, above: bool) -> Path:
    field = kind.by_name.get(name)
    if field is not None and name not in kind.unqueryable:
        return _own(store, kind, field, whole)
    path, _, rest = name.partition(".")
    relation = kind.relation(path)
    hierarchical = relation is not None and relation.object == kind.name
    if relation is None or not rest or (hierarchical and above):
        raise Refused(unprocessable(f"{whole} is not a field of {kind.name} that can be queried", object_name=kind.name, field=whole))
    inner = _resolve(store, store.tables[relation.object].kind, rest, whole, above=hierarchical)
    return Path(whole, inner.field, _over(store, relation, inner.read), direct=False)


def own_paths(store: Store, kind: ObjectType) -> list[Path]:
    """Every field of the object itself, those that cannot be queried too."""
    return [_own(store, kind, field, field.name) for field in kind.fields]


def _own(store: Store, kind: ObjectType, field: Field, whole: str) -> Path:
    if field.joined:
        return replace(_resolve(store, kind, field.joined, whole, above=False), field=field)
    return Path(whole, field, itemgetter(field.name), direct=whole == field.name)


def _over(store: Store, relation: Relation, read: Reader) -> Reader:
    def follow(row: Mapping[str, str]) -> str:
        key = row[relation.by]
        target = related(store, relation, key) if key else None
        return read(target) if target else ""

    return follow


def related(store: Store, relation: Relation, key: str) -> Mapping[str, str] | None:
    """The row a relation leads to."""
    if relation.key == store.tables[relation.object].kind.record_key:
        return store.get(relation.object, key)
    return store.first(relation.object, **{relation.key: key})
