"""The same promises, kept by the double and by the real adapter: every test here runs over both worlds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.cross_references import DynamoCrossReferences
from connector.adapters.aws.leases import DynamoLeases, LeasedSlots
from connector.adapters.aws.links import DynamoLinks
from connector.adapters.aws.mail import SesMail
from connector.adapters.aws.payloads import S3Payloads
from connector.adapters.aws.rates import DynamoRates
from connector.adapters.aws.secrets import SecretsManager
from connector.adapters.aws.sessions import DynamoSessions
from connector.adapters.aws.sync_state import DynamoSyncState
from connector.adapters.aws.usage import DynamoUsage
from connector.adapters.aws.workflows import StepFunctionsWorkflows
from connector.ports import (
    CrossReferences,
    Leases,
    Links,
    Mail,
    Payloads,
    RateMemory,
    Secrets,
    Sessions,
    Slots,
    SyncState,
    Usage,
    Workflows,
)
from sandbox.aws.local import LocalAws
from tests.doubles import (
    ManualClock,
    MemoryCrossReferences,
    MemoryLeases,
    MemoryLinks,
    MemoryMail,
    MemoryPayloads,
    MemoryRates,
    MemorySecrets,
    MemorySessions,
    MemorySlots,
    MemorySyncState,
    MemoryUsage,
    MemoryWorkflows,
)
from tests.local_aws import adapters_clients, fresh_tables, local_aws


@dataclass(frozen=True, kw_only=True)
class World:
    """Every port of one kind, over one clock.

    ``secret`` names a secret that holds ``{"user": "connector"}``; ``mails`` gives recipient and subject of what was
    sent, ``executions`` the names of what was started.
    """

    clock: ManualClock
    state: SyncState
    references: CrossReferences
    links: Links
    sessions: Sessions
    leases: Leases
    slots: Slots
    rates: RateMemory
    usage: Usage
    payloads: Payloads
    mail: Mail
    secrets: Secrets
    secret: str
    workflows: Workflows
    mails: Callable[[], list[tuple[str, str]]]
    executions: Callable[[], list[str]]


@pytest.fixture(scope="session")
def role(server: LocalAws) -> str:
    made = server.clients.iam.create_role(RoleName="machine", AssumeRolePolicyDocument="{}")
    return made["Role"]["Arn"]


@pytest.fixture(scope="session")
def server() -> Iterator[LocalAws]:
    with local_aws() as aws:
        aws.clients.ses.create_email_identity(EmailIdentity="connector@example.com")
        yield aws


@pytest.fixture(scope="session")
def clients(server: LocalAws) -> Iterator[AwsClients]:
    with adapters_clients(server) as clients:
        yield clients


@pytest.fixture
def in_aws(server: LocalAws, clients: AwsClients, role: str) -> World:
    clock, tables, name = ManualClock(), fresh_tables(server), uuid4().hex
    server.clients.s3.create_bucket(Bucket=name)
    server.clients.secrets.create_secret(Name=name, SecretString=json.dumps({"user": "connector"}))
    machine = server.clients.stepfunctions.create_state_machine(
        name=name,
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
        roleArn=role,
    )["stateMachineArn"]
    leases = DynamoLeases(clients, clock, table=tables.sync_state)
    before = len(server.mailbox.messages())

    def executions() -> list[str]:
        found = server.clients.stepfunctions.list_executions(stateMachineArn=machine)["executions"]
        return sorted(each["name"] for each in found)

    return World(
        clock=clock,
        state=DynamoSyncState(clients, table=tables.sync_state, cross_references=tables.cross_references),
        references=DynamoCrossReferences(clients, table=tables.cross_references),
        links=DynamoLinks(clients, table=tables.sync_state),
        sessions=DynamoSessions(clients, table=tables.sync_state),
        leases=leases,
        slots=LeasedSlots(leases, clock),
        rates=DynamoRates(clients, clock, table=tables.sync_state),
        usage=DynamoUsage(clients, table=tables.sync_state),
        payloads=S3Payloads(clients, bucket=name),
        mail=SesMail(clients, sender="Connector <connector@example.com>"),
        secrets=SecretsManager(clients, clock),
        secret=name,
        workflows=StepFunctionsWorkflows(clients, export_machine=machine, import_machine=machine),
        mails=lambda: [(mail.to[0], mail.subject) for mail in server.mailbox.messages()[before:]],
        executions=executions,
    )


@pytest.fixture
def in_memory() -> World:
    clock, references, mail, workflows = ManualClock(), MemoryCrossReferences(), MemoryMail(), MemoryWorkflows()
    return World(
        clock=clock,
        state=MemorySyncState(references),
        references=references,
        links=MemoryLinks(),
        sessions=MemorySessions(),
        leases=MemoryLeases(clock),
        slots=MemorySlots(clock),
        rates=MemoryRates(clock),
        usage=MemoryUsage(),
        payloads=MemoryPayloads(),
        mail=mail,
        secrets=MemorySecrets({"intacct": {"user": "connector"}}),
        secret="intacct",
        workflows=workflows,
        mails=lambda: [(letter.to, letter.subject) for letter in mail.letters],
        executions=lambda: sorted(workflows.started),
    )


@pytest.fixture(params=["in_memory", pytest.param("in_aws", marks=pytest.mark.integration)])
def world(request: pytest.FixtureRequest) -> World:
    chosen: World = request.getfixturevalue(request.param)
    return chosen
