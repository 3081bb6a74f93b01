"""The adapters on a local AWS: what only a server shows. Promises that doubles keep too are in tests/contract/ports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from threading import Lock
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ConnectionClosedError

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.clock import SystemClock
from connector.adapters.aws.cross_references import DynamoCrossReferences
from connector.adapters.aws.hints import SqsHints
from connector.adapters.aws.leases import DynamoLeases, LeasedSlots
from connector.adapters.aws.links import DynamoLinks
from connector.adapters.aws.mail import SesMail
from connector.adapters.aws.pairs import member_writes
from connector.adapters.aws.payloads import S3Payloads
from connector.adapters.aws.rates import DynamoRates
from connector.adapters.aws.rows import transact
from connector.adapters.aws.secrets import SecretsManager
from connector.adapters.aws.sync_state import DynamoSyncState
from connector.adapters.aws.workflows import StepFunctionsWorkflows
from connector.core.errors import SetupWrong
from connector.core.item import Item, State, step
from connector.ports import Contention, CrossReference, Letter, Link, Run
from sandbox.aws.local import LocalAws
from tests.doubles.clock import START, ManualClock
from tests.local_aws import Tables, adapters_clients, fresh_tables, local_aws

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server() -> Iterator[LocalAws]:
    with local_aws() as aws:
        yield aws


@pytest.fixture(scope="module")
def clients(server: LocalAws) -> Iterator[AwsClients]:
    with adapters_clients(server) as clients:
        yield clients


@pytest.fixture
def tables(server: LocalAws) -> Tables:
    return fresh_tables(server)


@pytest.fixture
def state(clients: AwsClients, tables: Tables) -> DynamoSyncState:
    return DynamoSyncState(clients, table=tables.sync_state, cross_references=tables.cross_references)


@pytest.fixture
def references(clients: AwsClients, tables: Tables) -> DynamoCrossReferences:
    return DynamoCrossReferences(clients, table=tables.cross_references)


@pytest.fixture
def calls(clients: AwsClients) -> Iterator[Counter[str]]:
    """Calls of each operation of DynamoDB."""
    counted: Counter[str] = Counter()

    def count(event_name: str, **_: object) -> None:
        counted[event_name.rpartition(".")[2]] += 1

    events = clients.dynamodb.meta.events
    events.register("before-call.dynamodb", count)
    yield counted
    events.unregister("before-call.dynamodb", count)


type Losing = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def losing_one_answer(clients: AwsClients, monkeypatch: pytest.MonkeyPatch) -> Losing:
    """Within it, the first request of DynamoDB is carried out and its answer never arrives."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    return lambda: _losing_one_answer(clients)


@contextmanager
def _losing_one_answer(clients: AwsClients) -> Iterator[None]:
    session = clients.dynamodb._endpoint.http_session  # type: ignore[attr-defined] # noqa: SLF001 -- where the line is
    send = session.send
    lost: list[Any] = []

    def cut(request: Any) -> Any:
        answer = send(request)
        if not lost:
            lost.append(request)
            raise ConnectionClosedError(endpoint_url=request.url)
        return answer

    session.send = cut
    try:
        yield
    finally:
        session.send = send
    assert lost


def _item(number: int) -> Item:
    return Item(
        id=f"vendors:{number}",
        company="demo",
        object="vendors",
        procore_id=str(number),
        state=State.DRAFT,
        since=START,
    )


def _pairs(count: int, **more: Any) -> list[CrossReference]:
    return [
        CrossReference(object="vendors", procore_id=str(each), intacct_key=f"k{each}", intacct_id=f"V-{each}", **more)
        for each in range(count)
    ]


def _all_at_once[T](work: Callable[[int], T], workers: int = 8) -> list[T]:
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, range(workers)))


def _link(expires: timedelta = timedelta(days=1)) -> Link:
    return Link(item="vendors:1", login="a", name="A", fingerprint="f", expires=START + expires)


