"""A local AWS for the adapters' own tests: no stack, no functions, fresh tables for each test that wants them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import botocore.session
from botocore.client import BaseClient

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.sync_state import BY_NEED, BY_SHELF
from sandbox.aws.clients import KEY, REGION
from sandbox.aws.local import LocalAws
from sandbox.aws.places import lambda_python


@dataclass(frozen=True)
class Tables:
    sync_state: str
    cross_references: str


@contextmanager
def local_aws() -> Iterator[LocalAws]:
    """A server in a folder of its own. It runs no functions, so the interpreter for them is an empty file."""
    with TemporaryDirectory() as folder:
        unused = lambda_python(Path(folder))
        unused.parent.mkdir(parents=True)
        unused.touch()
        with LocalAws("adapters", Path(folder)) as aws:
            yield aws


@contextmanager
def adapters_clients(aws: LocalAws) -> Iterator[AwsClients]:
    """The connector's own clients, as it makes them, pointed at the local AWS."""
    session = botocore.session.Session()
    session.set_credentials(KEY, KEY)
    session.set_config_variable("region", REGION)
    clients = AwsClients(session=session, endpoint=aws.endpoint)
    try:
        yield clients
    finally:
        for made in vars(clients).values():
            if isinstance(made, BaseClient):
                made.close()


def fresh_tables(aws: LocalAws) -> Tables:
    """Both tables, empty, with the keys and the indexes that the template gives them."""
    name = uuid4().hex
    tables = Tables(f"SyncState-{name}", f"CrossReferences-{name}")
    aws.clients.dynamodb.create_table(
        TableName=tables.sync_state,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk", "shelf", "since", "waits_for")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": name, "KeyType": "HASH"},
                    {"AttributeName": "since", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["object"]},
            }
            for index, name in ((BY_SHELF, "shelf"), (BY_NEED, "waits_for"))
        ],
    )
    aws.clients.dynamodb.create_table(
        TableName=tables.cross_references,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return tables
