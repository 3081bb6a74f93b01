"""The function of one object: what the state machines call, by the object's name."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from connector import bootstrap
from connector.core.errors import ConnectorError, RetryLater
from connector.core.outcome import Outcome, Result
from connector.engine.export import export_item
from connector.engine.import_ import import_step
from connector.entrypoints.boundary import Event, Handler, PassedOn, about, count, guarded, said


class Later(PassedOn):
    """Busy or away. The export machine catches this name; the message is JSON with the ``seconds`` to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(json.dumps({"seconds": max(1, round(seconds))}))


def handler_for(name: str) -> Handler[dict[str, Any]]:
    """The handler of ``functions/<name>/app.py``. Events: ``{"do": "export", "run": ..., "item": ...}`` answers what became of the item
    and raises :class:`Later`; ``{"do": "import", "run": ...}`` does one step and says what is next."""
    import_module(f"connector.objects.{name}")  # while the cold start's free processor lasts

    def work(event: Event, request: str) -> dict[str, Any]:
        about(run=event["run"], item=event.get("item", ""), object=name, company=bootstrap.world().company)
        if event["do"] == "import":
            return dict(import_step(bootstrap.world(), event["run"]))
        return _export(event["item"], request)

    return guarded(work)


def _export(item: str, worker: str) -> dict[str, Any]:
    try:
        outcome = export_item(bootstrap.world(), item, worker)
    except RetryLater as wait:
        said(wait)
        raise Later(wait.seconds) from None
    except ConnectorError as problem:
        said(problem)
        outcome = Outcome(item=item, result=Result.STOPPED, violations=(problem.violation(),))
    count(f"Items{outcome.result.value.title()}")
    if outcome.result is Result.STOPPED:
        count("SetupErrors")
    if outcome.result is Result.LATER:
        raise Later(outcome.seconds)
    return outcome.as_dict()
