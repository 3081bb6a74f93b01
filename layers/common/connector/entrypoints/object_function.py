"""The function of one object: what the state machines call, by the object's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from connector import bootstrap
from connector.core.errors import ConnectorError, RetryLater
from connector.core.item import Item
from connector.core.outcome import Outcome, Result
from connector.core.record import Record
from connector.core.usage import Purpose
from connector.engine.export import export_item
from connector.entrypoints.boundary import Event, Handler, PassedOn, about, count, guarded, said

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Later(PassedOn):
    """Busy or away. The export machine catches this name; the message is JSON with the ``seconds`` to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(json.dumps({"seconds": max(1, round(seconds))}))


def handler_for(name: str) -> Handler[dict[str, Any]]:
    """The handler of ``functions/<name>/app.py``. Events: ``{"do": "export", "run": ..., "item": ...}`` answers what became of the item
    and raises :class:`Later`, as does ``{"do": "send", "run": ..., "item": ...}``; ``{"do": "import", "run": ...}`` does one step and says
    what is next."""
    record: type[Record] = import_module(f"connector.objects.{name}").SYNC.record
    for model in (Item, record):
        model.model_rebuild()  # while the cold start's free processor lasts

    def work(event: Event, context: LambdaContext) -> dict[str, Any]:
        world = bootstrap.world()
        about(run=event["run"], item=event.get("item", ""), object=name, company=world.company)
        if event["do"] == "export":
            return _told("Items", event["item"], lambda: export_item(world, event["item"], context.aws_request_id))
        # An export is waited for, and never needs what the other two load: a tenth of a cold start.
        if event["do"] == "send":
            from connector.engine.sends import send_one  # noqa: PLC0415

            return _told("Sends", event["item"], lambda: send_one(world, event["run"], event["item"]))
        from connector.engine.import_ import OVERRUN, import_step  # noqa: PLC0415

        left = timedelta(milliseconds=context.get_remaining_time_in_millis())
        return import_step(world, event["run"], world.clock.now() + left - OVERRUN, mine=world.rooms)

    return guarded(work, lambda event: Purpose.IMPORTS if event.get("do") == "import" else Purpose.EXPORTS)


def _told(metric: str, item: str, work: Callable[[], Outcome]) -> dict[str, Any]:
    """What became of the item, as the machine takes it. Counted as ``ItemsDone``, ``SendsRefused`` and so on."""
    try:
        outcome = work()
    except RetryLater as wait:
        said(wait)
        raise Later(wait.seconds) from None
    except ConnectorError as problem:
        said(problem)
        outcome = Outcome(item=item, result=Result.STOPPED, violations=(problem.violation(),))
    count(f"{metric}{outcome.result.value.title()}")
    if outcome.result is Result.STOPPED:
        count("SetupErrors")
    if outcome.result is Result.LATER:
        raise Later(outcome.seconds)
    return outcome.as_dict()
