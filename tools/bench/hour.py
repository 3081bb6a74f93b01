"""P9: an hour of calls to Procore by three workers that share the memory of its limits: ``python -m tools.bench.hour``.

The simulated Procore keeps both windows (3,600 an hour, 25 in ten seconds) by a clock that the workers move: each call takes a tenth of
a second, and waiting takes what it says. Prints how many calls were answered, and how many were refused for their number.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.rates import DynamoRates
from connector.adapters.procore.client import ProcoreClient
from connector.adapters.procore.oauth import Login
from connector.adapters.procore.tokens import ServiceTokens
from connector.adapters.procore.transport import new_session
from connector.core.errors import RetryLater
from sandbox.procore.settings import Settings
from sandbox.procore.simulator import start
from sandbox.procore.store import COMPANY_ID

WORKERS: Final = 3
CALL: Final = timedelta(seconds=0.1)
PATH: Final = "/rest/v1.0/vendors"


class _Clock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class _Secrets:
    def read(self, name: str) -> dict[str, str]:
        del name
        return {"client_id": "sandbox", "client_secret": "sandbox"}

    def replace(self, name: str, value: Mapping[str, str]) -> None: ...


def main() -> None:
    clock, settings = _Clock(), Settings()
    with start(clock=clock.now, settings=settings) as procore, new_session() as session:
        rates = [DynamoRates(AwsClients(), clock, table=os.environ["STATE_TABLE"]) for _ in range(WORKERS)]
        login = Login(procore.url, session, _Secrets(), "procore", clock)
        workers = [
            ProcoreClient(procore.url, str(COMPANY_ID), ServiceTokens(login, clock), memory, clock, session=session) for memory in rates
        ]
        end = clock.now() + timedelta(hours=1)
        asleep_until = [clock.now()] * WORKERS
        while clock.now() < end:
            for number, worker in enumerate(workers):
                if clock.now() < min(asleep_until[number], end):
                    continue
                try:
                    worker.get(PATH, {"company_id": str(COMPANY_ID), "per_page": "1"})
                except RetryLater as wait:
                    asleep_until[number] = clock.now() + timedelta(seconds=wait.seconds)
                clock.at += CALL
            if all(clock.now() < moment for moment in asleep_until):
                clock.at = min(*asleep_until, end)
        statuses = Counter(each.status for each in procore.requests if each.path == PATH)
    refused = statuses.pop(HTTPStatus.TOO_MANY_REQUESTS, 0)
    print(json.dumps({"answered": statuses[HTTPStatus.OK], "refused": refused, "allowed": settings.hourly_limit}))


if __name__ == "__main__":
    main()
