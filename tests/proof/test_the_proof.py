"""The proof can fail: the judge says no to each kind of wrong, and a protocol without one of its steps is found out."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connector.core.exchange import Where
from connector.core.item import Item, State
from connector.engine import export, read_back, snapshot
from connector.engine.prepare import Prepared
from connector.engine.world import World
from tests.doubles import ManualClock
from tests.proof.judge import untouched, verdict
from tests.proof.machine import kill
from tests.proof.matrix import played, stories
from tests.proof.stage import COMMITMENT, EVERY, SOME, Addresses, Stage, Subject, stage


def _line(here: Stage) -> dict[str, str]:
    return next(iter(here.intacct.store.tables["PODOCUMENTENTRY"].rows.values()))


def _document(here: Stage) -> dict[str, str]:
    return next(iter(here.intacct.store.tables["PODOCUMENT"].rows.values()))


def a_second_document(here: Stage) -> None:
    here.intacct.store.insert("PODOCUMENT", _document(here) | {"RECORDNO": "", "DOCID": "Subcontract-X"})


def a_line_twice(here: Stage) -> None:
    here.intacct.store.insert("PODOCUMENTENTRY", _line(here) | {"RECORDNO": ""})


def a_line_less(here: Stage) -> None:
    here.intacct.store.delete("PODOCUMENTENTRY", _line(here))


def a_cent_more(here: Stage) -> None:
    line = _line(here)
    here.intacct.store.update("PODOCUMENTENTRY", line, {"TOTAL": f"{float(line['TOTAL']) + 0.01:.2f}"})


def another_cost_code(here: Stage) -> None:
    here.intacct.store.update("PODOCUMENTENTRY", _line(here), {"TASKID": "01-500"})


def another_vendor(here: Stage) -> None:
    here.intacct.store.update("PODOCUMENT", _document(here), {"CUSTVENDID": "V-1"})


def a_header_not_marked(here: Stage) -> None:
    here.shown()["origin_id"] = None


def a_line_not_marked(here: Stage) -> None:
    here.procore.store["line_items"].live(holder_id=int(here.held().procore_id))[0]["origin_id"] = None


def a_pair_less(here: Stage) -> None:
    here.references._by_procore.pop((here.held().object, here.held().procore_id))  # noqa: SLF001 -- nothing takes a pair away


def _file(here: Stage) -> dict[str, str]:
    return next(iter(here.intacct.store.tables["ATTACHMENT"].rows.values()))


def a_file_less(here: Stage) -> None:
    here.intacct.store.delete("ATTACHMENT", _file(here))


def another_file(here: Stage) -> None:
    here.intacct.store.update("ATTACHMENT", _file(here), {"ATTACHMENTDATA": "b3RoZXI="})


def a_second_attachment(here: Stage) -> None:
    here.intacct.store.insert("SUPDOC", {"SUPDOCID": "PC-2", "SUPDOCNAME": "Another", "FOLDERNAME": "Procore"})


def a_history_rewritten(here: Stage) -> None:
    entries = here.state._history[here.item]  # noqa: SLF001 -- nothing rewrites one
    entries[1] = entries[1].model_copy(update={"who": "Mallory"})


def three_at_a_time(here: Stage) -> None:
    here.intacct._traffic.max_in_flight = 3  # noqa: SLF001 -- nothing else makes it so


def an_item_that_says_otherwise(here: Stage) -> None:
    here.state._items[here.item] = here.held().model_copy(update={"written_back": False})  # noqa: SLF001


@pytest.mark.parametrize(
    "tamper",
    [
        a_second_document,
        a_line_twice,
        a_line_less,
        a_cent_more,
        another_cost_code,
        another_vendor,
        a_header_not_marked,
        a_line_not_marked,
        a_pair_less,
        a_file_less,
        another_file,
        a_second_attachment,
        a_history_rewritten,
        three_at_a_time,
        an_item_that_says_otherwise,
    ],
)
def test_the_judge_sees(addresses: Addresses, tamper: Callable[[Stage], None]) -> None:
    with stage(addresses, COMMITMENT) as here:
        here.play()
        assert verdict(here) == []
        tamper(here)
        assert verdict(here) != []


@pytest.mark.parametrize("subject", EVERY, ids=str)
def test_every_kind_has_a_record_to_be_proved_with(addresses: Addresses, subject: Subject) -> None:
    """Where this is red the rest of the proof skips the kind: put a record of it into the seed, or into company.py."""
    with closing(Stage(addresses, subject, ManualClock(), timeout=(5.0, 30.0))) as here:
        here.begin()
        assert here.held().state is State.WAITING


def test_the_judge_sees_that_something_left(addresses: Addresses) -> None:
    with stage(addresses, COMMITMENT) as here:
        assert untouched(here) == []
        here.play()
        assert len(untouched(here)) == 2


def no_intent(world: World, item: Item, prepared: Prepared) -> Item:
    """The snapshot is kept for the judge; without an intent nobody looks at it."""
    snapshot.keep(world, item, prepared)
    return item


def no_look(find: Callable[..., object]) -> Callable[..., object]:
    def found(world: World, prepared: Prepared, where: tuple[Where, ...] = ()) -> object:
        return find(world, prepared, where) if where else None

    return found


def _first_wrong(told: Iterator[Stage]) -> tuple[str, list[str]]:
    return next(((where, wrong) for where, wrong in played(told) if wrong), ("", []))


@pytest.mark.parametrize("subject", SOME, ids=str)
def test_without_the_intent_a_kill_loses_a_record(addresses: Addresses, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_intend", no_intent)
    where, wrong = _first_wrong(stories(addresses, subject, lambda _: kill, sides=("behind",)))
    assert "intacct.write" in where
    assert any("it is failed" in each for each in wrong)


@pytest.mark.parametrize("subject", SOME, ids=str)
def test_without_looking_before_asking_again_a_kill_loses_a_record(
    addresses: Addresses, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "find", no_look(read_back.find))
    where, wrong = _first_wrong(stories(addresses, subject, lambda _: kill, sides=("behind",)))
    assert "intacct.write" in where
    assert any("it is failed" in each for each in wrong)


def test_without_the_sweep_a_kill_loses_a_record(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.proof.machine.sweep", lambda _world: {})
    _, wrong = _first_wrong(stories(addresses, COMMITMENT, lambda _: kill, sides=("behind",)))
    assert any("it is approved" in each or "it is exporting" in each for each in wrong)


@pytest.mark.parametrize("document", ["docs/reliability.md", "docs/security.md"])
def test_every_test_that_a_document_names_is_there(document: str) -> None:
    root = Path(__file__).parents[2]
    named = re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", (root / document).read_text("utf-8"))
    assert len(named) > 30
    assert [f"{path}::{name}" for path, name in named if name not in _tests_in(root / path)] == []


def _tests_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    methods = ((each.name, inner) for each in tree.body if isinstance(each, ast.ClassDef) for inner in each.body)
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)} | {
        f"{name}::{inner.name}" for name, inner in methods if isinstance(inner, ast.FunctionDef)
    }
