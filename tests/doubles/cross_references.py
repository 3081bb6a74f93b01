"""ports.CrossReferences in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from threading import RLock

from connector.core.errors import Code, ConnectorError
from connector.ports import CrossReference


class MemoryCrossReferences:
    """For assertions: ``(object_name, procore_id) in references``, ``len(references)``; ``written`` counts changes."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._by_procore: dict[tuple[str, str], CrossReference] = {}
        self._by_intacct: dict[tuple[str, str], CrossReference] = {}
        self.written = 0

    def __len__(self) -> int:
        return len(self._by_procore)

    def __contains__(self, pair: tuple[str, str]) -> bool:
        return pair in self._by_procore

    def by_procore(self, object_name: str, ids: Collection[str]) -> dict[str, CrossReference]:
        return {each: self._by_procore[object_name, each] for each in ids if (object_name, each) in self._by_procore}

    def by_procore_together(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, CrossReference]]:
        return {name: self.by_procore(name, ids) for name, ids in wanted.items()}

    def by_intacct(self, object_name: str, keys: Collection[str]) -> dict[str, CrossReference]:
        return {each: self._by_intacct[object_name, each] for each in keys if (object_name, each) in self._by_intacct}

    def link(self, references: Sequence[CrossReference]) -> list[CrossReference]:
        with self._lock:
            refused = []
            for reference in references:
                if self.stands_elsewhere(reference):
                    refused.append(reference)
                else:
                    self._keep(self._refreshed(reference))
            return refused

    def stands_elsewhere(self, reference: CrossReference) -> bool:
        """Whether either side is linked to another record."""
        if not (reference.procore_id and reference.intacct_key):
            raise ConnectorError(Code.MALFORMED, f"A cross-reference of {reference.object} needs an id on both sides.")
        one = self._by_procore.get((reference.object, reference.procore_id))
        other = self._by_intacct.get((reference.object, reference.intacct_key))
        mine = reference.intacct_key, reference.procore_id
        return any(held is not None and (held.intacct_key, held.procore_id) != mine for held in (one, other))

    def stands(self, reference: CrossReference) -> bool:
        """Whether these two are linked to each other."""
        held = self._by_procore.get((reference.object, reference.procore_id))
        return held is not None and held.intacct_key == reference.intacct_key

    def part(self, reference: CrossReference) -> None:
        """Takes a pair away that stands."""
        with self._lock:
            self.written += 1
            del self._by_procore[reference.object, reference.procore_id]
            del self._by_intacct[reference.object, reference.intacct_key]

    def add_members(self, object_name: str, intacct_key: str, members: Collection[str]) -> None:
        with self._lock:
            held = self._by_intacct.get((object_name, intacct_key))
            if held is None:
                raise ConnectorError(Code.NOT_FOUND, f"{object_name} {intacct_key} is not linked.")
            self._keep(held.model_copy(update={"members": held.members | frozenset(members)}))

    def repoint(self, reference: CrossReference, procore_id: str) -> bool:
        if not procore_id:
            raise ConnectorError(Code.MALFORMED, f"A cross-reference of {reference.object} needs an id on both sides.")
        with self._lock:
            held = self._by_procore.get((reference.object, reference.procore_id))
            if held is None or held.intacct_key != reference.intacct_key or (reference.object, procore_id) in self._by_procore:
                return False
            del self._by_procore[reference.object, reference.procore_id]
            kept = {"linked_by": held.linked_by, "linked_at": held.linked_at, "members": held.members | reference.members}
            self._keep(reference.model_copy(update=kept | {"procore_id": procore_id}))
            return True

    def of_object(self, object_name: str) -> Iterator[CrossReference]:
        with self._lock:
            found = sorted((key, reference) for key, reference in self._by_procore.items() if key[0] == object_name)
        return iter([reference for _, reference in found])

    def _refreshed(self, reference: CrossReference) -> CrossReference:
        held = self._by_procore.get((reference.object, reference.procore_id))
        if held is None:
            return reference
        kept = {"linked_by": held.linked_by, "linked_at": held.linked_at, "members": held.members | reference.members}
        return reference.model_copy(update=kept)

    def _keep(self, reference: CrossReference) -> None:
        if self._by_procore.get((reference.object, reference.procore_id)) == reference:
            return
        self.written += 1
        self._by_procore[reference.object, reference.procore_id] = reference
        self._by_intacct[reference.object, reference.intacct_key] = reference
