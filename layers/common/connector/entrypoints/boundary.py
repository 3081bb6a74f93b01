"""What every function shares: log lines that carry the business ids, metrics, and failures that tell the caller a code and no more."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from connector.bootstrap_base import calls_made, clock
from connector.core.errors import ConnectorError, Kind
from connector.core.usage import Counted, Purpose

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

type Event = dict[str, Any]
type Handler[Answer] = Callable[[Event, LambdaContext], Answer]

logger: Final = Logger(service="connector", utc=True)
"""Named like the package, so that what engine and adapters log comes out through it with the same ids."""
_metrics: Final = Metrics(namespace="ProcoreIntacctConnector")
_METRICS: Final[dict[Counted, str]] = {"procore": "ProcoreCalls", "intacct": "IntacctCalls"}
_owed: Final = Counter[tuple[Purpose, Counted]]()
"""What could not be kept yet."""


class OurFault(Exception):  # noqa: N818 -- says whose
    """A defect of ours, as the caller sees it: a code. The log line of that code tells the rest."""


def guarded[Answer](
    work: Callable[[Event, LambdaContext], Answer], purpose: Callable[[Event], Purpose] | Purpose = Purpose.PEOPLE
) -> Handler[Answer]:
    """The Lambda handler around ``work``. A ConnectorError keeps its class and words; anything else reaches the
    caller as :class:`OurFault`. ``purpose`` is what the other systems are asked for meanwhile."""

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
            _count_calls(purpose(event) if callable(purpose) else purpose)
            if _metrics.provider.metric_set:
                _metrics.flush_metrics()

    return handler


class PassedOn(Exception):  # noqa: N818 -- a message to the state machine, not a failure
    """Base of what a function raises on purpose, because its caller waits for that name."""


def _count_calls(purpose: Purpose) -> None:
    """Adds what this invocation has asked of the other systems to what is kept: one write, after the work is done, and none where nothing
    was asked. An invocation that is cut off by its time limit, or dies, is not counted; one whose write fails is with the next of this
    process. It never fails the work."""
    made = calls_made()
    for counted, number in made.items():
        _owed[purpose, counted] += number
        if counted in _METRICS:
            count(_METRICS[counted], number)
    if not _owed:
        return
    try:
        from connector import bootstrap  # noqa: PLC0415 -- the webhook's door, which asks nothing of anybody, starts without it

        bootstrap.usage().add(clock().now(), _owed)
    except ConnectorError as problem:
        said(problem)
    except Exception as problem:  # noqa: BLE001 -- what the work came to is worth more than its count
        fault(problem)
    else:
        _owed.clear()


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
