"""One at a time, and n at a time: ports.Leases on the table SyncState, and ports.Slots over it.

A lease is a row ``lease#<name>`` with its holder and the moment it ends by the clock, whether or not the holder lives: a
dead worker's lease is taken over. The table's TTL only sweeps what nobody asked for again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random, SystemRandom
from typing import Final
from uuid import uuid4

from botocore.exceptions import ClientError

from connector.adapters.aws.clients import AwsClients, code_of, reaching
from connector.adapters.aws.rows import key, moment, text, ttl
from connector.core.errors import Code, ConnectorError, RetryLater
from connector.ports import Clock, Leases

_LOG: Final = logging.getLogger(__name__)
_SWEPT_AFTER: Final = timedelta(days=1)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.25
_RANDOM: Final = SystemRandom()


class DynamoLeases:
    def __init__(self, aws: AwsClients, clock: Clock, *, table: str) -> None:
        self._aws, self._clock, self._table = aws, clock, table

    def acquire(self, name: str, *, holder: str, seconds: float) -> bool:
        """True also for who holds it already: the lease then runs ``seconds`` from now."""
        now = self._clock.now()
        until = now + timedelta(seconds=seconds)
        try:
            with reaching("DynamoDB"):
                self._aws.dynamodb.update_item(
                    TableName=self._table,
                    Key=key(f"lease#{name}", "lease"),
                    UpdateExpression="SET #holder = :holder, #until = :until, #expires = :expires",
                    ConditionExpression="attribute_not_exists(pk) OR #holder = :holder OR #until <= :now",
                    ExpressionAttributeNames={"#holder": "holder", "#until": "until", "#expires": "expires"},
                    ExpressionAttributeValues={
                        ":holder": text(holder),
                        ":until": moment(until),
                        ":now": moment(now),
                        ":expires": ttl(until + _SWEPT_AFTER),
                    },
                )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def release(self, name: str, *, holder: str) -> None:
        """Nothing happens if somebody else has taken it over."""
        try:
            with reaching("DynamoDB"):
                self._aws.dynamodb.delete_item(
                    TableName=self._table,
                    Key=key(f"lease#{name}", "lease"),
                    ConditionExpression="#holder = :holder",
                    ExpressionAttributeNames={"#holder": "holder"},
                    ExpressionAttributeValues={":holder": text(holder)},
                )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise


class LeasedSlots:
    """``limit`` leases per company.

    ``hold`` (seconds) must be longer than the longest request to Intacct; ``patience`` is how long to wait for a slot; ``chance`` gives
    the jitter.
    """

    def __init__(
        self, leases: Leases, clock: Clock, *, limit: int = 2, hold: float = 180, patience: float = 20, chance: Random = _RANDOM
    ) -> None:
        self._leases, self._clock, self._chance = leases, clock, chance
        self._limit, self._hold, self._patience = limit, hold, patience

    @contextmanager
    def slot(self, company: str) -> Iterator[None]:
        holder = uuid4().hex
        name = self._wait_for_one(company, holder)
        try:
            yield
        finally:
            self._give_back(name, holder)

    def _wait_for_one(self, company: str, holder: str) -> str:
        give_up = self._clock.now() + timedelta(seconds=self._patience)
        pause = _FIRST_PAUSE
        while True:
            for place in self._chance.sample(range(self._limit), self._limit):
                name = f"slot:{company}:{place}"
                if self._leases.acquire(name, holder=holder, seconds=self._hold):
                    return name
            if self._clock.now() >= give_up:
                said = f"All {self._limit} connections to Intacct are in use."
                raise RetryLater(Code.RATE_LIMITED, said, seconds=self._chance.uniform(2, 6))
            self._clock.sleep(pause * self._chance.uniform(0.5, 1))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _give_back(self, name: str, holder: str) -> None:
        try:
            self._leases.release(name, holder=holder)
        except ConnectorError as error:
            # The request is over and its answer in hand: that must not be lost for a slot which comes free by itself.
            _LOG.warning("%s was not given back and expires by itself: %s", name, error)