def test_of_many_who_save_the_same_version_one_wins(state: DynamoSyncState) -> None:
    item, entry = step(_item(1), "sent", who="pm", at=START)
    state.save(item, entry)

    def save(worker: int) -> bool:
        try:
            state.save(*step(item, "claimed", who=f"worker {worker}", at=START))
        except Contention:
            return False
        return True

    won = _all_at_once(save)

    assert won.count(True) == 1
    assert [entry.who for entry in state.history(item.id)] == ["pm", f"worker {won.index(True)}"]


def test_of_many_who_link_the_same_record_one_wins(references: DynamoCrossReferences) -> None:
    def link(worker: int) -> bool:
        pair = CrossReference(object="vendors", procore_id="1", intacct_key=f"k{worker}", intacct_id="V")
        return not references.link([pair])

    won = _all_at_once(link)

    assert won.count(True) == 1
    assert [pair.intacct_key for pair in references.of_object("vendors")] == [f"k{won.index(True)}"]


def test_of_many_who_use_a_link_one_succeeds(clients: AwsClients, tables: Tables) -> None:
    links = DynamoLinks(clients, table=tables.sync_state)
    links.put("hash", _link())

    won = _all_at_once(lambda worker: links.use("hash", at=START, used_for=f"worker {worker}"))

    assert won.count(True) == 1
    used = links.get("hash")
    assert used is not None
    assert used.used_for == f"worker {won.index(True)}"


def test_no_more_than_two_work_at_once(clients: AwsClients, tables: Tables) -> None:
    clock, lock, inside, peak = SystemClock(), Lock(), [0], [0]
    slots = LeasedSlots(DynamoLeases(clients, clock, table=tables.sync_state), clock)

    def work(_: int) -> None:
        with slots.slot("demo"):
            with lock:
                inside[0] += 1
                peak[0] = max(peak[0], inside[0])
            clock.sleep(0.02)
            with lock:
                inside[0] -= 1

    _all_at_once(work, workers=6)

    assert peak == [2]


def test_a_save_whose_answer_was_lost_is_a_save(losing_one_answer: Losing, state: DynamoSyncState) -> None:
    item, entry = step(_item(1), "sent", who="pm", at=START)

    with losing_one_answer():
        state.save(item, entry, link=_pairs(1)[0])

    assert state.get(item.id) == item


def test_a_run_whose_answer_was_lost_is_kept(losing_one_answer: Losing, state: DynamoSyncState) -> None:
    run = Run(id="r1", kind="export", state="running", started_at=START, started_by="a")

    with losing_one_answer():
        state.put_run(run)

    assert state.get_run("r1") == run


def test_who_used_a_link_is_told_so_though_the_answer_was_lost(clients: AwsClients, tables: Tables, losing_one_answer: Losing) -> None:
    links = DynamoLinks(clients, table=tables.sync_state)
    with losing_one_answer():
        links.put("hash", _link())

    with losing_one_answer():
        assert links.use("hash", at=START, used_for="approve")


def test_linking_costs_a_read_per_hundred_and_a_write_per_fifty(references: DynamoCrossReferences, calls: Counter[str]) -> None:
    references.link(_pairs(120))

    assert calls == {"BatchGetItem": 2, "TransactWriteItems": 3}


def test_linking_what_stands_so_already_writes_nothing(references: DynamoCrossReferences, calls: Counter[str]) -> None:
    pairs = _pairs(120, record_hash="same", linked_by="a", linked_at=START, members={"L"})
    references.link(pairs)
    calls.clear()

    again = [pair.model_copy(update={"linked_by": "b", "linked_at": None, "members": frozenset()}) for pair in pairs]
    references.link(again)
    references.add_members("vendors", "k7", ["L"])
    assert calls == {"BatchGetItem": 3}

    references.link([again[0].model_copy(update={"record_hash": "other"}), *again[1:]])
    assert calls == {"BatchGetItem": 5, "TransactWriteItems": 1}


def test_members_are_not_added_to_a_pair_that_was_linked_anew(
    references: DynamoCrossReferences, clients: AwsClients, tables: Tables
) -> None:
    [now] = _pairs(1)
    references.link([now])

    for stale in (now.model_copy(update={"procore_id": "old"}), now.model_copy(update={"intacct_key": "old"})):
        assert transact(clients.dynamodb, member_writes(tables.cross_references, stale, ["L"])) == (0, 1)

    assert references.by_procore("vendors", ["0"]) == {"0": now}


