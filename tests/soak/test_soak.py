"""The soak in small: some hundred items, twenty approvers, imports beside."""

from __future__ import annotations

import pytest

from tests.numbers import record
from tests.proof.stage import Addresses
from tests.soak.story import Soak, say


@pytest.mark.proof
def test_twenty_approvers_and_imports_beside_leave_every_document_once(addresses: Addresses) -> None:
    figures = Soak(addresses, items=300, approvers=20, seed=1, say=say).play()
    record(
        "soak", **{"items": figures.items, "documents checked": sum(figures.documents.values()), "imports beside": figures.said["imports"]}
    )
    assert figures.wrong == []
    assert sum(figures.documents.values()) == figures.items > 290
    assert figures.at_once == 2
    assert figures.said["imports"] > 0
