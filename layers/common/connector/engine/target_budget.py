"""The lines of a project's budget, or of a part's of it: one for each budget code, which is all that they are known by.

They carry no origin id. A line that stands there is changed by its id, and one that is not is added under its budget code, of which Procore
takes no second line: whatever was written before a crash is found in the view.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from connector.core.codecs import ID, MONEY
from connector.core.errors import Code, ConnectorError, Violation
from connector.core.record import Record, Ref, rows
from connector.core.spec import BudgetTarget
from connector.engine.budget_codes import Combination, make
from connector.engine.lookup import looked_up
from connector.engine.target_lines import Landed, Pairing, differs
from connector.engine.world import World
from connector.ports import CrossReference, Json

type Coding = tuple[str, str]
"""Procore's ids of a cost code and a cost type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    id: str
    wbs_code: str
    amount: Decimal
    label: str


class TargetBudget:
    """``values`` are those of the target's paths; with a ``sub_job`` among them only that part's lines count."""

    def __init__(self, world: World, target: BudgetTarget, record: type[Record], values: Mapping[str, str]) -> None:
        self._world, self._target, self._given = world, target, values
        line = next(row.lines for row in rows(record) if row.name == target.field)
        assert line is not None  # noqa: S101 -- declared so
        coded = [(row.name, row.ref.object) for row in rows(line) if row.ref is not None]
        (self._code, self._codes), (self._kind, self._kinds) = coded
        self._key = next(row.name for row in rows(line) if row.identity)

    def paired(self, procore_id: str, record: Record) -> Landed:
        """The budget's lines that are those of ``record``; every difference is a violation."""
        del procore_id
        landed, left = Landed(), self._held()
        for place, (line, coding) in enumerate(self._lines(record), start=1):
            there, amount = left.pop(coding, None), getattr(line, self._target.amount)
            if there is None:
                said = f"Line {place} ({self._name(line)}, {amount}) has no line in Procore's budget."
                landed.violations.append(differs(f"{self._target.field}[{place}]", said))
                continue
            landed.pairing[str(getattr(line, self._key))] = there.id
            if there.amount != amount:
                said = f"Line {place} ({self._name(line)}): Intacct has {amount}, Procore {there.amount}."
                landed.violations.append(differs(f"{self._target.field}[{place}]", said))
        for each in left.values():
            said = f"Procore's budget has a line more ({each.label}, {each.amount})."
            landed.violations.append(differs(self._target.field, said))
        return landed

    def mark(self, procore_id: str, pairing: Pairing) -> Landed:
        """A budget line has no place for an origin id."""
        del procore_id
        return Landed(pairing=dict(pairing))

    def write(self, procore_id: str, record: Record, before: Collection[str] = ()) -> Landed:
        """Gives every budget code of ``record`` its amount, and nothing to those of the lines ``before`` that it has no more."""
        del procore_id
        if self._world.procore.get(self._target.locked.format_map(self._values)).get("locked"):
            return Landed(violations=[Violation(code=Code.BUDGET_LOCKED, field="", message="The budget is locked in Procore.")])
        held, lines = self._held(), self._lines(record)
        ids, violations = self._budget_codes([coding for _, coding in lines if coding not in held])
        if violations:
            return Landed(violations=violations)
        landed, keys, updates = Landed(), list[str](), list[dict[str, Json]]()
        for line, coding in lines:
            key, amount, there = str(getattr(line, self._key)), getattr(line, self._target.amount), held.pop(coding, None)
            if there is not None and there.amount == amount:
                landed.pairing[key] = there.id
                continue
            keys.append(key)
            updates.append(self._body(there, there.wbs_code if there else ids[coding], amount))
        gone = [each for each in held.values() if each.id in before and each.amount != 0]
        updates += [self._body(each, each.wbs_code, Decimal("0.00")) for each in gone]
        return self._sent(landed, keys, updates)

    def _sent(self, landed: Landed, keys: Sequence[str], updates: Sequence[Mapping[str, Json]]) -> Landed:
        """Raises OutcomeUnknown."""
        if not updates:
            return landed
        envelope = {name: ID.write(text.format_map(self._values)) for name, text in self._target.envelope.items()}
        try:
            answers = self._world.procore.sync(self._target.sync, envelope, updates, method="POST", under=self._target.under)
        except ConnectorError as problem:
            if problem.code is not Code.REFUSED_BY_PROCORE:
                raise
            landed.violations.append(problem.violation(self._target.field))
            return landed
        for number, answer in enumerate(answers):
            landed.violations += answer.violations if answer.entity is None else ()
            if answer.entity is not None and number < len(keys):
                landed.pairing[keys[number]] = str(answer.entity["id"])
        return landed

    @staticmethod
    def _body(there: _Line | None, wbs_code: str, amount: Decimal) -> dict[str, Json]:
        known = {"id": ID.write(there.id)} if there else {}
        money = {"original_budget_amount": MONEY.write(amount), "calculation_strategy": "manual"}
        return known | {"wbs_code_id": ID.write(wbs_code)} | money

    def _budget_codes(self, wanted: Sequence[Coding]) -> tuple[Mapping[Coding, str], list[Violation]]:
        if not wanted:
            return {}, []
        references = self._world.cross_references
        codes = references.by_procore(self._codes, {code for code, _ in wanted})
        kinds = references.by_procore(self._kinds, {kind for _, kind in wanted})
        combinations = [Combination(owner=codes[code], member=kinds[kind], id=kinds[kind].intacct_id) for code, kind in wanted]
        made = make(self._world, self._target.codes, self._given["project"], combinations, self._part)
        return made.ids, [violation for _, violations in made.refused for violation in violations]

    @cached_property
    def _part(self) -> CrossReference | None:
        sub_job = self._given["sub_job"]
        return self._world.cross_references.by_procore(self._target.part, [sub_job]).get(sub_job) if sub_job else None

    @cached_property
    def _values(self) -> dict[str, str]:
        return looked_up(self._world.procore, self._target.lookup, self._given)

    def _held(self) -> dict[Coding, _Line]:
        params = {name: text.format_map(self._values) for name, text in self._target.existing_params.items()}
        pages = self._world.procore.pages(self._target.existing.format_map(self._values), params)
        return {
            (str(row["cost_code_id"]), str(row["category_id"])): _Line(
                id=str(row["id"]),
                wbs_code=str(row["wbs_code_id"]),
                amount=MONEY.read(row["original_budget_amount"]),
                label=f"{row.get('cost_code')} {row.get('category')}",
            )
            for page in pages
            for row in page
            if self._is_mine(row)
        }

    def _is_mine(self, row: Mapping[str, Any]) -> bool:
        of_part = row.get("biller_type") == "SubJob"
        return str(row.get("biller_id")) == self._given["sub_job"] if of_part else not self._given["sub_job"]

    def _lines(self, record: Record) -> list[tuple[Record, Coding]]:
        lines: Iterator[Record] = getattr(record, self._target.field)
        return [(line, (getattr(line, self._code).procore, getattr(line, self._kind).procore)) for line in lines]

    def _name(self, line: Record) -> str:
        names: list[Ref] = [getattr(line, self._code), getattr(line, self._kind)]
        return " ".join(name.intacct for name in names)
