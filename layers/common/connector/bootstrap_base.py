"""What every function has: AWS, the clock, the secrets, and the count of calls. :mod:`bootstrap` builds the world on it, and
:mod:`bootstrap_webhook` the little that the webhook's door needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.clock import SystemClock
from connector.adapters.aws.secrets import SecretsManager
from connector.core.usage import Counted


@cache
def aws() -> AwsClients:
    return AwsClients()


@cache
def clock() -> SystemClock:
    return SystemClock()


@cache
def secrets() -> SecretsManager:
    return SecretsManager(aws(), clock())


def metered(counted: Counted, made: Callable[[], int]) -> None:
    """``made`` says how many there were since the process began; several meters of one kind are added up."""
    _meters.append((counted, made))


def calls_made() -> dict[Counted, int]:
    """What this process has asked of the other systems since this was last called, by its kind."""
    made = Counter[Counted]()
    for counted, number in _meters:
        made[counted] += number()
    fresh = made - _told
    _told.update(fresh)
    return dict(fresh)


_meters: list[tuple[Counted, Callable[[], int]]] = []
_told = Counter[Counted]()
