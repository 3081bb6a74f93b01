"""What every function has: AWS, the clock, the secrets, and the count of calls. :mod:`bootstrap` builds the world on it, and
:mod:`bootstrap_webhook` the little that the webhook's door needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from connector.adapters.aws.clients import AwsClients
from connector.adapters.aws.clock import SystemClock
from connector.adapters.aws.secrets import SecretsManager


@cache
def aws() -> AwsClients:
    return AwsClients()


@cache
def clock() -> SystemClock:
    return SystemClock()


@cache
def secrets() -> SecretsManager:
    return SecretsManager(aws(), clock())


def metered(metric: str, calls: Callable[[], int]) -> None:
    """``calls`` says how many there were since the process began; of a metric named twice the last counts."""
    _meters[metric] = calls


def calls_made() -> dict[str, int]:
    """Calls to the other systems by this process since this was last asked, by the name of their metric."""
    made = {metric: calls() for metric, calls in _meters.items()}
    fresh = {metric: number - _told.get(metric, 0) for metric, number in made.items()}
    _told.update(made)
    return {metric: number for metric, number in fresh.items() if number}


_meters: dict[str, Callable[[], int]] = {}
_told: dict[str, int] = {}
