"""A list of five hundred, asked for twenty times: ``python -m tools.bench.crowd APP``, in the environment of a deployed function.

Puts the items there for one approver, whose session it makes, and takes them back in the end. Prints the seconds of each answer, from the
request to the last byte.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Final

import requests

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.clock import SystemClock
from connector.adapters.aws.sessions import DynamoSessions
from connector.adapters.aws.sync_state import DynamoSyncState
from connector.core.item import Item, State, step
from connector.core.people import Person
from connector.entrypoints.visits import key_of
from connector.ports import Session
from sandbox.story.stage import COMPANY

MANY: Final = 500
ASKED: Final = 20
WARM_UP: Final = 2
PRIYA: Final = Person(id="3", login="priya.shah@tarrowby.example", name="Priya Shah", company=COMPANY, accounting_approver=True)


def main(app: str) -> None:
    with crowded(AwsClients(), os.environ["STATE_TABLE"], os.environ["CROSS_REFERENCES_TABLE"]) as token:
        taken = [_asked(app, token) for _ in range(WARM_UP + ASKED)][WARM_UP:]
    print(json.dumps({"seconds": taken}))


@contextmanager
def crowded(clients: AwsClients, table: str, cross_references: str) -> Iterator[str]:
    """Five hundred items wait for Priya, whose session this is; afterwards they wait no more."""
    clock, token = SystemClock(), "a-session-for-the-measure"
    state = DynamoSyncState(clients, table=table, cross_references=cross_references)
    DynamoSessions(clients, table=table).put(key_of("session", token), Session(person=PRIYA, expires=clock.now() + timedelta(minutes=30)))
    items = [_item(number, clock) for number in range(MANY)]
    state.save_many([step(item, "sent", who="Marco Reyes", at=clock.now(), state=State.WAITING) for item in items])
    try:
        yield token
    finally:
        held = state.get_many([item.id for item in items]).values()
        state.save_many([step(item, "taken back", who="Marco Reyes", at=clock.now(), state=State.RETRIEVED) for item in held])


def _asked(app: str, token: str) -> float:
    began = time.perf_counter()
    answer = requests.get(f"{app}/app/approve", headers={"X-Session": token}, timeout=60)
    taken = time.perf_counter() - began
    if answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"the list answered {answer.status_code}")
    return taken


def _item(number: int, clock: SystemClock) -> Item:
    return Item(
        id=f"commitments:bench-{number}", company=COMPANY, object="commitments", kind="WorkOrderContract", procore_id=f"bench-{number}",
        state=State.DRAFT, since=clock.now(), title="Steel, erected", number=f"SC-{number:04}", party="Harbor Steel LLC",
        amount=Decimal("486200.00"), sent_by="marco.reyes@tarrowby.example", sent_by_name="Marco Reyes", fingerprint="0" * 64,
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
