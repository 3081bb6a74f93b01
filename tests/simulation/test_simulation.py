"""A bounded part of the simulation: some seeds, some days. The long one is tests/simulation/test_long.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from connector.core.item import State
from tests.simulation.oracle import Oracle
from tests.simulation.simulation import Simulation, found

DAYS: Final = 0.5
"""A storm of eight hours, and four in which everything has to come to rest."""
SHORT: Final = 0.25


def test_whatever_happens_what_was_approved_arrives_once_and_nothing_else() -> None:
    told = Simulation(1, storm="worst").run(DAYS, every=DAYS)
    assert found(told) == []
    assert told.numbers["documents synced"] > 0
    assert told.numbers["faults injected"] > 0


def test_the_same_seed_has_the_same_history_also_in_another_interpreter() -> None:
    """With another seed of Python's own hashes, so that no order of a set or of ids makes a difference."""
    here, root = Simulation(3, storm="worst").run(SHORT, every=SHORT), Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seed", "3", "--days", str(SHORT), "--every", str(SHORT), "--storm", "worst"],
        env=os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(["layers/common", "."])},
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"history {here.history}" in told.stdout, told.stderr
    assert here.numbers["steps"] > 1000


def a_second_document(oracle: Oracle) -> None:
    oracle.intacct.store.insert("PODOCUMENT", _document(oracle) | {"RECORDNO": "", "DOCID": "Subcontract-X"})


def a_document_less(oracle: Oracle) -> None:
    oracle.intacct.store.delete("PODOCUMENT", _document(oracle))


def a_pair_less(oracle: Oracle) -> None:
    oracle.references.part(next(oracle.references.of_object("commitments")))


def a_mark_less(oracle: Oracle) -> None:
    pair = next(oracle.references.of_object("commitments"))
    oracle.row(oracle.held(f"commitments:{pair.procore_id}"))[1]["origin_id"] = None


def an_item_that_stands_still(oracle: Oracle) -> None:
    item = next(item for item in oracle.state if item.state is State.SYNCED)
    oracle.state._items[item.id] = item.model_copy(update={"written_back": False})  # noqa: SLF001 -- nothing else makes it so


def a_row_that_no_import_saw(oracle: Oracle) -> None:
    oracle.entered["4711"] = "Nobody LLC"


def _document(oracle: Oracle) -> dict[str, str]:
    return next(iter(oracle.intacct.store.tables["PODOCUMENT"].rows.values()))


def test_the_oracle_sees() -> None:
    """One after the other in the same company, so that each must add to what is wrong."""
    simulation = Simulation(9, storm="none", objects=("commitments",))
    assert simulation.run(SHORT, every=SHORT).wrong == ()
    oracle, wrong = simulation.oracle, set[str]()
    for tamper in (
        a_row_that_no_import_saw,
        a_mark_less,
        a_pair_less,
        a_second_document,
        a_document_less,
        an_item_that_stands_still,
    ):
        tamper(oracle)
        now = set(oracle.calm())
        assert now - wrong, tamper.__name__
        wrong = now
