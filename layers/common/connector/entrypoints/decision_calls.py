"""Decisions, retries, and the runs they start."""

from __future__ import annotations

from typing import Any, Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import ACCOUNTING
from connector.engine import totals
from connector.engine.decide import Decision, decide, retry
from connector.entrypoints.bodies import DecisionBody, DecisionsBody, RetriesBody, TotalsBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.run_views import RunAnswer, RunView
from connector.entrypoints.views import DecidedAnswer, TotalsAnswer
from connector.ports import Run


def decide_items(call: Call[DecisionsBody]) -> Reply:
    body = call.given
    chosen = [Decision(**{name: getattr(each, name) for name in DecisionBody.model_fields}) for each in body.decisions or ()]
    if body.selection and body.verdict:
        chosen = totals.decisions(call.world, call.person, body.selection, body.verdict, reason=body.reason)
    return Reply(DecidedAnswer.of(decide(call.world, call.person, chosen, via="api")))


def total_up(call: Call[TotalsBody]) -> Reply:
    body = call.given
    if body.waiting is None:
        shown = {each.item: each.fingerprint for each in body.items}
        return Reply(TotalsAnswer.of(totals.of_items(call.world, call.person, shown, with_needs=body.with_needs)))
    matching = totals.Matching(**body.waiting.model_dump())
    return Reply(TotalsAnswer.of(totals.of_waiting(call.world, call.person, matching, with_needs=body.with_needs)))


def retry_items(call: Call[RetriesBody]) -> Reply:
    return Reply(DecidedAnswer.of(retry(call.world, call.person, call.given.items)))


def run_of(call: Call[Any]) -> Run:
    """The run that the path names. Raises ConnectorError(NOT_FOUND) where there is none that the caller may see."""
    run = call.world.state.get_run(call.id)
    if run is None or not call.person.may_see(run.project_id):
        raise ConnectorError(Code.NOT_FOUND, f"There is no run {call.id!r}, or you may not see it.")
    return run


def show_run(call: Call[None]) -> Reply:
    run = run_of(call)
    roles = call.world.config().roles(call.person)
    return Reply(RunAnswer(run=RunView.of(run, with_problems=bool(roles & ACCOUNTING))))


ROUTES: Final = (
    Route("POST", "/decisions", "decide", "Approve or reject, one or many; one result each", decide_items, DecidedAnswer, DecisionsBody),
    Route("POST", "/decisions/totals", "totalUp", "What a decision about many would decide", total_up, TotalsAnswer, TotalsBody),
    Route("POST", "/retries", "retry", "Send failed items again under their approval", retry_items, DecidedAnswer, RetriesBody),
    Route("GET", "/runs/{id}", "getRun", "A run and how far it is", show_run, RunAnswer),
)
