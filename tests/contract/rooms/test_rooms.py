"""One suite over every room. A new room is covered by its declaration and its case files; there is nothing to write here."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.at_once import Side, reader
from connector.core.compare import compare
from connector.core.errors import Code
from connector.core.record import Record, Ref, rows
from connector.core.spec import Leg
from connector.core.wire import read_by_cell, read_intacct, read_procore, walk, write_intacct, write_procore
from connector.engine.prepare import check_rows
from tests.contract.rooms.stage import EXPORTED, GOLDEN, IMPORTED, ROOMS, Case, brought_in, cases, legs, prepared, world_of
from tests.contract.rooms.values import held, records

RECORDS: list[type[Record]] = sorted(
    {ROOMS[name].record for name in EXPORTED} | {leg.record for name in IMPORTED for leg in legs(name)},
    key=lambda record: record.__name__,
)
CASES = [case for name in EXPORTED for case in cases(name)]
REFUSED = [
    pytest.param(case, example, id=f"{name}-{example['rule']}-{number}")
    for name in EXPORTED
    for case in cases(name)[:1]
    for number, example in enumerate(json.loads((GOLDEN / name / "refused.json").read_text("utf-8")))
]


@pytest.mark.parametrize("name", list(ROOMS))
def test_a_room_says_what_it_is(name: str) -> None:
    room = ROOMS[name]
    assert room.name == name
    assert room.title
    assert room.summary.endswith(".")
    assert room.sources
    assert room.export or room.imports
    assert set(room.needs) <= set(ROOMS)


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_room_has_cases(name: str) -> None:
    assert cases(name), f"put a case into tests/golden/{name}/"


@pytest.mark.parametrize("name", EXPORTED)
def test_what_is_said_beforehand_is_one_of_the_rules(name: str) -> None:
    export = ROOMS[name].export
    assert export is not None
    assert set(export.ready) <= set(export.rules)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_field_is_declared_once(record: type[Record]) -> None:
    written = Counter(row.intacct.write for row in rows(record) if row.intacct and row.intacct.write)
    read = Counter(row.intacct.read for row in rows(record) if row.intacct and row.intacct.read)
    told = Counter(row.procore.write for row in rows(record) if row.procore and row.procore.write)
    assert [path for counter in (written, read, told) for path, times in counter.items() if times > 1] == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_what_intacct_holds_reads_back_as_what_was_sent(record: type[Record]) -> None:
    @settings(max_examples=25)
    @given(records(record))
    def holds(sent: Record) -> None:
        back, problems = read_intacct(record, held(sent))
        assert problems == [] or _only_by_procore(record)
        if back is not None:
            assert compare(sent, back) == []

    holds()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_what_procore_is_told_reads_back_the_same(record: type[Record]) -> None:
    same_names = [row for row in rows(record) if row.procore and row.procore.read and row.procore.read == row.procore.write]
    if not same_names:
        pytest.skip("no row of this record goes both ways under one name")

    @settings(max_examples=25)
    @given(records(record))
    def holds(sent: Record) -> None:
        back, _ = read_procore(record, json.loads(json.dumps(write_procore(sent))))
        if back is not None:
            for row in same_names:
                assert _plain(getattr(back, row.name)) == _plain(getattr(sent, row.name)), row.name

    holds()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_what_is_read_at_once_is_what_is_read_by_cell_and_checked(record: type[Record]) -> None:
    spoilt: st.SearchStrategy[object] = st.sampled_from([None, "", " ", "x", 0, False, 7, [], {}, [{}], "1.005", "2026-02-30"])

    @settings(max_examples=60)
    @given(records(record), st.sampled_from(["intacct", "procore"]), st.integers(min_value=0), spoilt, st.booleans())
    def holds(sent: Record, side: Side, place: int, wrong: object, whole: bool) -> None:  # noqa: FBT001 -- hypothesis gives it
        tree = dict(held(sent)) if side == "intacct" else json.loads(json.dumps(write_procore(sent)))
        if tree and not whole:
            tree[sorted(tree)[place % len(tree)]] = wrong
        checked, problems = read_by_cell(record, tree, side)
        at_once = reader(record, side).read(tree)
        if at_once is not None:
            assert problems == []
            assert at_once == checked
            assert [*at_once.__dict__] == [*checked.__dict__]
        if whole and side == "intacct" and checked is not None:
            assert at_once is not None

    holds()


@pytest.mark.parametrize("name", EXPORTED)
def test_a_text_longer_than_its_limit_is_refused(name: str) -> None:
    record = ROOMS[name].record
    limited = [(path, row) for path, row in _text_rows(record)]
    if not limited:
        pytest.skip("no row of this record has a limit")

    @settings(max_examples=40)
    @given(records(record), st.sampled_from(limited), st.integers(min_value=1, max_value=50))
    def holds(sent: Record, place: tuple[str, Any], more: int) -> None:
        line, row = place
        value = "x" * (row.limit + more)
        if line:
            lines = getattr(sent, line)
            if not lines:
                return
            sent = sent.model_copy(update={line: (lines[0].model_copy(update={row.name: value}), *lines[1:])})
            path = f"{line}[1].{row.name}"
        else:
            sent = sent.model_copy(update={row.name: value})
            path = row.name
        found = [violation.field for violation in check_rows(world_of(cases(name)[0]), sent) if violation.code is Code.TOO_LONG]
        assert path in found

    holds()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.object}-{case.name}")
def test_a_case_becomes_its_request_byte_for_byte(case: Case) -> None:
    outcome = prepared(case)
    assert [violation.as_dict() for violation in outcome.violations] == []
    assert world_of(case).intacct.exact(outcome.functions("562949953421312")) == case.expected.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "leg"), [(name, leg) for name in IMPORTED for leg in legs(name)], ids=lambda value: getattr(value, "name", value)
)
def test_rows_of_intacct_become_what_procore_is_told(name: str, leg: Leg[Any]) -> None:
    said = json.loads((GOLDEN / name / f"import-{leg.name}.json").read_text("utf-8"))
    assert json.loads(json.dumps(brought_in(name, leg, said))) == said["procore"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.object}-{case.name}")
def test_a_second_look_changes_nothing(case: Case) -> None:
    first, second = prepared(case), prepared(case)
    assert first.fingerprint == second.fingerprint
    assert first.functions("562949953421312") == second.functions("562949953421312")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.object}-{case.name}")
def test_any_other_value_in_the_read_back_is_named(case: Case) -> None:
    sent = prepared(case).record
    assert sent is not None
    truth = held(sent)
    back, problems = read_intacct(type(sent), truth)
    assert back is not None, problems
    for path, row, value in walk(back):
        if row.lines is not None or row.intacct is None or value in (None, "") or "[" in path or row.identity:
            continue
        other = back.model_copy(update={row.name: _other(value)})
        if getattr(sent, row.name) is not None:
            assert [difference.field for difference in compare(sent, other)] == [path]


@pytest.mark.parametrize(("case", "example"), REFUSED)
def test_a_rule_refuses_its_example(case: Case, example: dict[str, Any]) -> None:
    parts = [example.get(part, {}) for part in ("change", "intacct", "configuration", "choices")]
    changed = case.changed(*parts)
    found = [(violation.code.value, violation.field) for violation in prepared(changed).violations]
    assert (example["code"], example["field"]) in found
    for violation in prepared(changed).violations:
        assert violation.message.endswith((".", ")."))


@pytest.mark.parametrize("name", EXPORTED)
def test_every_rule_has_a_rejecting_example(name: str) -> None:
    room = ROOMS[name]
    assert room.export is not None
    shown = {example["rule"] for example in json.loads((GOLDEN / name / "refused.json").read_text("utf-8"))}
    needed = {f"needed:{row.name}" for row in rows(room.record) if row.needed}
    assert {rule.__name__ for rule in room.export.rules} <= shown
    assert {each for each in needed if each not in shown} <= {f"needed:{row.name}" for row in rows(room.record) if row.origin}


@pytest.mark.parametrize("name", EXPORTED)
def test_the_elements_keep_the_order_of_the_rows(name: str) -> None:
    for case in cases(name):
        record = prepared(case).record
        assert record is not None
        tags = [tag for tag, _ in write_intacct(record)]
        declared = [row.intacct.write.partition(".")[0] for row in rows(type(record)) if row.intacct and row.intacct.write]
        order = list(dict.fromkeys(declared))
        assert [order.index(tag) for tag in tags] == sorted(order.index(tag) for tag in tags)


def _text_rows(record: type[Record]) -> list[tuple[str, Any]]:
    found = [("", row) for row in rows(record) if row.limit]
    for row in rows(record):
        if row.lines is not None:
            found += [(row.name, line_row) for line_row in rows(row.lines) if line_row.limit]
    return found


def _only_by_procore(record: type[Record]) -> bool:
    """Rows that Intacct does not hold and that have no default keep a record from being read there: only a record's own id may."""
    required = {name for name, field in record.model_fields.items() if field.is_required()}
    return any(row.intacct is None or row.intacct.read is None for row in rows(record) if row.name in required)


def _plain(value: Any) -> Any:
    if isinstance(value, Ref):
        return value.procore
    if isinstance(value, tuple):
        return [
            _plain(getattr(line, row.name))
            for line in value
            for row in rows(type(line))
            if row.procore and row.procore.read == row.procore.write
        ]
    return None if value == "" else value


def _other(value: Any) -> Any:
    match value:
        case Ref():
            return value.model_copy(update={"intacct": value.intacct + "9"})
        case str():
            return value + "9"
        case bool():
            return not value
        case _ if hasattr(value, "replace"):
            return value.replace(year=value.year + 1)
        case _:
            return value + 1
