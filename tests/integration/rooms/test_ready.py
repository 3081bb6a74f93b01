from __future__ import annotations

import pytest

from connector.engine.ready import ready
from connector.engine.submit import look
from connector.engine.world import Source
from sandbox.companies.jobs import TERMINAL
from tests.integration.rooms.contracts import open_office
from tests.integration.rooms.office import Office
from tests.proof.stage import MARCO


@pytest.mark.parametrize("name", ["commitments", "commitment_change_orders", "prime_contract_change_orders"])
def test_the_amount_of_procores_list_is_that_of_the_preview(office: Office, name: str) -> None:
    open_office(office)
    project = office.project(TERMINAL)
    offered, _ = ready(office.world, MARCO, object_name=name, project_id=project, limit=100)
    compared = 0
    for each in offered:
        preview = look(office.world, MARCO, name, Source(procore_id=each.procore_id, project_id=project, kind=each.kind), {})
        if preview.get("amount"):
            assert f"{each.amount:.2f}" == preview["amount"], each.number
            compared += 1
    assert compared
