"""What the webhook's door needs, and nothing else: Procore waits for its answer, so it starts without the rest of the house."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from connector.adapters.aws.hints import SqsHints
from connector.bootstrap_base import aws, secrets
from connector.settings import environment

if TYPE_CHECKING:
    from connector.ports import Hints


@cache
def webhook_queue() -> Hints:
    return SqsHints(aws(), queue_url=environment().webhook_queue_url)


def webhook_secrets() -> tuple[str, ...]:
    """The secrets a webhook may show: the current one, and the previous while it is being replaced."""
    kept = secrets().read(environment().webhook_secret)
    return tuple(secret for secret in (kept.get("current", ""), kept.get("previous", "")) if secret)
