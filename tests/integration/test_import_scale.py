"""Twenty thousand vendors: what they cost in calls and in rows written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.cross_references import DynamoCrossReferences
from connector.adapters.aws.leases import DynamoLeases
from connector.adapters.aws.sync_state import DynamoSyncState
from connector.core.configuration import Configuration
from connector.core.item import State
from connector.engine.import_ import import_step, poll, request
from connector.engine.linking import request_links
from connector.engine.world import World
from connector.ports import Run
from sandbox.aws.local import LocalAws
from sandbox.intacct.simulator import IntacctSimulator
from sandbox.procore.settings import Settings
from sandbox.procore.simulator import ProcoreSimulator
from tests.doubles import ManualClock
from tests.integration.rooms.office import Office
from tests.local_aws import adapters_clients, fresh_tables, local_aws
from tests.proof.company import in_intacct
from tests.proof.stage import DANA, Address, Addresses

MANY: Final = 20_000
pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def addresses() -> Iterator[Addresses]:
    both = Addresses(Address(), Address())
    yield both
    both.procore.close()
    both.intacct.close()


def simulated(addresses: Addresses, rows: dict[str, int]) -> Office:
    """An office whose Intacct has generated rows besides the company's."""
    office = Office(addresses, in_intacct())
    office.intacct = IntacctSimulator(in_intacct(), rows, office.clock.now)
    addresses.intacct.application = office.intacct
    return office


def carried(world: World, run: Run, clock: ManualClock) -> tuple[Run, int]:
    """The run at its end, and how many steps it took."""
    for steps in range(1, 50):  # noqa: B007 -- it is what is asked for
        answer = import_step(world, run.id, clock.now() + timedelta(minutes=3), mine=world.rooms)
        if not answer["more"]:
            break
        clock.sleep(float(str(answer["wait"])))
    ended = world.state.get_run(run.id)
    assert ended is not None
    assert ended.state == "ended", ended.problems
    return ended, steps


def queries(office: Office) -> Counter[str]:
    """What Intacct was asked so far: each page is a transaction of the customer's contract."""
    return Counter(name for request in office.intacct.requests for function, name, _ in request.functions if function == "query")


@pytest.mark.proof
def test_twenty_thousand_vendors_are_staged_and_an_unchanged_second_import_writes_nothing(addresses: Addresses) -> None:
    office = simulated(addresses, {"VENDOR": MANY})
    run, steps = carried(office.world, request(office.world, None, objects=["vendors"]), office.clock)
    assert (run.counts["staged"] >= MANY, steps) == (True, 1)
    pages = Counter(VENDOR=-(-run.counts["read"] // 2000))
    assert queries(office) == pages
    versions, written = Counter(item.version for item in office.state), office.references.written

    office.clock.move(3600)
    again, _ = carried(office.world, request(office.world, None, objects=["vendors"], full=True), office.clock)
    assert again.counts.keys() <= {"read", "unchanged", "left_out"}
    assert queries(office) == pages + pages
    assert (Counter(item.version for item in office.state), office.references.written) == (versions, written)
    assert again.version <= 2, "a page that changes nothing is not worth a word"

    office.clock.move(3600)
    assert poll(office.world, ["vendors"]) is None
    assert queries(office) == pages + pages + Counter(AUDITHISTORY=1)
    office.close()


@pytest.fixture(scope="module")
def server() -> Iterator[LocalAws]:
    with local_aws() as aws:
        yield aws


@pytest.fixture
def clients(server: LocalAws) -> Iterator[AwsClients]:
    with adapters_clients(server) as clients:
        yield clients


@pytest.fixture
def rows_written(clients: AwsClients) -> Counter[str]:
    """Rows by the kind in their key (``item``, ``run``, ``lease``; ``vendors`` in CrossReferences), and calls by operation."""
    seen: Counter[str] = Counter()

    def called(params: dict[str, Any], model: Any, **_: Any) -> None:
        seen[model.name] += 1
        for write in params.get("TransactItems", [params]) if model.name in {"TransactWriteItems", "PutItem", "UpdateItem"} else ():
            inner = next(iter(write.values())) if "TransactItems" in params else write
            seen[(inner.get("Item") or inner["Key"])["pk"]["S"].partition("#")[0]] += 1

    clients.dynamodb.meta.events.register("provide-client-params.dynamodb", called)
    return seen


def in_dynamodb(office: Office, server: LocalAws, clients: AwsClients) -> World:
    tables = fresh_tables(server)
    world = replace(
        office.world,
        state=DynamoSyncState(clients, table=tables.sync_state, cross_references=tables.cross_references),
        cross_references=DynamoCrossReferences(clients, table=tables.cross_references),
        leases=DynamoLeases(clients, office.clock, table=tables.sync_state),
    )
    world.state.save_configuration(Configuration.model_validate({"approvers": [{"login": DANA.login}]}).model_dump_json())
    return world


@pytest.mark.proof
def test_in_dynamodb_rows_go_fifty_to_a_transaction_and_an_unchanged_import_moves_the_watermark(
    addresses: Addresses, server: LocalAws, clients: AwsClients, rows_written: Counter[str]
) -> None:
    office = simulated(addresses, {"VENDOR": 2500})
    world = in_dynamodb(office, server, clients)
    rows_written.clear()
    run, _ = carried(world, request(world, None, objects=["vendors"]), office.clock)
    staged = run.counts["staged"]
    assert rows_written["item"] == 2 * staged, "the item and the entry of its history"
    assert rows_written["TransactWriteItems"] <= -(-staged // 50) + 12

    rows_written.clear()
    office.clock.move(3600)
    again, _ = carried(world, request(world, None, objects=["vendors"], full=True), office.clock)
    assert again.counts["unchanged"] == staged
    # Two watermarks: the leg's, and the note of the run beside the run's own rows.
    assert {kind: rows_written[kind] for kind in ("item", "vendors", "watermark")} == {"item": 0, "vendors": 0, "watermark": 2}
    assert rows_written["run"] <= 3

    rows_written.clear()
    office.clock.move(3600)
    assert poll(world, ["vendors"]) is None
    assert (rows_written["watermark"], rows_written["run"], rows_written["item"]) == (1, 0, 0)
    assert (rows_written["BatchGetItem"], rows_written["TransactWriteItems"]) == (2, 1)
    office.close()


def test_thousands_of_suggestions_are_linked_in_one_run(addresses: Addresses) -> None:
    office = simulated(addresses, {"VENDOR": 2000})
    office.procore = ProcoreSimulator(
        in_intacct(), office.clock.now, Settings(hourly_limit=10**6, spike_limit=10**6), office.procore.faults
    )
    addresses.procore.application = office.procore.application
    for number in range(2000):
        office.procore.store.add("vendors", office.clock.now(), **_company(office, f"generated vendor {number} & sons"))
    carried(office.world, request(office.world, None, objects=["vendors"]), office.clock)
    run, steps = carried(office.world, request_links(office.world, DANA, "vendors"), office.clock)
    assert (run.counts["linked"] >= 2000, "refused" in run.counts, steps) == (True, False, 1)
    assert sum(item.state is State.LINKED for item in office.state) == run.counts["linked"]
    office.close()


def _company(office: Office, name: str) -> dict[str, Any]:
    """As the first company of the seed, but for its name."""
    first = office.procore.store["vendors"].live()[0]
    return {column: value for column, value in first.items() if column not in {"id", "created_at", "updated_at"}} | {
        "name": name,
        "origin_id": None,
        "origin_code": None,
    }
