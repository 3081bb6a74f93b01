"""Decisions, retries, and the runs they start."""

from __future__ import annotations

from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import Role
from connector.engine.decide import Decision, decide, retry
from connector.entrypoints.bodies import DecisionBody, DecisionsBody, RetriesBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.views import DecidedAnswer, RunAnswer, RunView


def decide_items(call: Call[DecisionsBody]) -> Reply:
    decisions = [Decision(**{name: getattr(each, name) for name in DecisionBody.model_fields}) for each in call.given.decisions]
    return Reply(DecidedAnswer.of(decide(call.world, call.person, decisions, via="api")))


def retry_items(call: Call[RetriesBody]) -> Reply:
    return Reply(DecidedAnswer.of(retry(call.world, call.person, call.given.items)))


def show_run(call: Call[None]) -> Reply:
    run = call.world.state.get_run(call.id)
    if run is None or not call.person.may_see(run.project_id):
        raise ConnectorError(Code.NOT_FOUND, f"There is no run {call.id!r}, or you may not see it.")
    roles = call.world.config().roles(call.person)
    return Reply(RunAnswer(run=RunView.of(run, with_problems=bool(roles & {Role.APPROVER, Role.ADMIN}))))


ROUTES: Final = (
    Route("POST", "/decisions", "decide", "Approve or reject, one or many; one result each", decide_items, DecidedAnswer, DecisionsBody),
    Route("POST", "/retries", "retry", "Send failed items again under their approval", retry_items, DecidedAnswer, RetriesBody),
    Route("GET", "/runs/{id}", "getRun", "A run and how far it is", show_run, RunAnswer),
)
