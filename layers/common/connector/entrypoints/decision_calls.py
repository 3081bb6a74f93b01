"""Decisions, retries, and the runs they start."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from connector.core.errors import Code, ConnectorError
from connector.core.people import Role
from connector.engine.decide import Decision, decide, retry
from connector.entrypoints.bodies import DecisionsBody, RetriesBody
from connector.entrypoints.calls import Call, Reply, Route
from connector.entrypoints.views import DecidedAnswer, RunAnswer, RunView


def decide_items(call: Call[DecisionsBody]) -> Reply:
    decisions = [
        Decision(item=each.item, verdict=each.verdict, fingerprint=each.fingerprint, reason=each.reason, with_needs=each.with_needs)
        for each in call.given.decisions
    ]
    return Reply(DecidedAnswer.of(decide(call.world, call.person, decisions, via="api")))


def retry_items(call: Call[RetriesBody]) -> Reply:
    return Reply(DecidedAnswer.of(retry(call.world, call.person, call.given.items)))


def show_run(call: Call[None]) -> Reply:
    run = call.world.state.get_run(call.id)
    if run is None or not call.person.may_see(run.project_id):
        raise ConnectorError(Code.NOT_FOUND, f"There is no run {call.id!r}, or you may not see it.")
    roles = call.world.config().roles(call.person)
    return Reply(RunAnswer(run=RunView.of(run, with_problems=bool(roles & {Role.APPROVER, Role.ADMIN}))))


_DECIDED: Final = {HTTPStatus.OK: DecidedAnswer}
ROUTES: Final = (
    Route(method="POST", path="/decisions", name="decide", summary="Approve or reject, one item or many: each on its own, one result each", does=decide_items, takes=DecisionsBody, gives=_DECIDED),
    Route(method="POST", path="/retries", name="retry", summary="Send failed items again under the approval they have", does=retry_items, takes=RetriesBody, gives=_DECIDED),
    Route(method="GET", path="/runs/{id}", name="getRun", summary="A run and how far it is", does=show_run, gives={HTTPStatus.OK: RunAnswer}),
)  # fmt: skip