def test_a_save_is_one_call(state: DynamoSyncState, calls: Counter[str]) -> None:
    state.save(*step(_item(1), "sent", who="pm", at=START), link=_pairs(1)[0])

    assert calls == {"TransactWriteItems": 1}


def test_lists_go_on_over_pages_of_a_megabyte(references: DynamoCrossReferences, calls: Counter[str]) -> None:
    pairs = _pairs(6, label="x" * 300_000)
    references.link(pairs)

    assert sorted(pair.procore_id for pair in references.of_object("vendors")) == ["0", "1", "2", "3", "4", "5"]
    assert calls["Query"] > 1


def test_history_goes_on_over_pages_of_a_megabyte(state: DynamoSyncState, calls: Counter[str]) -> None:
    item = _item(1)
    for _ in range(5):
        item, entry = step(item, "sent", who="pm", at=START, detail={"answer": "x" * 300_000})
        state.save(item, entry)

    assert [entry.number for entry in state.history(item.id)] == [1, 2, 3, 4, 5]
    assert calls["Query"] > 1


def test_a_shelf_is_sifted_over_pages(state: DynamoSyncState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.adapters.aws.sync_state._SIFTED_AT_ONCE", 2)
    for number in range(9):
        state.save(*step(_item(number), "sent", who="pm", at=START, object="vendors" if number % 4 == 0 else "projects"))

    assert [item.procore_id for item in state.on_shelf("draft", object_name="vendors").rows] == ["0", "4", "8"]


@pytest.mark.parametrize("kind", ["link", "misses", "lease", "rate"])
def test_what_passes_carries_the_moment_it_may_be_swept(clients: AwsClients, tables: Tables, server: LocalAws, kind: str) -> None:
    clock = ManualClock()
    links = DynamoLinks(clients, table=tables.sync_state)
    links.put("hash", _link())
    links.too_many_misses("203.0.113.9", at=START)
    DynamoLeases(clients, clock, table=tables.sync_state).acquire("refresh", holder="a", seconds=30)
    DynamoRates(clients, clock, table=tables.sync_state).saw("company", limit=25, remaining=3, reset=START)

    rows = server.clients.dynamodb.scan(TableName=tables.sync_state)["Items"]
    swept_at = {row["pk"]["S"].partition("#")[0]: int(row["expires"]["N"]) for row in rows}

    assert len(swept_at) == 4
    assert START.timestamp() < swept_at[kind] < START.timestamp() + timedelta(days=32).total_seconds()


def test_a_row_keeps_neither_the_source_of_a_miss_nor_more_than_its_hash(clients: AwsClients, tables: Tables, server: LocalAws) -> None:
    DynamoLinks(clients, table=tables.sync_state).too_many_misses("203.0.113.9", at=START)

    assert "203.0.113.9" not in str(server.clients.dynamodb.scan(TableName=tables.sync_state)["Items"])


def test_workers_tell_each_other_of_limits(clients: AwsClients, tables: Tables) -> None:
    clock = ManualClock()
    mine, other = (DynamoRates(clients, clock, table=tables.sync_state) for _ in range(2))

    mine.saw("company", limit=25, remaining=1, reset=START + timedelta(seconds=9))
    assert other.wait_needed("company") == 9

    mine.refused("company", until=START + timedelta(seconds=30))
    assert other.wait_needed("company") == 9
    clock.move(5)
    assert other.wait_needed("company") == 25


def test_what_a_worker_heard_late_does_not_reopen_a_window_for_all(clients: AwsClients, tables: Tables) -> None:
    def worker() -> DynamoRates:
        return DynamoRates(clients, ManualClock(), table=tables.sync_state)

    worker().saw("company", limit=25, remaining=0, reset=START + timedelta(seconds=9))
    worker().saw("company", limit=25, remaining=5, reset=START + timedelta(seconds=9))
    worker().saw("company", limit=25, remaining=20, reset=START)
    assert worker().wait_needed("company") == 9

    worker().refused("company", until=START + timedelta(seconds=30))
    worker().refused("company", until=START + timedelta(seconds=20))
    assert worker().wait_needed("company") == 30

    worker().saw("company", limit=25, remaining=25, reset=START + timedelta(seconds=19))
    worker().saw("company", limit=3600, remaining=9, reset=START + timedelta(seconds=60))
    assert worker().wait_needed("company") == 60


def test_limits_are_seldom_read_and_written(clients: AwsClients, tables: Tables, calls: Counter[str]) -> None:
    clock = ManualClock()
    rates = DynamoRates(clients, clock, table=tables.sync_state)
    for call in range(100):
        assert rates.wait_needed("company") == 0
        rates.saw("company", limit=3600, remaining=3600 - call, reset=START + timedelta(hours=1))
        clock.move(0.1)

    assert calls == {"GetItem": 2, "UpdateItem": 2}


def test_a_letter_arrives_in_text_and_html(clients: AwsClients, server: LocalAws) -> None:
    server.clients.ses.create_email_identity(EmailIdentity="connector@example.com")
    mail = SesMail(clients, sender="Connector <connector@example.com>")

    mail.send(Letter(to="ann@example.com", subject="SC-1", text="Größe", html="<p>Größe</p>", kind="waiting"))

    [got] = server.mailbox.messages(to="ann@example.com")
    assert (got.sender, got.subject) == ("Connector <connector@example.com>", "SC-1")
    assert (got.text, got.html) == ("Größe", "<p>Größe</p>")


def test_a_sender_that_is_not_verified_is_a_matter_of_set_up(clients: AwsClients) -> None:
    mail = SesMail(clients, sender="nobody@example.org")

    with pytest.raises(SetupWrong) as refused:
        mail.send(Letter(to="ann@example.com", subject="s", text="t", html="h", kind="waiting"))

    assert "nobody@example.org" in refused.value.their_words


def test_hints_are_queued_in_order_and_once(clients: AwsClients, server: LocalAws) -> None:
    queue = server.clients.sqs.create_queue(QueueName=f"{uuid4().hex}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    hints = SqsHints(clients, queue_url=queue)
    for text, once in [("first", "event/1"), ("second", "event/2"), ("first, again", "event/1")]:
        hints.put(text, group="vendors of company 562949953421312", once=once)

    got = server.clients.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in got] == ["first", "second"]


def test_an_execution_is_told_its_items_and_their_objects(clients: AwsClients, server: LocalAws) -> None:
    role = server.clients.iam.create_role(RoleName="machine", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    machine = server.clients.stepfunctions.create_state_machine(
        name="machine", roleArn=role, definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
    )["stateMachineArn"]
    workflows = StepFunctionsWorkflows(clients, export_machine=machine, import_machine=machine)

    workflows.start_export("r1", 1, ["vendors:39", "commitments:7"])
    workflows.start_import("r2", "cost_codes")

    given = {
        name: json.loads(
            server.clients.stepfunctions.describe_execution(executionArn=machine.replace(":stateMachine:", ":execution:") + f":{name}")[
                "input"
            ]
        )
        for name in ("r1-w1", "r2")
    }
    items = [{"item": "vendors:39", "object": "vendors"}, {"item": "commitments:7", "object": "commitments"}]
    assert given == {"r1-w1": {"do": "export", "run": "r1", "wave": 1, "items": items}, "r2": {"run": "r2", "object": "cost_codes"}}


@pytest.mark.parametrize("held", ["no json: hunter2", '["hunter2"]', '{"password": {"is": "hunter2"}}'])
def test_a_secret_of_another_form_is_not_shown(clients: AwsClients, server: LocalAws, held: str) -> None:
    name = uuid4().hex
    server.clients.secrets.create_secret(Name=name, SecretString=held)

    with pytest.raises(SetupWrong) as refused:
        SecretsManager(clients, ManualClock()).read(name)

    assert name in str(refused.value)
    assert "hunter2" not in str(refused.value) + refused.value.their_words


def test_a_missing_table_or_bucket_is_a_matter_of_set_up(clients: AwsClients) -> None:
    with pytest.raises(SetupWrong):
        DynamoSyncState(clients, table="none", cross_references="none").get("vendors:1")
    with pytest.raises(SetupWrong):
        S3Payloads(clients, bucket="none").get("name")
