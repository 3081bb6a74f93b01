"""What every function shares: log lines that carry the business ids, metrics, and failures that tell the caller a code and no more."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from connector.bootstrap_base import calls_made
from connector.core.errors import ConnectorError, Kind

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

type Event = dict[str, Any]
type Handler[Answer] = Callable[[Event, LambdaContext], Answer]

logger: Final = Logger(service="connector", utc=True)
"""Named like the package, so that what engine and adapters log comes out through it with the same ids."""
_metrics: Final = Metrics(namespace="ProcoreIntacctConnector")


class OurFault(Exception):  # noqa: N818 -- says whose
    """A defect of ours, as the caller sees it: a code. The log line of that code tells the rest."""


def guarded[Answer](work: Callable[[Event, LambdaContext], Answer]) -> Handler[Answer]:
    """The Lambda handler around ``work``. A ConnectorError keeps its class and words; anything else reaches the
    caller as :class:`OurFault`."""

    def handler(event: Event, context: LambdaContext) -> Answer:
        logger.structure_logs(request=context.aws_request_id, function=context.function_name)
        try:
            return work(event, context)
        except ConnectorError as problem:
            said(problem)
            raise
        except PassedOn:
            raise
        except Exception as problem:  # noqa: BLE001 -- the last line before the caller
            raise OurFault(fault(problem)) from None
        finally:
            for name, number in calls_made().items():
                count(name, number)
            if _metrics.provider.metric_set:
                _metrics.flush_metrics()

    return handler


class PassedOn(Exception):  # noqa: N818 -- a message to the state machine, not a failure
    """Base of what a function raises on purpose, because its caller waits for that name."""


def about(**ids: str) -> None:
    """Puts business ids (item, run, object, company) on every log line of this call. Never a payload."""
    logger.append_keys(**{name: value for name, value in ids.items() if value})


def count(name: str, number: int = 1) -> None:
    _metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)


def said(problem: ConnectorError) -> None:
    """Logs a failure that has a code; one of the set-up is counted, and wakes an alarm."""
    logger.warning(problem.message, extra={"code": problem.code.value}, stacklevel=3)
    if problem.kind is Kind.SETUP:
        count("SetupErrors")


def fault(problem: Exception) -> str:
    """Logs what nobody foresaw and gives the code under which it is found."""
    code = secrets.token_hex(4)
    logger.error("our fault", exc_info=problem, extra={"fault": code})
    count("Faults")
    return code
