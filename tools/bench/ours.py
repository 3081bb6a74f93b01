"""A process that reads GLDETAIL as the connector does, into typed records, and says what it took.

    python -m tools.bench.ours URL xml|json [--part AFTER:UNTIL] [--at MOMENT] [--slots]

``--part`` reads one worker's share, by RECORDNO; ``--at`` waits for a moment of the machine's monotonic clock, so that workers start
together; ``--slots`` asks for the company's two slots in DynamoDB before each request, as every function does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Annotated, Final

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.clock import SystemClock
from connector.adapters.aws.leases import DynamoLeases, LeasedSlots
from connector.adapters.intacct import Credentials, IntacctGateway, Options
from connector.core.codecs import BOOLEAN, MONEY, US_DATE
from connector.core.exchange import Query, Where
from connector.core.money import Money
from connector.core.record import Record, intacct
from connector.core.wire import held_fields, read_intacct
from connector.ports import Slots

SANDBOX: Final = Credentials(sender_id="sandbox", sender_password="sandbox", user_id="connector", user_password="sandbox")  # noqa: S106


class GlDetail(Record):
    """The thirty fields that sageintacctsdk reads by default."""

    key: Annotated[str, intacct("RECORDNO")]
    batch_key: Annotated[str | None, intacct("BATCHKEY")] = None
    batch_date: Annotated[date | None, intacct("BATCH_DATE", US_DATE)] = None
    batch_title: Annotated[str | None, intacct("BATCH_TITLE")] = None
    journal: Annotated[str | None, intacct("SYMBOL")] = None
    batch: Annotated[str | None, intacct("BATCH_NO")] = None
    book: Annotated[str | None, intacct("BOOKID")] = None
    child_entity: Annotated[str | None, intacct("CHILDENTITY")] = None
    modified: Annotated[str | None, intacct("MODIFIED")] = None
    reference: Annotated[str | None, intacct("REFERENCENO")] = None
    adjusting: Annotated[bool | None, intacct("ADJ", BOOLEAN)] = None
    module: Annotated[str | None, intacct("MODULEKEY")] = None
    ownership: Annotated[str | None, intacct("OWNERSHIPKEY")] = None
    line: Annotated[str | None, intacct("LINE_NO")] = None
    entered: Annotated[date | None, intacct("ENTRY_DATE", US_DATE)] = None
    sign: Annotated[str | None, intacct("TR_TYPE")] = None
    document: Annotated[str | None, intacct("DOCUMENT")] = None
    account: Annotated[str | None, intacct("ACCOUNTNO")] = None
    account_title: Annotated[str | None, intacct("ACCOUNTTITLE")] = None
    statistical: Annotated[str | None, intacct("STATISTICAL")] = None
    department: Annotated[str | None, intacct("DEPARTMENTID")] = None
    department_title: Annotated[str | None, intacct("DEPARTMENTTITLE")] = None
    location: Annotated[str | None, intacct("LOCATIONID")] = None
    location_name: Annotated[str | None, intacct("LOCATIONNAME")] = None
    currency: Annotated[str | None, intacct("CURRENCY")] = None
    base_currency: Annotated[str | None, intacct("BASECURR")] = None
    description: Annotated[str | None, intacct("DESCRIPTION")] = None
    debit: Annotated[Money | None, intacct("DEBITAMOUNT", MONEY)] = None
    credit: Annotated[Money | None, intacct("CREDITAMOUNT", MONEY)] = None
    amount: Annotated[Money, intacct("AMOUNT", MONEY)]


class _NoSlots:
    def slot(self, company: str) -> AbstractContextManager[None]:
        del company
        return nullcontext()


def main() -> None:
    given = _given()
    slots: Slots = _NoSlots()
    if given.slots:
        slots = LeasedSlots(
            DynamoLeases(AwsClients(), SystemClock(), table=os.environ["STATE_TABLE"]), SystemClock(), limit=2, patience=300
        )
    gateway = IntacctGateway(given.url, "demo", lambda: SANDBOX, slots, SystemClock(), Options(page_format=given.form))
    read_intacct(GlDetail, {"RECORDNO": "1", "AMOUNT": "1.00"})  # the model is built at the first
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    time.sleep(max(0.0, given.at - time.monotonic()))
    began, cpu = time.monotonic(), time.process_time()
    rows = sum(1 for _ in _records(gateway, given.part))
    took = {"rows": rows, "began": began, "ended": time.monotonic(), "cpu": time.process_time() - cpu}
    print(json.dumps(took | {"kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}))


def _records(gateway: IntacctGateway, part: tuple[int, int] | None) -> Iterator[GlDetail]:
    """Raises ValueError for a row that cannot be read."""
    after = ""
    where: tuple[Where, ...] = ()
    if part is not None:
        after, where = str(part[0]), (Where("RECORDNO", "lessthanorequalto", (str(part[1]),)),)
    for page in gateway.pages(Query(object="GLDETAIL", fields=held_fields(GlDetail), where=where), after=after):
        for row in page:
            record, problems = read_intacct(GlDetail, row)
            if record is None:
                raise ValueError(problems[0].message)
            yield record


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("form", choices=["xml", "json"])
    parser.add_argument("--part", type=_part)
    parser.add_argument("--at", type=float, default=0.0)
    parser.add_argument("--slots", action="store_true")
    return parser.parse_args()


def _part(text: str) -> tuple[int, int]:
    after, _, until = text.partition(":")
    return int(after), int(until)


if __name__ == "__main__":
    main()
